package expressions

import (
	"context"
	"errors"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/cel/lazy"

	"github.com/ai-now/platform/policy/rule"
)

type verdict int

const (
	keeps verdict = iota
	breaks
	undecidable
	fails
)

// answer is a verdict with what is wrong, the unknown value's path, or what the
// expression failed with.
type answer struct {
	verdict verdict
	text    string
}

// validation is a compiled rule.Validation. Its careful twin is for objects with
// unknown values and is compiled when the first one comes; what is wrong is
// compiled when something is.
type validation struct {
	source  rule.Validation
	dialect *dialect

	holds          cel.Program
	holdsCarefully func() (cel.Program, error)
	otherwise      func() (cel.Program, error)
}

func (v *validation) judge(o *object) answer {
	program := v.holds
	if o.hasUnknown {
		careful, err := v.holdsCarefully()
		if err != nil {
			return answer{fails, err.Error()}
		}
		program = careful
	}
	out, err := evaluate(program, o.activation(v.dialect))
	switch unknown := (*unknownError)(nil); {
	case errors.As(err, &unknown):
		return answer{undecidable, unknown.path}
	case err != nil:
		return answer{fails, err.Error()}
	case out == types.True:
		return answer{verdict: keeps}
	default:
		return answer{breaks, v.message(o)}
	}
}

// message is what is wrong, as precisely as the known values allow: parts that
// have an unknown inside are left out of the object it is made from.
func (v *validation) message(o *object) string {
	if v.otherwise == nil {
		return v.source.Message
	}
	program, err := v.otherwise()
	if err != nil {
		return v.source.Message
	}
	out, err := evaluate(program, o.known().activation(v.dialect))
	text, ok := out.(types.String)
	if err != nil || !ok || text == "" {
		return v.source.Message
	}
	return string(text)
}

func evaluate(p cel.Program, a *activation) (ref.Val, error) {
	out, _, err := p.ContextEval(context.Background(), a)
	return out, err
}

// activation gives an expression its names.
type activation struct {
	object    any
	variables *lazy.MapValue
}

func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "object":
		return a.object, true
	case "variables":
		return a.variables, true
	default:
		return nil, false
	}
}

func (a *activation) Parent() interpreter.Activation { return nil }

// activation of an object for a dialect; the variables are computed once for all
// rules.
func (o *object) activation(d *dialect) *activation {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a, ok := o.activations[d]; ok {
		return a
	}
	a := &activation{object: o.value, variables: lazy.NewMapValue(d.variablesType())}
	for _, v := range d.variables {
		a.variables.Append(v.name, func(*lazy.MapValue) ref.Val { return v.value(o, a) })
	}
	if o.activations == nil {
		o.activations = map[*dialect]*activation{}
	}
	o.activations[d] = a
	return a
}

func (v variable) value(o *object, a *activation) ref.Val {
	program := v.plain
	if o.hasUnknown {
		careful, err := v.careful()
		if err != nil {
			return types.WrapErr(err)
		}
		program = careful
	}
	out, err := evaluate(program, a)
	if err != nil {
		// Keep an unknown what it is: the API server's own accessor would make
		// plain text of it.
		var unknown *unknownError
		if errors.As(err, &unknown) {
			return types.WrapErr(unknown)
		}
		return types.WrapErr(err)
	}
	return out
}
