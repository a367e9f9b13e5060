package expressions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
)

// hiddenText is what no message may show, not even a part of it.
const hiddenText = "hunter2:swordfish@correcthorse/latest"

// growth makes a tree of the bytes it is given.
type growth struct {
	data  []byte
	words []string
}

func (g *growth) next() int {
	if len(g.data) == 0 {
		return 0
	}
	b := g.data[0]
	g.data = g.data[1:]
	return int(b)
}

func (g *growth) word() string { return g.words[g.next()%len(g.words)] }

func (g *growth) value(depth int) any {
	kind := g.next() % 16
	if depth > 8 {
		kind %= 8
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return rule.Unknown{}
	case 2:
		return rule.Secret{Plain: hiddenText}
	case 3:
		return g.next()%2 == 0
	case 4:
		return float64(g.next()) / 2
	case 5, 6, 7:
		return g.word()
	case 8:
		return rule.Secret{Plain: g.value(depth + 1)}
	case 9, 10, 11:
		list := make([]any, g.next()%4)
		for i := range list {
			list[i] = g.value(depth + 1)
		}
		return list
	default:
		fields := map[string]any{}
		for range g.next() % 6 {
			fields[g.word()] = g.value(depth + 1)
		}
		return fields
	}
}

// graft puts a value at a place that a rule speaks of, so that it is looked at.
func (g *growth) graft(tree map[string]any) {
	at := tree
	for range 1 + g.next()%6 {
		key := g.word()
		inner, ok := at[key].(map[string]any)
		if !ok {
			at[key] = g.value(0)
			return
		}
		at = inner
	}
}

func clone(tree any) any {
	switch v := tree.(type) {
	case rule.Secret:
		return rule.Secret{Plain: clone(v.Plain)}
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = clone(e)
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for k, e := range v {
			fields[k] = clone(e)
		}
		return fields
	default:
		return tree
	}
}

// FuzzEvaluate judges objects of any form. No rule may panic, say something else the
// second time, or show a secret.
func FuzzEvaluate(f *testing.F) {
	all := subjects(f)
	evaluator := expressions.New()
	for i, s := range all {
		f.Add(uint16(i), uint16(0), []byte{})
		f.Add(uint16(i), uint16(1), []byte{1, 3, 1, 9, 2, 2, 2, 12, 3, 1, 2, 3, 4, 5, 6})
		f.Add(uint16(i), uint16(len(s.objects)), []byte("any bytes make a tree of some form"))
	}
	f.Fuzz(func(t *testing.T, which, object uint16, data []byte) {
		s := all[int(which)%len(all)]
		g := &growth{data: data, words: append(names(s.rule), "name", "", "x", "a/b:c", "10Gi", "[")}
		o := s.objects[int(object)%len(s.objects)]
		tree, _ := clone(o.Properties.Tree()).(map[string]any)
		for range 1 + g.next()%3 {
			places := slices.DeleteFunc(places(tree, nil), func(at []step) bool { return slices.Contains(at, step("<secret>")) })
			if len(places) > 0 && g.next()%2 == 0 {
				tree, _ = with(tree, places[g.next()%len(places)], g.value(0)).(map[string]any)
			} else {
				g.graft(tree)
			}
		}
		circumstances := rule.Circumstances{Settings: s.settings[int(object)%len(s.objects)], Evaluator: evaluator}
		first := s.rule.Judge(circumstances, resource(o.Type, tree))
		require.Equal(t, first, s.rule.Judge(circumstances, resource(o.Type, tree)), "not the same twice: %v", tree)
		var texts []string
		if first.Failure != nil {
			// A failure is what an expression says of an object no API server takes.
			require.NotContains(t, first.Failure.Reason, "runtime error", "%v", tree)
			texts = append(texts, first.Failure.Reason)
		}
		for _, finding := range first.Findings {
			texts = append(texts, finding.Message)
		}
		for _, text := range append(texts, first.Undecided...) {
			for _, part := range strings.FieldsFunc(hiddenText, func(r rune) bool { return strings.ContainsRune(":@/", r) }) {
				if part != "latest" {
					require.NotContains(t, text, part, "%v", tree)
				}
			}
		}
	})
}
