package expressions_test

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
)

// fills are what a value that is not known may become, beside what it was.
var fills = []any{
	removed{}, "", "other", float64(0), float64(7), true, false, []any{}, map[string]any{}, []any{"other"},
	map[string]any{"name": "other"},
}

const (
	additions = 12 // per object: unknowns at places that the object does not have
	pairs     = 6  // per object: two unknowns at once
)

// TestNoUnknownIsGuessed replaces every part of every object by an unknown. What
// is decided nevertheless must be what is decided whatever the unknown becomes.
func TestNoUnknownIsGuessed(t *testing.T) {
	t.Parallel()
	evaluator := expressions.New()
	var evaluations, undecided atomic.Int64
	t.Run("rules", func(t *testing.T) {
		t.Parallel()
		for _, s := range subjects(t) {
			t.Run(s.rule.ID, func(t *testing.T) {
				t.Parallel()
				for i, o := range s.objects {
					judge := func(tree any) []string {
						evaluations.Add(1)
						verdicts, _, err := evaluator.Verdicts(s.rule, s.settings[i], resource(o.Type, tree))
						require.NoError(t, err)
						return verdicts
					}
					for _, unknowns := range choices(s.rule, o) {
						undecided.Add(sound(t, o, unknowns, judge))
					}
				}
			})
		}
	})
	t.Cleanup(func() {
		t.Logf("%d evaluations; in %d an unknown left a validation undecided", evaluations.Load(), undecided.Load())
	})
}

func resource(typ string, tree any) *rule.Resource {
	fields, _ := tree.(map[string]any)
	return rule.NewResource("urn:test", typ, "test", fields)
}

// choices are sets of places to make unknown: each place of the object, places it
// does not have but the rule speaks of, and some pairs.
func choices(r *rule.Rule, o *rule.Resource) [][][]step {
	tree := o.Properties.Tree()
	seed := fnv.New64()
	fmt.Fprint(seed, r.ID, tree)
	random := rand.New(rand.NewPCG(seed.Sum64(), 1))
	var sets [][][]step
	all := places(tree, nil)
	for _, at := range all {
		sets = append(sets, [][]step{at})
	}
	objects, keys := maps(tree), names(r)
	for range additions {
		at := append([]step{}, objects[random.IntN(len(objects))]...)
		at = append(at, keys[random.IntN(len(keys))])
		sets = append(sets, [][]step{at})
		all = append(all, at)
	}
	for range pairs {
		sets = append(sets, [][]step{all[random.IntN(len(all))], all[random.IntN(len(all))]})
	}
	return sets
}

// sound compares the verdicts about an object with some unknowns with those about
// the object with the unknowns filled, and counts those that are undecided.
func sound(t *testing.T, o *rule.Resource, unknowns [][]step, judge func(any) []string) (undecided int64) {
	t.Helper()
	tree := o.Properties.Tree()
	open := tree
	for _, at := range unknowns {
		open = with(open, at, rule.Unknown{})
	}
	verdicts := judge(open)
	require.Equal(t, verdicts, judge(open), "the verdict is not the same twice, %v", open)
	decided := false
	for _, v := range verdicts {
		require.NotContains(t, v, "fails", "%v with unknowns at %v", tree, unknowns)
		if strings.HasPrefix(v, "undecided") {
			undecided++
		} else {
			decided = true
		}
	}
	if !decided {
		return undecided
	}
	check := func(filled any) {
		for i, v := range judge(filled) {
			// An expression fails on what the API server would not take at all, such
			// as a number in the place of a list.
			if strings.HasPrefix(verdicts[i], "undecided") || strings.HasPrefix(v, "fails") {
				continue
			}
			require.Equal(t, verdicts[i], v, "validation %d was decided with unknowns at %v of %v\nand differs for %v", i, unknowns, tree, filled)
		}
	}
	check(tree)
	for i := range fills {
		// In turn: each place in another half of them.
		if (i+len(unknowns[0]))%2 == 0 && len(unknowns) == 1 && i > 1 {
			continue
		}
		filled := tree
		for n, at := range unknowns {
			filled = with(filled, at, fills[(i+3*n)%len(fills)])
		}
		check(filled)
	}
	return undecided
}

// TestProgramsAgree compares, for every object that is known, the programs used
// here with the API server's own.
func TestProgramsAgree(t *testing.T) {
	t.Parallel()
	server, err := expressions.NewAPIServer()
	require.NoError(t, err)
	evaluator := expressions.New()
	compared := 0
	for _, s := range subjects(t) {
		for i, o := range s.objects {
			theirs, err := server.Verdicts(s.rule, s.settings[i], resource(o.Type, o.Properties.Tree()))
			require.NoError(t, err, s.rule.ID)
			ours, messages, err := evaluator.Verdicts(s.rule, s.settings[i], resource(o.Type, o.Properties.Tree()))
			require.NoError(t, err, s.rule.ID)
			careful, err := evaluator.Carefully(s.rule, s.settings[i], o)
			require.NoError(t, err, s.rule.ID)
			require.Equal(t, theirs, ours, "%s: %v", s.rule.ID, o.Properties.Tree())
			require.Equal(t, theirs, careful, "%s: %v", s.rule.ID, o.Properties.Tree())
			for _, v := range ours {
				require.NotContains(t, v, "fails", "%s: %v", s.rule.ID, o.Properties.Tree())
			}
			for range 3 {
				_, again, err := evaluator.Verdicts(s.rule, s.settings[i], resource(o.Type, o.Properties.Tree()))
				require.NoError(t, err)
				require.Equal(t, messages, again, s.rule.ID)
			}
			compared++
		}
	}
	t.Logf("%d objects compared", compared)
}

// TestOneResourceForManyAtOnce judges the same resource by all rules at the same
// time.
func TestOneResourceForManyAtOnce(t *testing.T) {
	t.Parallel()
	evaluator := expressions.New()
	res := deployment(rule.Unknown{})
	var wg sync.WaitGroup
	for range 4 {
		for _, r := range deploymentRules() {
			wg.Go(func() {
				_, alone, err := expressions.New().Evaluate(r, r.DefaultSettings(), deployment(rule.Unknown{}))
				if err != nil {
					t.Error(err)
				}
				if _, undecided, err := evaluator.Evaluate(r, r.DefaultSettings(), res); err != nil || !slices.Equal(alone, undecided) {
					t.Errorf("%s: %v and %v, %v", r.ID, undecided, alone, err)
				}
			})
		}
	}
	wg.Wait()
}
