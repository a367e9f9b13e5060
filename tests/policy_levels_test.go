package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

// webPod is a pod whose only container has these fields beside its name.
func webPod(container map[string]any) object {
	container["name"] = "web"
	return object{"core/v1:Pod", "web", map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "shop"},
		"spec":     map[string]any{"containers": []any{container}},
	}}
}

// these is a program of objects that wait for nothing.
func these(objects ...object) func(pulumi.StringOutput) []object {
	return func(pulumi.StringOutput) []object { return objects }
}

func privilegedPod() object {
	return webPod(map[string]any{"image": "registry.example.com/shop:1.4.2", "securityContext": map[string]any{"privileged": true}})
}

// only is a policy configuration with one rule at a level, and no other rule.
func only(id, level string) string { return `{"all": "disabled", "` + id + `": "` + level + `"}` }

func TestALevelSaysWhatTheEngineDoes(t *testing.T) {
	e := newPolicyEngine(t)
	const finding = `privileged: container "web" must not set securityContext.privileged=true`
	t.Run("a mandatory rule stops the preview and says what, where and how to mend it", func(t *testing.T) {
		s := e.newStack(t, nil, these(privilegedPod()))
		preview := s.preview(t, only("pod-security-baseline", "mandatory"))
		require.Equal(t, 1, preview.code, preview.output)
		for _, want := range []string{
			"- [mandatory] [severity: critical]  pod-security-baseline  (kubernetes:core/v1:Pod: web)",
			"Pods keep the level baseline of the Pod Security Standards.",
			finding,
			"Fix: Remove what the finding names.",
			"See docs/policy.md#pod-security-baseline",
			"error: preview failed",
		} {
			require.Contains(t, preview.output, want)
		}
	})
	t.Run("a mandatory rule stops the update before the resource is made", func(t *testing.T) {
		s := e.newStack(t, nil, these(privilegedPod()))
		up := s.up(t, only("pod-security-baseline", "mandatory"))
		require.Equal(t, 1, up.code, up.output)
		require.Contains(t, up.output, "[mandatory] [severity: critical]  pod-security-baseline")
		require.NotContains(t, s.files(t), "shop-web.yaml")
	})
	t.Run("an advisory rule is told and stops nothing", func(t *testing.T) {
		s := e.newStack(t, nil, these(privilegedPod()))
		up := s.up(t, only("pod-security-baseline", "advisory"))
		require.Zero(t, up.code, up.output)
		require.Contains(t, up.output, "- [advisory] [severity: critical]  pod-security-baseline  (kubernetes:core/v1:Pod: web)")
		require.Contains(t, up.output, finding)
		require.Contains(t, up.output, "Fix: Remove what the finding names.")
		require.Contains(t, s.files(t), "shop-web.yaml")
	})
	t.Run("a rule that cannot mend is mandatory at level remediate", func(t *testing.T) {
		preview := e.newStack(t, nil, these(privilegedPod())).preview(t, only("pod-security-baseline", "remediate"))
		require.Equal(t, 1, preview.code, preview.output)
		require.Contains(t, preview.output, "[mandatory] [severity: critical]  pod-security-baseline")
	})
	t.Run("a disabled rule says nothing", func(t *testing.T) {
		preview := e.newStack(t, nil, these(privilegedPod())).preview(t, only("pod-security-baseline", "disabled"))
		require.Zero(t, preview.code, preview.output)
		require.NotContains(t, preview.output, "pod-security-baseline")
	})
}

func TestASeverityIsTold(t *testing.T) {
	e := newPolicyEngine(t)
	latest := webPod(map[string]any{"image": "registry.example.com/shop:latest"})
	forgets := object{"apps/v1:Deployment", "web", map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "shop"},
		"spec":     map[string]any{"revisionHistoryLimit": 0},
	}}
	for _, of := range []struct {
		severity, rule string
		object         object
		finding        string
	}{
		{"critical", "pod-security-baseline", privilegedPod(), "securityContext.privileged=true"},
		{"high", "pod-security-restricted", latest, "runAsNonRoot != true"},
		{"medium", "pod-image-tag", latest, "container web runs the image registry.example.com/shop:latest, which names no version"},
		{"low", "workload-history", forgets, "no earlier revision is kept"},
	} {
		t.Run("a violation of severity "+of.severity, func(t *testing.T) {
			preview := e.newStack(t, nil, these(of.object)).preview(t, only(of.rule, "mandatory"))
			require.Equal(t, 1, preview.code, preview.output)
			require.Contains(t, preview.output, "- [mandatory] [severity: "+of.severity+"]  "+of.rule+"  (kubernetes:")
			for _, want := range []string{of.finding, "Fix: ", "See docs/policy.md#" + of.rule} {
				require.Contains(t, preview.output, want)
			}
		})
	}
}

func TestARemedyChangesWhatIsMade(t *testing.T) {
	e := newPolicyEngine(t)
	pod := webPod(map[string]any{"image": "registry.example.com/shop:1.4.2"})
	t.Run("at level remediate the object is made as the rule wants it", func(t *testing.T) {
		s := e.newStack(t, nil, these(pod))
		up := s.up(t, only("pod-default-identity", "remediate"))
		require.Zero(t, up.code, up.output)
		require.Contains(t, up.output, "[remediate]  pod-default-identity  (1 resource)")
		require.Contains(t, s.files(t)["shop-web.yaml"], "automountServiceAccountToken: false")
	})
	t.Run("a remedy sets all that the program left open", func(t *testing.T) {
		s := e.newStack(t, nil, these(pod))
		up := s.up(t, only("pod-security-restricted", "remediate"))
		require.Zero(t, up.code, up.output)
		for _, want := range []string{"runAsNonRoot: true", "type: RuntimeDefault", "allowPrivilegeEscalation: false", "- ALL"} {
			require.Contains(t, s.files(t)["shop-web.yaml"], want)
		}
	})
	t.Run("at level mandatory nothing is mended", func(t *testing.T) {
		s := e.newStack(t, nil, these(pod))
		up := s.up(t, only("pod-default-identity", "mandatory"))
		require.Equal(t, 1, up.code, up.output)
		require.Contains(t, up.output, "[mandatory] [severity: medium]  pod-default-identity")
		require.NotContains(t, s.files(t), "shop-web.yaml")
	})
	t.Run("at level advisory nothing is mended", func(t *testing.T) {
		s := e.newStack(t, nil, these(pod))
		up := s.up(t, only("pod-default-identity", "advisory"))
		require.Zero(t, up.code, up.output)
		require.Contains(t, up.output, "[advisory] [severity: medium]  pod-default-identity")
		require.NotContains(t, s.files(t)["shop-web.yaml"], "automountServiceAccountToken")
	})
	t.Run("what the program says itself is not overruled", func(t *testing.T) {
		said := webPod(map[string]any{"image": "registry.example.com/shop:1.4.2"})
		said.fields["spec"].(map[string]any)["automountServiceAccountToken"] = true
		s := e.newStack(t, nil, these(said))
		up := s.up(t, only("pod-default-identity", "remediate"))
		require.Equal(t, 1, up.code, up.output)
		require.Contains(t, up.output, "[mandatory] [severity: medium]  pod-default-identity")
	})
}

func TestARuleOverAStackStopsIt(t *testing.T) {
	e := newPolicyEngine(t)
	s := e.newStack(t, nil, these(
		object{"core/v1:Namespace", "shop", map[string]any{"metadata": map[string]any{"name": "shop"}}},
		webPod(map[string]any{"image": "registry.example.com/shop:1.4.2"}),
	))
	for _, level := range []struct {
		name string
		code int
	}{{"mandatory", 1}, {"advisory", 0}} {
		preview := s.preview(t, only("stack-namespace-guards", level.name))
		require.Equal(t, level.code, preview.code, preview.output)
		require.Contains(t, preview.output, "- ["+level.name+"] [severity: high]  stack-namespace-guards  (kubernetes:core/v1:Namespace: shop)")
		require.Contains(t, preview.output, `the namespace "shop" has no ResourceQuota`)
	}
}

func TestWhatIsNotKnownIsDecidedAtTheUpdate(t *testing.T) {
	e := newPolicyEngine(t)
	image := func(tag string) func(pulumi.StringOutput) []object {
		return func(later pulumi.StringOutput) []object {
			return []object{webPod(map[string]any{"image": later.ApplyT(func(string) string { return "registry.example.com/shop" + tag }).(pulumi.StringOutput)})}
		}
	}
	t.Run("a value that turns out wrong stops the update", func(t *testing.T) {
		s := e.newStack(t, nil, image(":latest"))
		preview := s.preview(t, only("pod-image-tag", "mandatory"))
		require.Zero(t, preview.code, "not known is no violation:\n%s", preview.output)
		require.Contains(t, preview.output, "- [advisory] [severity: medium]  pod-image-tag  (kubernetes:core/v1:Pod: web)")
		require.Contains(t, preview.output, "undecided until apply, for these values are not known yet: spec.containers[0].image.")
		up := s.up(t, only("pod-image-tag", "mandatory"))
		require.Equal(t, 1, up.code, up.output)
		require.Contains(t, up.output, "- [mandatory] [severity: medium]  pod-image-tag  (kubernetes:core/v1:Pod: web)")
		require.NotContains(t, s.files(t), "shop-web.yaml")
	})
	t.Run("a value that turns out right is no finding", func(t *testing.T) {
		s := e.newStack(t, nil, image(":1.4.2"))
		require.Contains(t, s.preview(t, only("pod-image-tag", "mandatory")).output, "undecided until apply")
		up := s.up(t, only("pod-image-tag", "mandatory"))
		require.Zero(t, up.code, up.output)
		require.NotContains(t, up.output, "pod-image-tag")
		require.Contains(t, s.files(t)["shop-web.yaml"], "registry.example.com/shop:1.4.2")
	})
}
