package expressions

import (
	"regexp"

	"github.com/google/cel-go/common/functions"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// notKnownYet stands in a message for a part of it that is not known yet.
const notKnownYet = types.String("(not known yet)")

// function calls a function of the library: with known arguments the function
// itself (or what does the same faster), with others it is undecided unless the
// result does not depend on them.
func (p *planner) function(id int64, name string, args []program, telling bool, known func([]ref.Val) ref.Val) program {
	overload := ""
	if to, ok := p.checked.ReferenceMap()[id]; ok && len(to.OverloadIDs) == 1 {
		overload = to.OverloadIDs[0]
	}
	if known == nil {
		known = p.library(name, overload)
	}
	return func(s scope) value {
		values := make([]value, len(args))
		vals := make([]ref.Val, 0, len(args))
		var first *unknown
		for i, arg := range args {
			v := arg(s)
			if failure, ok := v.(*types.Err); ok {
				return failure
			}
			if first == nil {
				first = lacking(v)
			}
			values[i] = v
			if plain, ok := v.(ref.Val); ok {
				vals = append(vals, plain)
			}
		}
		if len(vals) == len(args) {
			return known(vals)
		}
		if telling {
			if text := p.tell(name, values); text != nil {
				return text
			}
		}
		if first != nil || structural[name] {
			return p.partly(name, values, first)
		}
		vals = vals[:0]
		for _, v := range values {
			vals = append(vals, p.reveal(v))
		}
		return hide(known(vals))
	}
}

// structural functions put values together or take them apart: what is no secret
// in them stays so.
var structural = map[string]bool{operators.Add: true, "dyn": true, "optional.of": true, "value": true, "hasValue": true}

// patterns is the function matches() with a pattern that is known beforehand, nil
// when it is none.
func patterns(pattern ref.Val) func([]ref.Val) ref.Val {
	text, ok := pattern.(types.String)
	compiled, err := regexp.Compile(string(text))
	if err != nil || !ok {
		return nil
	}
	return func(args []ref.Val) ref.Val {
		text, ok := args[0].(types.String)
		if !ok {
			return types.MaybeNoSuchOverloadErr(args[0])
		}
		return types.Bool(compiled.MatchString(string(text)))
	}
}

// library is a function of the library, chosen as the library's own interpreter
// chooses.
func (d *dialect) library(name, overload string) func([]ref.Val) ref.Val {
	found, ok := d.functions.FindOverload(overload)
	if !ok {
		found, ok = d.functions.FindOverload(name)
	}
	return func(args []ref.Val) ref.Val {
		if ok && (found.OperandTrait == 0 || len(args) > 0 && args[0].Type().HasTrait(found.OperandTrait)) {
			return apply(found, args)
		}
		if len(args) > 0 {
			if receiver, is := args[0].(traits.Receiver); is && args[0].Type().HasTrait(traits.ReceiverType) {
				return receiver.Receive(name, overload, args[1:])
			}
		}
		return types.NewErr("no such overload: %s", name)
	}
}

func apply(f *functions.Overload, args []ref.Val) ref.Val {
	switch {
	case len(args) == 1 && f.Unary != nil:
		return f.Unary(args[0])
	case len(args) == 2 && f.Binary != nil:
		return f.Binary(args[0], args[1])
	case f.Function != nil:
		return f.Function(args...)
	default:
		return types.NewErr("no such overload: %s", f.Operator)
	}
}

// partly is the result of a function when an argument has an unknown inside.
func (d *dialect) partly(name string, args []value, first *unknown) value {
	switch name {
	case operators.Add:
		return d.concatenate(args[0], args[1], first)
	case operators.In, operators.OldIn:
		return d.within(args[0], args[1], first)
	case overloads.Size:
		return size(args[0], first)
	case "dyn":
		return args[0]
	case "optional.of":
		return optionalOf(args[0])
	}
	inner, some, isOptional := insideOf(args[0])
	switch {
	case isOptional && vanishing(inner):
		return first
	case isOptional && name == "hasValue":
		return types.Bool(some)
	case isOptional && name == "value":
		return inner
	default:
		return first
	}
}

// concatenate puts two lists together. One of which nothing is known becomes a
// segment, so that a bad element of the other stays bad.
func (d *dialect) concatenate(a, b value, first *unknown) value {
	var elements []value
	for _, v := range []value{a, b} {
		part, ok := elementsOf(v)
		if u, open := v.(*unknown); open {
			part, ok = []value{&segment{of: u}}, true
		}
		if !ok {
			// Text, or no sum at all.
			return d.added(a, b, first)
		}
		elements = append(elements, part...)
	}
	if _, open := a.(*unknown); open {
		if _, both := b.(*unknown); both {
			return first
		}
	}
	return d.listOf(elements)
}

// added is a sum that is none of lists.
func (d *dialect) added(a, b value, first *unknown) value {
	if first != nil {
		return first
	}
	return hide(d.library(operators.Add, "")([]ref.Val{d.reveal(a), d.reveal(b)}))
}

// within is whether a list has an element or a map a key.
func (d *dialect) within(v, in value, first *unknown) value {
	if elements, ok := elementsOf(in); ok {
		if len(elements) == 0 {
			return types.False
		}
		different := sized(elements)
		for _, e := range elements {
			switch d.equal(v, e) {
			case types.True:
				return types.True
			case types.False:
			default:
				different = false
			}
		}
		if different {
			return types.False
		}
		return first
	}
	key, ok := v.(ref.Val)
	if m, isMap := in.(*partialMap); isMap && ok {
		switch _, is := field(m, key); is {
		case present:
			return types.True
		case absent:
			return types.False
		}
	}
	return first
}

func size(v value, first *unknown) value {
	switch v := v.(type) {
	case *partialList:
		if sized(v.elements) {
			return types.Int(len(v.elements))
		}
	case *partialMap:
		for _, f := range v.fields {
			if uncertainly(f) {
				return first
			}
		}
		return types.Int(len(v.fields))
	}
	return first
}

// shown is a part of a text.
func shown(v value) ref.Val {
	switch v := v.(type) {
	case types.String:
		return v
	case *hidden:
		return secret
	default:
		return notKnownYet
	}
}

// tell is a text in which parts that are not known are marked as such, or nil when
// the function makes none.
func (d *dialect) tell(name string, args []value) value {
	marked := make([]ref.Val, len(args))
	switch name {
	case operators.Add:
		texts := 0
		for i, arg := range args {
			marked[i] = shown(arg)
			if _, ok := arg.(types.String); ok {
				texts++
			}
		}
		if texts == 0 {
			return nil
		}
	case "join":
		for i, arg := range args {
			marked[i], _ = arg.(ref.Val)
		}
		elements, ok := elementsOf(args[0])
		if !ok || len(args) > 1 && marked[1] == nil {
			return nil
		}
		var texts []ref.Val
		for _, e := range elements {
			texts = append(texts, shown(e))
		}
		marked[0] = d.native(texts)
	default:
		return nil
	}
	return d.library(name, "")(marked)
}
