package expressions

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/cel-go/common/types/ref"

	"github.com/ai-now/platform/policy/rule"
)

// object is a resource in the form expressions see.
type object struct {
	value      any
	hasUnknown bool
	tree       func() map[string]any

	mu          sync.Mutex
	activations map[*dialect]*activation
}

// prepared is the resource's object, made once for all rules.
func (e *Evaluator) prepared(res *rule.Resource) *object {
	o, _ := res.Keep(func() any {
		value, first := bind(Object(res), "")
		return &object{value: value, hasUnknown: first != nil, tree: func() map[string]any { return Object(res) }}
	}).(*object)
	return o
}

// known is the object without the parts that have an unknown inside: elements of
// lists as a whole, of maps the keys.
func (o *object) known() *object {
	if !o.hasUnknown {
		return o
	}
	value, _ := prune(o.tree())
	return &object{value: value}
}

// prune drops unknowns from a tree, and says whether there were any.
func prune(data any) (kept any, dropped bool) {
	switch d := data.(type) {
	case rule.Unknown:
		return nil, true
	case map[string]any:
		for k, e := range d {
			inner, had := prune(e)
			dropped = dropped || had
			if d[k] = inner; inner == nil {
				delete(d, k)
			}
		}
		return d, dropped
	case []any:
		known := make([]any, 0, len(d))
		for _, e := range d {
			inner, had := prune(e)
			dropped = dropped || had
			if !had {
				known = append(known, inner)
			}
		}
		return known, dropped
	default:
		return data, false
	}
}

// Object is a Kubernetes object as the API server shows it to its policies: with
// apiVersion and kind, without nulls, whole numbers as integers, secrets opened,
// and with the defaults a rule can notice. What is not known yet stays
// [rule.Unknown].
func Object(res *rule.Resource) map[string]any {
	tree, ok := plain(res.Properties.Tree()).(map[string]any)
	if !ok {
		tree = map[string]any{}
	}
	apiVersion, kind := apiVersionOf(res.Type)
	setDefault(tree, "apiVersion", apiVersion)
	setDefault(tree, "kind", kind)
	if k, ok := res.Kind(); ok {
		fillDefaults(k, tree)
	}
	return tree
}

// apiVersionOf reads "kubernetes:apps/v1:Deployment".
func apiVersionOf(typ string) (apiVersion, kind string) {
	parts := strings.SplitN(typ, ":", 3)
	if len(parts) != 3 {
		return "", ""
	}
	return strings.TrimPrefix(parts[1], "core/"), parts[2]
}

// plain copies a tree into the types of JSON as the API server decodes it.
func plain(data any) any {
	switch d := data.(type) {
	case rule.Secret:
		return plain(d.Plain)
	case map[string]any:
		fields := make(map[string]any, len(d))
		for k, e := range d {
			if p := plain(e); p != nil {
				fields[k] = p
			}
		}
		return fields
	case []any:
		elements := make([]any, len(d))
		for i, e := range d {
			elements[i] = plain(e)
		}
		return elements
	case float64:
		if d == math.Trunc(d) && math.Abs(d) < 1<<53 {
			return int64(d)
		}
	}
	return data
}

// bind replaces unknowns, and what has one inside, by values that know it. first
// is one of the unknowns, nil when there is none.
func bind(data any, path string) (bound any, first ref.Val) {
	switch d := data.(type) {
	case rule.Unknown:
		u := unknownValue(path)
		return u, u
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(d)) {
			b, u := bind(d[k], rule.JoinPath(path, k))
			d[k] = b
			if first == nil {
				first = u
			}
		}
		if first != nil {
			return newPartialMap(d, first), first
		}
	case []any:
		for i, e := range d {
			b, u := bind(e, path+"["+strconv.Itoa(i)+"]")
			d[i] = b
			if first == nil {
				first = u
			}
		}
		if first != nil {
			return newPartialList(d, first), first
		}
	}
	return data, first
}
