package nodes

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// doksPods is the number of pods a DOKS node takes.
// Source: docs.digitalocean.com/products/kubernetes/details/limits.
const doksPods = 110

// DigitalOcean holds the Droplet sizes that DOKS takes for worker nodes.
// A slug says what it has: s-2vcpu-4gb. Disks and GPUs:
// docs.digitalocean.com/products/droplets/concepts/choosing-a-plan and the
// sizes of docs.digitalocean.com/reference/api.
var DigitalOcean = newCatalog("digitalocean", "Droplet size",
	[]Machine{ // Basic, shared processors
		droplet("s-1vcpu-2gb", 1, 2), droplet("s-2vcpu-2gb", 2, 2), droplet("s-2vcpu-4gb", 2, 4),
		droplet("s-4vcpu-8gb", 4, 8), droplet("s-8vcpu-16gb", 8, 16),
		droplet("s-2vcpu-4gb-intel", 2, 4), droplet("s-4vcpu-8gb-intel", 4, 8), droplet("s-8vcpu-16gb-intel", 8, 16),
		droplet("s-2vcpu-4gb-amd", 2, 4), droplet("s-4vcpu-8gb-amd", 4, 8), droplet("s-8vcpu-16gb-amd", 8, 16),
	},
	droplets("g-%dvcpu-%dgb", 4, 2, 4, 8, 16, 32, 40),  // General Purpose
	droplets("gd-%dvcpu-%dgb", 4, 2, 4, 8, 16, 32, 40), // General Purpose, twice the disk
	droplets("m-%dvcpu-%dgb", 8, 2, 4, 8, 16, 24, 32),  // Memory-Optimized
	droplets("m3-%dvcpu-%dgb", 8, 2, 4, 8, 16, 24, 32), // Memory-Optimized, three times the disk
	droplets("so-%dvcpu-%dgb", 8, 2, 4, 8, 16, 24, 32), // Storage-Optimized
	droplets("c2-%dvcpu-%dgb", 2, 2, 4, 8, 16, 32),     // CPU-Optimized, twice the disk
	[]Machine{ // CPU-Optimized: 2 GiB per vCPU
		droplet("c-2", 2, 4), droplet("c-4", 4, 8), droplet("c-8", 8, 16), droplet("c-16", 16, 32), droplet("c-32", 32, 64),
		{Name: "gpu-h100x1-80gb", VCPU: 20, MemoryMiB: 245760, GPUs: 1, GPU: "h100", MaxPods: doksPods},
		{Name: "gpu-4000adax1-20gb", VCPU: 8, MemoryMiB: 32768, GPUs: 1, GPU: "nvidia_rtx4000_ada", MaxPods: doksPods},
	},
)

func droplet(slug string, vcpu, gib int) Machine {
	return Machine{Name: slug, VCPU: vcpu, MemoryMiB: gib * 1024, MaxPods: doksPods}
}

func droplets(format string, gibPerVCPU int, vcpus ...int) []Machine {
	var out []Machine
	for _, n := range vcpus {
		out = append(out, droplet(fmt.Sprintf(format, n, n*gibPerVCPU), n, n*gibPerVCPU))
	}
	return out
}

// DOKSAllocatable is what a DOKS node leaves to pods. DigitalOcean publishes no
// formula: this is GKE's, which keeps a falling share of the memory, as DOKS does.
func DOKSAllocatable(m Machine) corev1.ResourceList { return GKEAllocatable(m) }
