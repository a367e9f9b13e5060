package stacks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/components"
	"github.com/ai-now/platform/policy/admission"
)

// checkTenants checks every tenant by itself and what it refers to.
func (c *Config) checkTenants(list *check.List) {
	names := map[string]int{}
	for i := range c.Tenants {
		tenant, path := &c.Tenants[i], fmt.Sprintf("tenants[%d]", i)
		unique(list, names, path, "tenants", tenant.Name, i)
		if slices.Contains(reservedNamespaces, tenant.Name) {
			list.Add(path+".name", tenant.Name, "is a namespace of Kubernetes itself", "choose another name")
		}
		if admission.LeavesAlone(tenant.Name) && !slices.Contains(reservedNamespaces, tenant.Name) {
			list.Add(path+".name", tenant.Name, "is a namespace of the cloud's own, in which no rule holds", "choose another name")
		}
		if tenant.Name == headroomNamespace {
			list.Add(path+".name", tenant.Name, "is the namespace of autoscaling.headroom", "choose another name")
		}
		references(list, path+".clusters", "a cluster of this stack", tenant.Clusters, c.clusterNames())
		list.Under(path, tenantPaths(c.namespaceArgs(tenant).Mistakes()))
		tenant.Quota.checkClasses(list, path+".quota")
		c.checkTraffic(list, path, tenant)
		tenant.Labels.without(c.Labels).or(placeholder).check(list, path+".labels")
	}
}

// tenantPaths gives mistakes of a namespace the paths of a tenant.
func tenantPaths(mistakes []check.Mistake) []check.Mistake {
	for i, m := range mistakes {
		switch {
		case m.Path == "namespace":
			mistakes[i].Path = "name"
		case strings.HasSuffix(m.Path, ".namespace"):
			mistakes[i].Path = strings.TrimSuffix(m.Path, "namespace") + "tenant"
		}
	}
	return mistakes
}

// checkClasses checks the amounts of single storage classes, whose names only the
// clusters know.
func (q Quota) checkClasses(list *check.List, path string) {
	for _, class := range []struct{ setting, amount string }{{"fastStorage", q.FastStorage}, {"sharedStorage", q.SharedStorage}} {
		if class.amount == "" {
			continue
		}
		args := components.SecureNamespaceArgs{Quota: components.Quota{
			Storage: q.Storage, StorageByClass: map[string]string{class.setting: class.amount},
		}}
		for _, m := range args.Mistakes() {
			if strings.HasPrefix(m.Path, "quota.storageByClass") {
				list.Add(path+"."+class.setting, m.Value, m.Problem, m.Hint)
			}
		}
	}
}

// checkTraffic checks that what a tenant declares to be open is so on both sides,
// and can be.
func (c *Config) checkTraffic(list *check.List, path string, tenant *Tenant) {
	for i, e := range tenant.Egress {
		at := fmt.Sprintf("%s.egress[%d]", path, i)
		if len(e.Names) > 0 {
			c.checkNames(list, at+".names", tenant)
		}
		if peer := c.checkPeer(list, at+".tenant", tenant, e.Tenant); peer != nil {
			let := func(port int) bool {
				return slices.ContainsFunc(peer.Ingress, func(in Ingress) bool {
					return in.Tenant == tenant.Name && slices.Contains(in.Ports, port) && sameProtocol(in.Protocol, e.Protocol)
				})
			}
			oneSided(list, at, e.Ports, let, "is not let in by the tenant "+peer.Name, fmt.Sprintf("add it under ingress of %s, with tenant: %s", peer.Name, tenant.Name))
		}
	}
	for i, in := range tenant.Ingress {
		at := fmt.Sprintf("%s.ingress[%d]", path, i)
		if peer := c.checkPeer(list, at+".tenant", tenant, in.Tenant); peer != nil {
			comes := func(port int) bool {
				return slices.ContainsFunc(peer.Egress, func(e Egress) bool {
					return e.Tenant == tenant.Name && slices.Contains(e.Ports, port) && sameProtocol(in.Protocol, e.Protocol)
				})
			}
			oneSided(list, at, in.Ports, comes, "is open for the tenant "+peer.Name+", which does not go there", fmt.Sprintf("add it under egress of %s, with tenant: %s, or remove it", peer.Name, tenant.Name))
		}
	}
}

func sameProtocol(a, b string) bool { return a == b || a == "" && b == "TCP" || a == "TCP" && b == "" }

// oneSided adds a mistake for every port that only one of two tenants declares: it
// would stay closed.
func oneSided(list *check.List, path string, ports []int, declared func(int) bool, problem, hint string) {
	for i, port := range ports {
		if !declared(port) {
			list.Add(fmt.Sprintf("%s.ports[%d]", path, i), port, problem, hint)
		}
	}
}

// checkPeer returns the tenant that another one names, and nil if there is none
// whose traffic can be compared.
func (c *Config) checkPeer(list *check.List, path string, tenant *Tenant, name string) *Tenant {
	if name == "" || name == tenant.Name {
		return nil // reported, if it is a mistake
	}
	peer := c.tenant(name)
	if peer == nil {
		list.Add(path, name, "is not a tenant of this stack", nearestHint(name, c.tenantNames()))
		return nil
	}
	if !slices.ContainsFunc(peer.Clusters, func(cluster string) bool { return slices.Contains(tenant.Clusters, cluster) }) {
		list.Add(path, name, "is on none of this tenant's clusters, and network policies end at the cluster's edge",
			"put both on one cluster, or remove it")
		return nil
	}
	return peer
}

func (c *Config) tenantNames() []string {
	names := make([]string, len(c.Tenants))
	for i := range c.Tenants {
		names[i] = c.Tenants[i].Name
	}
	return names
}

// checkNames makes sure that all clusters of a tenant can tell destinations by
// name.
func (c *Config) checkNames(list *check.List, path string, tenant *Tenant) {
	for _, name := range tenant.Clusters {
		if cluster := c.cluster(name); cluster != nil && !takesNames(cluster.Cloud) {
			list.Add(path, nil, fmt.Sprintf("cannot be declared on %s: network policies on %s know addresses alone", name, cluster.Cloud),
				"name the addresses under cidr, those of a proxy for what has no fixed ones; or leave the cluster out of the tenant's clusters")
		}
	}
}
