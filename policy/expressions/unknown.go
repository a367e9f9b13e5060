package expressions

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// unknownError stands for a value that is not known yet.
type unknownError struct{ path string }

func (u *unknownError) Error() string { return "not known yet: " + u.path }

func unknownValue(path string) ref.Val { return types.WrapErr(&unknownError{path: path}) }

// partialMap is a map with an unknown somewhere inside.
type partialMap struct {
	traits.Mapper
	keys  []string
	first ref.Val // one of the unknowns
}

func newPartialMap(fields map[string]any, first ref.Val) *partialMap {
	m := &partialMap{first: first}
	for k := range fields {
		m.keys = append(m.keys, k)
	}
	if mapper, ok := types.NewStringInterfaceMap(types.DefaultTypeAdapter, fields).(traits.Mapper); ok {
		m.Mapper = mapper
	}
	return m
}

// Equal is false when a known part differs, and else undecided.
func (m *partialMap) Equal(other ref.Val) ref.Val {
	theirs, ok := other.(traits.Mapper)
	if !ok || theirs.Size() != m.Size() {
		return types.False
	}
	for _, k := range m.keys {
		theirValue, found := theirs.Find(types.String(k))
		if !found && !types.IsUnknownOrError(theirValue) {
			return types.False
		}
		ours, _ := m.Find(types.String(k))
		if types.IsUnknownOrError(ours) || types.IsUnknownOrError(theirValue) {
			continue
		}
		if types.Equal(ours, theirValue) == types.False {
			return types.False
		}
	}
	return m.first
}

// partialList is a list with an unknown somewhere inside.
type partialList struct {
	traits.Lister
	elements []any
	first    ref.Val // one of the unknowns
}

func newPartialList(elements []any, first ref.Val) *partialList {
	return &partialList{Lister: types.NewDynamicList(types.DefaultTypeAdapter, elements), elements: elements, first: first}
}

// Contains is true when a known element is it, and else undecided.
func (l *partialList) Contains(v ref.Val) ref.Val {
	for i := range l.elements {
		e := l.Get(types.Int(i))
		if !types.IsUnknownOrError(e) && types.Equal(e, v) == types.True {
			return types.True
		}
	}
	return l.first
}

// Equal is false when a known part differs, and else undecided.
func (l *partialList) Equal(other ref.Val) ref.Val {
	theirs, ok := other.(traits.Lister)
	if !ok || theirs.Size() != l.Size() {
		return types.False
	}
	for i := range l.elements {
		ours, theirElement := l.Get(types.Int(i)), theirs.Get(types.Int(i))
		if types.IsUnknownOrError(ours) || types.IsUnknownOrError(theirElement) {
			continue
		}
		if types.Equal(ours, theirElement) == types.False {
			return types.False
		}
	}
	return l.first
}

// Add is a list with an unknown inside again.
func (l *partialList) Add(other ref.Val) ref.Val {
	theirs, ok := other.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	size, ok := theirs.Size().(types.Int)
	if !ok {
		return l.first
	}
	sum := append([]any(nil), l.elements...)
	for i := range size {
		sum = append(sum, theirs.Get(i))
	}
	return newPartialList(sum, l.first)
}
