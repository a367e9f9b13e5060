package expressions

import (
	"maps"
	"slices"
	"strconv"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
	"k8s.io/apiserver/pkg/cel/lazy"

	"github.com/ai-now/platform/policy/rule"
)

// activation gives the names to an object's plain programs.
type activation struct {
	object    map[string]any
	variables *lazy.MapValue
}

// ResolveName implements interpreter.Activation.
func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case "object":
		return a.object, true
	case "variables":
		return a.variables, true
	default:
		return nil, false
	}
}

// Parent implements interpreter.Activation.
func (a *activation) Parent() interpreter.Activation { return nil }

// activation of an object for a dialect; the variables are computed once for all
// rules.
func (o *object) activation(d *dialect) *activation {
	if a, ok := o.plain[d]; ok {
		return a
	}
	a := &activation{object: o.tree, variables: lazy.NewMapValue(d.variablesType)}
	for _, v := range d.variables {
		a.variables.Append(v.name, func(*lazy.MapValue) ref.Val { return v.plain.Eval(a) })
	}
	if o.plain == nil {
		o.plain = map[*dialect]*activation{}
	}
	o.plain[d] = a
	return a
}

// root has the names of an object's careful programs.
type root struct {
	object    value
	variables *names
}

// names are the variables, computed once each.
type names struct {
	root  *root
	all   []variable
	known map[string]value
}

func (r *root) lookup(name string) value {
	switch name {
	case "object":
		return r.object
	case "variables":
		return r.variables
	default:
		return types.NewErr("no such attribute(s): %s", name)
	}
}

func (n *names) get(key ref.Val) value {
	name, _ := key.(types.String)
	if v, ok := n.known[string(name)]; ok {
		return v
	}
	for _, v := range n.all {
		if v.name == string(name) {
			n.known[v.name] = v.careful(n.root)
			return n.known[v.name]
		}
	}
	return types.NewErr("no such key: %v", key)
}

// names of an object for a dialect, and whether they are for the text of a message.
func (o *object) names(d *dialect, telling bool) *root {
	key := scopeKey{d, telling && o.veiled != nil}
	if r, ok := o.scopes[key]; ok {
		return r
	}
	tree := o.tree
	if key.telling {
		tree = o.veiled()
	}
	r := &root{object: d.bind(tree, "", shapeOfTree(tree))}
	r.variables = &names{root: r, all: d.variables, known: map[string]value{}}
	if o.scopes == nil {
		o.scopes = map[scopeKey]*root{}
	}
	o.scopes[key] = r
	return r
}

// bind makes the value of a tree of a shape: what has an unknown inside knows it.
func (d *dialect) bind(data any, path string, of *shape) value {
	switch t := data.(type) {
	case rule.Unknown:
		return &unknown{path: path}
	case derived:
		return &unknown{path: t.from}
	case rule.Secret:
		return &hidden{value: d.native(t.Plain)}
	case map[string]any:
		if !veils(t) {
			break
		}
		m := &partialMap{keys: slices.Sorted(maps.Keys(t)), fields: make(map[string]value, len(t))}
		for _, k := range m.keys {
			p := of.property(k)
			v := d.bind(t[k], rule.JoinPath(path, k), p.shape)
			if inner, ok := v.(*partialMap); ok && p.bare {
				inner.vanishes = allUncertain(inner)
			}
			m.fields[k] = v
			if m.first == nil {
				m.first = lacking(v)
			}
		}
		return m
	case []any:
		if !veils(t) {
			break
		}
		elements := make([]value, len(t))
		for i, e := range t {
			elements[i] = d.bind(e, path+"["+strconv.Itoa(i)+"]", of.element())
		}
		return d.listOf(elements)
	}
	return d.native(data)
}

func allUncertain(m *partialMap) bool {
	for _, v := range m.fields {
		if !uncertainly(v) {
			return false
		}
	}
	return true
}
