package expressions

import (
	"context"
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/lazy"

	"github.com/ai-now/platform/policy/rule"
)

// Verdicts are what the validations of a rule say about a resource, each
// "keeps", "breaks", "undecided: PATH" or "fails: REASON", and the messages of
// those it breaks.
func (e *Evaluator) Verdicts(r *rule.Rule, settings rule.Settings, res *rule.Resource) (verdicts, messages []string, err error) {
	validations, err := e.compile(r, settings)
	if err != nil {
		return nil, nil, err
	}
	o := prepared(res)
	for _, v := range validations {
		a := v.judge(o)
		if a.verdict == breaks {
			messages = append(messages, a.text)
		}
		verdicts = append(verdicts, describe(a))
	}
	return verdicts, messages, nil
}

// Carefully is Verdicts by the careful programs, also for what is known.
func (e *Evaluator) Carefully(r *rule.Rule, settings rule.Settings, res *rule.Resource) ([]string, error) {
	validations, err := e.compile(r, settings)
	if err != nil {
		return nil, err
	}
	tree := Object(res)
	var verdicts []string
	for _, v := range validations {
		verdicts = append(verdicts, describe(v.judge(&object{tree: tree, partial: true})))
	}
	return verdicts, nil
}

func describe(a answer) string {
	switch a.verdict {
	case keeps:
		return "keeps"
	case breaks:
		return "breaks"
	case undecidable:
		return "undecided: " + a.text
	default:
		return "fails: " + a.text
	}
}

// APIServer compiles and evaluates as the API server does for a policy, by its own
// compiler and with its own programs.
type APIServer struct{ pods, others *plugincel.CompositedCompiler }

func NewAPIServer() (*APIServer, error) {
	base := environment.MustBaseEnvSet(OldestCluster)
	var s APIServer
	var err error
	if s.pods, err = plugincel.NewCompositedCompiler(base); err != nil {
		return nil, err
	}
	for _, v := range rule.PodVariables() {
		e := source{text: v.Expression, types: []*cel.Type{cel.AnyType, cel.DynType}, name: v.Name}
		if r := s.pods.CompileAndStoreVariable(e, plugincel.OptionalVariableDeclarations{}, environment.NewExpressions); r.Error != nil {
			return nil, r.Error
		}
	}
	s.others, err = plugincel.NewCompositedCompiler(base)
	return &s, err
}

// Verdicts are those of the API server for an object that is known.
func (s *APIServer) Verdicts(r *rule.Rule, settings rule.Settings, res *rule.Resource) ([]string, error) {
	compiler := s.others
	if len(r.Variables()) > 0 {
		compiler = s.pods
	}
	a := &activation{object: Object(res), variables: lazy.NewMapValue(compiler.CompositionEnv.MapType)}
	for name, v := range compiler.CompositionEnv.CompiledVariables {
		a.variables.Append(name, func(*lazy.MapValue) ref.Val {
			out, _, err := v.Program.ContextEval(context.Background(), a)
			if err != nil {
				return types.WrapErr(err)
			}
			return out
		})
	}
	var verdicts []string
	for _, v := range r.Validations(settings) {
		for _, e := range []source{{text: v.Holds, types: []*cel.Type{cel.BoolType}}, {text: v.Otherwise, types: []*cel.Type{cel.StringType}}} {
			if e.text == "" {
				continue
			}
			compiled := compiler.CompileCELExpression(e, plugincel.OptionalVariableDeclarations{}, environment.NewExpressions)
			if compiled.Error != nil {
				return nil, fmt.Errorf("%s: %w", e.text, compiled.Error)
			}
			if e.text != v.Holds {
				continue
			}
			switch out, _, err := compiled.Program.ContextEval(context.Background(), a); {
			case err != nil:
				verdicts = append(verdicts, "fails: "+err.Error())
			case out == types.True:
				verdicts = append(verdicts, "keeps")
			default:
				verdicts = append(verdicts, "breaks")
			}
		}
	}
	return verdicts, nil
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

// IsUnknown says whether a value in the tree of [Object] is not known.
func IsUnknown(data any) bool { return isUnknown(data) }
