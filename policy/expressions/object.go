package expressions

import (
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/ai-now/platform/policy/rule"
)

// object is a resource in the form expressions see, kept for all rules that look
// at it.
type object struct {
	// mu is for the variables, which are computed when a rule first uses them.
	mu sync.Mutex

	tree    map[string]any
	partial bool // something is not known yet
	// veiled makes the tree with its secrets marked, nil when there are none.
	veiled func() map[string]any

	plain  map[*dialect]*activation
	scopes map[scopeKey]*root
}

type scopeKey struct {
	dialect *dialect
	telling bool
}

// prepared is the resource's object, made once for all rules.
func prepared(res *rule.Resource) *object {
	o, _ := res.Keep(func() any {
		return newObject(res.Properties.Tree(), func(tree map[string]any) { finish(res, tree) })
	}).(*object)
	return o
}

func newObject(data any, finish func(map[string]any)) *object {
	var r reader
	o := &object{tree: r.object(data)}
	finish(o.tree)
	o.partial = r.unknown
	if r.secret {
		o.veiled = func() map[string]any {
			tree := (&reader{veil: true}).object(data)
			finish(tree)
			return tree
		}
	}
	return o
}

// Object is a Kubernetes object as the API server shows it to its policies: with
// apiVersion and kind, without nulls, whole numbers as integers, secrets opened,
// and with the defaults a rule can notice. What is not known yet stays
// [rule.Unknown]; what depends on it has a type of its own.
func Object(res *rule.Resource) map[string]any {
	tree := new(reader).object(res.Properties.Tree())
	finish(res, tree)
	return tree
}

// finish makes the object that the API server makes of what it is given.
func finish(res *rule.Resource, tree map[string]any) {
	apiVersion, kind := apiVersionOf(res.Type)
	o := place{fields: tree}
	o.or("apiVersion", apiVersion)
	o.or("kind", kind)
	shapeOfTree(tree).normal(tree)
	if k, ok := res.Kind(); ok {
		fillDefaults(k, tree)
	}
}

// apiVersionOf reads "kubernetes:apps/v1:Deployment".
func apiVersionOf(typ string) (apiVersion, kind string) {
	parts := strings.SplitN(typ, ":", 3)
	if len(parts) != 3 {
		return "", ""
	}
	return strings.TrimPrefix(parts[1], "core/"), parts[2]
}

// reader copies a tree into the types of JSON as the API server decodes it.
type reader struct {
	// veil keeps the single values of secrets marked as such.
	veil bool
	// unknown and secret say what there was.
	unknown, secret bool
}

func (r *reader) object(data any) map[string]any {
	tree, ok := r.plain(data, false).(map[string]any)
	if !ok {
		tree = map[string]any{}
	}
	return tree
}

func (r *reader) plain(data any, secret bool) any {
	switch d := data.(type) {
	case rule.Secret:
		r.secret = true
		return r.plain(d.Plain, true)
	case map[string]any:
		fields := make(map[string]any, len(d))
		for k, e := range d {
			if p := r.plain(e, secret); p != nil {
				fields[k] = p
			}
		}
		return fields
	case []any:
		elements := make([]any, len(d))
		for i, e := range d {
			elements[i] = r.plain(e, secret)
		}
		return elements
	case rule.Unknown:
		r.unknown = true
		return d
	case float64:
		if d == math.Trunc(d) && math.Abs(d) < 1<<53 {
			data = int64(d)
		}
	}
	if secret && r.veil && data != nil {
		return rule.Secret{Plain: data}
	}
	return data
}

// veils says whether a tree has an unknown or a marked secret.
func veils(data any) bool {
	switch d := data.(type) {
	case rule.Unknown, derived, rule.Secret:
		return true
	case map[string]any:
		for _, e := range d {
			if veils(e) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(d, veils)
	}
	return false
}
