package expressions

import (
	"fmt"
	"sync"

	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/util/version"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/ai-now/platform/policy/rule"
)

// OldestCluster is the Kubernetes release whose API server must accept every
// rule. Clusters of the platform start at it; a library function of a later
// release does not compile.
var OldestCluster = version.MajorMinor(1, 33)

// compiler compiles expressions for both kinds of objects: those that run pods,
// which have variables, and all others.
type compiler struct {
	once         sync.Once
	pods, others *dialect
}

// dialect is an environment for expressions and what they may use.
type dialect struct {
	composed  *plugincel.CompositedCompiler
	variables []variable
	// guarded is the environment for programs that meet unknown values.
	guarded func() (*cel.Env, error)
}

// variable is one of rule.PodVariables with its programs.
type variable struct {
	name    string
	plain   cel.Program
	careful func() (cel.Program, error)
}

func newCompiler() *compiler { return &compiler{} }

func (c *compiler) dialect(pods bool) *dialect {
	c.once.Do(func() {
		base := environment.MustBaseEnvSet(OldestCluster)
		guarded := sync.OnceValues(func() (*cel.Env, error) { return guardedEnvironment(base) })
		c.pods = newDialect(base, guarded, rule.PodVariables())
		c.others = newDialect(base, guarded, nil)
	})
	if pods {
		return c.pods
	}
	return c.others
}

func newDialect(base *environment.EnvSet, guarded func() (*cel.Env, error), variables []rule.Variable) *dialect {
	composed, err := plugincel.NewCompositedCompiler(base)
	if err != nil {
		panic(fmt.Sprintf("the environment of the API server cannot be made: %v", err))
	}
	d := &dialect{composed: composed, guarded: guarded}
	for _, v := range variables {
		result := composed.CompileAndStoreVariable(
			source{text: v.Expression, types: []*cel.Type{cel.AnyType, cel.DynType}, name: v.Name}, declared, environment.NewExpressions)
		if result.Error != nil {
			panic(fmt.Sprintf("the variable %s does not compile: %v", v.Name, result.Error))
		}
		d.variables = append(d.variables, variable{
			name: v.Name, plain: result.Program,
			careful: sync.OnceValues(func() (cel.Program, error) { return d.careful(v.Expression) }),
		})
	}
	return d
}

// declared says which optional names an expression may use: none.
var declared = plugincel.OptionalVariableDeclarations{}

// variablesType is the type of the name "variables".
func (d *dialect) variablesType() *apiservercel.DeclType { return d.composed.CompositionEnv.MapType }

func (c *compiler) compile(v rule.Validation, pods bool) (*validation, error) {
	d := c.dialect(pods)
	holds, err := d.compile(v.Holds, cel.BoolType)
	if err != nil {
		return nil, err
	}
	compiled := &validation{
		source: v, dialect: d, holds: holds,
		holdsCarefully: sync.OnceValues(func() (cel.Program, error) { return d.careful(v.Holds) }),
	}
	if v.Otherwise != "" {
		compiled.otherwise = sync.OnceValues(func() (cel.Program, error) { return d.compile(v.Otherwise, cel.StringType) })
	}
	return compiled, nil
}

func (d *dialect) compile(text string, want *cel.Type) (cel.Program, error) {
	result := d.composed.CompileCELExpression(
		source{text: text, types: []*cel.Type{want}}, declared, environment.NewExpressions)
	if result.Error != nil {
		return nil, fmt.Errorf("%s: %w", text, result.Error)
	}
	return result.Program, nil
}

// careful compiles for objects with unknown values.
func (d *dialect) careful(text string) (cel.Program, error) {
	env, err := d.guarded()
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("%s: %w", text, issues.Err())
	}
	return env.Program(ast, cel.CustomDecorator(guard))
}

// guardedEnvironment is the API server's environment with the same names.
func guardedEnvironment(base *environment.EnvSet) (*cel.Env, error) {
	extended, err := base.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("object", cel.DynType), cel.Variable("variables", cel.DynType)},
	})
	if err != nil {
		return nil, err
	}
	return extended.Env(environment.NewExpressions)
}

// source is an expression in the form the API server's compiler takes.
type source struct {
	text  string
	types []*cel.Type
	name  string
}

func (s source) GetExpression() string    { return s.text }
func (s source) ReturnTypes() []*cel.Type { return s.types }
func (s source) GetName() string          { return s.name }
