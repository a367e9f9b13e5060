// Package clusters makes Kubernetes clusters on several clouds behind one
// contract.
//
// [NewCluster] makes a cluster with its network and its node pools on the cloud
// its arguments name; what it returns no longer shows which cloud that was. A
// cloud is one file that implements the platform interface and one line in the
// registry; nothing else in the program asks which cloud it is on.
package clusters

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// Purpose is what storage is used for.
type Purpose string

// General is storage for everything without special needs: a replicated block
// volume on solid-state disks.
const General Purpose = "general"

// Cluster is a Kubernetes cluster, whatever cloud it is on.
type Cluster struct {
	pulumi.ResourceState

	// Name of the cluster, unique in the stack. It is the cloud's name for it too.
	Name string
	// Cloud the cluster is on, as in package catalog.
	Cloud string
	// Region of that cloud; empty for an existing cluster.
	Region string
	// Owner is whom the cluster's resources are labelled with.
	Owner labels.Owner
	// Version of Kubernetes its control plane runs; empty where it is not known.
	Version pulumi.StringOutput
	// Endpoint is the URL of its API server.
	Endpoint pulumi.StringOutput
	// Kubeconfig gives its reader the rights of a cluster administrator. Always a secret.
	Kubeconfig pulumi.StringOutput
	// Provider makes objects in the cluster.
	Provider *kubernetes.Provider
	// Pools are its node pools by name; empty for an existing cluster.
	Pools map[string]*NodePool

	storageClasses map[Purpose]string
	platform       platform
}

// StorageClass returns the name of the storage class for a purpose, and "" for
// the cluster's default class.
func (c *Cluster) StorageClass(purpose Purpose) string {
	return c.storageClasses[purpose]
}

// platform is a cloud's way to make a cluster. A value serves one cluster.
// Implementations make every resource a child of the component they are given.
type platform interface {
	// create makes network and control plane, and sets Version, Endpoint,
	// Kubeconfig and the storage classes of the cluster.
	create(ctx *pulumi.Context, c *Cluster, args *ClusterArgs) error
	// addPool makes a node pool.
	addPool(ctx *pulumi.Context, pool *NodePool, spec *NodePoolSpec) error
	// complete makes what needs running nodes or a reachable API server.
	complete(ctx *pulumi.Context, c *Cluster, args *ClusterArgs) error
}

// platforms is the one place that knows which clouds there are.
var platforms = map[string]func() platform{
	catalog.AWS:          func() platform { return &eksPlatform{} },
	catalog.GCP:          func() platform { return &gkePlatform{} },
	catalog.DigitalOcean: func() platform { return &doksPlatform{} },
	catalog.Existing:     func() platform { return &existingPlatform{} },
}

// NewCluster makes a cluster called name with its node pools. The error of
// wrong arguments is a [*check.Error] with every mistake, returned before any
// resource is registered.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	if args == nil {
		args = &ClusterArgs{}
	}
	var list check.List
	list.DNSLabel("name", name, MaxClusterName)
	if err := check.Err(fmt.Sprintf("cluster %q", name), append(list.All(), args.Mistakes()...)); err != nil {
		return nil, err
	}

	c := &Cluster{
		Name: name, Cloud: args.Cloud, Region: args.Region, Owner: args.Owner,
		Pools:          map[string]*NodePool{},
		storageClasses: map[Purpose]string{},
		platform:       platforms[args.Cloud](),
	}
	if err := ctx.RegisterComponentResource("ai-now:clusters:Cluster", name, c, opts...); err != nil {
		return nil, err
	}
	if err := c.platform.create(ctx, c, args); err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	c.Kubeconfig = pulumi.ToSecret(c.Kubeconfig).(pulumi.StringOutput)

	provider, err := kubernetes.NewProvider(ctx, name, &kubernetes.ProviderArgs{
		Kubeconfig: c.Kubeconfig,
		// One field, one owner: a change made by hand is seen as drift …
		EnableServerSideApply: pulumi.Bool(true),
		// … and the next update takes the field back instead of failing on the conflict.
		EnablePatchForce: pulumi.Bool(true),
	}, pulumi.Parent(c))
	if err != nil {
		return nil, err
	}
	c.Provider = provider

	for i := range args.NodePools {
		spec := &args.NodePools[i]
		pool, err := newNodePool(ctx, c, spec)
		if err != nil {
			return nil, fmt.Errorf("cluster %q, node pool %q: %w", name, spec.Name, err)
		}
		c.Pools[spec.Name] = pool
	}
	if err := c.platform.complete(ctx, c, args); err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"cloud":        pulumi.String(c.Cloud),
		"region":       pulumi.String(c.Region),
		"version":      c.Version,
		"endpoint":     c.Endpoint,
		"kubeconfig":   c.Kubeconfig,
		"storageClass": pulumi.String(c.StorageClass(General)),
	})
}
