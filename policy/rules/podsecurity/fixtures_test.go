package podsecurity

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/rule"
)

// fixture is one pod of the official test data, and what a level at a version
// must say of it.
type fixture struct {
	file    string
	level   api.Level
	version string
	allowed bool
	tree    map[string]any
}

// fixtures reads the official test data, which is in the library's own module:
// LEVEL/VERSION/{pass,fail}/*.yaml.
func fixtures(t testing.TB) []fixture {
	t.Helper()
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	require.NoError(t, err)
	root := filepath.Join(strings.TrimSpace(string(folder)), "test", "testdata")
	files, err := filepath.Glob(filepath.Join(root, "*", "*", "*", "*.yaml"))
	require.NoError(t, err)
	var found []fixture
	for _, file := range files {
		relative, err := filepath.Rel(root, file)
		require.NoError(t, err)
		parts := strings.Split(filepath.ToSlash(relative), "/")
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		f := fixture{file: relative, level: api.Level(parts[0]), version: parts[1], allowed: parts[2] == "pass"}
		require.NoError(t, yaml.Unmarshal(text, &f.tree))
		found = append(found, f)
	}
	return found
}

func TestTheOfficialFixturesAgree(t *testing.T) {
	t.Parallel()
	all := fixtures(t)
	require.Greater(t, len(all), 4000)
	official, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	for _, f := range all {
		res := podOf(f.tree)
		weak, strong := judge(t, baseline(), f.version, res), judge(t, restricted(), f.version, res)
		require.Empty(t, weak.Undecided, f.file)
		require.Empty(t, strong.Undecided, f.file)
		broken := len(weak.Findings) > 0
		if f.level == api.LevelRestricted {
			broken = broken || len(strong.Findings) > 0
		}
		require.Equal(t, f.allowed, !broken, "%s: %v %v", f.file, weak.Findings, strong.Findings)

		// And so says the evaluator that puts the checks of a level together.
		level, err := api.ParseVersion(f.version)
		require.NoError(t, err)
		p := find(res)
		result := policy.AggregateCheckResults(official.EvaluatePod(
			api.LevelVersion{Level: f.level, Version: level}, &p.typed.Metadata, &p.typed.Spec))
		require.Equal(t, result.Allowed, !broken, f.file)
	}
	t.Logf("%d official pods, all judged alike", len(all))
}

func TestEveryKindRunsTheSamePod(t *testing.T) {
	t.Parallel()
	bad := map[string]any{"containers": []any{map[string]any{"name": "web", "securityContext": map[string]any{"privileged": true}}}}
	for _, kind := range rule.Workloads().Kinds {
		path, _ := rule.PodSpecPath(kind)
		var tree any = bad
		for i := len(path) - 1; i >= 0; i-- {
			tree = map[string]any{path[i]: tree}
		}
		res := rule.NewResource("urn", "kubernetes:"+kind.Group+"/v1:"+kind.Name, "test", tree.(map[string]any))
		verdict := judge(t, baseline(), latest, res)
		require.Equal(t, []rule.Finding{{
			URN: "urn", Path: strings.Join(path, "."),
			Message: `privileged: container "web" must not set securityContext.privileged=true (check privileged)`,
		}}, verdict.Findings, kind.String())
	}
}

func podOf(tree map[string]any) *rule.Resource {
	return rule.NewResource("urn", "kubernetes:core/v1:Pod", "test", tree)
}

func judge(t testing.TB, r *rule.Rule, version string, res *rule.Resource) rule.Verdict {
	t.Helper()
	settings, wrong := r.Configure(map[string]any{"version": version})
	require.Empty(t, wrong)
	verdict := r.Judge(rule.Circumstances{Settings: settings}, res)
	require.Nil(t, verdict.Failure)
	return verdict
}
