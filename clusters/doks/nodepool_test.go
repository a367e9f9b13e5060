package doks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

func TestTheFirstPoolIsPartOfTheCluster(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	cluster := r.One(t, clusterType, "main")
	for path, want := range map[string]any{
		"nodePool.name": "system", "nodePool.size": "s-2vcpu-4gb", "nodePool.nodeCount": 3.0,
		"nodePool.autoScale": true, "nodePool.minNodes": 3.0, "nodePool.maxNodes": 6.0,
		"nodePool.labels":  map[string]any{"ai-now.io/node-pool": "system", "ai-now.io/node-class": "system"},
		"nodePool.tags[0]": "cost-center:1000",
	} {
		require.Equal(t, want, cluster.Value(path), path)
	}
	require.Equal(t, []string{"nodePool.nodeCount"}, cluster.IgnoreChanges, "the autoscaler's number is left alone")
	require.Len(t, r.Of(poolType), 1, "the other pool")
}

func TestAPool(t *testing.T) {
	t.Parallel()
	taint := func(key, value string) []any {
		return []any{map[string]any{"key": key, "value": value, "effect": "NoSchedule"}}
	}
	tests := []struct {
		name    string
		pool    spec.NodePool
		want    map[string]any
		ignored []string
	}{
		{"carries its labels and taints and leaves its number to the autoscaler",
			clustertest.Pools("s-2vcpu-4gb")[1],
			map[string]any{
				"clusterId": "main-id", "nodeCount": 3.0, "autoScale": true, "minNodes": 3.0, "maxNodes": 9.0,
				"labels": map[string]any{"ai-now.io/node-pool": "batch", "ai-now.io/node-class": "general", "example.com/class": "batch"},
				"taints": taint("example.com/batch", "true"), "tags[4]": "team:platform",
			}, []string{"nodeCount"}},
		{"of a fixed number has no bounds, and its number is the program's",
			spec.NodePool{Name: "batch", Size: "s-2vcpu-4gb", Nodes: spec.NodeCount{Initial: 2, Min: 2, Max: 2}},
			map[string]any{"nodeCount": 2.0, "autoScale": false, "minNodes": nil, "maxNodes": nil, "taints": []any{}}, nil},
		{"may be empty, and begins without a number",
			spec.NodePool{Name: "batch", Size: "s-2vcpu-4gb", Nodes: spec.NodeCount{Max: 4}},
			map[string]any{"nodeCount": nil, "autoScale": true, "minNodes": 0.0, "maxNodes": 4.0}, []string{"nodeCount"}},
		{"of the class memory has that class's machines and keeps others away",
			spec.NodePool{Name: "batch", Class: "memory", Nodes: spec.NodeCount{Initial: 1, Min: 1, Max: 4}},
			map[string]any{"size": "m-4vcpu-32gb", "taints": taint("ai-now.io/node-class", "memory")}, []string{"nodeCount"}},
		{"with GPUs leaves their taint to DOKS",
			spec.NodePool{Name: "batch", Class: "gpu", Nodes: spec.NodeCount{Initial: 1, Min: 1, Max: 2}},
			map[string]any{"size": "gpu-4000adax1-20gb", "taints": []any{}}, []string{"nodeCount"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pool := poolOf(t, tt.pool)
			for path, want := range tt.want {
				require.Equal(t, want, pool.Value(path), path)
			}
			require.Equal(t, tt.ignored, pool.IgnoreChanges)
		})
	}
}

// poolOf makes a cluster with a second pool and returns that.
func poolOf(t *testing.T, pool spec.NodePool) clustertest.Resource {
	t.Helper()
	r, _ := deploy(t, func(c *spec.Cluster) { c.NodePools[1] = pool })
	return r.One(t, poolType, "main-"+pool.Name)
}

func TestANewPoolStandsBesideTheOneItReplaces(t *testing.T) {
	t.Parallel()
	before := spec.NodePool{Name: "batch", Size: "s-2vcpu-4gb", Nodes: spec.NodeCount{Initial: 1, Min: 1, Max: 3}}
	tests := []struct {
		name     string
		change   func(*spec.NodePool)
		replaced bool
	}{
		{"for another size", func(p *spec.NodePool) { p.Size = "s-4vcpu-8gb" }, true},
		{"not for another bound", func(p *spec.NodePool) { p.Nodes.Max = 9 }, false},
		{"not for another label", func(p *spec.NodePool) { p.Labels = map[string]string{"example.com/a": "b"} }, false},
		{"not for another taint", func(p *spec.NodePool) {
			p.Taints = []spec.Taint{{Key: "example.com/a", Value: "b", Effect: "NoExecute"}}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after := before
			tt.change(&after)
			was, is := poolOf(t, before), poolOf(t, after)
			require.True(t, is.CreateFirst, "the old pool is drained when the new one is there")
			require.Regexp(t, `^batch-[0-9a-f]{7}$`, is.Value("name"))
			require.Equal(t, tt.replaced, was.Value("name") != is.Value("name"), "both need a name of their own if they exist at once")
			require.Equal(t, "batch", is.Value(`labels["ai-now.io/node-pool"]`), "workloads find either")
		})
	}
}
