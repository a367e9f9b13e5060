package stacks

import (
	"slices"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
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
		Access:          spec.Access{Admins: cluster.Access.Admins, Viewers: cluster.Access.Viewers},
		Network: spec.Network{
			Nodes: cluster.Network.Nodes, Pods: cluster.Network.Pods,
			Services: cluster.Network.Services, ControlPlane: cluster.Network.ControlPlane,
		},
		Autoscaling: cluster.Autoscaling.spec(),
		Maintenance: cluster.Maintenance.spec(),
		Audit:       spec.Audit{RetentionDays: cluster.Audit.RetentionDays, Notify: cluster.Audit.Notify},
		Edge: spec.Edge{
			Firewall:  cluster.Edge.Firewall != nil && *cluster.Edge.Firewall,
			RateLimit: cluster.Edge.RateLimit, Blocked: cluster.Edge.Blocked,
		},
		EgressByName:        c.egressByName(cluster),
		Owner:               c.owner(c.Labels),
		DeletionProtection:  cluster.DeletionProtection != nil && *cluster.DeletionProtection,
		RegistryIntegration: cluster.Registry != nil,
		Charts:              c.Charts.Mirror,
	}
	if cluster.Kubeconfig != "" {
		args.Kubeconfig = pulumi.String(cluster.Kubeconfig)
	}
	for i := range cluster.NodePools {
		args.NodePools = append(args.NodePools, cluster.NodePools[i].spec())
	}
	return args
}

func (p *NodePool) spec() spec.NodePool {
	pool := spec.NodePool{
		Name: p.Name, Class: p.Class, Size: p.Size, OtherSizes: p.OtherSizes, Labels: p.Labels,
		Nodes: spec.NodeCount{Initial: value(p.Nodes.Initial), Min: value(p.Nodes.Min), Max: p.Nodes.Max},
	}
	for _, t := range p.Taints {
		pool.Taints = append(pool.Taints, spec.Taint{Key: t.Key, Value: t.Value, Effect: t.Effect})
	}
	return pool
}

// value is what a pointer points to, the zero value for none.
func value[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func (a Autoscaling) spec() spec.Autoscaling {
	args := spec.Autoscaling{Engine: a.Engine, Profile: a.Profile}
	// What is no duration is reported by the configuration's own checks.
	args.UnneededAfter, _ = time.ParseDuration(a.UnneededAfter)
	if h := a.Headroom; h != nil {
		args.Headroom = spec.Headroom{CPU: h.CPU, Memory: h.Memory, Replicas: h.Replicas}
	}
	return args
}

func (m Maintenance) spec() spec.Maintenance {
	args := spec.Maintenance{Days: m.Days, Start: m.Start, Hours: m.Hours}
	for _, e := range m.Exclusions {
		args.Exclusions = append(args.Exclusions, spec.Exclusion{Name: e.Name, From: e.From, Until: e.Until, Scope: e.Scope})
	}
	return args
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

// egressByName is true if a tenant of the cluster declares egress by name.
func (c *Config) egressByName(cluster *Cluster) bool {
	return takesNames(cluster.Cloud) && slices.ContainsFunc(c.Tenants, func(t Tenant) bool {
		return slices.Contains(t.Clusters, cluster.Name) && slices.ContainsFunc(t.Egress, func(e Egress) bool { return len(e.Names) > 0 })
	})
}
