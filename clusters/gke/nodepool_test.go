package gke_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/gke"
	"github.com/ai-now/platform/clusters/spec"
)

// second changes the cluster's second pool, which is called batch.
func second(change func(*spec.NodePool)) func(*spec.Cluster) {
	return func(c *spec.Cluster) { change(&c.NodePools[1]) }
}

// poolName is the name Google gets for the second pool.
func poolName(t *testing.T, change func(*spec.NodePool)) string {
	t.Helper()
	r, _ := deploy(t, second(change))
	return r.One(t, poolType, "main-batch").Value("name").(string)
}

func TestNodesAreHardened(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	pool := r.One(t, poolType, "main-batch")
	pool.RequireValues(t, map[string]any{
		"cluster": "main", "location": "europe-west1", "nodeLocations": []any{"europe-west1-b", "europe-west1-c", "europe-west1-d"},
		"initialNodeCount": 1.0, "nodeCount": nil,
		"autoscaling":                      map[string]any{"totalMinNodeCount": 3.0, "totalMaxNodeCount": 9.0, "locationPolicy": "BALANCED"},
		"management":                       map[string]any{"autoRepair": true, "autoUpgrade": true},
		"upgradeSettings":                  map[string]any{"strategy": "SURGE", "maxSurge": 1.0, "maxUnavailable": 0.0},
		"networkConfig.enablePrivateNodes": true,
		"nodeConfig.machineType":           "e2-standard-4", "nodeConfig.imageType": "COS_CONTAINERD",
		"nodeConfig.diskType": "pd-balanced", "nodeConfig.diskSizeGb": 50.0, "nodeConfig.bootDiskKmsKey": "main-disks-id",
		"nodeConfig.workloadMetadataConfig.mode": "GKE_METADATA",
		"nodeConfig.metadata":                    map[string]any{"disable-legacy-endpoints": "true"},
		"nodeConfig.shieldedInstanceConfig":      map[string]any{"enableSecureBoot": true, "enableIntegrityMonitoring": true},
		"nodeConfig.serviceAccount":              "main-node@example.iam.gserviceaccount.com",
		"nodeConfig.kubeletConfig.podPidsLimit":  4096.0,
		"nodeConfig.spot":                        false, "nodeConfig.guestAccelerators": nil,
		"nodeConfig.labels": map[string]any{"ai-now.io/node-pool": "batch", "ai-now.io/node-class": "general", "example.com/class": "batch"},
		"nodeConfig.taints": []any{map[string]any{"key": "example.com/batch", "value": "true", "effect": "NO_SCHEDULE"}},
		"nodeConfig.tags":   []any{"main"}, "nodeConfig.resourceLabels.team": "platform",
	})
	require.Equal(t, []string{"initialNodeCount"}, pool.IgnoreChanges)
	require.Subset(t, pool.Dependencies, []string{"main-node", "main-disks-compute"}, "nodes come after what they need")
}

func TestAPoolThatDoesNotScaleHasACount(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, second(func(p *spec.NodePool) { p.Nodes = spec.NodeCount{Initial: 6, Min: 6, Max: 6} }))
	pool := r.One(t, poolType, "main-batch")
	pool.RequireValues(t, map[string]any{"nodeCount": 2.0, "initialNodeCount": nil, "autoscaling": nil})
	require.Empty(t, pool.IgnoreChanges)
}

func TestClassesBecomeMachines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		class string
		want  map[string]any
	}{
		{catalog.ClassSystem, map[string]any{"nodeConfig.machineType": "e2-standard-2", "nodeConfig.taints": []any{}}},
		{catalog.ClassGeneral, map[string]any{"nodeConfig.machineType": "e2-standard-4", "nodeConfig.taints": []any{}}},
		{catalog.ClassCompute, map[string]any{"nodeConfig.machineType": "c2-standard-4", "nodeConfig.taints[0].value": "compute"}},
		{catalog.ClassMemory, map[string]any{"nodeConfig.machineType": "n2-highmem-4", "nodeConfig.taints[0].value": "memory"}},
		{catalog.ClassGPU, map[string]any{
			"nodeConfig.machineType": "g2-standard-4", "nodeConfig.taints": []any{}, // GKE's own
			"nodeConfig.guestAccelerators": []any{map[string]any{
				"type": "nvidia-l4", "count": 1.0, "gpuDriverInstallationConfig": map[string]any{"gpuDriverVersion": "DEFAULT"},
			}},
		}},
		{catalog.ClassSpot, map[string]any{"nodeConfig.spot": true, "autoscaling.locationPolicy": "ANY", "nodeConfig.taints[0].key": "ai-now.io/node-class"}},
		{catalog.ClassArm, map[string]any{"nodeConfig.machineType": "c4a-standard-4", "nodeConfig.diskType": "hyperdisk-balanced", "nodeConfig.taints": []any{}}},
	}
	for _, tt := range tests {
		t.Run(tt.class, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, second(func(p *spec.NodePool) { p.Class, p.Size, p.Taints = tt.class, "", nil }))
			r.One(t, poolType, "main-batch").RequireValues(t, tt.want)
		})
	}
	cloud, _ := catalog.Get(catalog.GCP)
	require.Len(t, tests, len(cloud.Classes), "every class is here")
}

func TestOnlyWhatTheProviderCannotChangeMakesANewPool(t *testing.T) {
	t.Parallel()
	usual := poolName(t, func(*spec.NodePool) {})
	require.Regexp(t, `^batch-[0-9a-f]{7}$`, usual)
	tests := []struct {
		name     string
		change   func(*spec.NodePool)
		replaced bool
	}{
		{"labels change in place", func(p *spec.NodePool) { p.Labels = map[string]string{"example.com/other": "x"} }, false},
		{"taints change in place", func(p *spec.NodePool) { p.Taints = nil }, false},
		{"bounds change in place", func(p *spec.NodePool) { p.Nodes.Max = 30 }, false},
		{"the size changes in place, node by node", func(p *spec.NodePool) { p.Size = "n2-standard-8" }, false},
		{"so does a class with other machines", func(p *spec.NodePool) { p.Class, p.Size = catalog.ClassMemory, "" }, false},
		{"spot machines are another pool", func(p *spec.NodePool) { p.Class = catalog.ClassSpot }, true},
		{"GPUs are another pool", func(p *spec.NodePool) { p.Class, p.Size = catalog.ClassGPU, "" }, true},
		{"ARM processors are another pool", func(p *spec.NodePool) { p.Class, p.Size = catalog.ClassArm, "" }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.replaced, poolName(t, tt.change) != usual)
		})
	}
}

func TestANewPoolIsThereBeforeTheOldOneGoes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", spec.MaxPoolName)
	r, _ := deploy(t, second(func(p *spec.NodePool) { p.Name = long }))
	for _, pool := range r.Of(poolType) {
		require.True(t, pool.CreateFirst, pool.Name)
		require.LessOrEqual(t, len(pool.Value("name").(string)), 40, "GKE takes no longer name")
	}
	require.NotEqual(t, poolName(t, func(p *spec.NodePool) { p.Class, p.Size = catalog.ClassGPU, "g2-standard-4" }),
		poolName(t, func(p *spec.NodePool) { p.Class, p.Size = catalog.ClassGPU, "g2-standard-24" }), "one GPU and two are different pools")
}

func TestSizesThatDoNotGoWithTheirClassAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, class, size, problem string }{
		{"a GPU pool without GPUs", catalog.ClassGPU, "n2-standard-4", "is not known to have GPUs"},
		{"GPUs in a general pool", catalog.ClassGeneral, "g2-standard-8", "has GPUs"},
		{"an ARM pool without ARM processors", catalog.ClassArm, "n2-standard-4", "has no ARM processor"},
		{"ARM processors in a compute pool", catalog.ClassCompute, "t2a-standard-4", "has an ARM processor"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			t.Parallel()
			args := clustertest.GKE()
			args.NodePools[1].Class, args.NodePools[1].Size = tt.class, tt.size
			mistakes := gke.New().Mistakes(args)
			require.Len(t, mistakes, 1)
			require.Equal(t, "nodePools[1].size", mistakes[0].Path)
			require.Contains(t, mistakes[0].Problem, tt.problem)
			require.NotEmpty(t, mistakes[0].Hint)

			r := &clustertest.Recorder{}
			err := r.Run(func(ctx *pulumi.Context) error {
				_, err := clusters.NewCluster(ctx, "main", args)
				return err
			})
			require.ErrorContains(t, err, tt.problem)
			require.Empty(t, r.Of(serviceType), "nothing of Google's is asked for")
		})
	}
	require.Empty(t, gke.New().Mistakes(clustertest.GKE()))
	spot := clustertest.GKE()
	spot.NodePools[1].Class, spot.NodePools[1].Size = catalog.ClassSpot, "t2a-standard-4"
	require.Empty(t, gke.New().Mistakes(spot), "ARM machines may be spot machines")
}

func TestAPoolThatIsAddedLaterIsCheckedToo(t *testing.T) {
	t.Parallel()
	r := &clustertest.Recorder{}
	err := r.Run(func(ctx *pulumi.Context) error {
		c, err := clusters.NewCluster(ctx, "main", clustertest.GKE())
		require.NoError(t, err)
		_, err = clusters.NewNodePool(ctx, "main-extra", &clusters.NodePoolArgs{
			Cluster: c, NodePoolSpec: spec.NodePool{Name: "extra", Class: catalog.ClassGPU, Size: "e2-standard-4", Nodes: spec.NodeCount{Initial: 3, Min: 3, Max: 3}},
		})
		return err
	})
	require.ErrorContains(t, err, "is not known to have GPUs")
	require.Len(t, r.Of(poolType), 2)
}

func TestGPUsAreCountedByTheNameOfTheMachine(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]map[string]any{
		"g2-standard-96": {"type": "nvidia-l4", "count": 8.0},
		"a2-highgpu-2g":  {"type": "nvidia-tesla-a100", "count": 2.0},
		"a2-ultragpu-1g": {"type": "nvidia-a100-80gb", "count": 1.0},
		"a3-highgpu-8g":  {"type": "nvidia-h100-80gb", "count": 8.0},
	} {
		r, _ := deploy(t, second(func(p *spec.NodePool) { p.Class, p.Size = catalog.ClassGPU, size }))
		for key, value := range want {
			require.Equal(t, value, r.One(t, poolType, "main-batch").Value("nodeConfig.guestAccelerators[0]."+key), size)
		}
	}
}
