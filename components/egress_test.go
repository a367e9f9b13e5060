package components

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeclaredTraffic(t *testing.T) {
	t.Parallel()
	const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	args := namespaceArgs()
	args.DomainPolicies, args.ClusterRanges = true, []string{"10.16.0.0/16", "10.20.0.0/14"}
	args.Egress = []Egress{
		{CIDR: "0.0.0.0/0", Ports: []int{443}},
		{CIDR: "10.16.4.0/24", Ports: []int{5432}},
		{CIDR: "::/0", Ports: []int{443}},
		{Namespace: "analytics", Ports: []int{8080, 9090}, Protocol: "UDP"},
		{Names: []string{"api.example.com", "*.example.org"}, Ports: []int{443}},
	}
	args.Ingress = []Ingress{{Namespace: "checkout", Ports: []int{8080}}}
	r := deployNamespace(t, args)
	egress := r.One(t, policy, "test-allow-declared-egress")

	t.Run("a network leaves out the metadata services and the cluster's own networks", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, map[string]any{
			"cidr": "0.0.0.0/0", "except": []any{"10.16.0.0/16", "10.20.0.0/14", "169.254.0.0/16"},
		}, egress.Value("spec.egress[0].to[0].ipBlock"))
		require.Equal(t, []any{"fd00:ec2::/32", "fd20:ce::/32"}, egress.Value("spec.egress[2].to[0].ipBlock.except"))
	})
	t.Run("an address among the cluster's own is open if it is named", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, map[string]any{"cidr": "10.16.4.0/24"}, egress.Value("spec.egress[1].to[0].ipBlock"))
		require.Equal(t, []any{map[string]any{"protocol": "TCP", "port": 5432.0}}, egress.Value("spec.egress[1].ports"))
	})
	t.Run("a namespace is open by its name, on the ports that are named", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []any{map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": "analytics"}}}}, egress.Value("spec.egress[3].to"))
		require.Equal(t, []any{map[string]any{"protocol": "UDP", "port": 8080.0}, map[string]any{"protocol": "UDP", "port": 9090.0}}, egress.Value("spec.egress[3].ports"))
		require.Len(t, egress.Value("spec.egress"), 4, "names have a policy of their own")
		require.Equal(t, []any{"Egress"}, egress.Value("spec.policyTypes"))
	})
	t.Run("DNS names are a policy of GKE's", func(t *testing.T) {
		t.Parallel()
		names := r.One(t, "kubernetes:networking.gke.io/v1alpha1:FQDNNetworkPolicy", "test-allow-declared-names")
		require.Equal(t, map[string]any{"podSelector": map[string]any{}, "egress": []any{map[string]any{
			"matches": []any{map[string]any{"name": "api.example.com"}, map[string]any{"pattern": "*.example.org"}},
			"ports":   []any{map[string]any{"protocol": "TCP", "port": 443.0}},
		}}}, names.Value("spec"))
	})
	t.Run("who may come in does so on the ports that are named", func(t *testing.T) {
		t.Parallel()
		ingress := r.One(t, policy, "test-allow-declared-ingress")
		require.Equal(t, []any{"Ingress"}, ingress.Value("spec.policyTypes"))
		require.Equal(t, []any{map[string]any{
			"from":  []any{map[string]any{"namespaceSelector": map[string]any{"matchLabels": map[string]any{"kubernetes.io/metadata.name": "checkout"}}}},
			"ports": []any{map[string]any{"protocol": "TCP", "port": 8080.0}},
		}}, ingress.Value("spec.ingress"))
	})
}
