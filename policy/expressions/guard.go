package expressions

import (
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// harmless are the functions that look at a list or map element by element, or
// not into it at all, so that [partialList] and [partialMap] answer for
// themselves.
var harmless = map[string]bool{
	"@in": true, "_[_]": true, "_[?_]": true, "_?._": true, "_+_": true, "size": true,
	"@not_strictly_false": true, "orValue": true, "hasValue": true, "or": true, "optional.of": true,
	"value": true, "type": true, "dyn": true,
}

// guard makes any other function undecided when an argument has an unknown
// inside, for it would take the unknown for a value.
func guard(i interpreter.Interpretable) (interpreter.Interpretable, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok || harmless[call.Function()] || len(call.Args()) == 0 {
		return i, nil
	}
	return &guarded{call}, nil
}

type guarded struct{ interpreter.InterpretableCall }

func (g *guarded) Eval(a interpreter.Activation) ref.Val {
	for _, arg := range g.Args() {
		if _, constant := arg.(interpreter.InterpretableConst); constant {
			continue
		}
		switch v := arg.Eval(a).(type) {
		case *partialList:
			return v.first
		case *partialMap:
			return v.first
		}
	}
	return g.InterpretableCall.Eval(a)
}
