package expressions_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/casefile"
	"github.com/ai-now/platform/policy/rules/kubernetes"
)

// subject is a rule with the objects of its cases that are known as a whole.
type subject struct {
	rule     *rule.Rule
	settings []rule.Settings // of each object
	objects  []*rule.Resource
}

// subjects are all rules in CEL.
func subjects(t testing.TB) []subject {
	t.Helper()
	const cases = "../rules/testdata"
	var all []subject
	for _, r := range kubernetes.All() {
		if _, ok := r.Check.(rule.Expressions); !ok {
			continue
		}
		s := subject{rule: r}
		read, err := casefile.Read(cases, r.ID)
		if os.IsNotExist(err) {
			// The test of the cases says so.
			continue
		}
		require.NoError(t, err, filepath.Join(cases, r.ID))
		for _, c := range read {
			settings, wrong := r.Configure(c.Settings)
			require.Empty(t, wrong)
			res := c.Object()
			if !unknownWithin(res.Properties.Tree()) {
				s.settings = append(s.settings, settings)
				s.objects = append(s.objects, res)
			}
		}
		all = append(all, s)
	}
	require.NotEmpty(t, all)
	return all
}

func unknownWithin(tree any) bool {
	switch v := tree.(type) {
	case rule.Unknown:
		return true
	case rule.Secret:
		return unknownWithin(v.Plain)
	case []any:
		return slices.ContainsFunc(v, unknownWithin)
	case map[string]any:
		for _, e := range v {
			if unknownWithin(e) {
				return true
			}
		}
	}
	return false
}

// step is a key or an index on the way to a place in a tree.
type step = any

// places are all places in a tree, from the top, in a fixed order.
func places(tree any, at []step) [][]step {
	var found [][]step
	if len(at) > 0 {
		found = append(found, slices.Clone(at))
	}
	switch v := tree.(type) {
	case rule.Secret:
		return append(found, places(v.Plain, append(at, "<secret>"))...)
	case []any:
		for i, e := range v {
			found = append(found, places(e, append(slices.Clone(at), i))...)
		}
	case map[string]any:
		for _, k := range sortedKeys(v) {
			found = append(found, places(v[k], append(slices.Clone(at), k))...)
		}
	}
	return found
}

// maps are the places of a tree's objects, the top included.
func maps(tree any) [][]step {
	found := [][]step{nil}
	for _, at := range places(tree, nil) {
		if _, ok := lookup(tree, at).(map[string]any); ok {
			found = append(found, at)
		}
	}
	return found
}

func lookup(tree any, at []step) any {
	for _, s := range at {
		switch v := tree.(type) {
		case rule.Secret:
			tree = v.Plain
		case []any:
			tree = v[s.(int)]
		case map[string]any:
			tree = v[s.(string)]
		}
	}
	return tree
}

// removed stands for a place that is not there.
type removed struct{}

// with is a copy of a tree in which one place is another.
func with(tree any, at []step, to any) any {
	if len(at) == 0 {
		return to
	}
	switch v := tree.(type) {
	case rule.Secret:
		plain := with(v.Plain, at[1:], to)
		if isRemoved(plain) {
			return plain
		}
		return rule.Secret{Plain: plain}
	case []any:
		i, ok := at[0].(int)
		if !ok || i >= len(v) {
			return tree
		}
		list := slices.Clone(v)
		// An element that is not known is there for certain; it may be null.
		if list[i] = with(v[i], at[1:], to); isRemoved(list[i]) {
			list[i] = nil
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v)+1)
		for k, e := range v {
			fields[k] = e
		}
		k, ok := at[0].(string)
		if !ok {
			return tree
		}
		if fields[k] = with(v[k], at[1:], to); isRemoved(fields[k]) {
			delete(fields, k)
		}
		return fields
	default:
		return tree
	}
}

func isRemoved(v any) bool {
	_, is := v.(removed)
	return is
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var named = regexp.MustCompile(`[.?']([a-zA-Z][a-zA-Z0-9./-]*)`)

// names are the keys that a rule's expressions speak of.
func names(r *rule.Rule) []string {
	var all []string
	expressions, _ := r.Check.(rule.Expressions)
	for _, v := range expressions {
		for _, found := range named.FindAllStringSubmatch(v.Holds, -1) {
			all = append(all, found[1])
		}
	}
	for _, v := range r.Variables() {
		for _, found := range named.FindAllStringSubmatch(v.Expression, -1) {
			all = append(all, found[1])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
