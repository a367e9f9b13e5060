package stacks

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/spec"
	"github.com/ai-now/platform/components"
)

// Default is what a setting is when it is left out, and why.
type Default struct {
	// Path of the setting, with [] for any element of a list.
	Path string
	// Value in words.
	Value string
	// Reason for it.
	Reason string

	apply func(*Config)
}

// kubernetesVersion is the minor version new clusters get: the one the sandbox's
// control plane has, so the one everything here is tested with.
const kubernetesVersion = "1.35"

// production is the environment with the strict rules.
const production = "prod"

// Defaults lists the default of every setting that has one, in the order they
// are filled in: later ones may build on earlier ones.
var Defaults = []Default{
	{
		"clusters[].highlyAvailable", "true",
		"an outage costs more than a second control plane; where it does not, say so",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.HighlyAvailable == nil && cloud.Settings[catalog.SettingHighlyAvailable] != catalog.Refused {
				cluster.HighlyAvailable = new(true)
			}
		}),
	},
	{
		"clusters[].deletionProtection", "true",
		"a cluster is not deleted by mistake; to delete it on purpose takes one update more",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.DeletionProtection == nil && cloud.Settings[catalog.SettingDeletionProtection] != catalog.Refused {
				cluster.DeletionProtection = new(true)
			}
		}),
	},
	{
		"clusters[].version", kubernetesVersion,
		"the version the platform is tested with; the clusters of a stack are alike",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.Version == "" && cloud.Settings[catalog.SettingVersion] != catalog.Refused {
				cluster.Version = kubernetesVersion
			}
		}),
	},
	{
		"clusters[].zones", "the first three of the region if highly available, else as few as the cloud allows (aws 2, gcp 1)",
		"with three zones every quorum keeps its majority when one fails; traffic between zones costs money",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			if len(cluster.Zones) == 0 {
				cluster.Zones = cloud.DefaultZones(cluster.Region, cluster.highlyAvailable())
			}
		}),
	},
	{
		"addressRange", DefaultAddressRange,
		"the largest private network: sixteen clusters of a million addresses each",
		func(c *Config) {
			if c.AddressRange == "" {
				c.AddressRange = DefaultAddressRange
			}
		},
	},
	{
		"clusters[].network.block", "derived from the cluster's name",
		"it stays when clusters are added or removed; two names that lead to one block are reported, with a free one",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.Network.Block == nil && cloud.Settings[catalog.SettingNetwork] != catalog.Refused {
				cluster.Network.Block = new(blockOf(cluster.Name))
			}
		}),
	},
	{
		"clusters[].network", "ranges planned in the cluster's block of addressRange, as large as the cloud takes them",
		"one setting keeps all networks apart; see docs/clusters.md",
		eachCluster(func(c *Config, cluster *Cluster, cloud catalog.Cloud) {
			cluster.Network.plan(c.AddressRange, cloud)
		}),
	},
	{
		"clusters[].nodePools[].class", catalog.ClassGeneral,
		"nodes for everything without special needs",
		eachPool(func(cluster *Cluster, pool *NodePool) {
			if pool.Class == "" && cluster.Cloud != catalog.Existing {
				pool.Class = catalog.ClassGeneral
			}
		}),
	},
	{
		"clusters[].nodePools[].size", "the one of the pool's class on the cloud, listed in docs/clusters.md",
		"a pool says what it is for; what machine that is, the platform knows for each cloud",
		nil,
	},
	{
		"clusters[].nodePools[].otherSizes", "those of the class spot on aws, if size is left out; none elsewhere",
		"the more kinds of machines may serve, the less often all of them are taken back",
		nil,
	},
	{
		"clusters[].nodePools[].nodes.min", "nodes.initial, or nodes.max",
		"a pool with one number has that many nodes",
		eachPool(func(_ *Cluster, pool *NodePool) {
			if n := &pool.Nodes; n.Min == nil {
				n.Min = new(n.Max)
				if n.Initial != nil {
					n.Min = new(*n.Initial)
				}
			}
		}),
	},
	{
		"clusters[].nodePools[].nodes.initial", "nodes.min",
		"the autoscaler adds nodes when pods wait for them; none are paid for before",
		eachPool(func(_ *Cluster, pool *NodePool) {
			if n := &pool.Nodes; n.Initial == nil {
				n.Initial = new(*n.Min)
			}
		}),
	},
	{
		"clusters[].autoscaling.engine", spec.EngineKarpenter + " on aws",
		"it adds a machine that fits the waiting pods within a minute, of any size that is to be had",
		nil,
	},
	{
		"clusters[].autoscaling.profile", spec.ProfileBalanced,
		"a node that is well used stays; thrifty moves more pods to save more nodes",
		nil,
	},
	{
		"clusters[].autoscaling.unneededAfter", spec.DefaultUnneededAfter.String(),
		"what the Cluster Autoscaler takes by default: nodes do not come and go with every short lull",
		nil,
	},
	{
		"clusters[].maintenance", fmt.Sprintf("every day from %[1]s on gcp, %[2]s from %[1]s on digitalocean, %[3]d hours", spec.DefaultMaintenanceStart, spec.DefaultMaintenanceDay, spec.DefaultMaintenanceHours),
		"at night, where most of a European or American cluster's users are",
		nil,
	},
	{
		"clusters[].audit.retentionDays", strconv.Itoa(spec.DefaultRetentionDays),
		"PCI DSS 4.0, requirement 10.5.1, asks for twelve months",
		nil,
	},
	{
		"clusters[].edge.firewall", "true",
		"what is open to the internet is attacked; it is billed by the month: turn it off where nothing is open",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.Edge.Firewall == nil && cloud.Settings[catalog.SettingEdge] != catalog.Refused {
				cluster.Edge.Firewall = new(true)
			}
		}),
	},
	{
		"clusters[].edge.rateLimit", strconv.Itoa(spec.DefaultRateLimit),
		"nearly seven requests a second for five minutes, more than a person browsing sends",
		nil,
	},
	{
		"clusters[].registry.keepImages", strconv.Itoa(spec.DefaultKeepImages),
		"enough to go back several releases",
		nil,
	},
	{
		"clusters[].buckets[].expireDays", "objects stay",
		"what must go, and when, only its owner knows",
		nil,
	},
	{
		"clusters[].buckets[].noncurrentDays", strconv.Itoa(spec.DefaultNoncurrentDays),
		"a month to notice what was overwritten or deleted",
		nil,
	},
	{
		"clusters[].kubeconfig", "the file kubectl would use: $KUBECONFIG, or ~/.kube/config",
		"what works with kubectl works here; only for existing clusters, and read only when deploying",
		nil,
	},
	{
		"clusters[].context", "the kubeconfig's current context",
		"what works with kubectl works here",
		nil,
	},
	{
		"clusters[].storageClass", "the cluster's default class",
		"it is what claims without a class get",
		nil,
	},
	{
		"policy.profile", "none: each rule's own level",
		"they are what the platform keeps itself; a profile is for those who cannot yet, or who must keep more",
		nil,
	},
	{
		"policy.admission", "enforce; audit with the profile audit",
		"a rule that only a preview knows is broken with kubectl; docs/admission.md says how to get there step by step",
		nil,
	},
	{
		"tenants[].clusters", "all clusters of the stack",
		"most tenants want to be everywhere",
		func(c *Config) {
			for i := range c.Tenants {
				if c.Tenants[i].Clusters == nil {
					c.Tenants[i].Clusters = c.clusterNames()
				}
			}
		},
	},
	{
		"tenants[].labels", "the stack's labels, one by one",
		"a tenant says only what differs",
		func(c *Config) {
			for i := range c.Tenants {
				c.Tenants[i].Labels = c.Tenants[i].Labels.or(c.Labels)
			}
		},
	},
	{
		"tenants[].quota.storage", "none",
		"volumes outlive their pods, and are paid for until someone remembers them",
		nil,
	},
	{
		"tenants[].quota.fastStorage", "none",
		"it costs several times as much; who has a database says so",
		nil,
	},
	{
		"tenants[].quota.sharedStorage", "none",
		"what many pods write to at once is slow and dear; who needs it says so",
		nil,
	},
	{
		"tenants[].quota.gpus", "none",
		"one costs more than all other resources of a tenant",
		nil,
	},
	{
		"tenants[].quota.objects.claims", strconv.Itoa(components.DefaultObjects.Claims) + ", none without storage",
		"every volume is a disk that a node attaches, and nodes attach a few dozen",
		nil,
	},
	{
		"tenants[].quota.objects.services", strconv.Itoa(components.DefaultObjects.Services),
		"each has a rule on every node",
		nil,
	},
	{
		"tenants[].quota.objects.loadBalancers", "none",
		"what is open to the internet is so by the gateway, with its firewall and logs",
		nil,
	},
	{
		"tenants[].quota.objects.configMaps", strconv.Itoa(components.DefaultObjects.ConfigMaps),
		"each is up to a megabyte in the memory of the API server",
		nil,
	},
	{
		"tenants[].quota.objects.secrets", strconv.Itoa(components.DefaultObjects.Secrets),
		"each is up to a megabyte in the memory of the API server",
		nil,
	},
	{
		"tenants[].quota.objects.jobs", strconv.Itoa(components.DefaultObjects.Jobs),
		"those that are done stay until somebody deletes them",
		nil,
	},
	{
		"tenants[].quota.objects.cronJobs", strconv.Itoa(components.DefaultObjects.CronJobs),
		"each makes Jobs for ever",
		nil,
	},
	{
		"tenants[].limits.cpu", components.DefaultContainerCPU,
		"small: who needs more says so",
		nil,
	},
	{
		"tenants[].limits.memory", components.DefaultContainerMemory,
		"small: who needs more says so",
		nil,
	},
	{
		"tenants[].limits.podMemory", "quota.memory",
		"what is in the quota may be one pod's",
		nil,
	},
	{
		"tenants[].limits.claim", "quota.storage",
		"what is in the quota may be one volume's",
		nil,
	},
	{
		"tenants[].highestPriority", components.DefaultPriority,
		"if everybody is important, nobody is",
		func(c *Config) {
			for i := range c.Tenants {
				if c.Tenants[i].HighestPriority == "" {
					c.Tenants[i].HighestPriority = components.DefaultPriority
				}
			}
		},
	},
	{
		"tenants[].egress[].protocol", "TCP", "nearly everything is", nil,
	},
	{
		"tenants[].ingress[].protocol", "TCP", "nearly everything is", nil,
	},
	{
		"tenants[].deletionProtection", "true in prod, false elsewhere",
		"with a namespace go its volumes; elsewhere tenants come and go",
		func(c *Config) {
			for i := range c.Tenants {
				if c.Tenants[i].DeletionProtection == nil {
					c.Tenants[i].DeletionProtection = new(c.Environment == production)
				}
			}
		},
	},
	{
		"workloads[].clusters", "all clusters its tenant is on",
		"an application is where its tenant is",
		func(c *Config) {
			for i := range c.Workloads {
				if w := &c.Workloads[i]; w.Clusters == nil {
					if tenant := c.tenant(w.Tenant); tenant != nil {
						w.Clusters = slices.Clone(tenant.Clusters)
					}
				}
			}
		},
	},
	{
		"workloads[].replicas", strconv.Itoa(components.DefaultReplicas),
		"one pod may be lost, or replaced, and the application still answers",
		eachWorkload(func(w *Workload) {
			if w.Replicas == 0 {
				w.Replicas = components.DefaultReplicas
			}
		}),
	},
	{
		"workloads[].nodePool", "any pool without taints",
		"the scheduler knows best where there is room",
		nil,
	},
	{
		"workloads[].resources.cpu", components.DefaultCPU,
		"a tenth of a core suits an application that mostly waits; it may use more while the node has it",
		eachWorkload(func(w *Workload) {
			if w.Resources.CPU == "" {
				w.Resources.CPU = components.DefaultCPU
			}
		}),
	},
	{
		"workloads[].resources.memory", components.DefaultMemory,
		"enough for a small service; who needs more says so",
		eachWorkload(func(w *Workload) {
			if w.Resources.Memory == "" {
				w.Resources.Memory = components.DefaultMemory
			}
		}),
	},
	{
		"workloads[].rolloutTimeout", components.DefaultRolloutTimeout,
		"time for the autoscaler to add a node and for the node to pull the image",
		eachWorkload(func(w *Workload) {
			if w.RolloutTimeout == "" {
				w.RolloutTimeout = components.DefaultRolloutTimeout
			}
		}),
	},
	{
		"workloads[].healthPath", "none: a pod works if its first port accepts connections",
		"every server does that; a path that answers only when all is well tells more",
		nil,
	},
}

// applyDefaults fills in what is left out.
func (c *Config) applyDefaults() {
	for _, d := range Defaults {
		if d.apply != nil {
			d.apply(c)
		}
	}
}

func eachCluster(apply func(*Config, *Cluster, catalog.Cloud)) func(*Config) {
	return func(c *Config) {
		for i := range c.Clusters {
			if cloud, known := catalog.Get(c.Clusters[i].Cloud); known {
				apply(c, &c.Clusters[i], cloud)
			}
		}
	}
}

func eachPool(apply func(*Cluster, *NodePool)) func(*Config) {
	return func(c *Config) {
		for i := range c.Clusters {
			for j := range c.Clusters[i].NodePools {
				apply(&c.Clusters[i], &c.Clusters[i].NodePools[j])
			}
		}
	}
}

func eachWorkload(apply func(*Workload)) func(*Config) {
	return func(c *Config) {
		for i := range c.Workloads {
			apply(&c.Workloads[i])
		}
	}
}

func (c *Cluster) highlyAvailable() bool {
	return c.HighlyAvailable != nil && *c.HighlyAvailable
}

// or returns the labels, with those of others where they are empty.
func (l Labels) or(others Labels) Labels {
	if l.Team == "" {
		l.Team = others.Team
	}
	if l.CostCenter == "" {
		l.CostCenter = others.CostCenter
	}
	if l.DataClassification == "" {
		l.DataClassification = others.DataClassification
	}
	return l
}

func (c *Config) clusterNames() []string {
	names := make([]string, len(c.Clusters))
	for i := range c.Clusters {
		names[i] = c.Clusters[i].Name
	}
	return names
}

func (c *Config) cluster(name string) *Cluster {
	for i := range c.Clusters {
		if c.Clusters[i].Name == name {
			return &c.Clusters[i]
		}
	}
	return nil
}

func (c *Config) tenant(name string) *Tenant {
	for i := range c.Tenants {
		if c.Tenants[i].Name == name {
			return &c.Tenants[i]
		}
	}
	return nil
}
