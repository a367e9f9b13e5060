package tests

import (
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// TestGatesAgree asks both gates about the same objects: the API server, which has every rule as a policy, and the
// evaluator of the policy pack. What a rule says must not depend on the gate.
func TestGatesAgree(t *testing.T) {
	c := newControlPlane(t)
	g := newGates(t)
	const (
		prod        = "the objects of the stack prod"
		podSecurity = "the fixtures of Pod Security"
	)
	pods := fixtures(t)
	corpus := map[string][]sample{
		"the cases of the rules":              casesOfRules(t),
		podSecurity:                           pods,
		prod:                                  ownObjects(t, "prod"),
		"the objects of the stack dev":        ownObjects(t, "dev"),
		"pods of Pod Security in other kinds": wrapped(t, pods),
	}
	var all []sample
	for _, name := range slices.Sorted(maps.Keys(corpus)) {
		all = append(all, corpus[name]...)
	}
	c.prepare(t, all)
	probe := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "probe", "namespace": "default"},
		"spec": map[string]any{"containers": []any{map[string]any{"name": "probe", "image": "probe:latest"}}}}
	c.install(t, g.policies(), func() bool {
		texts, err := tryCreate(t, c.client, probe)
		return err == nil && slices.Contains(brokenOf(texts), "pod-image-tag")
	})

	t.Run("pods of Pod Security at its own admission", func(t *testing.T) { podSecurityAgrees(t, c, corpus[podSecurity]) })
	for _, name := range slices.Sorted(maps.Keys(corpus)) {
		t.Run(name, func(t *testing.T) {
			tally := g.compare(t, c, corpus[name])
			t.Logf("%d objects, %d refused by the API server as no such object; %d verdicts, %d of them of a broken rule",
				tally.objects, tally.refused, tally.verdicts, tally.broken)
			require.Positive(t, tally.verdicts)
			if name == prod {
				require.Zero(t, tally.refused)
				require.Empty(t, g.refusing(tally.rules), "its own clusters do not refuse it")
			}
			require.Less(t, tally.refused*4, tally.objects, "the API server takes most of them:\n%s", strings.Join(tally.reasons, "\n"))
		})
	}
}

// gates are both gates with every rule that is expressions, at the same settings.
type gates struct {
	gate      admission.Gate
	rules     []*rule.Rule
	evaluator *expressions.Evaluator
}

func newGates(t testing.TB) *gates {
	t.Helper()
	g := &gates{evaluator: expressions.New()}
	for _, r := range rules.All() {
		if _, ok := r.Check.(rule.Expressions); ok {
			g.rules = append(g.rules, r)
		}
	}
	resolved, mistakes := configuration.Resolve(g.rules, rule.Mandatory, configuration.Config{configuration.AllRules: {Level: rule.Mandatory}})
	require.Empty(t, mistakes)
	g.gate = admission.Gate{Environment: "prod", Rules: g.rules, Resolved: resolved, Mode: configuration.Warn, Reference: rules.ReferenceFile}
	return g
}

// policies are those of the gate with the rules' ids as messages: the API server cuts the sum of its warnings, see [warningsCut].
// The one over workloads comes last.
func (g *gates) policies() []map[string]any {
	objects := g.gate.Objects()
	slices.Reverse(objects)
	for _, o := range objects {
		spec := o["spec"].(map[string]any)
		validations, _ := spec["validations"].([]any)
		for _, v := range validations {
			validation := v.(map[string]any)
			validation["message"], _, _ = strings.Cut(validation["message"].(string), ": ")
			delete(validation, "messageExpression")
		}
	}
	return objects
}

// brokenOf are the rules that warnings name.
func brokenOf(texts []string) []string {
	var ids []string
	for _, text := range texts {
		if strings.HasPrefix(text, "Validation failed for ValidatingAdmissionPolicy") {
			ids = append(ids, text[strings.LastIndex(text, ": ")+2:])
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// atPreview are the rules that an object breaks by the policy pack's evaluator, and how many looked at it. An error is
// a rule that could not tell.
func (g *gates) atPreview(s sample) (broken []string, asked int, err error) {
	res := s.resource()
	kind, _ := res.Kind()
	if namespace, _ := res.Namespace().Text(); admission.LeavesAlone(namespace) || !admission.Admits(kind) {
		return nil, 0, nil
	}
	if name, _ := res.Get("metadata", "name").Text(); kind.Name == "Namespace" && admission.LeavesAlone(name) {
		return nil, 0, nil
	}
	for _, r := range g.rules {
		if !r.On.Matches(res.Type) {
			continue
		}
		verdict := r.Judge(rule.Circumstances{
			Settings: g.gate.Resolved[r.ID].Settings, Stack: rule.StackInfo{Environment: g.gate.Environment}, Evaluator: g.evaluator,
		}, res)
		switch {
		case verdict.Failure != nil:
			return nil, 0, fmt.Errorf("%s failed: %s", r.ID, verdict.Failure.Reason)
		case len(verdict.Undecided) > 0:
			return nil, 0, fmt.Errorf("%s is undecided, and everything is known", r.ID)
		}
		asked++
		if len(verdict.Findings) > 0 {
			broken = append(broken, r.ID)
		}
	}
	slices.Sort(broken)
	return broken, asked, nil
}

// warningsCut is how much the API server sends of its warnings:
// https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/filters/warning.go
const warningsCut = 4 * 1024

type tally struct {
	objects, refused, verdicts, broken int
	rules                              []string // the broken ones, each as often as it is broken
	reasons                            []string
}

// refusing are those of the rules that refuse an object unless a stack says otherwise.
func (g *gates) refusing(ids []string) []string {
	var refusing []string
	for _, r := range g.rules {
		if r.Level != rule.Advisory && r.Level != rule.Disabled && slices.Contains(ids, r.ID) {
			refusing = append(refusing, r.ID)
		}
	}
	return refusing
}

// compare asks both gates about each object, several at a time.
func (g *gates) compare(t *testing.T, c *controlPlane, samples []sample) tally {
	t.Helper()
	var mu sync.Mutex
	var sum tally
	var differences []string
	work := make(chan sample)
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for s := range work {
				texts, refused := tryCreate(t, c.client, s.object)
				broken, asked, err := g.atPreview(s)
				mu.Lock()
				sum.objects++
				at := brokenOf(texts)
				switch {
				case refused != nil:
					sum.refused++
					sum.reasons = append(sum.reasons, s.origin+": "+refused.Error())
				case err != nil:
					differences = append(differences, s.origin+": "+err.Error())
				case len(strings.Join(texts, "")) >= warningsCut:
					differences = append(differences, s.origin+": too many warnings for one answer")
				default:
					sum.verdicts += asked
					sum.broken += len(broken)
					sum.rules = append(sum.rules, broken...)
					if !slices.Equal(at, broken) {
						differences = append(differences, fmt.Sprintf("%s: %s only at preview, %s only at admission", s.origin, notAmong(broken, at), notAmong(at, broken)))
					}
				}
				mu.Unlock()
			}
		})
	}
	for _, s := range samples {
		work <- s
	}
	close(work)
	workers.Wait()
	slices.Sort(differences)
	require.Empty(t, differences, "%d of %d objects, of which the first:\n%s", len(differences), sum.objects,
		strings.Join(differences[:min(len(differences), 40)], "\n"))
	return sum
}

func notAmong(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(others, s) })
}

// moduleDir is where the sources of a module are.
func moduleDir(t testing.TB, module string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	require.NoError(t, err)
	return filepath.Clean(strings.TrimSpace(string(out)))
}
