package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// podSecurityAgrees asks the API server's own Pod Security admission, which is the second gate of the rules about the
// Pod Security Standards, about pods in a namespace of each level.
func podSecurityAgrees(t *testing.T, c *controlPlane, pods []sample) {
	byID := map[string]*rule.Rule{}
	for _, r := range rules.All() {
		byID[r.ID] = r
	}
	for _, level := range []struct {
		name  string
		rules []string
	}{
		{"baseline", []string{"pod-security-baseline"}},
		// The rule about restricted leaves to the other one what baseline forbids already.
		{"restricted", []string{"pod-security-baseline", "pod-security-restricted"}},
	} {
		namespace := "pod-security-" + level.name
		c.namespace(t, namespace, map[string]any{"pod-security.kubernetes.io/enforce": level.name})
		asked, refused := 0, 0
		for _, s := range pods {
			pod := sample{s.origin, copied(s.object)}
			pod.object["metadata"].(map[string]any)["namespace"] = namespace
			_, err := tryCreate(t, c.client, pod.object)
			if err != nil && !apierrors.IsForbidden(err) {
				continue // no pod to the API server
			}
			broken := false
			for _, id := range level.rules {
				require.Contains(t, byID, id)
				verdict := byID[id].Judge(rule.Circumstances{Settings: byID[id].DefaultSettings()}, pod.resource())
				require.Nil(t, verdict.Failure, s.origin)
				require.Empty(t, verdict.Undecided, s.origin)
				broken = broken || len(verdict.Findings) > 0
			}
			asked++
			if err != nil {
				require.ErrorContains(t, err, `violates PodSecurity "`+level.name, s.origin)
				refused++
			}
			require.Equal(t, err != nil, broken, "%s at %s: the rules %s, the API server: %v", s.origin, level.name, strings.Join(level.rules, ", "), err)
		}
		t.Logf("%s: %d pods, %d of them refused by Pod Security admission", level.name, asked, refused)
		require.Positive(t, refused)
		require.Greater(t, asked, refused)
	}
}
