package nodes

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// gkePods is GKE's default and greatest number of pods on a Standard node, unless the pool says another.
// Source: cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr.
const gkePods = 110

// GCP holds Compute Engine machine types.
//
// vCPUs, memory and GPUs: cloud.google.com/compute/docs/general-purpose-machines,
// …/compute-optimized-machines, …/accelerator-optimized-machines.
var GCP = newCatalog("gcp", "machine type",
	[]Machine{ // shared-core: two vCPUs of which a part is guaranteed
		{Name: "e2-small", VCPU: 2, MemoryMiB: 2048, MaxPods: gkePods},
		{Name: "e2-medium", VCPU: 2, MemoryMiB: 4096, MaxPods: gkePods},
	},
	gceFamily("e2", 2, 4, 8, 16, 32),
	gceFamily("n1", 1, 2, 4, 8, 16, 32, 64, 96),
	gceFamily("n2", 2, 4, 8, 16, 32, 48, 64, 80),
	gceFamily("n2d", 2, 4, 8, 16, 32, 48, 64, 80),
	gceFamily("c3", 4, 8, 22, 44, 88),
	gceFamily("c3d", 4, 8, 16, 30, 60, 90),
	gceFamily("t2d", 1, 2, 4, 8, 16, 32, 48, 60),
	gceFamily("c2", 4, 8, 16, 30, 60),
	gceFamily("c2d", 2, 4, 8, 16, 32, 56, 112),
	arm(gceFamily("t2a", 1, 2, 4, 8, 16, 32, 48)),
	arm(gceFamily("c4a", 1, 2, 4, 8, 16, 32, 48, 64, 72)),
	[]Machine{ // one L4 for 4 to 32 vCPUs, then more
		{Name: "g2-standard-4", VCPU: 4, MemoryMiB: 16384, GPUs: 1, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-8", VCPU: 8, MemoryMiB: 32768, GPUs: 1, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-12", VCPU: 12, MemoryMiB: 49152, GPUs: 1, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-16", VCPU: 16, MemoryMiB: 65536, GPUs: 1, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-24", VCPU: 24, MemoryMiB: 98304, GPUs: 2, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-32", VCPU: 32, MemoryMiB: 131072, GPUs: 1, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-48", VCPU: 48, MemoryMiB: 196608, GPUs: 4, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "g2-standard-96", VCPU: 96, MemoryMiB: 393216, GPUs: 8, GPU: "nvidia-l4", MaxPods: gkePods},
		{Name: "a2-highgpu-1g", VCPU: 12, MemoryMiB: 87040, GPUs: 1, GPU: "nvidia-tesla-a100", MaxPods: gkePods},
		{Name: "a2-highgpu-2g", VCPU: 24, MemoryMiB: 174080, GPUs: 2, GPU: "nvidia-tesla-a100", MaxPods: gkePods},
		{Name: "a2-highgpu-4g", VCPU: 48, MemoryMiB: 348160, GPUs: 4, GPU: "nvidia-tesla-a100", MaxPods: gkePods},
		{Name: "a2-highgpu-8g", VCPU: 96, MemoryMiB: 696320, GPUs: 8, GPU: "nvidia-tesla-a100", MaxPods: gkePods},
	},
)

// gceMemory is MiB per vCPU: -standard, -highmem, -highcpu. A family without a kind has no entry.
var gceMemory = map[string]map[string]int{
	"e2":  {"standard": 4096, "highmem": 8192, "highcpu": 1024},
	"n1":  {"standard": 3840},
	"n2":  {"standard": 4096, "highmem": 8192, "highcpu": 1024},
	"n2d": {"standard": 4096, "highmem": 8192, "highcpu": 1024},
	"c3":  {"standard": 4096, "highmem": 8192, "highcpu": 2048},
	"c3d": {"standard": 4096, "highmem": 8192, "highcpu": 2048},
	"t2d": {"standard": 4096},
	"c2":  {"standard": 4096},
	"c2d": {"standard": 4096, "highmem": 8192, "highcpu": 2048},
	"t2a": {"standard": 4096},
	"c4a": {"standard": 4096, "highmem": 8192, "highcpu": 2048},
}

// gceMissing are combinations of the families above that Google does not offer.
var gceMissing = map[string]bool{"e2-highmem-32": true}

// arm marks machines whose processors are arm64: T2A (Ampere Altra) and C4A (Google Axion).
// Source: cloud.google.com/compute/docs/instances/arm-on-compute.
func arm(machines []Machine) []Machine {
	for i := range machines {
		machines[i].ARM = true
	}
	return machines
}

func gceFamily(family string, vcpus ...int) []Machine {
	var out []Machine
	for kind, mib := range gceMemory[family] {
		for _, n := range vcpus {
			name := fmt.Sprintf("%s-%s-%d", family, kind, n)
			if gceMissing[name] {
				continue
			}
			out = append(out, Machine{Name: name, VCPU: n, MemoryMiB: n * mib, MaxPods: gkePods})
		}
	}
	return out
}

// GKEAllocatable is what a GKE node leaves to pods: all but a falling share of
// the memory (25% of the first 4 GiB, 20% of the next 4, 10% of the next 8, 6% of
// the next 112, 2% of the rest), 100 MiB before eviction, and the reserved processor time.
// Source: cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes.
func GKEAllocatable(m Machine) corev1.ResourceList {
	const eviction = 100
	reserved, left := 0, m.MemoryMiB
	for _, step := range []struct{ gib, percent int }{{4, 25}, {4, 20}, {8, 10}, {112, 6}} {
		part := min(left, step.gib*1024)
		reserved += part * step.percent / 100
		left -= part
	}
	reserved += left * 2 / 100
	return m.resources(m.VCPU*1000-gkeReservedMilliCPU(m), m.MemoryMiB-reserved-eviction)
}

// gkeReservedMilliCPU: on shared-core types GKE keeps 1060 millicores.
// Source: the same page.
func gkeReservedMilliCPU(m Machine) int {
	if m.Name == "e2-small" || m.Name == "e2-medium" {
		return 1060
	}
	return reservedMilliCPU(m.VCPU)
}
