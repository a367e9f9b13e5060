package tests

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	pulumires "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// mutations are ways to weaken one resource of prod, or all of a type when none is named.
type mutations struct {
	kind, name string
	weakened   []mutation
}

// mutation changes one setting.
type mutation struct {
	// says is what is wrong then.
	says string
	// change is nil when the resource is left out.
	change change
	// trips are the rules that speak up and did not before; exactly these.
	trips []string
	// lifts are the rules that advise against prod as it is, and do not then.
	lifts []string
}

func trips(ids ...string) []string { return ids }

// change edits properties.
type change func(pulumires.PropertyMap)

// to sets a property, and makes the objects on the way to it.
func to(path string, value any) change {
	return func(m pulumires.PropertyMap) {
		set, ok := pathTo(path).Add(pulumires.NewProperty(m), pulumires.NewPropertyValue(value))
		if !ok {
			panic("there is no place " + path)
		}
		maps.Copy(m, set.ObjectValue())
	}
}

// without leaves a property out.
func without(path string) change {
	return func(m pulumires.PropertyMap) {
		if !pathTo(path).Delete(pulumires.NewProperty(m)) {
			panic("there is no " + path)
		}
	}
}

// replaced replaces a part of a text, as in a policy document.
func replaced(path, old, by string) change {
	return func(m pulumires.PropertyMap) {
		value, ok := pathTo(path).Get(pulumires.NewProperty(m))
		if !ok || !value.IsString() || !strings.Contains(value.StringValue(), old) {
			panic(fmt.Sprintf("%s is no text with %s in it: %v", path, old, value))
		}
		to(path, strings.ReplaceAll(value.StringValue(), old, by))(m)
	}
}

func pathTo(path string) pulumires.PropertyPath {
	parsed, err := pulumires.ParsePropertyPath(path)
	if err != nil {
		panic(err)
	}
	return parsed
}

// prod is the prod stack and what the rules say about it as it is.
type prod struct {
	judge judge
	all   []*planned
	found map[finding]said
}

func judgeProd(t *testing.T) *prod {
	t.Helper()
	p := &prod{judge: newJudge(t), all: planProd(t)}
	p.found = p.judge.stack(t, p.all)
	for _, r := range p.all {
		maps.Copy(p.found, p.judge.resource(t, r))
	}
	return p
}

// of are the resources of a type, and of a name unless it is "".
func (p *prod) of(kind, name string) []*planned {
	var found []*planned
	for _, r := range p.all {
		if r.kind == kind && (name == "" || r.name == name) {
			found = append(found, r)
		}
	}
	return found
}

// weaken applies a mutation and returns which rules speak up that did not, and which speak no more.
func (p *prod) weaken(t *testing.T, kind, name string, m mutation) (trips, lifts []string) {
	t.Helper()
	targets := p.of(kind, name)
	require.NotEmpty(t, targets, "prod has no %s %s", kind, name)
	var stack []*planned
	after := map[finding]said{}
	touched := map[string]bool{"": true}
	for _, r := range p.all {
		if !slices.Contains(targets, r) {
			stack = append(stack, r)
			continue
		}
		touched[r.urn] = true
		if m.change == nil {
			continue
		}
		weak := r.changed(m.change)
		require.NotEqual(t, r.inputs, weak.inputs, "nothing is changed in %s", r.urn)
		maps.Copy(after, p.judge.resource(t, weak))
		stack = append(stack, weak)
	}
	maps.Copy(after, p.judge.stack(t, stack))
	byID := ruleByID()
	for at := range after {
		if _, before := p.found[at]; !before {
			trips = append(trips, at.rule)
		}
	}
	for at := range p.found {
		looked := touched[at.urn] || byID[at.rule].On.Stack
		if _, still := after[at]; looked && !still {
			lifts = append(lifts, at.rule)
		}
	}
	slices.Sort(trips)
	slices.Sort(lifts)
	return slices.Compact(trips), slices.Compact(lifts)
}

func ruleByID() map[string]*rule.Rule {
	byID := map[string]*rule.Rule{}
	for _, r := range rules.All() {
		byID[r.ID] = r
	}
	return byID
}

func allMutations() []mutations {
	return slices.Concat(awsMutations, googleMutations, digitalOceanMutations, stackMutations, kubernetesMutations, accessMutations)
}

func TestProdBreaksNoMandatoryRule(t *testing.T) {
	t.Parallel()
	p := judgeProd(t)
	var advice []string
	for at, s := range p.found {
		require.Equal(t, pulumirpc.EnforcementLevel_ADVISORY, s.level, "%s on %s:\n%s", at.rule, at.urn, s.message)
		_, name := cutLast(at.urn, "::")
		finding := strings.Split(s.message, "\n")[1]
		advice = append(advice, strings.TrimSpace(at.rule+" "+name)+": "+strings.TrimPrefix(finding, "- ")+"\n")
	}
	slices.Sort(advice)
	golden(t, "testdata/policy/prod_advice.txt", strings.Join(advice, ""))
}

func TestWeakeningOneSettingTripsExactlyTheRulesMeantForIt(t *testing.T) {
	t.Parallel()
	p := judgeProd(t)
	for _, of := range allMutations() {
		for _, m := range of.weakened {
			t.Run(m.says, func(t *testing.T) {
				t.Parallel()
				trips, lifts := p.weaken(t, of.kind, of.name, m)
				require.ElementsMatch(t, m.trips, trips, "rules that speak up")
				require.ElementsMatch(t, m.lifts, lifts, "rules that speak no more")
			})
		}
	}
}

func TestEveryRuleThatLooksAtProdHasAMutation(t *testing.T) {
	t.Parallel()
	tried := map[string]bool{}
	for _, of := range allMutations() {
		for _, m := range of.weakened {
			for _, id := range append(m.trips, m.lifts...) {
				tried[id] = true
			}
		}
	}
	all := planProd(t)
	var untried []string
	for _, r := range rules.All() {
		looks := r.On.Stack || slices.ContainsFunc(all, func(a *planned) bool { return r.On.Matches(a.kind) })
		reason, excused := notInProd[r.ID]
		switch {
		case tried[r.ID]:
			require.False(t, excused, "%s has a mutation: take it out of notInProd", r.ID)
		case excused:
			require.NotEmpty(t, reason, r.ID)
		case looks:
			untried = append(untried, r.ID)
		}
	}
	require.Empty(t, untried, "rules without a mutation: add one, or say in notInProd why prod has nothing to weaken")
	byID := ruleByID()
	for id := range notInProd {
		require.Contains(t, byID, id, "notInProd names a rule that is none")
	}
}
