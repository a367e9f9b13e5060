package expressions

import (
	"slices"
	"strings"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// selector takes one step into a value: a field, an element, or the test for one.
type selector struct {
	*dialect
	key ref.Val
	// known takes the step into what is known; it is the library's own.
	known interpreter.Qualifier
	// optional steps give optionals; has() only tests.
	optional, test bool
}

func (d *dialect) selector(key ref.Val, optional bool) selector {
	known, err := d.attributes.NewQualifier(nil, 0, key, optional)
	if err != nil {
		known = nil
	}
	return selector{dialect: d, key: key, known: known, optional: optional}
}

func (w selector) from(v value) value {
	if inner, some, isOptional := insideOf(v); isOptional {
		if !some && w.test {
			return types.False
		}
		if !some {
			return types.OptionalNone
		}
		v, w.optional = inner, true
	}
	switch v := v.(type) {
	case *unknown:
		return v
	case *types.Err:
		return v
	case *hidden:
		return hideValue(w.from(v.value))
	case *names:
		return v.get(w.key)
	case *partialMap:
		found, is := field(v, w.key)
		return w.found(found, is)
	case *partialList:
		return w.element(v)
	case ref.Val:
		return w.within(v)
	default:
		return types.NewErr("no such overload")
	}
}

// hideValue hides what a step into a secret finds, but for the answer of has().
func hideValue(v value) value {
	if known, ok := v.(ref.Val); ok {
		return hide(known)
	}
	return v
}

// found is the result of the step when the place may be there.
func (w selector) found(v value, is presence) value {
	switch {
	case is == uncertain && w.test:
		return lacking(v)
	case is == uncertain:
		if u, ok := v.(*unknown); ok {
			return u
		}
		// A map that may not be there is as good as an empty one.
		is = present
	}
	switch {
	case w.test:
		return types.Bool(is == present)
	case is == absent && w.optional:
		return types.OptionalNone
	case is == absent:
		return types.NewErr("no such key: %v", w.key)
	case w.optional:
		return optionalOf(v)
	default:
		return v
	}
}

func (w selector) element(l *partialList) value {
	index, err := types.IndexOrError(w.key)
	if err != nil {
		return types.WrapErr(err)
	}
	for i, e := range l.elements {
		if open, ok := e.(*segment); ok {
			return open.of
		}
		if i == index {
			return w.found(e, present)
		}
	}
	return w.found(nil, absent)
}

func (w selector) within(v ref.Val) value {
	if w.known == nil {
		return types.NewErr("invalid qualifier type: %v", w.key.Type())
	}
	if !w.optional && !w.test {
		to, err := w.known.Qualify(nil, v)
		if err != nil {
			return types.WrapErr(err)
		}
		return w.native(to)
	}
	to, is, err := w.known.QualifyIfPresent(nil, v, w.test)
	switch {
	case err != nil:
		return types.WrapErr(err)
	case w.test:
		return types.Bool(is)
	case !is:
		return types.OptionalNone
	default:
		return types.OptionalOf(w.native(to))
	}
}

// index is a step whose key is computed.
func (p *planner) index(operand, key program, optional bool) program {
	return func(s scope) value {
		from := operand(s)
		if failure, ok := from.(*types.Err); ok {
			return failure
		}
		k := key(s)
		if first := lacking(k); first != nil {
			return first
		}
		known := p.reveal(k)
		if types.IsError(known) {
			return known
		}
		return p.selector(known, optional).from(from)
	}
}

func (p *planner) list(e ast.Expr, telling bool) program {
	list := e.AsList()
	parts := make([]program, list.Size())
	for i, element := range list.Elements() {
		parts[i] = p.plan(element, telling)
	}
	return func(s scope) value {
		elements := make([]value, 0, len(parts))
		for i, part := range parts {
			v := part(s)
			if failure, ok := v.(*types.Err); ok {
				return failure
			}
			if list.IsOptional(int32(i)) {
				inner, some, isOptional := insideOf(v)
				if u, open := v.(*unknown); open {
					return u
				}
				if !isOptional {
					return types.NewErr("cannot initialize optional list element from non-optional value")
				}
				if !some {
					continue
				}
				v = inner
			}
			elements = append(elements, v)
		}
		return p.listOf(elements)
	}
}

// newMap is a map that the expression itself makes; one with an unknown inside is
// unknown as a whole.
func (p *planner) newMap(e ast.Expr) program {
	type entry struct {
		key, value program
		optional   bool
	}
	var entries []entry
	for _, from := range e.AsMap().Entries() {
		m := from.AsMapEntry()
		entries = append(entries, entry{p.plan(m.Key(), false), p.plan(m.Value(), false), m.IsOptional()})
	}
	return func(s scope) value {
		made, veil := make(map[ref.Val]ref.Val, len(entries)), false
		for _, e := range entries {
			var pair [2]ref.Val
			for i, part := range []program{e.key, e.value} {
				v := part(s)
				if first := lacking(v); first != nil {
					return first
				}
				known := p.reveal(v)
				if types.IsError(known) {
					return known
				}
				if _, plain := v.(ref.Val); !plain {
					veil = true
				}
				pair[i] = known
			}
			if e.optional {
				optional, ok := pair[1].(*types.Optional)
				if !ok {
					return types.NewErr("cannot initialize optional entry '%v' from non-optional value %v", pair[0], pair[1])
				}
				if !optional.HasValue() {
					continue
				}
				pair[1] = optional.GetValue()
			}
			made[pair[0]] = pair[1]
		}
		if veil {
			return &hidden{value: p.native(made)}
		}
		return p.native(made)
	}
}

func sortKeys(keys []ref.Val) {
	slices.SortFunc(keys, func(a, b ref.Val) int {
		left, _ := a.(types.String)
		right, _ := b.(types.String)
		return strings.Compare(string(left), string(right))
	})
}
