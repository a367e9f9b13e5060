package stacks

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"

	"github.com/ai-now/platform/clusters/catalog"
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
		"clusters[].highlyAvailable", "true in prod, else false",
		"an outage of prod costs more than a second control plane; elsewhere it is the other way round",
		eachCluster(func(c *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.HighlyAvailable == nil && cloud.Settings[catalog.SettingHighlyAvailable] != catalog.Refused {
				cluster.HighlyAvailable = new(c.Environment == production)
			}
		}),
	},
	{
		"clusters[].deletionProtection", "true in prod, else false",
		"prod is not deleted by mistake; to delete it on purpose takes one update more",
		eachCluster(func(c *Config, cluster *Cluster, cloud catalog.Cloud) {
			if cluster.DeletionProtection == nil && cloud.Settings[catalog.SettingDeletionProtection] != catalog.Refused {
				cluster.DeletionProtection = new(c.Environment == production)
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
		"clusters[].network", "ranges within 10.0.0.0/8 and 172.16.0.0/12, derived from the cluster's name",
		"they stay when clusters are added or removed; two names that lead to the same ranges are reported as an overlap",
		eachCluster(func(_ *Config, cluster *Cluster, cloud catalog.Cloud) {
			cluster.Network.fill(cluster.Name, cloud)
		}),
	},
	{
		"clusters[].nodePools[].nodes.min", "nodes.initial, or nodes.max",
		"a pool with one number has that many nodes",
		eachPool(func(_ *Cluster, pool *NodePool) {
			if n := &pool.Nodes; n.Min == 0 {
				n.Min = n.Initial
				if n.Min == 0 {
					n.Min = n.Max
				}
			}
		}),
	},
	{
		"clusters[].nodePools[].nodes.initial", "nodes.min",
		"the autoscaler adds nodes when pods wait for them; none are paid for before",
		eachPool(func(_ *Cluster, pool *NodePool) {
			if n := &pool.Nodes; n.Initial == 0 {
				n.Initial = n.Min
			}
		}),
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

// fill derives the ranges that are left out from the cluster's name: one of 128
// blocks of two /16. The first is for what pods take addresses from, the second
// holds the rest.
func (n *Network) fill(name string, cloud catalog.Cloud) {
	hash := fnv.New32a()
	hash.Write([]byte(name))
	block := int(hash.Sum32() % 128)
	first, second := fmt.Sprintf("10.%d", 2*block), fmt.Sprintf("10.%d", 2*block+1)

	nodes := second + ".0.0/18"
	if _, own := cloud.Ranges[catalog.RangePods]; !own {
		nodes = first + ".0.0/16"
	}
	for setting, derived := range map[string]string{
		catalog.RangeNodes:        nodes,
		catalog.RangePods:         first + ".0.0/16",
		catalog.RangeServices:     second + ".64.0/20",
		catalog.RangeControlPlane: fmt.Sprintf("172.16.%d.0/28", block),
	} {
		field := n.field(setting)
		if _, used := cloud.Ranges[setting]; used && *field == "" {
			*field = derived
		}
	}
}

func (n *Network) field(setting string) *string {
	return map[string]*string{
		catalog.RangeNodes: &n.Nodes, catalog.RangePods: &n.Pods,
		catalog.RangeServices: &n.Services, catalog.RangeControlPlane: &n.ControlPlane,
	}[setting]
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
