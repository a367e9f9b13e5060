package tests

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// contender is a policy pack as the engine runs it in the benchmark.
type contender struct {
	name   string
	folder string // "" for no pack
	// settings is a policy configuration, "" for none.
	settings string
	env      map[string]string
}

// BenchmarkPolicyPack times previews of Kubernetes objects of prod: without a pack, with one that answers nothing, with
// the platform's, and with one of a hundred rules on npm's @pulumi/policy. All is compiled before the clock starts, and
// the contenders take turns, so that whatever else goes on falls on all of them. It is made for -benchtime 1x and
// prints a table of what each adds to a preview, with the targets; b.Log would cut it.
func BenchmarkPolicyPack(b *testing.B) {
	e := newPolicyEngine(b)
	objects := prodObjects(b)
	none := contender{name: "no pack"}
	nothing := e.nothingPack(b)
	ours := contender{name: fmt.Sprintf("the platform's pack, all %d rules", len(rules.All())), folder: e.pack}
	limited := func(n int) contender {
		return contender{name: fmt.Sprintf("the platform's pack, %d rules", n), folder: e.pack, settings: limitedTo(b, n)}
	}
	hundred := limited(100)
	contenders := []contender{none, nothing, hundred, ours}
	node, why := e.nodePack(b)
	if why == "" {
		contenders = append(contenders, node)
	} else {
		b.Logf("without the pack on npm's @pulumi/policy: %s", why)
	}
	const many, few, rounds = 500, 10, 5
	for b.Loop() {
		large := e.race(b, contenders, objects, many, rounds)
		small := e.race(b, contenders, objects, few, rounds)
		fmt.Printf("\nSeconds of a preview, and what the pack adds to one without (the least of %d)\n", rounds)
		for _, c := range contenders {
			fmt.Printf("  %-34s %4d objects %5.2f %+6.2f   %3d objects %5.2f %+6.2f\n", c.name,
				many, large[c.name], large[c.name]-large[none.name], few, small[c.name], small[c.name]-small[none.name])
		}
		added := func(times map[string]float64, c contender) float64 { return times[c.name] - times[none.name] }
		atMost("added time at 100 rules against a pack that answers nothing", added(large, hundred)/added(large, nothing), 1.5)
		atMost("added time at all rules against a pack that answers nothing", added(large, ours)/added(large, nothing), 1.5)
		b.ReportMetric(added(large, hundred)/added(large, nothing), "x-nothing")
		if why == "" {
			atLeast("added time of the Node pack against ours, 100 rules, 500 objects", added(large, node)/added(large, hundred), 4)
			atLeast("added time of the Node pack against ours, 100 rules, 10 objects", added(small, node)/added(small, hundred), 10)
			b.ReportMetric(added(large, node)/added(large, hundred), "x-node-500")
			b.ReportMetric(added(small, node)/added(small, hundred), "x-node-10")
		}

		first := e.startToFirstAnswer(b)
		atMost("milliseconds from the start of the pack to its first answer", first.Seconds()*1000, 100)
		b.ReportMetric(first.Seconds()*1000, "ms-first-answer")

		byRules := e.growth(b, "rules", []int{10, 50, 100}, func(n int) ([]contender, int) {
			return []contender{none, limited(n)}, many
		}, objects)
		atMost("growth of the added time from 10 to 100 rules, against linear", byRules, 1)
		byObjects := e.growth(b, "objects", []int{100, 250, many}, func(n int) ([]contender, int) {
			return []contender{none, ours}, n
		}, objects)
		atMost("growth of the added time from 100 to 500 objects, against linear", byObjects, 1)
	}
	b.ReportMetric(0, "ns/op")
}

// atMost and atLeast say of a figure whether it is what it should be.
func atMost(what string, got, most float64)   { target(what, got, "at most", most, got <= most) }
func atLeast(what string, got, least float64) { target(what, got, "at least", least, got >= least) }

func target(what string, got float64, bound string, limit float64, met bool) {
	verdict := "met"
	if !met {
		verdict = "MISSED"
	}
	fmt.Printf("  %-72s %7.2f  %s %g: %s\n", what, got, bound, limit, verdict)
}

// prodObjects are the Kubernetes objects of prod's tenants. They keep the rules that prod is only advised of as well: no
// finding is paid for.
func prodObjects(b *testing.B) []object {
	b.Helper()
	groups := []string{"core/", "apps/", "policy/", "networking.k8s.io/", "storage.k8s.io/", "scheduling.k8s.io/"}
	var objects []object
	for _, r := range planProd(b) {
		kind, ok := strings.CutPrefix(r.kind, "kubernetes:")
		ofTenant := slices.ContainsFunc(groups, func(g string) bool { return strings.HasPrefix(kind, g) }) && !strings.Contains(r.name, "headroom")
		// A namespace under another name would be one without a quota.
		if !ok || !ofTenant || kind == "core/v1:Namespace" || strings.HasSuffix(kind, "Patch") || r.inputs["stringData"].IsSecret() {
			continue
		}
		if kind == "apps/v1:Deployment" {
			r = r.changed(all(
				to(inContainer+"image", "registry.k8s.io/pause@sha256:278fb9dbcca9518083ad1e11276933a2e96f23de604a3a08cc3c80002767d24c"),
				to(inContainer+`resources.limits["ephemeral-storage"]`, "1Gi"),
				to(inContainer+"envFrom", []any{}),
				to(inPod+"priorityClassName", "shop"),
			))
		}
		objects = append(objects, object{kind, r.name, r.inputs.Mappable()})
	}
	// What belongs together stands together, and a workload behind the budget of its disruptions.
	slices.SortStableFunc(objects, func(x, y object) int {
		return cmp.Or(cmp.Compare(x.name, y.name), cmp.Compare(y.kind, x.kind))
	})
	return objects
}

// race previews n objects with each contender in turn and returns the least time of each, in seconds: what else the
// machine does only adds to it.
func (e *policyEngine) race(b *testing.B, contenders []contender, objects []object, n, rounds int) map[string]float64 {
	b.Helper()
	s := e.newStack(b, map[string]string{"ai-now:environment": "prod"}, func(pulumi.StringOutput) []object { return repeated(objects, n) })
	times := map[string]float64{}
	for range rounds {
		for _, c := range contenders {
			taken := s.timed(b, c)
			if best, before := times[c.name]; !before || taken < best {
				times[c.name] = taken
			}
		}
	}
	return times
}

// timed previews once and returns the seconds it took.
func (s *stackOf) timed(b *testing.B, c contender) float64 {
	b.Helper()
	env := maps.Clone(s.engine.env)
	maps.Copy(env, c.env)
	require.NoError(b, s.stack.Workspace().SetEnvVars(env))
	options := []optpreview.Option{optpreview.SuppressProgress()}
	if c.folder != "" {
		options = append(options, optpreview.PolicyPacks(c.folder))
	}
	if c.settings != "" {
		options = append(options, optpreview.PolicyPackConfigs(settingsFile(b, c.settings)))
	}
	started := time.Now()
	result, err := s.stack.Preview(b.Context(), options...)
	taken := time.Since(started)
	if err != nil {
		_, findings, _ := strings.Cut(err.Error(), "\nPolicies:")
		b.Fatalf("%s: the preview failed: %s", c.name, cmp.Or(findings, err.Error()))
	}
	require.NotContains(b, result.StdOut, "[advisory]", "%s: a finding is paid for", c.name)
	return taken.Seconds()
}

// repeated are n objects: those there are, again and again under other names.
func repeated(objects []object, n int) []object {
	many := make([]object, n)
	for i := range many {
		o := objects[i%len(objects)]
		fields := maps.Clone(o.fields)
		meta := maps.Clone(fields["metadata"].(map[string]any))
		meta["name"] = fmt.Sprintf("%s-%d", meta["name"], i)
		fields["metadata"] = meta
		many[i] = object{o.kind, fmt.Sprintf("%s-%d", o.name, i), fields}
	}
	return many
}

// growth times contenders of growing size against none, and returns how the added time grew from the first to the last
// against how the size did: 1 is linear.
func (e *policyEngine) growth(b *testing.B, of string, sizes []int,
	race func(n int) (pair []contender, objects int), objects []object,
) float64 {
	b.Helper()
	fmt.Printf("Seconds that the platform's pack adds, by the number of %s\n", of)
	added := make([]float64, len(sizes))
	for i, n := range sizes {
		pair, count := race(n)
		times := e.race(b, pair, objects, count, 3)
		added[i] = times[pair[1].name] - times[pair[0].name]
		fmt.Printf("  %4d %5.2f\n", n, added[i])
	}
	last := len(sizes) - 1
	return added[last] / added[0] / (float64(sizes[last]) / float64(sizes[0]))
}

// limitedTo is a policy configuration that leaves n rules: those that look at most of the objects first.
func limitedTo(b *testing.B, n int) string {
	b.Helper()
	all := slices.Clone(rules.All())
	kinds := func(r *rule.Rule) int { return len(r.On.Kinds) }
	slices.SortStableFunc(all, func(x, y *rule.Rule) int { return cmp.Compare(kinds(y), kinds(x)) })
	settings := map[string]any{"all": "disabled"}
	for _, r := range all[:min(n, len(all))] {
		settings[r.ID] = "mandatory"
	}
	text, err := json.Marshal(settings)
	require.NoError(b, err)
	return string(text)
}

// nothingPack builds the pack that answers nothing. It is started as the platform's is.
func (e *policyEngine) nothingPack(b *testing.B) contender {
	b.Helper()
	bin := b.TempDir()
	folder, err := filepath.Abs("testdata/policy/nothing")
	require.NoError(b, err)
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "pulumi-analyzer-policy-nothing"), ".")
	build.Dir = folder
	output, err := build.CombinedOutput()
	require.NoError(b, err, string(output))
	return contender{name: "a pack that answers nothing", folder: folder, env: e.onPath(bin)}
}

// runNode starts a pack as Pulumi's own script for Node does.
const runNode = `#!/bin/sh
exec node ./node_modules/@pulumi/pulumi/cmd/run-policy-pack/index.js "$@"
`

// nodePack installs the pack on npm's @pulumi/policy, or says why it cannot be had.
func (e *policyEngine) nodePack(b *testing.B) (pack contender, why string) {
	b.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return contender{}, program + " is not on PATH"
		}
	}
	bin, folder := b.TempDir(), filepath.Join(b.TempDir(), "node")
	require.NoError(b, os.CopyFS(folder, os.DirFS("testdata/policy/node")))
	install := exec.Command("npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
	install.Dir = folder
	if output, err := install.CombinedOutput(); err != nil {
		return contender{}, "npm cannot install it: " + string(output)
	}
	require.NoError(b, os.WriteFile(filepath.Join(bin, "pulumi-analyzer-policy-nodejs"), []byte(runNode), 0o700))
	return contender{name: "a Node pack of 100 rules", folder: folder, env: e.onPath(bin)}, ""
}

func (e *policyEngine) onPath(bin string) map[string]string {
	return map[string]string{"PATH": bin + string(filepath.ListSeparator) + e.env["PATH"]}
}
