package rules_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

func TestThePlatformsOwnChartsComeFromKnownRepositories(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../charts/pins.go")
	require.NoError(t, err)
	pinned := regexp.MustCompile(`Repository: "([^"]+)"`).FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, pinned)
	all := rules.All()
	i := slices.IndexFunc(all, func(r *rule.Rule) bool { return r.ID == "chart-repository" })
	known := all[i].DefaultSettings().Strings("repositories")
	for _, p := range pinned {
		require.True(t, slices.ContainsFunc(known, func(k string) bool { return strings.HasPrefix(p[1]+"/", k+"/") }),
			"add %s to the default of the setting repositories of chart-repository", p[1])
	}
}
