package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/components"
)

// owner returns whom resources with these labels belong to.
func (c *Config) owner(l Labels) labels.Owner {
	return labels.Owner{
		Environment: c.Environment, Team: l.Team, CostCenter: l.CostCenter, DataClassification: l.DataClassification,
	}
}

// clusterArgs translates a cluster of the configuration; the kubeconfig of an
// existing one is added when it is deployed.
func (c *Config) clusterArgs(cluster *Cluster) *clusters.ClusterArgs {
	args := &clusters.ClusterArgs{
		Cloud: cluster.Cloud, Region: cluster.Region, Zones: cluster.Zones, Version: cluster.Version,
		HighlyAvailable: cluster.highlyAvailable(), Project: cluster.Project,
		Context: cluster.Context, StorageClass: cluster.StorageClass,
		APIServerAccess: cluster.APIServerAccess,
		Network: clusters.Network{
			Nodes: cluster.Network.Nodes, Pods: cluster.Network.Pods,
			Services: cluster.Network.Services, ControlPlane: cluster.Network.ControlPlane,
		},
		Owner:              c.owner(c.Labels),
		DeletionProtection: cluster.DeletionProtection != nil && *cluster.DeletionProtection,
	}
	if cluster.Kubeconfig != "" {
		args.Kubeconfig = pulumi.String(cluster.Kubeconfig)
	}
	for _, pool := range cluster.NodePools {
		spec := clusters.NodePoolSpec{
			Name: pool.Name, Size: pool.Size, Labels: pool.Labels,
			Nodes: clusters.NodeCount{Initial: pool.Nodes.Initial, Min: pool.Nodes.Min, Max: pool.Nodes.Max},
		}
		for _, t := range pool.Taints {
			spec.Taints = append(spec.Taints, clusters.Taint{Key: t.Key, Value: t.Value, Effect: t.Effect})
		}
		args.NodePools = append(args.NodePools, spec)
	}
	return args
}

func (c *Config) namespaceArgs(tenant *Tenant) *components.SecureNamespaceArgs {
	return &components.SecureNamespaceArgs{
		Namespace: tenant.Name,
		Owner:     c.owner(tenant.Labels),
		Quota: components.Quota{
			CPU: tenant.Quota.CPU, Memory: tenant.Quota.Memory, Pods: tenant.Quota.Pods, Storage: tenant.Quota.Storage,
		},
	}
}

func (c *Config) workloadArgs(w *Workload, namespace *components.SecureNamespace) components.WorkloadArgs {
	owner := c.owner(c.Labels)
	if tenant := c.tenant(w.Tenant); tenant != nil {
		owner = c.owner(tenant.Labels)
	}
	args := components.WorkloadArgs{
		Name: w.Name, Namespace: namespace, Owner: owner,
		Image: w.Image, Args: w.Args, Env: w.Env, Replicas: w.Replicas, HealthPath: w.HealthPath,
		Resources:      components.Resources{CPU: w.Resources.CPU, Memory: w.Resources.Memory},
		NodePool:       w.NodePool,
		RolloutTimeout: w.RolloutTimeout,
	}
	for _, p := range w.Ports {
		args.Ports = append(args.Ports, components.Port{Name: p.Name, Number: p.Port})
	}
	return args
}
