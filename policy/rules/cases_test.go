package rules_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
	"github.com/ai-now/platform/policy/rules/casefile"
)

func TestCases(t *testing.T) {
	t.Parallel()
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			cases, err := casefile.Read("testdata", r.ID)
			require.NoError(t, err, "every rule has a file of good and bad cases")
			good, bad, unknown := 0, 0, 0
			for _, c := range cases {
				switch {
				case len(c.Undecided) > 0:
					unknown++
				case len(c.Findings) > 0:
					bad++
				default:
					good++
				}
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					runCase(t, r, c)
				})
			}
			require.Positive(t, good, "no case keeps the rule")
			require.Positive(t, bad, "no case breaks the rule")
			require.Positive(t, unknown, "no case has a value that is not known yet")
		})
	}
}

func TestEveryCaseFileHasItsRule(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.ID] = true
	}
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, known[strings.TrimSuffix(filepath.Base(f), ".yaml")], "%s belongs to no rule", f)
	}
}

func runCase(t *testing.T, r *rule.Rule, c casefile.Case) {
	t.Helper()
	settings, wrong := r.Configure(c.Settings)
	require.Empty(t, wrong)
	circumstances := rule.Circumstances{
		Settings:  settings,
		Stack:     rule.StackInfo{Environment: c.Environment, Exemptions: c.Exemptions},
		Evaluator: expressions.New(),
	}

	var verdict rule.Verdict
	if r.On.Stack {
		verdict = r.JudgeStack(circumstances, c.Whole())
	} else {
		res := c.Object()
		require.True(t, r.On.Matches(res.Type), "the rule does not look at %s", res.Type)
		verdict = r.Judge(circumstances, res)
		if r.Remedy != nil {
			edits, mending := r.Mend(circumstances, res)
			require.Nil(t, mending.Failure)
			require.Equal(t, c.Mended, editTexts(edits))
		}
	}
	require.Nil(t, verdict.Failure)
	require.Equal(t, c.Outside, verdict.NotApplicable != "", verdict.NotApplicable)
	require.Equal(t, c.Findings, findingTexts(verdict.Findings, r.On.Stack))
	require.Equal(t, c.Undecided, verdict.Undecided)
}

func findingTexts(findings []rule.Finding, named bool) []string {
	var texts []string
	for _, f := range findings {
		text := f.Message
		if f.Path != "" || named {
			text = f.Path + ": " + text
		}
		if named {
			text = f.URN + " " + text
		}
		texts = append(texts, text)
	}
	return texts
}

func editTexts(edits []rule.Edit) []string {
	var texts []string
	for _, e := range edits {
		texts = append(texts, e.At.Path()+" = "+rule.NewValue(e.To).String())
	}
	return texts
}
