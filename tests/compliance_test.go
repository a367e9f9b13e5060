package tests

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/report"
	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// TestCompliance reports on dev before it is there, when it is, and when it breaks a
// mandatory rule.
func TestCompliance(t *testing.T) {
	s := newSandbox(t)
	dir := filepath.Join(s.layout.State, "compliance", "dev")
	read := func(t *testing.T) *report.Report {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(dir, "report.json"))
		require.NoError(t, err)
		r := &report.Report{}
		require.NoError(t, json.Unmarshal(content, r))
		require.True(t, r.Whole, "the rules over the stack as a whole were asked")
		require.Equal(t, "dev", r.Stack.Name)
		require.Equal(t, "dev", r.Stack.Environment)
		return r
	}

	output := s.must(t, "compliance")
	require.Contains(t, output, "stack dev is not deployed here, so the report is about its plan")
	require.Contains(t, output, "The reports are in "+dir)
	require.NotContains(t, output, "to create", "the engine's own output is left out")
	require.Empty(t, clustersOf(t, s, "dev"), "nothing is made for it")
	planned := read(t)
	require.True(t, planned.Stack.Preview)
	require.Zero(t, planned.Totals.Mandatory)
	require.NotEmpty(t, planned.Undecided, "a plan has values that are not known")
	require.NotEmpty(t, planned.Findings, "dev is cheap, and rules advise against some of it; this test needs one of them")

	s.must(t, "up")
	s.must(t, "compliance")
	deployed := read(t)
	require.False(t, deployed.Stack.Preview)
	require.Equal(t, planned.Totals.Resources, deployed.Totals.Resources)
	require.Empty(t, deployed.Undecided, "all is known of what is deployed")
	require.Zero(t, deployed.Totals.Mandatory)

	step(t, "every form of the report is there", func(t *testing.T, _ context.Context) {
		text, err := os.ReadFile(filepath.Join(dir, "report.txt"))
		require.NoError(t, err)
		require.Contains(t, string(text), "as deployed")
		var log struct {
			Version string
			Runs    []struct{ Results []any }
		}
		content, err := os.ReadFile(filepath.Join(dir, "report.sarif"))
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(content, &log))
		require.Equal(t, "2.1.0", log.Version)
		require.Len(t, log.Runs[0].Results, len(deployed.Findings))
		pages, err := os.ReadDir(filepath.Join(dir, "frameworks"))
		require.NoError(t, err)
		require.Len(t, pages, len(deployed.Frameworks))
		issues, err := os.ReadDir(filepath.Join(dir, "issues"))
		require.NoError(t, err)
		require.Len(t, issues, len(deployed.Findings))
	})
	step(t, "a finding says who is to mend it, and how", func(t *testing.T, _ context.Context) {
		for _, f := range deployed.Findings {
			require.Equal(t, "platform", f.Owner.Team, "%s: %s", f.Rule, f.Resource.Name)
			require.NotEmpty(t, f.Fix)
			require.Contains(t, f.Issue.Body, f.Resource.URN)
		}
	})
	step(t, "no secret is in a report", func(t *testing.T, _ context.Context) {
		access, err := localcluster.Open(s.layout.Stack("dev").Clusters(), "doks-dev")
		require.NoError(t, err)
		require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			require.NotContains(t, string(content), access.Token, path)
			return err
		}))
	})

	broken := deployed.Findings[0].Rule
	strict := filepath.Join(t.TempDir(), "strict.json")
	require.NoError(t, os.WriteFile(strict, []byte(`{"`+broken+`": "mandatory"}`), 0o600))
	for _, about := range [][]string{nil, {"--plan"}} {
		code, output := s.run(t, append([]string{"compliance", "--policy-config", strict}, about...)...)
		require.Equal(t, exitcode.Policy, code, output)
		require.Contains(t, output, "stack dev breaks mandatory rules")
		r := read(t)
		require.NotZero(t, r.Totals.Mandatory)
		require.Equal(t, len(about) > 0, r.Stack.Preview)
		require.Equal(t, deployed.Findings[0].Fingerprint, r.Findings[slices.IndexFunc(r.Findings, func(f report.Finding) bool {
			return f.Rule == broken && f.Resource == deployed.Findings[0].Resource
		})].Fingerprint)
	}

	step(t, "the stack's own levels hold for what is deployed", func(t *testing.T, _ context.Context) {
		file := s.edited(t, "dev", "  ai-now:tenants:\n", "  ai-now:policy: {rules: {"+broken+": disabled}}\n  ai-now:tenants:\n")
		s.must(t, "compliance", "--config-file", file)
		r := read(t)
		require.False(t, slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Rule == broken }))
		require.Equal(t, deployed.Totals.Rules-1, r.Totals.Rules)
	})
}
