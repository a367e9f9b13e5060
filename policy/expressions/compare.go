package expressions

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// equal compares two values: a types.Bool, an error or an unknown.
func (d *dialect) equal(a, b value) value {
	if lacking(a) == nil && lacking(b) == nil {
		return types.Equal(d.reveal(a), d.reveal(b))
	}
	a, b = opened(a), opened(b)
	for _, v := range []value{a, b} {
		if u, ok := v.(*unknown); ok {
			return u
		}
	}
	if d.differ(a, b) {
		return types.False
	}
	if first := lacking(a); first != nil {
		return first
	}
	return lacking(b)
}

// differ says whether two values are different whatever their unknowns become.
func (d *dialect) differ(a, b value) bool {
	for _, v := range []value{a, b} {
		if _, ok := v.(*unknown); ok {
			return false
		}
	}
	if lacking(a) == nil && lacking(b) == nil {
		return d.equal(a, b) == types.False
	}
	if keys, ok := keysOf(a); ok {
		return d.mapsDiffer(a, b, keys)
	}
	if elements, ok := elementsOf(a); ok {
		return d.listsDiffer(elements, b)
	}
	if inner, some, ok := insideOf(a); ok {
		other, otherSome, isOptional := insideOf(b)
		return !isOptional || some != otherSome || some && d.differ(inner, other)
	}
	// A single value, which no list or map is.
	return true
}

func (d *dialect) mapsDiffer(a, b value, keys []ref.Val) bool {
	others, ok := keysOf(b)
	if !ok {
		return true
	}
	for _, k := range append(others, keys...) {
		left, inLeft := field(a, k)
		right, inRight := field(b, k)
		switch {
		case inLeft == uncertain || inRight == uncertain:
		case inLeft != inRight, d.differ(left, right):
			return true
		}
	}
	return false
}

func (d *dialect) listsDiffer(elements []value, b value) bool {
	others, ok := elementsOf(b)
	if !ok {
		return true
	}
	if !sized(elements) || !sized(others) {
		return false
	}
	if len(elements) != len(others) {
		return true
	}
	for i := range elements {
		if d.differ(elements[i], others[i]) {
			return true
		}
	}
	return false
}
