package rules_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/internal/golden"
	"github.com/ai-now/platform/policy/rules"
)

func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	golden.Require(t, filepath.Join("..", "..", filepath.FromSlash(rules.ReferenceFile)), rules.Reference())
}

func TestIDsTellRulesApart(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range rules.All() {
		require.False(t, seen[r.ID], "two rules have the id %s", r.ID)
		seen[r.ID] = true
		require.Regexp(t, `^[a-z][a-z0-9]*(-[a-z0-9]+)+$`, r.ID)
		require.Equal(t, r.On.Stack, strings.HasPrefix(r.ID, "stack-"), "%s: an id begins with stack- when the rule is about a stack", r.ID)
	}
}

func TestEveryRuleIsComplete(t *testing.T) {
	t.Parallel()
	sentence := regexp.MustCompile(`^[A-Z].*\.$`)
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			require.Regexp(t, `^[A-Z].*[^.]$`, r.Title, "a title is a sentence without its full stop")
			require.Regexp(t, sentence, r.Why)
			require.Regexp(t, sentence, r.Fix)
			for _, c := range r.Controls {
				require.NotEmpty(t, c.ID)
				require.NotEmpty(t, c.Framework.Name)
				require.True(t, strings.HasPrefix(c.Framework.URL, "https://"), c.Framework.URL)
			}
			for _, s := range r.AllSettings() {
				require.Regexp(t, sentence, s.Description)
			}
		})
	}
}
