// Package clusters makes Kubernetes clusters on several clouds behind one
// contract.
//
// [NewCluster] makes a cluster with its network and its node pools on the cloud
// its arguments name; what it returns no longer shows which cloud that was. What
// a component in the cluster needs from the cloud it asks for in words that hold
// for all of them: [NewBucket], [NewZone], [NewRegistry], [NewKey],
// [NewSecretStore] and [NewIdentity].
//
// What can be asked is package spec, what a cloud has is package catalog, and
// each cloud is one package that implements the platform interface and one line
// in the registry; nothing else in the program asks which cloud it is on.
package clusters

import (
	"fmt"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// ClusterArgs says what cluster to make.
type ClusterArgs = spec.Cluster

// MaxClusterName is the most characters a cluster's name may have.
const MaxClusterName = spec.MaxClusterName

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

	// Connect is the command that writes a kubeconfig for a person, and Console
	// where the cloud's console shows the cluster; empty for an existing one.
	Connect, Console string
	// Facts are what else an operator or another program needs, by what they
	// are, such as vpcId.
	Facts pulumi.StringMap

	cloud          catalog.Cloud
	storageClasses map[spec.Purpose]string
	platform       platform
}

// StorageClass returns the name of the storage class for a purpose, "" for the
// cluster's default class. A cluster without one for the purpose answers with
// the general one.
func (c *Cluster) StorageClass(purpose spec.Purpose) string {
	if class, ok := c.storageClasses[purpose]; ok {
		return class
	}
	return c.storageClasses[spec.General]
}

// HasStorageClass is true if the cluster has storage made for the purpose.
func (c *Cluster) HasStorageClass(purpose spec.Purpose) bool {
	_, ok := c.storageClasses[purpose]
	return ok
}

// NewCluster makes a cluster called name with its node pools. The error of
// wrong arguments is a [*check.Error] with every mistake, returned before any
// resource is registered.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	var whole spec.Cluster
	if args != nil {
		whole = *args
	}
	whole.Name = name
	var list check.List
	list.DNSLabel("name", name, spec.MaxClusterName)
	if err := check.Err(fmt.Sprintf("cluster %q", name), append(list.All(), Mistakes(&whole)...)); err != nil {
		return nil, err
	}

	cloud, _ := catalog.Get(whole.Cloud)
	c := &Cluster{
		Name: name, Cloud: whole.Cloud, Region: whole.Region, Owner: whole.Owner,
		Pools:    map[string]*NodePool{},
		cloud:    cloud,
		platform: platforms[whole.Cloud](),
	}
	if err := ctx.RegisterComponentResource("ai-now:clusters:Cluster", name, c, opts...); err != nil {
		return nil, err
	}
	plane, err := c.platform.Create(ctx, c, &whole)
	if err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	c.Version, c.Endpoint = plane.Version, plane.Endpoint
	c.Connect, c.Console, c.Facts = plane.Connect, plane.Console, plane.Facts
	c.storageClasses = plane.StorageClasses
	c.Kubeconfig = pulumi.ToSecret(plane.Kubeconfig).(pulumi.StringOutput)

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

	for i := range whole.NodePools {
		pool := whole.NodePools[i]
		if _, err := NewNodePool(ctx, name+"-"+pool.Name, &NodePoolArgs{Cluster: c, NodePoolSpec: pool}, pulumi.Parent(c)); err != nil {
			return nil, fmt.Errorf("cluster %q, node pool %q: %w", name, pool.Name, err)
		}
	}
	if err := c.platform.Complete(ctx, c, provider); err != nil {
		return nil, fmt.Errorf("cluster %q: %w", name, err)
	}
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"cloud":          pulumi.String(c.Cloud),
		"region":         pulumi.String(c.Region),
		"version":        c.Version,
		"endpoint":       c.Endpoint,
		"kubeconfig":     c.Kubeconfig,
		"storageClasses": c.StorageClasses(),
		"facts":          c.Facts,
	})
}

// Mistakes returns everything that is wrong with the arguments of a cluster, in
// general and for its cloud. Paths are those of a cluster in the configuration.
func Mistakes(args *ClusterArgs) []check.Mistake {
	mistakes := args.Mistakes()
	if len(mistakes) > 0 || platforms[args.Cloud] == nil {
		return mistakes // what a cloud minds besides is told once the rest is right
	}
	if p, ok := platforms[args.Cloud]().(interface {
		Mistakes(args *spec.Cluster) []check.Mistake
	}); ok {
		return p.Mistakes(args)
	}
	return nil
}

// StorageClasses returns the names of the storage classes by purpose.
func (c *Cluster) StorageClasses() pulumi.StringMap {
	all := pulumi.StringMap{}
	for purpose, name := range c.storageClasses {
		all[string(purpose)] = pulumi.String(name)
	}
	return all
}
