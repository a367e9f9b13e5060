package gke_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

func TestTheEdgeRefusesAttacksBeforeItCountsRequests(t *testing.T) {
	t.Parallel()
	blocked := make([]string, 12)
	for i := range blocked {
		blocked[i] = fmt.Sprintf("198.51.100.%d/32", i)
	}
	r, _ := deploy(t, func(c *spec.Cluster) { c.Edge = spec.Edge{Firewall: true, RateLimit: 500, Blocked: blocked} })
	policy := r.One(t, "gcp:compute/securityPolicy:SecurityPolicy", "main")
	policy.RequireValues(t, map[string]any{
		"type": "CLOUD_ARMOR", "adaptiveProtectionConfig.layer7DdosDefenseConfig.enable": true,
		"advancedOptionsConfig": map[string]any{"jsonParsing": "STANDARD", "logLevel": "NORMAL"},
	})
	rules := policy.Value("rules").([]any)
	last := -1.0
	var waf int
	for i, raw := range rules {
		rule := raw.(map[string]any)
		require.Greater(t, rule["priority"].(float64), last, "rules stand in the order they are looked at")
		last = rule["priority"].(float64)
		if _, ok := rule["match"].(map[string]any)["expr"]; ok {
			require.Equal(t, "deny(403)", rule["action"])
			require.Less(t, i, len(rules)-2, "attacks are refused before the rate limit lets them through")
			waf++
		}
	}
	require.Equal(t, 8, waf)
	require.Len(t, rules[0].(map[string]any)["match"].(map[string]any)["config"].(map[string]any)["srcIpRanges"], 10, "a rule takes ten networks")
	require.Len(t, rules[1].(map[string]any)["match"].(map[string]any)["config"].(map[string]any)["srcIpRanges"], 2)
	rate := rules[len(rules)-2].(map[string]any)
	require.Equal(t, "rate_based_ban", rate["action"])
	require.Equal(t, map[string]any{
		"enforceOnKey": "IP", "conformAction": "allow", "exceedAction": "deny(429)", "banDurationSec": 300.0,
		"rateLimitThreshold": map[string]any{"count": 500.0, "intervalSec": 300.0},
	}, rate["rateLimitOptions"])
	require.Equal(t, map[string]any{"priority": 2147483647.0, "action": "allow", "description": "everything else", "match": map[string]any{
		"versionedExpr": "SRC_IPS_V1", "config": map[string]any{"srcIpRanges": []any{"*"}},
	}}, rules[len(rules)-1])
}

func TestTheEdgeIsThereOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	r, c := deploy(t, nil)
	require.Empty(t, r.Of("gcp:compute/securityPolicy:SecurityPolicy"))
	require.NotContains(t, c.Facts, "securityPolicy")
}
