package clusters_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/kubeconfig"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

const someKubeconfig = `apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c1, cluster: {server: "https://one.example.com"}}, {name: c2, cluster: {server: "https://two.example.com"}}]
contexts: [{name: one, context: {cluster: c1, user: u}}, {name: two, context: {cluster: c2, user: u}}]
users: [{name: u, user: {token: not-for-eyes}}]
`

func containsAll(s string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// isInternal is true for components and providers, which no cloud bills.
func isInternal(kind string) bool {
	return strings.HasPrefix(kind, "ai-now:") || strings.HasPrefix(kind, "pulumi:")
}

func TestEveryCloudKeepsTheContract(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		args         *clusters.ClusterArgs
		endpoint     string
		version      string
		storageClass string
		pools        int
	}{
		{"EKS", clustertest.EKS(), "https://main-eksCluster.eks.example.com", "1.35", "gp3", 2},
		{"GKE", clustertest.GKE(), "https://10.9.8.7", "1.35.1-gke.1", "general", 2},
		{"DOKS", clustertest.DOKS(), "https://main.k8s.example.com", "1.35.1-do.0", "do-block-storage-wait", 2},
		{"an existing cluster", &clusters.ClusterArgs{Cloud: "existing", Kubeconfig: pulumi.String(someKubeconfig), Context: "two", StorageClass: "fast"}, "https://two.example.com", "", "fast", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, c := clustertest.Deploy(t, tt.args, nil)
			require.Equal(t, tt.endpoint, clustertest.Text(c.Endpoint))
			require.Equal(t, tt.version, clustertest.Text(c.Version))
			require.Equal(t, tt.storageClass, c.StorageClass(spec.General))
			require.Len(t, c.Pools, tt.pools)
			require.Len(t, r.Of("ai-now:clusters:NodePool"), tt.pools)
			require.True(t, pulumi.IsSecret(c.Kubeconfig), "the kubeconfig is a secret")
			require.False(t, pulumi.IsSecret(c.Endpoint), "the endpoint is not")
			require.NotEmpty(t, clustertest.Text(c.Kubeconfig))

			provider := r.One(t, "pulumi:providers:kubernetes", "main")
			require.True(t, provider.Secret("kubeconfig"), "the provider's kubeconfig is a secret")
			require.Equal(t, true, provider.Value("enableServerSideApply"))
			require.Equal(t, true, provider.Value("enablePatchForce"))
		})
	}
}

func TestKubeconfigOfEKSRunsTheAWSCommandInTheClustersRegion(t *testing.T) {
	t.Parallel()
	_, c := clustertest.Deploy(t, clustertest.EKS(), nil)
	var got kubeconfig.File
	require.NoError(t, json.Unmarshal([]byte(clustertest.Text(c.Kubeconfig)), &got))
	require.Equal(t, "aws", got.Users[0].User.Exec.Command)
	require.Equal(t, []string{"eks", "get-token", "--cluster-name", "main", "--output", "json", "--region", "eu-west-1"}, got.Users[0].User.Exec.Args)
	require.Equal(t, kubeconfig.ClusterAccess{Server: "https://main-eksCluster.eks.example.com", CA: "Q0E="}, got.Clusters[0].Cluster)
}

func TestKubeconfigOfGKERunsGooglesPlugin(t *testing.T) {
	t.Parallel()
	_, c := clustertest.Deploy(t, clustertest.GKE(), nil)
	var got kubeconfig.File
	require.NoError(t, json.Unmarshal([]byte(clustertest.Text(c.Kubeconfig)), &got))
	require.Equal(t, "gke-gcloud-auth-plugin", got.Users[0].User.Exec.Command)
	require.True(t, got.Users[0].User.Exec.ProvideClusterInfo)
	require.Equal(t, "client.authentication.k8s.io/v1beta1", got.Users[0].User.Exec.APIVersion)
}

func TestEveryCloudResourceSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	untaggable := map[string]bool{ // the cloud has no tags for them
		"aws:ec2/route:Route": true, "aws:ec2/routeTableAssociation:RouteTableAssociation": true,
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment": true, "aws:iam/rolePolicy:RolePolicy": true, "aws:kms/alias:Alias": true,
		"aws:cloudwatch/eventTarget:EventTarget": true, "aws:cloudwatch/logMetricFilter:LogMetricFilter": true,
		"aws:efs/backupPolicy:BackupPolicy": true, "aws:efs/fileSystemPolicy:FileSystemPolicy": true, "aws:efs/mountTarget:MountTarget": true,
		"aws:sns/topicPolicy:TopicPolicy": true, "aws:sns/topicSubscription:TopicSubscription": true, "aws:sqs/queuePolicy:QueuePolicy": true,
		"aws:eks/cluster:Cluster":     true, // tagged by the component, see eks:index:Cluster
		"gcp:compute/network:Network": true, "gcp:compute/subnetwork:Subnetwork": true, "gcp:compute/router:Router": true,
		"gcp:compute/routerNat:RouterNat": true, "gcp:compute/firewall:Firewall": true, "gcp:compute/securityPolicy:SecurityPolicy": true,
		"gcp:serviceaccount/account:Account": true, "gcp:projects/iAMMember:IAMMember": true,
		"gcp:projects/iAMAuditConfig:IAMAuditConfig": true, "gcp:projects/service:Service": true, "gcp:projects/serviceIdentity:ServiceIdentity": true,
		"gcp:kms/keyRing:KeyRing": true, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": true,
		"digitalocean:index/projectResources:ProjectResources": true,
		// A firewall's tags are the droplets it holds for.
		"digitalocean:index/firewall:Firewall": true,
		// Not a resource of a cloud; its objects are labelled by the chart.
		"kubernetes:helm.sh/v4:Chart": true,
	}
	places := []string{"tags", "labels", "userLabels", "resourceLabels", "nodeConfig.resourceLabels", "description", "metadata.labels"}
	for name, args := range map[string]*clusters.ClusterArgs{"EKS": clustertest.EKS(), "GKE": clustertest.GKE(), "DOKS": clustertest.DOKS()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := clustertest.Deploy(t, args, nil)
			for _, res := range r.All() {
				if untaggable[res.Type] || isInternal(res.Type) {
					continue
				}
				var found bool
				for _, place := range places {
					if raw, _ := json.Marshal(res.Value(place)); containsAll(string(raw), "prod", "platform", "1000", "internal", "pulumi") {
						found = true
					}
				}
				require.True(t, found, "%s %s carries environment, team, cost center, classification and manager", res.Type, res.Name)
			}
		})
	}
}

func TestNewClusterReportsEveryMistakeBeforeTheFirstResource(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args *clusters.ClusterArgs
		want []string
	}{
		{"an unknown cloud is refused with the known ones", &clusters.ClusterArgs{Cloud: "azure"}, []string{"cloud"}},
		{"nothing at all", nil, []string{"cloud"}},
		{"several mistakes come together", func() *clusters.ClusterArgs {
			a := clustertest.EKS()
			a.Region, a.Version, a.NodePools[0].Size = "eu-west-9", "1.35.2", "e2-medium"
			return a
		}(), []string{"region", "version", "nodePools[0].size"}},
		{"an address range of another cloud", func() *clusters.ClusterArgs {
			a := clustertest.EKS()
			a.Network.Pods = "10.2.0.0/16"
			return a
		}(), []string{"network.pods"}},
		{"the kubeconfig of a cluster that is made here", func() *clusters.ClusterArgs {
			a := clustertest.DOKS()
			a.Kubeconfig = pulumi.String("x")
			return a
		}(), []string{"kubeconfig"}},
		{"a first pool with a taint", func() *clusters.ClusterArgs {
			a := clustertest.DOKS()
			a.NodePools = a.NodePools[1:]
			return a
		}(), []string{"nodePools[0].taints"}},
		{"a label the platform sets", func() *clusters.ClusterArgs {
			a := clustertest.DOKS()
			a.NodePools[0].Labels = map[string]string{labels.KeyNodePool: "other"}
			return a
		}(), []string{`nodePools[0].labels["ai-now.io/node-pool"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			clustertest.RequireRefused(t, func(ctx *pulumi.Context) error {
				_, err := clusters.NewCluster(ctx, "main", tt.args)
				return err
			}, tt.want)
		})
	}
}

func TestNewNodePoolRefusesWhatTheClusterCannotTake(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args *clusters.ClusterArgs
		spec clusters.NodePoolSpec
		want string
	}{
		{"a pool for an existing cluster", &clusters.ClusterArgs{Cloud: "existing", Kubeconfig: pulumi.String(someKubeconfig)}, clustertest.Pools("m6i.large")[1], "not managed here"},
		{"a name that is taken", clustertest.DOKS(), clustertest.Pools("s-2vcpu-4gb")[0], "name of another pool"},
		{"a size of another cloud", clustertest.DOKS(), clusters.NodePoolSpec{Name: "new", Size: "m6i.large", Nodes: clusters.NodeCount{Min: 1, Max: 1, Initial: 1}}, "instance type of aws"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			t.Parallel()
			r := &clustertest.Recorder{}
			err := r.Run(func(ctx *pulumi.Context) error {
				c, err := clusters.NewCluster(ctx, "main", tt.args)
				require.NoError(t, err)
				_, err = clusters.NewNodePool(ctx, "extra", &clusters.NodePoolArgs{Cluster: c, NodePoolSpec: tt.spec})
				return err
			})
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestANodePoolCanBeAddedLater(t *testing.T) {
	t.Parallel()
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		c, err := clusters.NewCluster(ctx, "main", clustertest.DOKS())
		require.NoError(t, err)
		_, err = clusters.NewNodePool(ctx, "main-extra", &clusters.NodePoolArgs{Cluster: c, NodePoolSpec: clusters.NodePoolSpec{Name: "extra", Size: "s-4vcpu-8gb", Nodes: clusters.NodeCount{Min: 1, Max: 1, Initial: 1}}})
		return err
	}))
	extra := r.One(t, "digitalocean:index/kubernetesNodePool:KubernetesNodePool", "main-extra")
	require.Equal(t, map[string]any{"ai-now.io/node-pool": "extra", "ai-now.io/node-class": "general"}, extra.Value("labels"))
	require.Equal(t, false, extra.Value("autoScale"))
	require.Nil(t, extra.Value("minNodes"))
}
