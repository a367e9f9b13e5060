package rule

import (
	"slices"
	"strconv"
	"strings"
)

// Unknown stands in a property tree for a value that is not known yet.
type Unknown struct{}

// Secret stands in a property tree for a secret around its plain value.
type Secret struct{ Plain any }

// Value is one place in the properties of a resource: what stands there, if
// anything, and its path. A place that does not exist is a Value too, so rules
// ask for what they need without checking every step.
//
// The tree under a Value is made of map[string]any, []any, string, float64,
// bool, nil, [Unknown] and [Secret].
type Value struct {
	data   any
	path   *step
	of     *Resource
	secret bool
}

// step is one link of a path, from the leaf to the root.
type step struct {
	up    *step
	key   string
	index int // -1 when the step is a key
}

// NewValue makes the root of a property tree.
func NewValue(tree any) Value { return Value{data: tree}.open() }

// open takes a secret's wrapper off and remembers that it was there.
func (v Value) open() Value {
	for {
		s, ok := v.data.(Secret)
		if !ok {
			return v
		}
		v.data, v.secret = s.Plain, true
	}
}

// Get goes down by keys. The result of going through something unknown is
// unknown, through something missing is missing.
func (v Value) Get(keys ...string) Value {
	for _, key := range keys {
		data := v.data
		switch d := data.(type) {
		case Unknown:
		case map[string]any:
			data = d[key]
		default:
			data = nil
		}
		v.data, v.path = data, &step{up: v.path, key: key, index: -1}
		v = v.open()
	}
	return v
}

// Items are the elements of a list. A list that is unknown, missing or no list
// has none: use [Inquiry.Each], [Value.All] or [Value.Any], which tell unknown
// from empty.
func (v Value) Items() []Value {
	list, ok := v.data.([]any)
	if !ok {
		return nil
	}
	items := make([]Value, len(list))
	for i, data := range list {
		item := Value{data: data, path: &step{up: v.path, index: i}, of: v.of, secret: v.secret}
		items[i] = item.open()
	}
	return items
}

// Tree is the value itself, in the types that [Value] lists. It must not be
// changed.
func (v Value) Tree() any { return v.data }

// Resource is the resource the value belongs to, or nil.
func (v Value) Resource() *Resource { return v.of }

// IsUnknown says whether the value is not known yet.
func (v Value) IsUnknown() bool {
	_, unknown := v.data.(Unknown)
	return unknown
}

// IsSecret says whether the value is a secret or part of one.
func (v Value) IsSecret() bool { return v.secret }

// Present asks whether there is a value. A null counts as none, as it does for
// every API the rules look at.
func (v Value) Present() Truth {
	if v.IsUnknown() {
		return v.undecided()
	}
	return Known(v.data != nil)
}

// Empty asks whether the value is missing, or a list, map or string without
// anything in it.
func (v Value) Empty() Truth {
	switch d := v.data.(type) {
	case Unknown:
		return v.undecided()
	case nil:
		return True()
	case []any:
		return Known(len(d) == 0)
	case map[string]any:
		return Known(len(d) == 0)
	case string:
		return Known(d == "")
	default:
		return False()
	}
}

// Is asks whether the value equals want, a string, bool, int or float64. A
// missing value equals nothing.
func (v Value) Is(want any) Truth {
	if v.IsUnknown() {
		return v.undecided()
	}
	if n, ok := want.(int); ok {
		want = float64(n)
	}
	switch v.data.(type) {
	case string, bool, float64:
		return Known(v.data == want)
	default:
		return False()
	}
}

// OneOf asks whether the value is one of the strings allowed.
func (v Value) OneOf(allowed []string) Truth {
	return v.Matches(func(s string) bool { return slices.Contains(allowed, s) })
}

// Matches asks whether the value is a string for which f holds.
func (v Value) Matches(f func(string) bool) Truth {
	if v.IsUnknown() {
		return v.undecided()
	}
	s, ok := v.data.(string)
	return Known(ok && f(s))
}

// Any asks whether f holds for an element of the list. A missing list has none.
func (v Value) Any(f func(Value) Truth) Truth {
	if v.IsUnknown() {
		return v.undecided()
	}
	result := False()
	for _, item := range v.Items() {
		result = result.Or(f(item))
	}
	return result
}

// All asks whether f holds for every element of the list. It holds for a
// missing list.
func (v Value) All(f func(Value) Truth) Truth {
	return v.Any(func(item Value) Truth { return f(item).Not() }).Not()
}

// Contains asks whether an element of the list equals want.
func (v Value) Contains(want any) Truth {
	return v.Any(func(item Value) Truth { return item.Is(want) })
}

// Same asks whether two values are the same string.
func (v Value) Same(other Value) Truth {
	if other.IsUnknown() {
		return other.undecided()
	}
	text, ok := other.Text()
	return Known(ok).And(v.Is(text))
}

// AtLeast asks whether the list has n elements or more.
func (v Value) AtLeast(n int) Truth {
	if v.IsUnknown() {
		return v.undecided()
	}
	list, _ := v.data.([]any)
	return Known(len(list) >= n)
}

// OrElse is v, or fallback when v is missing: the setting of a container, or
// else that of its pod. An unknown v stays unknown, whatever the fallback.
func (v Value) OrElse(fallback Value) Value {
	if v.data == nil {
		return fallback
	}
	return v
}

// Text is the string at v, and whether there is a known one. Use it for names
// in messages and for keys; ask questions with [Value.Is] and [Value.Matches].
func (v Value) Text() (string, bool) {
	s, ok := v.data.(string)
	return s, ok
}

// undecided names the value; in a stack, with the resource it belongs to.
func (v Value) undecided() Truth {
	if v.of != nil && v.of.inStack {
		return Undecided(v.of.Name + ": " + v.Path())
	}
	return Undecided(v.Path())
}

// Path is where the value stands, as in "spec.containers[0].image"; a key that
// is no plain name is quoted: `metadata.labels["app.kubernetes.io/name"]`.
func (v Value) Path() string {
	var b strings.Builder
	writePath(&b, v.path)
	return b.String()
}

func writePath(b *strings.Builder, s *step) {
	if s == nil {
		return
	}
	writePath(b, s.up)
	switch {
	case s.index >= 0:
		b.WriteString("[" + strconv.Itoa(s.index) + "]")
	default:
		writeKey(b, s.key)
	}
}

func writeKey(b *strings.Builder, key string) {
	if !plainKey(key) {
		b.WriteString("[" + strconv.Quote(key) + "]")
		return
	}
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	b.WriteString(key)
}

// JoinPath is the path of a key below a path, as [Value.Path] writes it.
func JoinPath(path, key string) string {
	var b strings.Builder
	b.WriteString(path)
	writeKey(&b, key)
	return b.String()
}

func plainKey(key string) bool {
	for _, r := range key {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
		if !letter {
			return false
		}
	}
	return key != ""
}

// Steps is the path as keys (string) and indices (int), from the root.
func (v Value) Steps() []any {
	var steps []any
	for s := v.path; s != nil; s = s.up {
		if s.index >= 0 {
			steps = append(steps, s.index)
		} else {
			steps = append(steps, s.key)
		}
	}
	slices.Reverse(steps)
	return steps
}
