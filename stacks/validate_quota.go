package stacks

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/clusters/check"
)

// checkQuotas adds up what the workloads of a tenant ask for on each cluster.
func (c *Config) checkQuotas(list *check.List) {
	c.checkPods(list)
	for i := range c.Tenants {
		tenant := &c.Tenants[i]
		for _, cluster := range tenant.Clusters {
			c.checkQuota(list, fmt.Sprintf("tenants[%d].quota", i), tenant, cluster)
		}
	}
}

// checkPods compares one pod of each workload with the largest its tenant allows.
func (c *Config) checkPods(list *check.List) {
	for i, w := range c.Workloads {
		tenant := c.tenant(w.Tenant)
		if tenant == nil {
			continue // reported already
		}
		most, err1 := resource.ParseQuantity(tenant.Limits.PodMemory)
		memory, err2 := resource.ParseQuantity(w.Resources.Memory)
		if err1 == nil && err2 == nil && most.Sign() > 0 && memory.Cmp(most) > 0 {
			list.Add(fmt.Sprintf("workloads[%d].resources.memory", i), w.Resources.Memory,
				fmt.Sprintf("is more than limits.podMemory of the tenant %q, %s", tenant.Name, tenant.Limits.PodMemory), "lower it, or raise the limit")
		}
	}
}

// checkQuota compares the quota with the requests of all pods and the one more
// that an update adds before it takes an old one away.
func (c *Config) checkQuota(list *check.List, path string, tenant *Tenant, cluster string) {
	var cpu, memory, extraCPU, extraMemory resource.Quantity
	pods := 0
	for _, w := range c.Workloads {
		if w.Tenant != tenant.Name || !slices.Contains(w.Clusters, cluster) {
			continue
		}
		oneCPU, err1 := resource.ParseQuantity(w.Resources.CPU)
		oneMemory, err2 := resource.ParseQuantity(w.Resources.Memory)
		if err1 != nil || err2 != nil {
			return // reported already
		}
		for range min(max(w.Replicas, 0), 10_000) {
			cpu.Add(oneCPU)
			memory.Add(oneMemory)
			pods++
		}
		if oneCPU.Cmp(extraCPU) > 0 {
			extraCPU = oneCPU
		}
		if oneMemory.Cmp(extraMemory) > 0 {
			extraMemory = oneMemory
		}
	}
	if pods == 0 {
		return
	}
	cpu.Add(extraCPU)
	memory.Add(extraMemory)
	const why = "the tenant's workloads on cluster %q, and one more pod during an update, ask for %s"
	exceeds := func(setting, quota string, need resource.Quantity) {
		if limit, err := resource.ParseQuantity(quota); err == nil && limit.Sign() > 0 && need.Cmp(limit) > 0 {
			list.Add(path+"."+setting, quota, "is too small: "+fmt.Sprintf(why, cluster, need.String()), "raise the quota, or lower the workloads' replicas or resources")
		}
	}
	exceeds("cpu", tenant.Quota.CPU, cpu)
	exceeds("memory", tenant.Quota.Memory, memory)
	if tenant.Quota.Pods > 0 && pods+1 > tenant.Quota.Pods {
		list.Add(path+".pods", tenant.Quota.Pods, "is too small: "+fmt.Sprintf(why, cluster, fmt.Sprint(pods+1, " pods")), "raise the quota, or lower the workloads' replicas")
	}
}
