package expressions

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// hidden is a value from a secret, in the program of a message: conditions see it,
// texts do not.
type hidden struct{ value ref.Val }

// secret stands in a text for a value from one.
const secret = types.String("[secret]")

// reveal is a value without unknowns as the library takes it.
func (d *dialect) reveal(v value) ref.Val {
	switch v := v.(type) {
	case *hidden:
		return v.value
	case *partialMap:
		fields := make(map[string]ref.Val, len(v.fields))
		for k, f := range v.fields {
			fields[k] = d.reveal(f)
		}
		return d.native(fields)
	case *partialList:
		elements := make([]ref.Val, len(v.elements))
		for i, e := range v.elements {
			elements[i] = d.reveal(e)
		}
		return d.native(elements)
	case *partialOptional:
		return types.OptionalOf(d.reveal(v.value))
	case ref.Val:
		return v
	default:
		return types.NewErr("no such overload")
	}
}

// hide is a value that comes from a secret. A condition is none.
func hide(v ref.Val) value {
	switch v := v.(type) {
	case types.Bool, *types.Err:
		return v
	case *types.Optional:
		if !v.HasValue() {
			return v
		}
		return &partialOptional{value: hide(v.GetValue())}
	default:
		return &hidden{value: v}
	}
}

// veiled is a part of a secret.
func veiled(v value) value {
	if known, ok := v.(ref.Val); ok {
		return &hidden{value: known}
	}
	return v
}

// opened is a value without a secret's wrapper.
func opened(v value) value {
	if h, ok := v.(*hidden); ok {
		return h.value
	}
	return v
}
