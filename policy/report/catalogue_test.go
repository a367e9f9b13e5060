package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rules"
	"github.com/ai-now/platform/policy/rules/controls"
)

func TestRulesNameControlsThatExist(t *testing.T) {
	t.Parallel()
	known := catalogue()
	require.Len(t, known, 3)
	for _, framework := range []struct{ name, version string }{
		{controls.CISKubernetes.Name, controls.CISKubernetes.Version},
		{controls.CISEKS.Name, controls.CISEKS.Version},
		{controls.CISGKE.Name, controls.CISGKE.Version},
	} {
		require.Contains(t, known, framework.name+" "+framework.version, "the benchmark that rules answer to is the one listed")
	}
	var wrong []string
	for _, r := range rules.All() {
		for _, c := range r.Controls {
			benchmark, listed := known[c.Framework.Name+" "+c.Framework.Version]
			if !listed {
				continue
			}
			switch title, exists := titleOf(benchmark, c.ID); {
			case !exists:
				wrong = append(wrong, fmt.Sprintf("%s: %s has no control %s", r.ID, c.Framework.Name, c.ID))
			case strings.TrimSuffix(title, ".") != strings.TrimSuffix(c.Title, "."):
				wrong = append(wrong, fmt.Sprintf("%s: %s %s is %q, not %q", r.ID, c.Framework.Name, c.ID, title, c.Title))
			}
		}
	}
	require.Empty(t, wrong, strings.Join(wrong, "\n"))
}

func titleOf(l listed, id string) (title string, exists bool) {
	for _, s := range l.Sections {
		for _, c := range s.Controls {
			if c.ID == id {
				return c.Title, true
			}
		}
	}
	return "", false
}

func TestNoControlIsListedTwice(t *testing.T) {
	t.Parallel()
	for name, l := range catalogue() {
		seen := map[string]bool{}
		for _, s := range l.Sections {
			require.NotEmpty(t, s.Controls, "%s %s", name, s.ID)
			for _, c := range s.Controls {
				require.False(t, seen[c.ID], "%s %s", name, c.ID)
				require.True(t, strings.HasPrefix(c.ID, s.ID+"."), "%s: %s is in section %s", name, c.ID, s.ID)
				require.NotEmpty(t, c.Title)
				seen[c.ID] = true
			}
		}
	}
}
