package clouds

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// merge returns what an update makes of an object: inputs that went away are
// removed, new ones set, and what the cloud computed stays.
func (t *Type) merge(object, oldInputs, inputs props.Object) props.Object {
	out := props.Clone(object)
	t.mergeInto("", out, oldInputs, inputs)
	t.fillDefaults(out)
	return out
}

func (t *Type) mergeInto(path string, out, oldInputs, inputs props.Object) {
	for k := range oldInputs {
		p := props.Join(path, k)
		if _, still := inputs[k]; !still && !props.Under(p, t.OptionalComputed) {
			delete(out, k)
		}
	}
	for k, v := range inputs {
		if k == defaultsKey {
			continue
		}
		p := props.Join(path, k)
		from, isObject := v.(props.Object)
		into, wasObject := out[k].(props.Object)
		if isObject && wasObject && !t.isMap(p) {
			before, _ := oldInputs[k].(props.Object)
			t.mergeInto(p, into, before, from)
			continue
		}
		out[k] = props.Clone(v)
	}
}

// inputsOf finds the inputs that would make an object as it is now. With old
// inputs it follows them, so that a program that never changed shows no
// difference unless the object changed; without, as in an import, every
// property that can be an input and differs from its default is one.
func (t *Type) inputsOf(object, old props.Object) props.Object {
	if len(old) == 0 {
		return t.allInputs("", object)
	}
	in := t.follow("", object, old)
	for _, w := range t.WriteOnly {
		if v, ok := old[w]; ok {
			in[w] = v
		}
	}
	if d, ok := old[defaultsKey]; ok {
		in[defaultsKey] = d
	}
	// What somebody set by hand shows when it differs from the default.
	for path, def := range t.Defaults {
		v := props.Get(object, path)
		if v != nil && props.Get(in, path) == nil && !props.Equal(v, def) {
			_ = props.Set(in, path, props.Clone(v))
		}
	}
	for _, m := range append(slices.Clone(commonMaps), t.Maps...) {
		if v := props.Map(object, m); len(v) > 0 && props.Get(in, m) == nil && !props.Under(m, t.Computed) && !props.Under(m, t.OptionalComputed) {
			_ = props.Set(in, m, props.Clone(v))
		}
	}
	return in
}

func (t *Type) follow(path string, object, old props.Object) props.Object {
	in := props.Object{}
	for k, before := range old {
		p := props.Join(path, k)
		now, ok := object[k]
		if !ok || now == nil {
			if empty(before) && before != nil {
				in[k] = before
			}
			continue
		}
		in[k] = t.followValue(p, now, before)
	}
	if t.isMap(path) {
		for k, now := range object {
			if _, ok := old[k]; !ok {
				in[k] = props.Clone(now)
			}
		}
	}
	return in
}

func (t *Type) followValue(path string, now, before any) any {
	switch b := before.(type) {
	case props.Object:
		if n, ok := now.(props.Object); ok {
			return t.follow(path, n, b)
		}
	case []any:
		n, ok := now.([]any)
		if !ok {
			break
		}
		if props.Under(path, t.Sets) && props.Equal(props.SortSet(n), props.SortSet(b)) {
			return props.Clone(before) // keep the program's order
		}
		out := make([]any, len(n))
		for i, e := range n {
			out[i] = props.Clone(e)
			if i < len(b) {
				out[i] = t.followValue(props.Index(path, i), e, b[i])
			}
		}
		return out
	}
	return props.Clone(now)
}

// tagsAll is what the aws provider calls the tags with its default tags.
const tagsAll = "tagsAll"

func (t *Type) allInputs(path string, object props.Object) props.Object {
	in := props.Object{}
	for k, v := range object {
		p := props.Join(path, k)
		if v == nil || p == tagsAll || props.Under(p, t.Computed) || slices.Contains(t.WriteOnly, p) {
			continue
		}
		if def, ok := t.Defaults[p]; ok && props.Equal(v, def) {
			continue
		}
		if o, ok := v.(props.Object); ok && !t.isMap(p) {
			if v = t.allInputs(p, o); len(v.(props.Object)) == 0 { //nolint:forcetypeassert // made one line above
				continue
			}
		}
		in[k] = props.Clone(v)
	}
	return in
}

// preview returns the properties that a create or update will have, as far as they can be known.
func (t *Type) preview(p props.Object, creating bool) {
	unknown := t.ComputedByUpdate
	if creating {
		unknown = append(slices.Clone(t.Computed), t.OptionalComputed...)
	}
	for _, path := range unknown {
		if creating && props.Get(p, path) != nil {
			continue // the program says it, or the provider knows
		}
		if strings.Contains(path, ".") && props.Map(p, parent(path)) == nil {
			continue // the whole object is unknown or there is none
		}
		_ = props.Set(p, path, props.Unknown)
	}
}
