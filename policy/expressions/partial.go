package expressions

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// value is what a careful program computes: a ref.Val when all of it is known,
// else one of the types below.
type value any

// unknown is a value that is not known yet: it may become anything, and as the
// value of a map's key it may turn out not to be there.
type unknown struct{ path string }

// segment is any number of elements in a list of which nothing is known.
type segment struct{ of *unknown }

// partialMap is a map with an unknown or a secret somewhere inside.
type partialMap struct {
	keys   []string // sorted
	fields map[string]value
	first  *unknown // the first of the unknowns
	// vanishes is set when the map itself is not there once none of its unknown
	// values is.
	vanishes bool
}

// partialList is a list with an unknown or a secret somewhere inside. Its elements are values
// and segments.
type partialList struct {
	elements []value
	first    *unknown
}

// partialOptional is an optional with a value that has an unknown inside.
type partialOptional struct{ value value }

// lacking is the first unknown inside a value, nil when all of it is known.
func lacking(v value) *unknown {
	switch v := v.(type) {
	case *unknown:
		return v
	case *segment:
		return v.of
	case *partialMap:
		return v.first
	case *partialList:
		return v.first
	case *partialOptional:
		return lacking(v.value)
	default:
		return nil
	}
}

// listOf is a list of values, in the form that fits them.
func (d *dialect) listOf(elements []value) value {
	known := make([]ref.Val, 0, len(elements))
	var first *unknown
	for _, e := range elements {
		if first == nil {
			first = lacking(e)
		}
		if v, ok := e.(ref.Val); ok {
			known = append(known, v)
		}
	}
	if len(known) < len(elements) {
		return &partialList{elements: elements, first: first}
	}
	return d.native(known)
}

// elementsOf are the elements of a list, and whether it is one.
func elementsOf(v value) ([]value, bool) {
	switch v := v.(type) {
	case *partialList:
		return v.elements, true
	case *hidden:
		elements, ok := elementsOf(v.value)
		for i := range elements {
			elements[i] = veiled(elements[i])
		}
		return elements, ok
	case traits.Lister:
		size, _ := v.Size().(types.Int)
		elements := make([]value, 0, size)
		for i := range size {
			elements = append(elements, v.Get(i))
		}
		return elements, true
	default:
		return nil, false
	}
}

// sized says whether it is known how many elements there are.
func sized(elements []value) bool {
	for _, e := range elements {
		if _, open := e.(*segment); open {
			return false
		}
	}
	return true
}

// presence is whether a map has a key.
type presence int

const (
	absent presence = iota
	present
	uncertain
)

// field looks a key up in a map.
func field(m value, key ref.Val) (value, presence) {
	switch m := m.(type) {
	case *hidden:
		v, is := field(m.value, key)
		return veiled(v), is
	case *partialMap:
		name, _ := key.(types.String)
		v, ok := m.fields[string(name)]
		switch {
		case uncertainly(v):
			return v, uncertain
		case ok:
			return v, present
		}
	case traits.Mapper:
		if v, ok := m.Find(key); ok {
			return v, present
		}
	}
	return nil, absent
}

// uncertainly says whether the value of a key may turn out not to be there.
func uncertainly(v value) bool {
	_, open := v.(*unknown)
	return open || vanishing(v)
}

func vanishing(v value) bool {
	m, ok := v.(*partialMap)
	return ok && m.vanishes
}

// keysOf are the keys of a map in a fixed order, and whether it is one.
func keysOf(m value) ([]ref.Val, bool) {
	switch m := opened(m).(type) {
	case *partialMap:
		keys := make([]ref.Val, len(m.keys))
		for i, k := range m.keys {
			keys[i] = types.String(k)
		}
		return keys, true
	case traits.Mapper:
		var keys []ref.Val
		for it := m.Iterator(); it.HasNext() == types.True; {
			keys = append(keys, it.Next())
		}
		sortKeys(keys)
		return keys, true
	default:
		return nil, false
	}
}

// insideOf is the value in an optional, whether it has one, and whether v is an
// optional at all.
func insideOf(v value) (inner value, some, optional bool) {
	switch v := opened(v).(type) {
	case *partialOptional:
		return v.value, true, true
	case *types.Optional:
		if !v.HasValue() {
			return nil, false, true
		}
		return v.GetValue(), true, true
	default:
		return nil, false, false
	}
}

// optionalOf is an optional with a value.
func optionalOf(v value) value {
	if known, ok := v.(ref.Val); ok {
		return types.OptionalOf(known)
	}
	return &partialOptional{value: v}
}
