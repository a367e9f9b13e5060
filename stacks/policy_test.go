package stacks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

// withPolicy parses the base configuration with a policy.
func withPolicy(t *testing.T, policy map[string]any) *Config {
	t.Helper()
	cfg, err := Parse("test", base(t, map[string]any{"ai-now:policy": policy}))
	require.NoError(t, err)
	return cfg
}

func anExemption(expires string) map[string]any {
	return map[string]any{
		"rule": "pod-image-tag", "namespace": "shop", "owner": "shop", "reason": "the vendor's image is late", "expires": expires,
	}
}

func TestThePolicyOfAStack(t *testing.T) {
	t.Parallel()
	t.Run("without one every rule has its own level, and the clusters enforce it", func(t *testing.T) {
		t.Parallel()
		g := withPolicy(t, nil).gate()
		require.Equal(t, configuration.Enforce, g.Mode)
		require.Equal(t, rule.Mandatory, g.Resolved["pod-image-tag"].Level)
		require.Equal(t, "dev", g.Environment)
	})
	t.Run("levels and settings are those of the policy, over those of its profile", func(t *testing.T) {
		t.Parallel()
		g := withPolicy(t, map[string]any{"profile": "audit", "rules": map[string]any{
			"pod-image-tag":     map[string]any{"enforcementLevel": "mandatory", "movingTags": []any{"latest", "stable"}},
			"workload-replicas": map[string]any{"minimum": 3},
		}}).gate()
		require.Equal(t, configuration.Audit, g.Mode)
		require.Equal(t, rule.Mandatory, g.Resolved["pod-image-tag"].Level)
		require.Equal(t, []string{"latest", "stable"}, g.Resolved["pod-image-tag"].Settings.Strings("movingTags"))
		require.Equal(t, 3, g.Resolved["workload-replicas"].Settings.Int("minimum"), "numbers as well")
		require.Equal(t, rule.Advisory, g.Resolved["namespace-pod-security"].Level)
	})
	t.Run("an exemption is on its namespace, an expired one no longer", func(t *testing.T) {
		t.Parallel()
		today := time.Now().UTC().Format(time.DateOnly)
		for expires, want := range map[string]any{today: today, "2020-01-01": nil} {
			r := &clustertest.Recorder{Config: asConfig(t, base(t, map[string]any{
				"ai-now:policy": map[string]any{"exemptions": []any{anExemption(expires)}},
			}))}
			require.NoError(t, r.Run(Deploy))
			require.Equal(t, want, r.One(t, "kubernetes:core/v1:Namespace", "main-shop").Value(`metadata.labels["exempt.ai-now.io/pod-image-tag"]`))
		}
	})
	t.Run("a gate that is off is not made", func(t *testing.T) {
		t.Parallel()
		r := &clustertest.Recorder{Config: asConfig(t, base(t, map[string]any{"ai-now:policy": map[string]any{"admission": "off"}}))}
		require.NoError(t, r.Run(Deploy))
		require.Empty(t, r.Of("kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"))
	})
}
