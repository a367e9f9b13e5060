package stacks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
)

func TestTenantsOfProd(t *testing.T) {
	t.Parallel()
	r := deployStack(t, "prod")
	t.Run("their namespaces are protected, and no other is", func(t *testing.T) {
		t.Parallel()
		for _, ns := range r.Of("kubernetes:core/v1:Namespace") {
			require.Equal(t, ns.Value("metadata.name") != headroomNamespace, ns.Protect, ns.Name)
		}
		for _, ns := range deployStack(t, "dev").Of("kubernetes:core/v1:Namespace") {
			require.False(t, ns.Protect, "dev comes and goes")
		}
	})
	t.Run("storage of a class is bounded where the cluster has it", func(t *testing.T) {
		t.Parallel()
		const of = ".storageclass.storage.k8s.io/requests.storage"
		for quota, want := range map[string]map[string]any{
			"eks-eu-shop":      {"gp3-fast" + of: "40Gi", "efs" + of: "0", "gp3" + of: nil},
			"gke-eu-shop":      {"fast" + of: "40Gi", "shared" + of: "0"},
			"gke-eu-analytics": {"fast" + of: "0", "shared" + of: "0"},
			"doks-eu-shop":     {"do-block-storage-wait" + of: nil, "requests.storage": "100Gi"},
		} {
			for amount, most := range want {
				require.Equal(t, most, r.One(t, "kubernetes:core/v1:ResourceQuota", quota).Value(`spec.hard["`+amount+`"]`), "%s of %s", amount, quota)
			}
		}
	})
	t.Run("traffic between two is open on the clusters that both are on", func(t *testing.T) {
		t.Parallel()
		const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
		require.Len(t, r.One(t, policy, "eks-eu-shop-allow-declared-egress").Value("spec.egress"), 2)
		require.Len(t, r.One(t, policy, "eks-eu-analytics-allow-declared-ingress").Value("spec.ingress"), 1)
		require.Len(t, r.One(t, policy, "doks-eu-shop-allow-declared-egress").Value("spec.egress"), 1, "analytics is not there")
	})
	t.Run("each cluster has the ranks of pods once, and waits for them", func(t *testing.T) {
		t.Parallel()
		require.Len(t, r.Of("ai-now:components:PriorityClasses"), 3)
		require.Equal(t, "1000", r.One(t, "kubernetes:core/v1:Namespace", "eks-eu-headroom").Value(`metadata.labels["ai-now.io/cost-center"]`))
		require.NotEmpty(t, r.One(t, "kubernetes:scheduling.k8s.io/v1:PriorityClass", "doks-eu-priorities-high").Value("value"))
	})
}

func TestEgress(t *testing.T) {
	t.Parallel()
	tenant := func(egress map[string]any) map[string]any {
		return map[string]any{"ai-now:tenants": []any{map[string]any{
			"name": "shop", "quota": map[string]any{"cpu": "4", "memory": "8Gi", "pods": 20}, "egress": []any{egress},
		}}}
	}
	t.Run("to the internet leaves out the cluster's own networks", func(t *testing.T) {
		t.Parallel()
		r := &clustertest.Recorder{Config: asConfig(t, base(t, tenant(map[string]any{"cidr": "0.0.0.0/0", "ports": []any{443}})))}
		require.NoError(t, r.Run(Deploy))
		require.Equal(t, []any{"10.0.0.0/20", "10.4.0.0/16", "10.5.0.0/20", "169.254.0.0/16"},
			r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "main-shop-allow-declared-egress").Value("spec.egress[0].to[0].ipBlock.except"))
	})
	t.Run("by name is a policy of GKE's", func(t *testing.T) {
		t.Parallel()
		values := base(t, tenant(map[string]any{"names": []any{"api.example.com"}, "ports": []any{443}}))
		values["ai-now:clusters"] = []any{map[string]any{
			"name": "main", "cloud": "gcp", "project": "example", "region": "europe-west1", "apiServerAccess": []any{"203.0.113.0/24"},
			"nodePools": []any{map[string]any{"name": "general", "nodes": map[string]any{"max": 3}}},
		}}
		r := &clustertest.Recorder{Config: asConfig(t, values)}
		require.NoError(t, r.Run(Deploy))
		require.Equal(t, "api.example.com", r.One(t, "kubernetes:networking.gke.io/v1alpha1:FQDNNetworkPolicy", "main-shop-allow-declared-names").Value("spec.egress[0].matches[0].name"))
		require.Equal(t, true, r.One(t, "gcp:container/cluster:Cluster", "main").Value("enableFqdnNetworkPolicy"))
	})
}

func TestTenantsOnDifferentClustersCannotReachEachOther(t *testing.T) {
	t.Parallel()
	values := read(t, "../Pulumi.prod.yaml").Config
	tenants := values["ai-now:tenants"].([]any)
	tenants[0].(map[string]any)["clusters"] = []any{"doks-eu"}
	values["ai-now:workloads"] = []any{}
	_, err := Parse("prod", values)
	require.ErrorContains(t, err, `ai-now:tenants[0].egress[1].tenant = "analytics": is on none of this tenant's clusters`)
	require.ErrorContains(t, err, `ai-now:tenants[1].ingress[0].tenant = "shop": is on none of this tenant's clusters`)
}

func TestProtectionOfATenant(t *testing.T) {
	t.Parallel()
	values := read(t, "../Pulumi.prod.yaml").Config
	values["ai-now:tenants"].([]any)[0].(map[string]any)["deletionProtection"] = false
	cfg, err := Parse("prod", values)
	require.NoError(t, err)
	require.False(t, cfg.namespaceArgs(cfg.tenant("shop")).DeletionProtection, "as it says")
	require.True(t, cfg.namespaceArgs(cfg.tenant("analytics")).DeletionProtection, "as prod is")
}
