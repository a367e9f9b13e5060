package stacks

import (
	"slices"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/spec"
	"github.com/ai-now/platform/components"
)

// namespaceArgs translates a tenant, with what holds on all of its clusters.
func (c *Config) namespaceArgs(tenant *Tenant) *components.SecureNamespaceArgs {
	args := &components.SecureNamespaceArgs{
		Namespace:   tenant.Name,
		Owner:       c.owner(tenant.Labels),
		Description: tenant.Description, Contact: tenant.Contact,
		Exemptions: c.Policy.exemptions(),
		Quota: components.Quota{
			CPU: tenant.Quota.CPU, Memory: tenant.Quota.Memory, Pods: tenant.Quota.Pods, Storage: tenant.Quota.Storage,
			GPUs: tenant.Quota.GPUs, Objects: components.Objects(tenant.Quota.Objects),
		},
		Limits:          components.Limits(tenant.Limits),
		HighestPriority: tenant.HighestPriority,
		Access:          components.NamespaceAccess(tenant.Access),
		// That a cluster has no policies by name is told with the cluster's name.
		DomainPolicies:     true,
		DeletionProtection: value(tenant.DeletionProtection),
	}
	for _, e := range tenant.Egress {
		args.Egress = append(args.Egress, components.Egress{
			CIDR: e.CIDR, Namespace: e.Tenant, Names: e.Names, Ports: e.Ports, Protocol: e.Protocol,
		})
	}
	for _, i := range tenant.Ingress {
		args.Ingress = append(args.Ingress, components.Ingress{Namespace: i.Tenant, Ports: i.Ports, Protocol: i.Protocol})
	}
	return args
}

// namespaceArgsOn are those of a tenant's namespace on one of its clusters.
func (c *Config) namespaceArgsOn(tenant *Tenant, cluster *clusters.Cluster) *components.SecureNamespaceArgs {
	args := c.namespaceArgs(tenant)
	args.DomainPolicies = takesNames(cluster.Cloud)
	args.ClusterRanges = c.cluster(cluster.Name).ranges()
	// A class that is not asked for is closed; that of general use has the rest.
	args.Quota.StorageByClass = map[string]string{}
	for purpose, amount := range map[spec.Purpose]string{
		spec.Fast: tenant.Quota.FastStorage, spec.Shared: tenant.Quota.SharedStorage,
	} {
		if !cluster.HasStorageClass(purpose) {
			continue
		}
		if amount == "" {
			amount = "0"
		}
		args.Quota.StorageByClass[cluster.StorageClass(purpose)] = amount
	}
	// Where one of two tenants is not, there is nothing to open.
	absent := func(peer string) bool {
		return peer != "" && !slices.Contains(c.tenant(peer).Clusters, cluster.Name)
	}
	args.Egress = slices.DeleteFunc(args.Egress, func(e components.Egress) bool { return absent(e.Namespace) })
	args.Ingress = slices.DeleteFunc(args.Ingress, func(i components.Ingress) bool { return absent(i.Namespace) })
	return args
}

// takesNames is true where network policies can name DNS names: on GKE. Of EKS
// only Auto Mode can, whose nodes these are not, and of Cilium on DOKS the
// documentation does not say so.
// https://docs.aws.amazon.com/eks/latest/userguide/auto-net-pol.html
// https://docs.digitalocean.com/products/kubernetes/details/managed/
func takesNames(cloud string) bool { return cloud == catalog.GCP }

// ranges are the networks of the cluster's own.
func (c *Cluster) ranges() []string {
	n := c.Network
	return slices.DeleteFunc([]string{n.Nodes, n.Pods, n.Services, n.ControlPlane}, func(cidr string) bool { return cidr == "" })
}
