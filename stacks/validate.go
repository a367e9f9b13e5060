package stacks

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Classifications of data, from the least to the most sensitive.
var Classifications = []string{"public", "internal", "confidential", "restricted"}

// maxEnvironment keeps names made of the environment within the clouds' limits.
const maxEnvironment = 16

// mistakes checks the whole configuration, with its defaults filled in. What
// refers to a setting that could not be read is left for the next time.
func (c *Config) mistakes(unread func(setting string) bool) []Mistake {
	var list check.List
	list.DNSLabel("environment", c.Environment, maxEnvironment)
	c.checkDomain(&list)
	c.Labels.check(&list, "labels")
	if len(c.Clusters) == 0 {
		list.Missing("clusters", "a platform needs at least one cluster; see docs/configuration.md")
	}
	c.checkClusters(&list)
	c.checkOverlaps(&list, c.checkAddresses(&list))
	c.checkAsks(&list)
	c.checkProduction(&list)
	if !unread("policy") {
		c.checkPolicy(&list, unread("tenants"))
	}
	if !unread("clusters") {
		c.checkTenants(&list)
		if !unread("tenants") {
			c.checkWorkloads(&list)
			c.checkQuotas(&list)
		}
	}

	all := list.All()
	for i := range all {
		all[i].Path = Namespace + ":" + all[i].Path
	}
	return all
}

func (c *Config) checkDomain(list *check.List) {
	switch {
	case c.Domain == "":
		list.Missing("domain", "name the domain services are published under, such as dev.example.com")
	case len(validation.IsDNS1123Subdomain(c.Domain)) > 0:
		list.Add("domain", c.Domain, "is not a domain name", "use lower-case letters, digits, '-' and '.', such as dev.example.com")
	}
}

func (l Labels) check(list *check.List, path string) {
	list.LabelValue(path+".team", l.Team)
	list.LabelValue(path+".costCenter", l.CostCenter)
	list.OneOf(path+".dataClassification", l.DataClassification, Classifications)
}

func (c *Config) checkClusters(list *check.List) {
	names := map[string]int{}
	for i := range c.Clusters {
		cluster, path := &c.Clusters[i], fmt.Sprintf("clusters[%d]", i)
		list.DNSLabel(path+".name", cluster.Name, clusters.MaxClusterName)
		unique(list, names, path, "clusters", cluster.Name, i)
		list.Under(path, clusters.Mistakes(c.clusterArgs(cluster)))
		if after := cluster.Autoscaling.UnneededAfter; after != "" {
			if _, err := time.ParseDuration(after); err != nil {
				list.Add(path+".autoscaling.unneededAfter", after, "is not a duration", "write it as 90s or 10m")
			}
		}
	}
}

// unique adds a mistake if a name is taken.
func unique(list *check.List, names map[string]int, path, kind, name string, i int) {
	if name == "" {
		return
	}
	if first, taken := names[name]; taken {
		list.Add(path+".name", name, fmt.Sprintf("is the name of %s[%d] as well", kind, first), "rename one of them")
		return
	}
	names[name] = i
}

// checkOverlaps compares the ranges of all clusters: networks that overlap can
// never be connected.
func (c *Config) checkOverlaps(list *check.List, leaveOut map[int]bool) {
	type used struct {
		path   string
		prefix netip.Prefix
	}
	var all []used
	for i := range c.Clusters {
		if leaveOut[i] {
			continue
		}
		args := c.clusterArgs(&c.Clusters[i])
		cloud, _ := catalog.Get(args.Cloud)
		for _, r := range args.Network.Ranges() {
			prefix, err := netip.ParsePrefix(r.CIDR)
			if _, used := cloud.Ranges[r.Setting]; !used || err != nil || prefix != prefix.Masked() {
				continue // reported already
			}
			now := used{fmt.Sprintf("clusters[%d].network.%s", i, r.Setting), prefix}
			for _, before := range all {
				if before.prefix.Overlaps(now.prefix) {
					list.Add(now.path, r.CIDR, fmt.Sprintf("overlaps %s (%s)", before.path, before.prefix), "choose ranges that have no address in common")
				}
			}
			all = append(all, now)
		}
	}
}

// checkProduction holds prod to the rules that keep it up.
func (c *Config) checkProduction(list *check.List) {
	if c.Environment != production {
		return
	}
	for i := range c.Clusters {
		cluster, path := &c.Clusters[i], fmt.Sprintf("clusters[%d]", i)
		cloud, known := catalog.Get(cluster.Cloud)
		if !known {
			continue
		}
		if cloud.Settings[catalog.SettingHighlyAvailable] != catalog.Refused && !cluster.highlyAvailable() {
			list.Add(path+".highlyAvailable", false, "leaves prod with a single control plane", "remove the setting: in prod it is true")
		}
		if n := len(cluster.Zones); cloud.MinZones > 0 && n > 0 && n < catalog.MaxZones {
			list.Add(path+".zones", cluster.Zones, fmt.Sprintf("are %d, and prod is spread over %d", n, catalog.MaxZones), "remove the setting to get three zones, or name a third")
		}
		if cloud.OpenAPIServer && len(cluster.APIServerAccess) == 0 {
			list.Missing(path+".apiServerAccess", fmt.Sprintf("without it everybody reaches the API server on %s; name your networks", cloud.Name))
		}
		for j, pool := range cluster.NodePools {
			if least := value(pool.Nodes.Min); least > 0 && least < minProductionNodes {
				list.Add(fmt.Sprintf("%s.nodePools[%d].nodes.min", path, j), least,
					fmt.Sprintf("lets a pool of prod shrink below %d nodes", minProductionNodes), fmt.Sprintf("use %d or more", minProductionNodes))
			}
		}
	}
	for i, w := range c.Workloads {
		if w.Replicas == 1 {
			list.Add(fmt.Sprintf("workloads[%d].replicas", i), 1, "leaves a workload of prod down whenever its pod moves", "use 2 or more")
		}
	}
}

// minProductionNodes is how many nodes a pool of prod keeps: pods of one
// application stay apart even while one node is replaced.
const minProductionNodes = 2

// references adds a mistake for every name that is not among the known ones,
// and for those named twice.
func references(list *check.List, path, kind string, names, known []string) {
	for i, name := range names {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case slices.Contains(names[:i], name):
			list.Add(at, name, "is named twice", "name each once")
		case slices.Contains(known, name):
		default:
			list.Add(at, name, "is not "+kind, nearestHint(name, known))
		}
	}
}

func nearestHint(name string, known []string) string {
	if len(known) == 0 {
		return "there are none: add it first"
	}
	if near := check.Nearest(name, known); near != "" {
		return fmt.Sprintf("did you mean %q? There are: %s", near, check.Choices(known))
	}
	return "use " + check.Choices(known)
}

// placeholder stands for labels a tenant has from the stack: what is wrong with
// them is reported once, there.
var placeholder = Labels{Team: "x", CostCenter: "x", DataClassification: "public"}

// without returns the labels that differ from others.
func (l Labels) without(others Labels) Labels {
	if l.Team == others.Team {
		l.Team = ""
	}
	if l.CostCenter == others.CostCenter {
		l.CostCenter = ""
	}
	if l.DataClassification == others.DataClassification {
		l.DataClassification = ""
	}
	return l
}

// reservedNamespaces exist in every cluster:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
var reservedNamespaces = []string{"default", "kube-system", "kube-public", "kube-node-lease"}

// headroomNamespace is where [components.Headroom] keeps room free. Whether a
// cluster has it now does not matter: it can be asked for later.
const headroomNamespace = "headroom"

// checkWorkloads checks every workload by itself and what it refers to.
func (c *Config) checkWorkloads(list *check.List) {
	names := map[string]int{}
	for i := range c.Workloads {
		w, path := &c.Workloads[i], fmt.Sprintf("workloads[%d]", i)
		if w.Name != "" {
			key := w.Tenant + "/" + w.Name
			if first, taken := names[key]; taken {
				list.Add(path+".name", w.Name, fmt.Sprintf("is the name of workloads[%d] of the same tenant as well", first), "rename one of them")
			} else {
				names[key] = i
			}
		}
		args := c.workloadArgs(w, nil)
		list.Under(path, args.Mistakes())
		c.checkWorkloadPlace(list, path, w)
	}
}

// checkWorkloadPlace checks the tenant, clusters and node pool of a workload.
func (c *Config) checkWorkloadPlace(list *check.List, path string, w *Workload) {
	tenants := c.tenantNames()
	tenant := c.tenant(w.Tenant)
	switch {
	case w.Tenant == "":
		list.Missing(path+".tenant", nearestHint("", tenants))
		return
	case tenant == nil:
		list.Add(path+".tenant", w.Tenant, "is not a tenant of this stack", nearestHint(w.Tenant, tenants))
		return
	}
	references(list, path+".clusters", fmt.Sprintf("a cluster the tenant %q is on", tenant.Name), w.Clusters, tenant.Clusters)
	if w.NodePool == "" {
		return
	}
	for _, name := range w.Clusters {
		cluster := c.cluster(name)
		if cluster == nil || cluster.Cloud == catalog.Existing {
			continue // unknown is reported already; the pools of an existing cluster are not known
		}
		var pools []string
		for _, pool := range cluster.NodePools {
			pools = append(pools, pool.Name)
		}
		if !slices.Contains(pools, w.NodePool) {
			list.Add(path+".nodePool", w.NodePool, fmt.Sprintf("is not a node pool of the cluster %q", name), nearestHint(w.NodePool, pools))
		}
	}
}
