package crossguard

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

func TestRulesHearOfExemptionsThatEnd(t *testing.T) {
	t.Parallel()
	pods := &rule.Rule{
		ID: "pods", Title: "Pods keep pods", Severity: rule.Low, On: rule.Workloads(), Why: "Because.", Fix: "Mend it.",
		Check: rule.ResourceCheck(func(*rule.Inquiry, *rule.Resource) {}),
	}
	heard := &rule.Rule{
		ID: "heard", Title: "Exemptions are heard of", Severity: rule.Low, On: rule.Target{Stack: true}, Why: "Because.", Fix: "Mend it.",
		Check: rule.StackCheck(func(q *rule.Inquiry, _ *rule.Stack) {
			said := "not known"
			if e := q.Stack.Exemptions; e != nil {
				said = "expired: " + strings.Join(e.Expired, "; ") + " ending: " + strings.Join(e.Ending, "; ")
			}
			q.Require(rule.False(), rule.Value{}, "%s", said)
		}),
	}
	pack := packOf(pods, heard)
	pack.ConfigurationKey = "p:policy"
	pack.Now = func() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }
	exemption := func(namespace, expires string) string {
		return `{"rule": "pods", "namespace": "` + namespace + `", "owner": "payments", "reason": "it must", "expires": "` + expires + `"}`
	}
	for _, tt := range []struct {
		name       string
		exemptions []string
		want       string
	}{
		{"there are none", nil, "expired:  ending: "},
		{"one that holds for long", []string{exemption("shop", "2026-08-01")}, "expired:  ending: "},
		{"its last day is not over", []string{exemption("shop", "2026-07-01")},
			"expired:  ending: the exemption of the namespace shop from pods, which payments answers for, ends on 2026-07-01"},
		{"it ended yesterday, and another will within a month", []string{exemption("shop", "2026-06-30"), exemption("bank", "2026-07-30")},
			"expired: the exemption of the namespace shop from pods, which payments answers for, ended on 2026-06-30 " +
				"ending: the exemption of the namespace bank from pods, which payments answers for, ends on 2026-07-30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := dial(t, pack)
			_, err := client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{
				Config: map[string]string{"p:policy": `{"exemptions": [` + strings.Join(tt.exemptions, ", ") + `]}`},
			})
			require.NoError(t, err)
			resp, err := client.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{})
			require.NoError(t, err)
			require.Len(t, resp.GetDiagnostics(), 1)
			require.Contains(t, resp.GetDiagnostics()[0].GetMessage(), "- "+tt.want+"\n")
		})
	}
	t.Run("a state without a stack's configuration", func(t *testing.T) {
		t.Parallel()
		resp, err := dial(t, pack).AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{})
		require.NoError(t, err)
		require.Contains(t, resp.GetDiagnostics()[0].GetMessage(), "- not known\n")
	})
}

func TestAnExemptionWaitsForANamespaceThatIsNotKnown(t *testing.T) {
	t.Parallel()
	bindings := at(hostNetworkRule(), rule.Mandatory)
	bindings.On = rule.Target{Kinds: []rule.Kind{
		{Group: "rbac.authorization.k8s.io", Name: "RoleBinding"}, {Group: "rbac.authorization.k8s.io", Name: "ClusterRoleBinding"},
	}}
	pack := packOf(bindings)
	pack.ConfigurationKey = "p:policy"
	pack.Now = func() time.Time { return time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC) }
	client := dial(t, pack)
	_, err := client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{Config: map[string]string{
		"p:policy": `{"exemptions": [{"rule": "own-network", "object": "admins", "owner": "shop", "reason": "it must", "expires": "2026-12-31"}]}`,
	}})
	require.NoError(t, err)
	for _, tt := range []struct {
		name, kind string
		namespace  resource.PropertyValue
		want       string
	}{
		{"an object in no namespace is exempt by its name", "ClusterRoleBinding", resource.NewNullProperty(), ""},
		{"one of that name in a namespace is not", "RoleBinding", resource.NewProperty("shop"), "the pod is in the node's network"},
		{"one in a namespace that is not known is neither", "RoleBinding",
			resource.MakeComputed(resource.NewProperty("")), "undecided until apply, for these values are not known yet: metadata.namespace"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			req := thing(t, resource.PropertyMap{
				"metadata": resource.NewProperty(resource.PropertyMap{"name": resource.NewProperty("admins"), "namespace": tt.namespace}),
				"spec":     resource.NewProperty(resource.PropertyMap{"hostNetwork": resource.NewProperty(true)}),
			})
			req.Type = "kubernetes:rbac.authorization.k8s.io/v1:" + tt.kind
			resp, err := client.Analyze(context.Background(), req)
			require.NoError(t, err)
			if tt.want == "" {
				require.Empty(t, resp.GetDiagnostics())
				return
			}
			require.Len(t, resp.GetDiagnostics(), 1)
			require.Contains(t, resp.GetDiagnostics()[0].GetMessage(), tt.want)
		})
	}
}
