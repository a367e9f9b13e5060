package expressions

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/cel/library"
)

// plainly plans an expression as cel.Env.Program does for the API server, for
// objects that are known as a whole. It leaves out what limits a program's cost
// there, which takes more than half of the time: the expressions are the
// platform's own.
func (d *dialect) plainly(checked *ast.AST) (interpreter.Interpretable, error) {
	return d.planner.NewInterpretable(checked,
		interpreter.CustomDecorator(shortcutOptional),
		interpreter.Optimize(),
		interpreter.CompileRegexConstants(
			interpreter.MatchesRegexOptimization, library.FindRegexOptimization, library.FindAllRegexOptimization),
	)
}

// shortcutOptional makes or() and orValue() look at the alternative only when it
// is needed. The optional library does the same when it plans a program, and has
// no other implementation of the two.
func shortcutOptional(i interpreter.Interpretable) (interpreter.Interpretable, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok || len(call.Args()) != 2 {
		return i, nil
	}
	if name := call.Function(); name == "or" || name == "orValue" {
		return &shortcut{Interpretable: i, optional: call.Args()[0], alternative: call.Args()[1], unwrap: name == "orValue"}, nil
	}
	return i, nil
}

type shortcut struct {
	interpreter.Interpretable
	optional, alternative interpreter.Interpretable
	unwrap                bool
}

// Eval implements interpreter.Interpretable.
func (s *shortcut) Eval(a interpreter.Activation) ref.Val {
	v := s.optional.Eval(a)
	optional, ok := v.(*types.Optional)
	switch {
	case !ok:
		return v // a failure
	case !optional.HasValue():
		return s.alternative.Eval(a)
	case s.unwrap:
		return optional.GetValue()
	default:
		return v
	}
}
