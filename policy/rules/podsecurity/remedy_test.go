package podsecurity

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/crossguard"
	"github.com/ai-now/platform/policy/rule"
)

// A remedy is worth something when what it makes keeps the rules, as the engine
// sees it.
func TestAMendedPodKeepsBothLevels(t *testing.T) {
	t.Parallel()
	server, err := crossguard.NewServer(crossguard.Pack{
		Name: "test", Version: "1.0.0", Rules: All(), Reference: "docs/policy.md",
		Initial: configuration.Config{"pod-security-restricted": {Level: rule.Remediate}},
	})
	require.NoError(t, err)
	for name, spec := range map[string]map[string]any{
		"a pod that says nothing": {"containers": []any{map[string]any{"name": "web"}}},
		"one whose containers differ": {
			"initContainers": []any{map[string]any{"name": "setup", "securityContext": map[string]any{"runAsUser": 1000.0}}},
			"containers": []any{
				map[string]any{"name": "web", "securityContext": map[string]any{"allowPrivilegeEscalation": false}},
				map[string]any{"name": "log", "securityContext": map[string]any{"capabilities": map[string]any{"add": []any{"NET_BIND_SERVICE"}}}},
			},
		},
		"one with a context of its own": {
			"securityContext": map[string]any{"fsGroup": 1000.0},
			"containers":      []any{map[string]any{"name": "web", "securityContext": map[string]any{"seccompProfile": map[string]any{"type": "Localhost", "localhostProfile": "a"}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			properties, err := structpb.NewStruct(map[string]any{"spec": map[string]any{"template": map[string]any{"spec": spec}}})
			require.NoError(t, err)
			request := &pulumirpc.AnalyzeRequest{
				Type: "kubernetes:apps/v1:Deployment", Name: "web", Urn: "urn:web", Properties: properties,
			}
			before, err := server.Analyze(context.Background(), request)
			require.NoError(t, err)
			require.Len(t, before.GetDiagnostics(), 1)

			mended, err := server.Remediate(context.Background(), request)
			require.NoError(t, err)
			require.Len(t, mended.GetRemediations(), 1)
			require.Empty(t, mended.GetRemediations()[0].GetDiagnostic())
			request.Properties = mended.GetRemediations()[0].GetProperties()
			after, err := server.Analyze(context.Background(), request)
			require.NoError(t, err)
			require.Empty(t, after.GetDiagnostics())
		})
	}
}
