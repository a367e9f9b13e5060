package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/internal/golden"
	"github.com/ai-now/platform/policy/report/record"
)

// TestEveryForm keeps all files of a report.
func TestEveryForm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, Make(fixture()).Write(dir))
	written := map[string]bool{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		require.NoError(t, err)
		if entry.IsDir() {
			return nil
		}
		name, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		written[name] = true
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		kept := filepath.Join("testdata", "report", name)
		require.NoError(t, os.MkdirAll(filepath.Dir(kept), 0o750))
		golden.Require(t, kept, content)
		return nil
	}))
	kept, err := filepath.Glob("testdata/report/*/*")
	require.NoError(t, err)
	for _, path := range kept {
		name, err := filepath.Rel("testdata/report", path)
		require.NoError(t, err)
		require.True(t, written[name], "%s is of an earlier report; delete it", path)
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	r := Make(fixture())
	require.Equal(t, Totals{
		Resources: 7, Rules: 8, Mandatory: 5, Advisory: 1,
		Severities: map[string]int{"high": 1, "medium": 2, "low": 3},
		Counts:     Counts{Passed: 2, Failed: 5, Undecided: 1, Exempt: 1, Outside: 1},
	}, r.Totals)
	require.True(t, r.Blocking())
	var order []string
	for _, f := range r.Findings {
		order = append(order, f.Severity+" "+f.Level+" "+f.Rule+" "+f.Resource.Name)
	}
	require.Equal(t, []string{
		"high mandatory eks-endpoint eks-eu-out",
		"medium mandatory pod-seccomp shop/odd",
		"medium advisory eks-logs eks-eu",
		"low mandatory pod-broken shop/odd",
		"low mandatory stack-quotas shop/web",
		"low mandatory stack-quotas ai-now-dev",
	}, order)
	require.Equal(t, Resource{URN: stackURN, Type: "pulumi:pulumi:Stack", Name: "ai-now-dev"}, r.Findings[5].Resource)
	require.Equal(t, Resource{URN: webURN, Type: "kubernetes:apps/v1:Deployment", Name: "shop/web"}, r.Findings[4].Resource)
}

func TestAdvisoriesDoNotBlock(t *testing.T) {
	t.Parallel()
	from := fixture()
	from.Judgements = nil
	from.Resources = from.Resources[:3]
	r := Make(from)
	require.Equal(t, 1, r.Totals.Advisory)
	require.False(t, r.Blocking())
}

func TestFingerprintsOutliveMessages(t *testing.T) {
	t.Parallel()
	before, changed := Make(fixture()), fixture()
	changed.Resources[2].Judgements[0].Findings[0].Message = "in other words"
	changed.Time = changed.Time.AddDate(0, 1, 0)
	after := Make(changed)
	seen := map[string]bool{}
	for i := range before.Findings {
		require.Equal(t, before.Findings[i].Fingerprint, after.Findings[i].Fingerprint)
		require.False(t, seen[before.Findings[i].Fingerprint], "no two findings have one")
		seen[before.Findings[i].Fingerprint] = true
	}
}

func TestOwners(t *testing.T) {
	t.Parallel()
	from := fixture()
	tests := []struct {
		name, urn, want string
		inherited       bool
	}{
		{name: "its own label says it", urn: webURN, want: "shop"},
		{name: "a type without tags has the owner of what is beside it", urn: routeURN, want: "platform (cost center 1000)", inherited: true},
		{name: "a component has the owner of what is in it", urn: eksURN, want: "platform (cost center 1000)", inherited: true},
		{name: "of several owners none is guessed", urn: oddURN, want: "nobody: no label or tag says whose it is"},
		{name: "nor of a resource nobody knows", urn: "urn:else", want: "nobody: no label or tag says whose it is"},
	}
	owners := ownersOf(from.Resources)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			have := owners.of(tt.urn)
			require.Equal(t, tt.want, have.String())
			require.Equal(t, tt.inherited, have.Inherited)
		})
	}
	require.Equal(t, "cost center 7", Owner{CostCenter: "7"}.String())
}

func TestPagesAndIssuesOfAnEarlierReportGoAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, Make(fixture()).Write(dir))
	mine := filepath.Join(dir, "issues", "notes.txt")
	require.NoError(t, os.WriteFile(mine, nil, 0o600))
	clean := fixture()
	clean.Judgements, clean.Resources = nil, clean.Resources[:2]
	require.NoError(t, Make(clean).Write(dir))
	left, err := filepath.Glob(filepath.Join(dir, "issues", "*"))
	require.NoError(t, err)
	require.Equal(t, []string{mine}, left)
}

func TestALookThatWasCutShortSaysSo(t *testing.T) {
	t.Parallel()
	from := fixture()
	from.Whole, from.Stack.Environment, from.Stack.Preview = false, "", false
	r := Make(from)
	require.Contains(t, r.Text(), "The look was cut short")
	require.Contains(t, r.Text(), "The stack's environment is not known")
	require.Contains(t, r.Text(), "as deployed")
	require.Contains(t, r.Page(&r.Frameworks[0]), "The look was cut short")
	inSARIF, err := r.SARIF()
	require.NoError(t, err)
	require.Contains(t, string(inSARIF), `"executionSuccessful": false`)
}

func TestAFrameworkAboutAnotherCloudSaysSo(t *testing.T) {
	t.Parallel()
	from := fixture()
	from.Resources = from.Resources[4:]
	r := Make(from)
	require.Contains(t, r.Text(), "The stack has nothing that these are about: CIS Amazon EKS Benchmark 1.8.0\n")
	require.Contains(t, r.Page(&r.Frameworks[0]), "The stack has nothing of what the framework is about: EKS clusters.")
	for _, c := range r.Frameworks[0].Controls {
		require.Zero(t, c.Checked, c.ID)
	}
}

func TestTextsOfResourcesStayTexts(t *testing.T) {
	t.Parallel()
	r := Make(fixture())
	for _, f := range r.Findings {
		if f.Resource.URN != oddURN || f.Rule != "pod-seccomp" {
			continue
		}
		require.NotContains(t, f.Issue.Body, "<b>")
		for _, framework := range r.Frameworks {
			for _, row := range strings.Split(r.Page(&framework), "\n") {
				require.NotContains(t, row, "<b>")
			}
		}
		return
	}
	require.Fail(t, "the fixture has no such finding")
}

func TestEveryVerdictOnAControl(t *testing.T) {
	t.Parallel()
	level := map[string]string{"a": "mandatory", "b": "advisory", "off": "disabled"}
	on := func(id, urn string, v record.Verdict) judged {
		return judged{record.Judgement{Rule: id, Verdict: v}, &record.Resource{URN: urn}}
	}
	tests := []struct {
		name  string
		rules []string
		all   []judged
		want  ControlResult
	}{
		{"no rule answers to it", nil, []judged{on("a", "x", record.Passed)}, ControlResult{Verdict: ControlNotCovered}},
		{"its only rule is disabled", []string{"off"}, nil, ControlResult{Verdict: ControlDisabled}},
		{"one rule is disabled and another looks", []string{"off", "a"}, []judged{on("a", "x", record.Passed)},
			ControlResult{Verdict: ControlPasses, Checked: 1}},
		{"there is nothing to look at", []string{"a"}, nil, ControlResult{Verdict: ControlNotApplicable}},
		{"its rule is for another environment", []string{"a"}, []judged{on("a", "x", record.Outside)}, ControlResult{Verdict: ControlNotApplicable}},
		{"two rules pass one resource", []string{"a", "b"}, []judged{on("a", "x", record.Passed), on("b", "x", record.Passed)},
			ControlResult{Verdict: ControlPasses, Checked: 1}},
		{"an exemption holds", []string{"a"}, []judged{on("a", "x", record.Exempt), on("a", "y", record.Passed)},
			ControlResult{Verdict: ControlExempt, Checked: 2, Exempt: 1}},
		{"a value is not known", []string{"a"}, []judged{on("a", "x", record.Exempt), on("a", "y", record.Undecided)},
			ControlResult{Verdict: ControlUndecided, Checked: 2, Undecided: 1, Exempt: 1}},
		{"an advisory rule is broken", []string{"a", "b"}, []judged{on("a", "x", record.Undecided), on("b", "x", record.Failed)},
			ControlResult{Verdict: ControlFails, Checked: 1, Failed: 1}},
		{"a rule itself failed", []string{"a"}, []judged{on("a", "x", record.Broken)},
			ControlResult{Verdict: ControlFails, Checked: 1, Failed: 1}},
		{"the stack as a whole is one", []string{"a"}, []judged{{record.Judgement{Rule: "a", Verdict: record.Passed}, nil}},
			ControlResult{Verdict: ControlPasses, Checked: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			byRule := map[string][]judged{}
			for _, j := range tt.all {
				byRule[j.Rule] = append(byRule[j.Rule], j)
			}
			have := ControlResult{Rules: tt.rules}
			have.judge(level, byRule)
			tt.want.Rules = tt.rules
			require.Equal(t, tt.want, have)
		})
	}
}

func TestControlsAreInTheOrderOfTheirNumbers(t *testing.T) {
	t.Parallel()
	sorted := []string{"4.2.1", "4.10", "5", "5.2", "5.10.1", "5.10.2", "EC2.2", "EC2.10", "S3.1"}
	for i := range sorted {
		for k := range sorted {
			require.Equal(t, i < k, compareIDs(sorted[i], sorted[k]) < 0, "%s before %s", sorted[i], sorted[k])
		}
	}
}

func TestJSONIsReadBack(t *testing.T) {
	t.Parallel()
	r := Make(fixture())
	content, err := r.JSON()
	require.NoError(t, err)
	var back Report
	require.NoError(t, json.Unmarshal(content, &back))
	require.Equal(t, r, &back)
}
