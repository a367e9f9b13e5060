package expressions

import (
	"fmt"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
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
type compiler struct{ pods, others func() *dialect }

// dialect is the API server's environment for expressions with the names they may
// use here.
type dialect struct {
	env        *cel.Env
	types      types.Provider
	native     func(any) ref.Val
	functions  interpreter.Dispatcher
	attributes interpreter.AttributeFactory
	planner    interpreter.Interpreter

	variables     []variable
	variablesType *apiservercel.DeclType
}

// variable is one of rule.PodVariables with its programs.
type variable struct {
	name    string
	plain   interpreter.Interpretable
	careful program
}

func newCompiler() *compiler {
	return &compiler{
		pods:   sync.OnceValue(func() *dialect { return mustDialect(rule.PodVariables()) }),
		others: sync.OnceValue(func() *dialect { return mustDialect(nil) }),
	}
}

func (c *compiler) dialect(pods bool) *dialect {
	if pods {
		return c.pods()
	}
	return c.others()
}

// mustDialect panics on what no user can cause: an environment or variables that
// do not go with this version of the library.
func mustDialect(variables []rule.Variable) *dialect {
	d, err := newDialect(variables)
	if err != nil {
		panic(fmt.Sprintf("the environment of the API server cannot be made: %v", err))
	}
	return d
}

func newDialect(variables []rule.Variable) (*dialect, error) {
	composition, err := plugincel.NewCompositionEnv(plugincel.VariablesTypeName, environment.MustBaseEnvSet(OldestCluster))
	if err != nil {
		return nil, err
	}
	set, err := composition.Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        []cel.EnvOption{cel.Variable("object", cel.DynType)},
	})
	if err != nil {
		return nil, err
	}
	env, err := set.Env(environment.NewExpressions)
	if err != nil {
		return nil, err
	}
	d := &dialect{
		env: env, types: env.CELTypeProvider(), native: env.CELTypeAdapter().NativeToValue,
		functions:     interpreter.NewDispatcher(),
		attributes:    interpreter.NewAttributeFactory(env.Container, env.CELTypeAdapter(), env.CELTypeProvider()),
		variablesType: composition.MapType,
	}
	for _, f := range env.Functions() {
		bindings, err := f.Bindings()
		if err != nil {
			return nil, err
		}
		if err := d.functions.Add(bindings...); err != nil {
			return nil, err
		}
	}
	d.planner = interpreter.NewInterpreter(d.functions, env.Container, d.types, env.CELTypeAdapter(), d.attributes)
	for _, v := range variables {
		checked, err := d.check(v.Expression)
		if err != nil {
			return nil, fmt.Errorf("the variable %s: %w", v.Name, err)
		}
		added := variable{name: v.Name}
		if added.plain, err = d.plainly(checked.NativeRep()); err != nil {
			return nil, err
		}
		if added.careful, err = d.carefully(checked.NativeRep()); err != nil {
			return nil, err
		}
		composition.AddField(v.Name, checked.OutputType())
		d.variables = append(d.variables, added)
	}
	return d, nil
}

// check parses an expression and checks its types.
func (d *dialect) check(text string) (*cel.Ast, error) {
	checked, issues := d.env.Compile(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("%s: %w", text, issues.Err())
	}
	return checked, nil
}

// checkType is check for an expression with a result of that type, which the API
// server demands as well.
func (d *dialect) checkType(text string, want *cel.Type) (*ast.AST, error) {
	checked, err := d.check(text)
	if err != nil {
		return nil, err
	}
	if got := checked.OutputType(); !got.IsExactType(want) {
		return nil, fmt.Errorf("%s: the result must be %s but is %s", text, want, got)
	}
	return checked.NativeRep(), nil
}

func (c *compiler) compile(v rule.Validation, pods bool) (*validation, error) {
	d := c.dialect(pods)
	checked, err := d.checkType(v.Holds, cel.BoolType)
	if err != nil {
		return nil, err
	}
	holds, err := d.plainly(checked)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", v.Holds, err)
	}
	return &validation{
		source: v, dialect: d, holds: holds,
		carefully: sync.OnceValues(func() (program, error) { return d.carefully(checked) }),
		otherwise: sync.OnceValues(func() (program, error) {
			checked, err := d.checkType(v.Otherwise, cel.StringType)
			if err != nil {
				return nil, err
			}
			return d.tellingly(checked)
		}),
	}, nil
}
