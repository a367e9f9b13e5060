// Package doks makes clusters on DigitalOcean.
//
// What other clouds give a cluster and DigitalOcean does not: control-plane audit
// logs, a private endpoint, keys of one's own, a secret store, a web application
// firewall, and identities for pods. Package catalog refuses to be asked for
// them; the documentation says what covers each inside the cluster.
package doks

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// Platform makes a cluster on DigitalOcean.
type Platform struct {
	spec.OffersNothing // keys and a secret store

	args  *spec.Cluster
	name  string
	owner labels.Owner

	cluster  *digitalocean.KubernetesCluster
	project  *digitalocean.Project
	registry *digitalocean.ContainerRegistry
	// first is the pool DOKS takes with the cluster, because it makes no
	// cluster without one.
	first string
}

// New returns the platform of one cluster.
func New() *Platform { return &Platform{} }

var digitalOcean, _ = catalog.Get(catalog.DigitalOcean)

// Create makes the VPC, the registry the cluster pulls from, the cluster with
// its first pool, its firewall and the project that shows them together.
func (p *Platform) Create(ctx *pulumi.Context, parent pulumi.Resource, c *spec.Cluster) (*spec.ControlPlane, error) {
	p.args, p.name, p.owner, p.first = c, c.Name, c.Owner, c.NodePools[0].Name
	vpc, err := p.makeVPC(ctx, parent)
	if err != nil {
		return nil, err
	}
	var before []pulumi.Resource
	if c.RegistryIntegration {
		// The integration is refused while the account has no registry, so it
		// comes before the cluster, and before anybody calls Registry.
		if p.registry, err = p.makeRegistry(ctx, parent); err != nil {
			return nil, err
		}
		before = append(before, p.registry)
	}
	if err := p.makeCluster(ctx, parent, vpc, before); err != nil {
		return nil, err
	}
	firewall, err := p.makeFirewall(ctx, parent)
	if err != nil {
		return nil, err
	}
	if err := p.makeProject(ctx, parent); err != nil {
		return nil, err
	}
	return &spec.ControlPlane{
		Version: p.cluster.Version, Endpoint: p.cluster.Endpoint, Kubeconfig: p.kubeconfig(),
		// DigitalOcean sells one kind of block storage and no driver for its
		// shared file system, so there is a class for one purpose.
		StorageClasses: map[spec.Purpose]string{spec.General: storageClass},
		Connect:        "doctl kubernetes cluster kubeconfig save " + c.Name,
		Console:        "https://cloud.digitalocean.com/kubernetes/clusters",
		Facts: pulumi.StringMap{
			"clusterId": p.cluster.ID(), "vpcId": vpc.ID(), "firewallId": firewall.ID(), "projectId": p.project.ID(),
		},
	}, nil
}

// protect keeps what cannot be made again from being deleted or replaced.
func (p *Platform) protect() pulumi.ResourceOption {
	return pulumi.Protect(p.args.DeletionProtection)
}
