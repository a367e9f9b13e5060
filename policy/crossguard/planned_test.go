package crossguard

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

func TestAStackIsJudgedByInputsWhereAPreviewHasNothingElse(t *testing.T) {
	t.Parallel()
	small := &rule.Rule{
		ID: "all-small", Title: "Everything is small", Severity: rule.Low,
		On: rule.Target{Stack: true}, Why: "Because.", Fix: "Mend it.",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, r := range s.Resources {
				q.Require(r.Get("size").Is("small"), r.Get("size"), "the size is %s", r.Get("size"))
			}
		}),
	}
	known := resource.PropertyMap{"size": resource.NewProperty("small")}
	unknown := resource.PropertyMap{"size": resource.MakeComputed(resource.NewProperty(""))}
	tests := []struct {
		name            string
		preview         bool
		inputs, outputs resource.PropertyMap
		wrong           bool
	}{
		{name: "the provider is not asked, and the inputs are good", preview: true, inputs: known},
		{name: "the provider is not asked, and the inputs are not known", preview: true, inputs: unknown},
		{name: "the provider is not asked, and the inputs are wrong", preview: true, inputs: resource.PropertyMap{"size": resource.NewProperty("huge")}, wrong: true},
		{name: "what the provider says goes over the inputs", preview: true, inputs: known, outputs: resource.PropertyMap{"size": resource.NewProperty("huge")}, wrong: true},
		{name: "an update has the outputs", inputs: known, wrong: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := dial(t, packOf(small, sizeRule()))
			_, err := client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{Stack: "s", DryRun: tt.preview})
			require.NoError(t, err)
			req := thing(t, tt.inputs)
			_, err = client.Analyze(context.Background(), req)
			require.NoError(t, err)
			resp, err := client.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
				{Urn: req.GetUrn(), Type: req.GetType(), Name: req.GetName(), Properties: marshal(t, tt.outputs)},
			}})
			require.NoError(t, err)
			require.Equal(t, tt.wrong, len(resp.GetDiagnostics()) == 1, "%v", resp)
		})
	}
}
