package clusters

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// NodePool is a group of equal nodes of a cluster. Every node carries the labels
// ai-now.io/node-pool with the pool's name and ai-now.io/node-class with its
// class.
type NodePool struct {
	pulumi.ResourceState

	// Name of the pool, unique in its cluster.
	Name string
	// Class of its nodes.
	Class string
	// Size is the instance type of its nodes.
	Size string
	// Nodes bounds how many there are.
	Nodes spec.NodeCount
	// Taints of its nodes, which a pod must tolerate to run there.
	Taints []spec.Taint
}

// The words of package spec a node pool is described in.
type (
	// NodePoolSpec says what node pool to make.
	NodePoolSpec = spec.NodePool
	// NodeCount bounds how many nodes a pool has.
	NodeCount = spec.NodeCount
	// Taint keeps pods away from a node unless they tolerate it.
	Taint = spec.Taint
)

// NodePoolArgs are the arguments of [NewNodePool].
type NodePoolArgs struct {
	// Cluster the pool is added to.
	Cluster *Cluster
	NodePoolSpec
}

// NewNodePool adds a node pool to a cluster. The error of wrong arguments is a
// [*check.Error] with every mistake, returned before any resource is
// registered.
func NewNodePool(ctx *pulumi.Context, name string, args *NodePoolArgs, opts ...pulumi.ResourceOption) (*NodePool, error) {
	subject := fmt.Sprintf("node pool %q", name)
	if args == nil || args.Cluster == nil {
		return nil, check.Err(subject, []check.Mistake{{Path: "cluster", Problem: "is required", Hint: "pass the cluster the pool belongs to"}})
	}
	cluster := args.Cluster
	mistakes := args.Mistakes(cluster.cloud)
	if _, exists := cluster.Pools[args.Name]; exists {
		mistakes = append(mistakes, check.Mistake{
			Path: "name", Value: args.Name, Problem: "is the name of another pool of the cluster", Hint: "choose another",
		})
	}
	if cluster.cloud.Settings[catalog.SettingNodePools] == catalog.Refused {
		mistakes = append(mistakes, check.Mistake{
			Path: "cluster", Value: cluster.Name, Problem: "is an existing cluster, whose nodes are not managed here", Hint: "add the nodes where the cluster was made",
		})
	}
	if err := check.Err(subject, mistakes); err != nil {
		return nil, err
	}

	whole := args.Complete(cluster.cloud)
	pool := &NodePool{Name: whole.Name, Class: whole.Class, Size: whole.Size, Nodes: whole.Nodes, Taints: whole.Taints}
	if err := ctx.RegisterComponentResource("ai-now:clusters:NodePool", name, pool, opts...); err != nil {
		return nil, err
	}
	if err := cluster.platform.AddPool(ctx, pool, &whole); err != nil {
		return nil, err
	}
	cluster.Pools[pool.Name] = pool
	return pool, ctx.RegisterResourceOutputs(pool, pulumi.Map{
		"name": pulumi.String(pool.Name), "class": pulumi.String(pool.Class), "size": pulumi.String(pool.Size),
	})
}
