package clouds

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// change is what happened to one property.
type change int

const (
	added change = iota
	deleted
	updated
)

// commonMaps are the properties whose keys the user chooses in every type that has them.
var commonMaps = []string{"tags", "labels", "resourceLabels", "metadata"}

func (t *Type) isMap(path string) bool {
	return slices.Contains(commonMaps, path) || slices.Contains(t.Maps, path)
}

// changes compares two sets of inputs, property by property.
func (t *Type) changes(old, inputs props.Object) map[string]change {
	d := differ{t: t, out: map[string]change{}}
	d.objects("", t.withDefaults(old), t.withDefaults(inputs))
	return d.out
}

type differ struct {
	t   *Type
	out map[string]change
}

func (d *differ) objects(path string, old, inputs props.Object) {
	for _, k := range props.SortedKeys(old) {
		if k == defaultsKey {
			continue
		}
		p := props.Join(path, k)
		if v, ok := inputs[k]; ok {
			d.values(p, old[k], v)
		} else if !props.Under(p, d.t.OptionalComputed) && old[k] != nil && !d.none(p, old[k]) {
			d.out[p] = deleted
		}
	}
	for _, k := range props.SortedKeys(inputs) {
		if _, ok := old[k]; !ok && k != defaultsKey && inputs[k] != nil && !d.none(props.Join(path, k), inputs[k]) {
			d.out[props.Join(path, k)] = added
		}
	}
}

// none says whether a value is the same as none, as the bridged providers have it: an empty list, an empty map of
// the user's own keys. An empty block is there: the allow {} of a web ACL says what it does.
func (d *differ) none(path string, v any) bool {
	if _, block := v.(props.Object); block && !d.t.isMap(path) && strings.Contains(path, ".") {
		return false
	}
	return empty(v)
}

// empty says whether a list or a map has nothing in it.
func empty(v any) bool {
	switch x := v.(type) {
	case []any:
		return len(x) == 0
	case props.Object:
		return len(x) == 0
	default:
		return false
	}
}

func (d *differ) values(path string, old, value any) {
	if props.Equal(old, value) {
		return
	}
	switch x := value.(type) {
	case props.Object:
		if o, ok := old.(props.Object); ok {
			d.objects(path, o, x)
			return
		}
	case []any:
		if o, ok := old.([]any); ok {
			d.lists(path, o, x)
			return
		}
	}
	d.out[path] = updated
}

func (d *differ) lists(path string, old, value []any) {
	if props.Under(path, d.t.Sets) {
		if !props.Equal(props.SortSet(old), props.SortSet(value)) {
			d.out[path] = updated
		}
		return
	}
	for i := range max(len(old), len(value)) {
		p := props.Index(path, i)
		switch {
		case i >= len(old):
			d.out[p] = added
		case i >= len(value):
			d.out[p] = deleted
		default:
			d.values(p, old[i], value[i])
		}
	}
}

// withDefaults returns the inputs with the type's defaults filled in.
func (t *Type) withDefaults(in props.Object) props.Object {
	out := props.Clone(in)
	if out == nil {
		out = props.Object{}
	}
	t.fillDefaults(out)
	return out
}

// fillDefaults adds defaults. One below an object is added only where the program has that object.
func (t *Type) fillDefaults(o props.Object) {
	for _, path := range props.SortedKeys(t.Defaults) {
		if props.Get(o, path) != nil {
			continue
		}
		steps, err := props.Parse(path)
		if err != nil {
			continue
		}
		if len(steps) > 1 && props.Map(o, parent(path)) == nil {
			continue
		}
		_ = props.Set(o, path, props.Clone(t.Defaults[path]))
	}
}

// parent is the path without its last key; the paths of the tables have plain keys only.
func parent(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '.' {
			return path[:i]
		}
	}
	return ""
}
