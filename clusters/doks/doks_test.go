package doks_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

const (
	clusterType  = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	poolType     = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
	firewallType = "digitalocean:index/firewall:Firewall"
	registryType = "digitalocean:index/containerRegistry:ContainerRegistry"
	bucketType   = "digitalocean:index/spacesBucket:SpacesBucket"
	keyType      = "digitalocean:index/spacesKey:SpacesKey"
	domainType   = "digitalocean:index/domain:Domain"
	memberType   = "digitalocean:index/projectResources:ProjectResources"
)

// deploy makes a cluster called main, changed from the usual one, and what is asked of it.
func deploy(t *testing.T, change func(*spec.Cluster), asks ...clustertest.Ask) (*clustertest.Recorder, *clusters.Cluster) {
	t.Helper()
	return clustertest.Deploy(t, clustertest.DOKS(), change, asks...)
}

func TestAClusterIsHardened(t *testing.T) {
	t.Parallel()
	r, c := deploy(t, nil)
	cluster := r.One(t, clusterType, "main")
	for path, want := range map[string]any{
		"name": "main", "version": "1.35.1-do.0", "region": "fra1", "ha": true, "autoUpgrade": true, "surgeUpgrade": true,
		"vpcUuid": "main-id", "clusterSubnet": "10.36.0.0/16", "serviceSubnet": "10.37.0.0/20",
		"destroyAllAssociatedResources": false, "registryIntegration": false,
		"maintenancePolicy":    map[string]any{"day": "sunday", "startTime": "03:00"},
		"controlPlaneFirewall": map[string]any{"enabled": true, "allowedAddresses": []any{"203.0.113.0/24"}},
		"clusterAutoscalerConfigurations": []any{map[string]any{
			"scaleDownUnneededTime": "10m", "scaleDownUtilizationThreshold": 0.5,
		}},
		"tags": []any{"cost-center:1000", "data-classification:internal", "environment:prod", "managed-by:pulumi", "team:platform"},
	} {
		require.Equal(t, want, cluster.Value(path), path)
	}
	require.Equal(t, []string{"kubeConfigs"}, cluster.SecretOutputs)
	require.Contains(t, clustertest.Text(c.Kubeconfig), clustertest.Token)
	require.Equal(t, "doctl kubernetes cluster kubeconfig save main", c.Connect)
	require.ElementsMatch(t, []string{"clusterId", "vpcId", "firewallId", "projectId"}, slices.Collect(maps.Keys(c.Facts)))
}

func TestSettingsReachTheCluster(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*spec.Cluster)
		want   map[string]any
	}{
		{"a control plane without high availability is one machine", func(c *spec.Cluster) { c.HighlyAvailable = false },
			map[string]any{"ha": false}},
		{"nobody named for the API server turns its firewall off in so many words", func(c *spec.Cluster) { c.APIServerAccess = nil },
			map[string]any{"controlPlaneFirewall": map[string]any{"enabled": false, "allowedAddresses": []any{}}}},
		{"the window of maintenance is the one that is asked for", func(c *spec.Cluster) {
			c.Maintenance = spec.Maintenance{Days: []string{"tuesday"}, Start: "22:00"}
		}, map[string]any{"maintenancePolicy": map[string]any{"day": "tuesday", "startTime": "22:00"}}},
		{"the thrifty profile empties nodes sooner and fills the fullest", func(c *spec.Cluster) {
			c.Autoscaling = spec.Autoscaling{Profile: spec.ProfileThrifty, UnneededAfter: 90 * time.Second}
		}, map[string]any{"clusterAutoscalerConfigurations": []any{map[string]any{
			"scaleDownUnneededTime": "1m30s", "scaleDownUtilizationThreshold": 0.7, "expanders": []any{"least-waste"},
		}}}},
		{"whole hours are written as such", func(c *spec.Cluster) { c.Autoscaling.UnneededAfter = 2 * time.Hour },
			map[string]any{"clusterAutoscalerConfigurations[0].scaleDownUnneededTime": "2h"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, tt.change)
			for path, want := range tt.want {
				require.Equal(t, want, r.One(t, clusterType, "main").Value(path), path)
			}
		})
	}
}

func TestAVersionDigitalOceanDoesNotOfferIsRefused(t *testing.T) {
	t.Parallel()
	args := clustertest.DOKS()
	args.Version = "1.99"
	r := &clustertest.Recorder{}
	err := r.Run(func(ctx *pulumi.Context) error {
		_, err := clusters.NewCluster(ctx, "main", args)
		return err
	})
	require.ErrorContains(t, err, `version "1.99" is not offered by DigitalOcean (offered: 1.35.1-do.0)`)
}

func TestWhatCannotBeMadeAgainIsProtectedIfAskedFor(t *testing.T) {
	t.Parallel()
	for _, protected := range []bool{true, false} {
		r, _ := deploy(t, func(c *spec.Cluster) { c.DeletionProtection, c.RegistryIntegration = protected, true },
			bucket(&spec.BucketArgs{Name: "data"}),
			func(ctx *pulumi.Context, c *clusters.Cluster) error {
				_, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "eu.example.com"})
				return err
			})
		for _, kind := range []string{clusterType, registryType, bucketType, domainType} {
			found := r.Of(kind)
			require.Len(t, found, 1, kind)
			require.Equal(t, protected, found[0].Protect, kind)
		}
	}
}

func TestStorageIsExpandableAndWaitsForItsPod(t *testing.T) {
	t.Parallel()
	r, c := deploy(t, nil)
	class := r.One(t, "kubernetes:storage.k8s.io/v1:StorageClass", "main-do-block-storage-wait")
	for path, want := range map[string]any{
		"metadata.name": "do-block-storage-wait", "provisioner": "dobs.csi.digitalocean.com",
		"volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true, "reclaimPolicy": "Delete",
		`metadata.annotations["storageclass.kubernetes.io/is-default-class"]`: "true",
	} {
		require.Equal(t, want, class.Value(path), path)
	}
	require.True(t, c.HasStorageClass(spec.General))
	require.False(t, c.HasStorageClass(spec.Fast), "DigitalOcean has one kind of volume")
	require.False(t, c.HasStorageClass(spec.Shared), "and no driver for a shared one")
	require.Equal(t, "do-block-storage-wait", c.StorageClass(spec.Fast))
}

func TestTheProjectShowsTheCluster(t *testing.T) {
	t.Parallel()
	for environment, want := range map[string]string{"prod": "Production", "staging": "Staging", "dev": "Development"} {
		r, _ := deploy(t, func(c *spec.Cluster) { c.Owner.Environment = environment })
		project := r.One(t, "digitalocean:index/project:Project", "main")
		require.Equal(t, want, project.Value("environment"))
		require.Nil(t, project.Value("resources"), "what the cluster itself puts there stays")
		member := r.One(t, memberType, "main")
		require.Equal(t, "main-id", member.Value("project"))
		require.Equal(t, []any{"do:kubernetes:main"}, member.Value("resources"))
	}
}
