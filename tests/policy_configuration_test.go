package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPolicyConfigurationFileSetsLevelsAndSettings(t *testing.T) {
	e := newPolicyEngine(t)
	canary := webPod(map[string]any{"image": "registry.example.com/shop:canary"})
	s := e.newStack(t, nil, these(canary))
	t.Run("a setting makes a rule stricter", func(t *testing.T) {
		preview := s.preview(t, `{"all": "disabled", "pod-image-tag": {"enforcementLevel": "mandatory", "movingTags": ["canary"]}}`)
		require.Equal(t, 1, preview.code, preview.output)
		require.Contains(t, preview.output, "registry.example.com/shop:canary")
	})
	t.Run("without it the rule has its default", func(t *testing.T) {
		preview := s.preview(t, only("pod-image-tag", "mandatory"))
		require.Zero(t, preview.code, preview.output)
	})
	for _, wrong := range []struct {
		name, settings string
		want           []string
	}{
		{"a rule that is none", `{"pod-security-basline": "advisory"}`, []string{`pod-security-basline: there is no such rule; did you mean "pod-security-baseline"?`}},
		{"a setting that is none", `{"pod-image-tag": {"movingTag": ["canary"]}}`, []string{`pod-image-tag.movingTag: there is no such setting; did you mean "movingTags"?`}},
		{"a value of another type", `{"pod-image-tag": {"movingTags": "canary"}}`, []string{"pod-image-tag: movingTags: Invalid type. Expected: array, given: string"}},
		{"a level that is none", `{"pod-security-baseline": "strict"}`, []string{`"strict" is not a valid enforcement level`}},
		{"a value that is not allowed", `{"namespace-pod-security": {"levels": ["medium"]}}`, []string{`must be one of the following: "restricted", "baseline", "privileged"`}},
		{"a number out of bounds", `{"stack-zone-spread": {"zones": 0}}`, []string{"zones: Must be greater than or equal to 1"}},
	} {
		t.Run(wrong.name+" is refused", func(t *testing.T) {
			preview := s.preview(t, wrong.settings)
			require.NotZero(t, preview.code, preview.output)
			for _, want := range wrong.want {
				require.Contains(t, preview.output, want)
			}
		})
	}
}

func TestEveryProfileIsAPolicyConfigurationOfTheEngine(t *testing.T) {
	e := newPolicyEngine(t)
	s := e.newStack(t, nil, these(privilegedPod()))
	profiles, err := filepath.Glob("../policy/profiles/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, profiles)
	for _, file := range profiles {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		preview := s.preview(t, string(content))
		level, code := "mandatory", 1
		if filepath.Base(file) == "audit.json" {
			level, code = "advisory", 0
		}
		require.Equal(t, code, preview.code, "%s:\n%s", file, preview.output)
		require.Contains(t, preview.output, "["+level+"] [severity: critical]  pod-security-baseline", file)
	}
}

func TestTheConfigurationOfAStackReachesItsRules(t *testing.T) {
	e := newPolicyEngine(t)
	// The stack turns all rules off but one, as a policy configuration file does.
	with := func(rest string) map[string]string {
		return map[string]string{"ai-now:policy": `{"rules": {"all": "disabled", "pod-security-baseline": "mandatory"}` + rest + `}`}
	}
	exemption := func(expires string) string {
		return `, "exemptions": [{"rule": "pod-security-baseline", "namespace": "shop", "owner": "platform", "reason": "a driver", "expires": "` + expires + `"}]`
	}
	t.Run("levels in the stack's configuration hold", func(t *testing.T) {
		preview := e.newStack(t, with(""), these(privilegedPod())).preview(t, "")
		require.Equal(t, 1, preview.code, preview.output)
		require.Contains(t, preview.output, "[mandatory] [severity: critical]  pod-security-baseline")
		require.NotContains(t, preview.output, "pod-non-root")
	})
	t.Run("an exemption lifts the rule while it lasts", func(t *testing.T) {
		preview := e.newStack(t, with(exemption("2099-12-31")), these(privilegedPod())).preview(t, "")
		require.Zero(t, preview.code, preview.output)
		require.NotContains(t, preview.output, "pod-security-baseline")
	})
	t.Run("an exemption that has expired lifts nothing and says so", func(t *testing.T) {
		preview := e.newStack(t, with(exemption("2020-01-31")), these(privilegedPod())).preview(t, "")
		require.Equal(t, 1, preview.code, preview.output)
		require.Contains(t, preview.output, "the exemption that platform answers for ended on 2020-01-31")
	})
	t.Run("an exemption for another namespace lifts nothing", func(t *testing.T) {
		other := `, "exemptions": [{"rule": "pod-security-baseline", "namespace": "cart", "owner": "platform", "reason": "a driver", "expires": "2099-12-31"}]`
		preview := e.newStack(t, with(other), these(privilegedPod())).preview(t, "")
		require.Equal(t, 1, preview.code, preview.output)
	})
	t.Run("a profile in the stack's configuration holds", func(t *testing.T) {
		preview := e.newStack(t, map[string]string{"ai-now:policy": `{"profile": "audit"}`}, these(privilegedPod())).preview(t, "")
		require.Zero(t, preview.code, preview.output)
		require.Contains(t, preview.output, "[advisory] [severity: critical]  pod-security-baseline")
	})
	t.Run("an exemption without an owner is refused with a hint", func(t *testing.T) {
		config := with(`, "exemptions": [{"rule": "pod-security-baseline", "namespace": "shop", "reason": "a driver", "expires": "2099-12-31"}]`)
		preview := e.newStack(t, config, these(privilegedPod())).preview(t, "")
		require.NotZero(t, preview.code, preview.output)
		require.Contains(t, preview.output, "name the team that answers for it")
	})
	t.Run("everything that is wrong is told at once", func(t *testing.T) {
		wrong := `{"profile": "prd", "rules": {"pod-image-tag": {"tags": []}}, "exemptions": [` +
			`{"rule": "pod-image-tags", "namespace": "shop", "owner": "platform", "reason": "a test", "expires": "soon"}]}`
		preview := e.newStack(t, map[string]string{"ai-now:policy": wrong}, these()).preview(t, "")
		require.NotZero(t, preview.code, preview.output)
		for _, want := range []string{
			`ai-now:policy.profile: "prd" is no profile; there are audit, baseline, prod`,
			"pod-image-tag.tags: there is no such setting; there are movingTags",
			`ai-now:policy.exemptions[0].rule: "pod-image-tags" is no rule over Kubernetes objects; did you mean "pod-image-tag"?`,
			`ai-now:policy.exemptions[0].expires: "soon" is no day`,
		} {
			require.Contains(t, preview.output, want)
		}
	})
}

func TestARuleForProductionJudgesProduction(t *testing.T) {
	e := newPolicyEngine(t)
	alone := object{"apps/v1:Deployment", "web", map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "shop"},
		"spec": map[string]any{
			"replicas": 1,
			"selector": map[string]any{"matchLabels": map[string]any{"app": "web"}},
			"template": map[string]any{
				"metadata": map[string]any{"labels": map[string]any{"app": "web"}},
				"spec":     map[string]any{"containers": []any{map[string]any{"name": "web", "image": "registry.example.com/shop:1.4.2"}}},
			},
		},
	}}
	for _, of := range []struct {
		name   string
		config map[string]string
		code   int
		want   string
	}{
		{"the stack of prod is judged", map[string]string{"ai-now:environment": "prod"}, 1, "the replicas are 1, the least is 2"},
		{"the stack of dev is not", map[string]string{"ai-now:environment": "dev"}, 0, "Previewing update"},
		{"a stack of which nobody knows is judged as prod, and told so", nil, 1, "The stack's environment is not known, so it was judged as prod."},
	} {
		t.Run(of.name, func(t *testing.T) {
			preview := e.newStack(t, of.config, these(alone)).preview(t, only("workload-replicas", "mandatory"))
			require.Equal(t, of.code, preview.code, preview.output)
			require.Contains(t, preview.output, of.want)
			if of.code == 0 {
				require.NotContains(t, preview.output, "workload-replicas")
			}
		})
	}
}
