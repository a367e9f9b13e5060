package doks

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// firstPool is the pool inside the cluster. It keeps its plain name: there is
// never a second one beside it.
func (p *Platform) firstPool(pool *spec.NodePool) digitalocean.KubernetesClusterNodePoolArgs {
	return digitalocean.KubernetesClusterNodePoolArgs{
		Name: pulumi.String(pool.Name), Size: pulumi.String(pool.Size),
		NodeCount: count(pool),
		AutoScale: pulumi.Bool(pool.Scales()),
		MinNodes:  pool.WhenScaling(pool.Nodes.Min), MaxNodes: pool.WhenScaling(pool.Nodes.Max),
		Labels: pulumi.ToStringMap(pool.Labels),
		Tags:   pulumi.ToStringArray(p.owner.DigitalOcean()),
	}
}

// AddPool makes a node pool; the first came with the cluster. Labels, taints and
// bounds change in place, the size does not: with another, a new pool is made,
// and the old one drained and deleted only when it is there.
func (p *Platform) AddPool(ctx *pulumi.Context, parent pulumi.Resource, pool *spec.NodePool) error {
	if pool.Name == p.first {
		return nil // came with the cluster
	}
	taints := digitalocean.KubernetesNodePoolTaintArray{}
	// DOKS puts the taint of nodes with GPUs there itself.
	// https://docs.digitalocean.com/products/kubernetes/how-to/use-gpu-worker-nodes/
	for _, t := range pool.DeclaredTaints(digitalOcean) {
		taints = append(taints, digitalocean.KubernetesNodePoolTaintArgs{
			Key: pulumi.String(t.Key), Value: pulumi.String(t.Value), Effect: pulumi.String(t.Effect),
		})
	}
	opts := []pulumi.ResourceOption{
		pulumi.Parent(parent),
		// A name that is given makes the provider delete first; this one is
		// another for every size, so both pools find a place.
		pulumi.DeleteBeforeReplace(false),
	}
	if pool.Scales() {
		opts = append(opts, pulumi.IgnoreChanges([]string{"nodeCount"}))
	}
	_, err := digitalocean.NewKubernetesNodePool(ctx, p.name+"-"+pool.Name, &digitalocean.KubernetesNodePoolArgs{
		ClusterId: p.cluster.ID(),
		Name:      pulumi.String(poolName(pool)), Size: pulumi.String(pool.Size),
		NodeCount: count(pool),
		AutoScale: pulumi.Bool(pool.Scales()),
		MinNodes:  pool.WhenScaling(pool.Nodes.Min), MaxNodes: pool.WhenScaling(pool.Nodes.Max),
		Labels: pulumi.ToStringMap(pool.Labels),
		Taints: taints,
		Tags:   pulumi.ToStringArray(p.owner.DigitalOcean()),
	}, opts...)
	return err
}

// count is how many nodes a pool begins with. A pool that may be empty and
// begins so has no number: the API takes zero for none given.
func count(pool *spec.NodePool) pulumi.IntPtrInput {
	if pool.Nodes.Initial == 0 {
		return nil
	}
	return pulumi.Int(pool.Nodes.Initial)
}

// poolName is the pool's name and what replaces it, so that a new pool can be
// made beside the one it replaces. Random names would do as well, but Pulumi puts
// the cluster's before them, and DOKS names nodes and writes labels after the
// pool, of at most 63 characters. Workloads find a pool by the label
// ai-now.io/node-pool, which has its plain name.
func poolName(pool *spec.NodePool) string {
	const length = 7
	sum := sha256.Sum256([]byte(pool.Size))
	return pool.Name + "-" + hex.EncodeToString(sum[:])[:length]
}
