package crossguard

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

// BenchmarkAnalyze is the cost of one Deployment with three containers, by the
// number of rules that look at it: in the server alone, and with the connection.
func BenchmarkAnalyze(b *testing.B) {
	for _, n := range []int{0, 10, 100} {
		pack := packOf(podRules(n)...)
		request := deployment(b)
		b.Run(fmt.Sprintf("rules=%d/server", n), func(b *testing.B) {
			server, err := NewServer(pack)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				analyzeOnce(b, request, func(r *pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error) {
					return server.Analyze(context.Background(), r)
				})
			}
		})
		b.Run(fmt.Sprintf("rules=%d/connection", n), func(b *testing.B) {
			client := dial(b, pack)
			for b.Loop() {
				analyzeOnce(b, request, func(r *pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error) {
					return client.Analyze(context.Background(), r)
				})
			}
		})
	}
}

func analyzeOnce(
	b *testing.B, request *pulumirpc.AnalyzeRequest,
	analyze func(*pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error),
) {
	b.Helper()
	resp, err := analyze(request)
	if err != nil || len(resp.GetDiagnostics()) != 0 {
		b.Fatalf("got %v, %v", resp, err)
	}
}

func podRules(n int) []*rule.Rule {
	rules := make([]*rule.Rule, n)
	for i := range rules {
		rules[i] = onThings(fmt.Sprintf("rule-%d", i), func(q *rule.Inquiry, r *rule.Resource) {
			q.EachContainer(r.Pod(), func(c rule.Container) {
				nonRoot := c.Get("securityContext", "runAsNonRoot").
					OrElse(r.Pod().Spec.Get("securityContext", "runAsNonRoot"))
				q.Require(nonRoot.Is(true), nonRoot, "%s may run as root", c.Title())
			})
		})
		rules[i].On = rule.Workloads()
	}
	return rules
}

func deployment(b *testing.B) *pulumirpc.AnalyzeRequest {
	b.Helper()
	container := func(name string) resource.PropertyValue {
		return resource.NewPropertyValue(map[string]any{
			"name": name, "image": "registry.example.com/shop:1.4.2",
			"securityContext": map[string]any{"runAsNonRoot": true, "allowPrivilegeEscalation": false},
			"resources":       map[string]any{"requests": map[string]any{"cpu": "100m", "memory": "128Mi"}},
			"env":             []any{map[string]any{"name": "A", "value": "b"}, map[string]any{"name": "C", "value": "d"}},
		})
	}
	return &pulumirpc.AnalyzeRequest{
		Type: "kubernetes:apps/v1:Deployment", Name: "web", Urn: "urn:pulumi:s::p::kubernetes:apps/v1:Deployment::web",
		Properties: marshal(b, resource.PropertyMap{
			"metadata": resource.NewPropertyValue(map[string]any{"name": "web", "namespace": "shop"}),
			"spec": resource.NewProperty(resource.PropertyMap{"template": resource.NewProperty(resource.PropertyMap{
				"spec": resource.NewProperty(resource.PropertyMap{
					"containers": resource.NewProperty([]resource.PropertyValue{container("web"), container("proxy"), container("log")}),
				}),
			})}),
		}),
	}
}
