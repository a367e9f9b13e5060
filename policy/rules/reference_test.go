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
