package tests

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ai-now/platform/sandbox/clouds/store"
	"github.com/ai-now/platform/sandbox/exitcode"
)

// TestProd takes prod through its life. Each step stands on the one before.
func TestProd(t *testing.T) {
	s := newSandbox(t)

	// Half of the internet may reach the API server: a valid configuration, and against a mandatory rule.
	open := s.edited(t, "prod", "apiServerAccess: [203.0.113.0/24]", "apiServerAccess: [128.0.0.0/1]")
	code, output := s.run(t, "up", "--stack", "prod", "--config-file", open)
	require.Equal(t, exitcode.Policy, code, output)
	require.Contains(t, output, "violations of mandatory policies")
	require.Contains(t, output, "128.0.0.0/1")
	require.Contains(t, output, "docs/policy.md#")
	require.Empty(t, clustersOf(t, s, "prod"), "a violation stops the update before anything is made")
	cloud := store.Open(s.layout.Stack("prod").Cloud())
	objects, err := cloud.List("aws:ec2/vpc:Vpc")
	require.NoError(t, err)
	require.Empty(t, objects)

	s.must(t, "preview", "--stack", "prod")
	s.must(t, "up", "--stack", "prod")
	require.Equal(t, []string{"doks-eu", "eks-eu", "gke-eu"}, clustersOf(t, s, "prod"))

	for cluster, want := range map[string]struct {
		zones      []string
		namespaces []string
	}{
		"eks-eu":  {[]string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}, []string{"shop", "analytics"}},
		"gke-eu":  {[]string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}, []string{"shop", "analytics"}},
		"doks-eu": {nil, []string{"shop"}}, // a DigitalOcean region has no zones
	} {
		client := s.client(t, "prod", cluster)
		step(t, cluster+" has both pools, spread over its zones", func(t *testing.T, ctx context.Context) {
			for _, pool := range []string{"system", "general"} {
				nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: "ai-now.io/node-pool=" + pool})
				require.NoError(t, err)
				require.Len(t, nodes.Items, 3)
				var zones []string
				for _, node := range nodes.Items {
					require.True(t, ready(node))
					if zone := node.Labels[corev1.LabelTopologyZone]; zone != "" {
						zones = append(zones, zone)
					}
				}
				require.ElementsMatch(t, want.zones, zones)
			}
		})
		step(t, cluster+" runs its tenants' workloads on the pool they name", func(t *testing.T, ctx context.Context) {
			for _, namespace := range want.namespaces {
				pods, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{})
				require.NoError(t, err)
				require.NotEmpty(t, pods.Items)
				for _, pod := range pods.Items {
					require.Equal(t, corev1.PodRunning, pod.Status.Phase, pod.Name)
					node, err := client.CoreV1().Nodes().Get(ctx, pod.Spec.NodeName, metav1.GetOptions{})
					require.NoError(t, err)
					require.Equal(t, "general", node.Labels["ai-now.io/node-pool"], pod.Name)
				}
			}
		})
	}
	step(t, "a workload has the identity that the configuration gives it", func(t *testing.T, ctx context.Context) {
		account, err := s.client(t, "prod", "gke-eu").CoreV1().ServiceAccounts("shop").Get(ctx, "storefront", metav1.GetOptions{})
		require.NoError(t, err)
		require.Regexp(t, `^\S+@example-platform-prod\.iam\.gserviceaccount\.com$`, account.Annotations["iam.gke.io/gcp-service-account"])
		keys, err := s.client(t, "prod", "doks-eu").CoreV1().Secrets("shop").Get(ctx, "storefront-cloud", metav1.GetOptions{})
		require.NoError(t, err)
		require.NotEmpty(t, keys.Data["AWS_SECRET_ACCESS_KEY"])
		associations, err := cloud.List("aws:eks/podIdentityAssociation:PodIdentityAssociation")
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(associations, func(o *store.Object) bool {
			return o.Properties["namespace"] == "shop" && o.Properties["serviceAccount"] == "storefront"
		}))
	})
	step(t, "Karpenter's pools and machines are what its own definitions allow", func(t *testing.T, _ context.Context) {
		output := s.must(t, "kubectl", "--stack", "prod", "--cluster", "eks-eu", "--", "get", "nodepools,ec2nodeclasses", "-o", "name")
		for _, pool := range []string{"system", "general", "batch"} {
			require.Contains(t, output, "nodepool.karpenter.sh/"+pool)
			require.Contains(t, output, "ec2nodeclass.karpenter.k8s.aws/"+pool)
		}
	})
	step(t, "replicas of the storefront are on three nodes, where there are zones in three of them", func(t *testing.T, ctx context.Context) {
		for _, cluster := range []string{"eks-eu", "gke-eu", "doks-eu"} {
			pods, err := s.client(t, "prod", cluster).CoreV1().Pods("shop").List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=storefront"})
			require.NoError(t, err)
			nodes := map[string]bool{}
			for _, pod := range pods.Items {
				nodes[pod.Spec.NodeName] = true
			}
			require.Len(t, nodes, 3, cluster)
		}
	})

	require.Regexp(t, `Resources:\s+\d+ unchanged\n`, s.must(t, "up", "--stack", "prod"), "a second update changes nothing")
	require.Contains(t, s.must(t, "drift", "--stack", "prod"), "no drift in")

	// Somebody works in the cloud's console.
	vpcs, err := cloud.List("aws:ec2/vpc:Vpc")
	require.NoError(t, err)
	require.Len(t, vpcs, 1)
	require.NoError(t, cloud.SetField("aws:ec2/vpc:Vpc", vpcs[0].ID, "enableDnsHostnames", false))
	code, output = s.run(t, "drift", "--stack", "prod")
	require.Equal(t, exitcode.Drift, code, output)
	require.Regexp(t, `drift: update aws:ec2/vpc:Vpc \S+: .*enableDnsHostnames`, output)
	s.must(t, "up", "--stack", "prod", "--repair")
	require.Contains(t, s.must(t, "drift", "--stack", "prod"), "no drift in")

	s.must(t, "destroy", "--stack", "prod")
	require.Empty(t, s.processes(t), "destroy leaves no process")
	require.NoDirExists(t, s.layout.Stack("prod").Dir, "destroy leaves no state")
}
