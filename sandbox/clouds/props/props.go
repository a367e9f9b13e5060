// Package props reads and writes the properties of simulated cloud resources.
//
// A property is what JSON can say: string, float64, bool, nil, []any and
// map[string]any. A value that a preview does not know yet is [Unknown].
// Paths are written as Pulumi writes them: vpcConfig.subnetIds[0],
// tags["kubernetes.io/role/elb"].
package props

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
)

// Object is a set of properties.
type Object = map[string]any

// Unknown stands for a value that is known only after an update. The text is
// the one the Pulumi protocol gives an unknown string.
const Unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

// IsUnknown says whether v itself is unknown.
func IsUnknown(v any) bool { return v == Unknown }

// HasUnknown says whether v is unknown or contains something unknown.
func HasUnknown(v any) bool {
	switch x := v.(type) {
	case []any:
		return slices.ContainsFunc(x, HasUnknown)
	case Object:
		for _, e := range x {
			if HasUnknown(e) {
				return true
			}
		}
		return false
	default:
		return IsUnknown(v)
	}
}

// Clone returns a deep copy of v.
func Clone[T any](v T) T {
	c, _ := clone(any(v)).(T)
	return c
}

func clone(v any) any {
	switch x := v.(type) {
	case Object:
		if x == nil {
			return x
		}
		o := make(Object, len(x))
		for k, e := range x {
			o[k] = clone(e)
		}
		return o
	case []any:
		if x == nil {
			return x
		}
		l := make([]any, len(x))
		for i, e := range x {
			l[i] = clone(e)
		}
		return l
	default:
		return v
	}
}

// Equal says whether two properties are the same; every kind of number is compared as a float64.
func Equal(a, b any) bool { return reflect.DeepEqual(Normal(a), Normal(b)) }

// Normal turns the numbers, lists and maps that Go code writes into the types JSON is decoded to.
func Normal(v any) any {
	switch x := v.(type) {
	case int:
		return float64(x)
	case int64:
		return float64(x)
	case []string:
		return Strings(x)
	case map[string]string:
		o := make(Object, len(x))
		for k, e := range x {
			o[k] = e
		}
		return o
	case []any:
		l := make([]any, len(x))
		for i, e := range x {
			l[i] = Normal(e)
		}
		return l
	case Object:
		o := make(Object, len(x))
		for k, e := range x {
			o[k] = Normal(e)
		}
		return o
	default:
		return v
	}
}

// Strings makes a list of properties from strings.
func Strings(s []string) []any {
	l := make([]any, len(s))
	for i, e := range s {
		l[i] = e
	}
	return l
}

// SortedKeys returns the keys of o in order.
func SortedKeys[V any](o map[string]V) []string {
	k := make([]string, 0, len(o))
	for n := range o {
		k = append(k, n)
	}
	sort.Strings(k)
	return k
}

// SortSet orders the elements of a list whose order has no meaning.
func SortSet(l []any) []any {
	type entry struct {
		key   string
		value any
	}
	es := make([]entry, len(l))
	for i, v := range l {
		b, err := json.Marshal(v)
		if err != nil { // cannot happen for JSON-like values
			return l
		}
		es[i] = entry{string(b), v}
	}
	sort.SliceStable(es, func(i, j int) bool { return es[i].key < es[j].key })
	out := make([]any, len(es))
	for i, e := range es {
		out[i] = e.value
	}
	return out
}
