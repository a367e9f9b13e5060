package runner

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	const urn = "urn:pulumi:dev::ai-now::kubernetes:apps/v1:Deployment::hello"
	update := apitype.StepEventMetadata{
		Op: apitype.OpUpdate, URN: urn, Type: "kubernetes:apps/v1:Deployment",
		DetailedDiff: map[string]apitype.PropertyDiff{
			"spec.replicas": {}, "spec.template.containers[0].image": {}, `metadata.annotations["a.b/c"]`: {}, "spec.gone": {}, "spec.template": {}, "spec.hidden": {},
		},
		Old: &apitype.StepEventStateMetadata{Outputs: map[string]any{
			"metadata": map[string]any{"annotations": map[string]any{"a.b/c": "old"}},
			"spec":     map[string]any{"replicas": 1.0, "gone": "x", "hidden": "[secret]", "template": map[string]any{"containers": []any{map[string]any{"image": "one"}}}},
		}},
		New: &apitype.StepEventStateMetadata{Outputs: map[string]any{
			"metadata": map[string]any{"annotations": map[string]any{"a.b/c": "new"}},
			"spec":     map[string]any{"replicas": 0.0, "hidden": "[secret]", "template": map[string]any{"containers": []any{map[string]any{"image": "two"}}}},
		}},
	}
	seen := &record{}
	seen.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{ResourcePreEvent: &apitype.ResourcePreEvent{Metadata: apitype.StepEventMetadata{Op: apitype.OpRefresh, URN: urn}}}})
	seen.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{SummaryEvent: &apitype.SummaryEvent{ResourceChanges: map[apitype.OpType]int{apitype.OpSame: 22, apitype.OpUpdate: 1}}}})
	seen.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{ResOutputsEvent: &apitype.ResOutputsEvent{Metadata: update}}})
	seen.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{PolicyEvent: &apitype.PolicyEvent{EnforcementLevel: "advisory", PolicyName: "soft"}}})
	seen.add(events.EngineEvent{EngineEvent: apitype.EngineEvent{PolicyEvent: &apitype.PolicyEvent{EnforcementLevel: "mandatory", PolicyName: "hard"}}})

	require.Equal(t, 23, seen.resources)
	require.Equal(t, []string{"hard"}, seen.violations, "advice does not stop a run")
	require.Len(t, seen.changes, 1)
	require.Equal(t, "update kubernetes:apps/v1:Deployment hello: "+
		`metadata.annotations["a.b/c"] (old => new), spec.gone, spec.hidden ([secret] => [secret]), `+
		"spec.replicas (1 => 0), spec.template, spec.template.containers[0].image (one => two)", seen.changes[0].String())
}

func TestWorkloadOf(t *testing.T) {
	t.Parallel()
	step := func(kind string) apitype.StepEventMetadata {
		return apitype.StepEventMetadata{Type: kind, New: &apitype.StepEventStateMetadata{Inputs: map[string]any{
			"metadata": map[string]any{"name": "hello", "namespace": "mine"},
		}}}
	}
	w, ok := workloadOf(step("kubernetes:apps/v1:Deployment"))
	require.True(t, ok)
	require.Equal(t, workload{"mine", "hello"}, w)
	_, ok = workloadOf(step("kubernetes:core/v1:ConfigMap"))
	require.False(t, ok, "it has no Pods")
	_, ok = workloadOf(apitype.StepEventMetadata{Type: "kubernetes:apps/v1:Deployment"})
	require.False(t, ok, "nothing is known of it")
}
