package kubernetes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
)

// A status is nothing that a program or a user writes, so this is no case of the
// rule's file: no API server would take the object as new.
func TestAPodThatTheSchedulerPlacedMayBeChanged(t *testing.T) {
	t.Parallel()
	r := find(t, "pod-node-name")
	for _, c := range []struct {
		name   string
		status map[string]any
		holds  bool
	}{
		{"the scheduler placed it", map[string]any{"type": "PodScheduled", "status": "True"}, true},
		{"the scheduler waits", map[string]any{"type": "PodScheduled", "status": "False"}, false},
		{"something else is true", map[string]any{"type": "Ready", "status": "True"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pod := rule.NewResource("urn:test", "kubernetes:core/v1:Pod", "test", map[string]any{
				"spec":   map[string]any{"nodeName": "node-1", "containers": []any{map[string]any{"name": "web"}}},
				"status": map[string]any{"conditions": []any{c.status}},
			})
			verdict := r.Judge(rule.Circumstances{Settings: r.DefaultSettings(), Evaluator: expressions.New()}, pod)
			require.Nil(t, verdict.Failure)
			require.Equal(t, c.holds, len(verdict.Findings) == 0, verdict.Findings)
		})
	}
}
