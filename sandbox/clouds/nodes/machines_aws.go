package nodes

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// AWS holds EC2 instance types of current generations.
//
// vCPUs, memory and GPUs: aws.amazon.com/ec2/instance-types. Pods: the formula
// of the VPC CNI, interfaces × (addresses per interface − 1) + 2, with the
// numbers of github.com/awslabs/amazon-eks-ami, nodeadm/internal/kubelet/eni-max-pods.txt.
var AWS = newCatalog("aws", "instance type",
	[]Machine{
		{Name: "t3.small", VCPU: 2, MemoryMiB: 2048, MaxPods: 11},
		{Name: "t3.medium", VCPU: 2, MemoryMiB: 4096, MaxPods: 17},
		{Name: "t3.large", VCPU: 2, MemoryMiB: 8192, MaxPods: 35},
		{Name: "t3.xlarge", VCPU: 4, MemoryMiB: 16384, MaxPods: 58},
		{Name: "t3.2xlarge", VCPU: 8, MemoryMiB: 32768, MaxPods: 58},
		{Name: "t3a.small", VCPU: 2, MemoryMiB: 2048, MaxPods: 8},
		{Name: "t3a.medium", VCPU: 2, MemoryMiB: 4096, MaxPods: 17},
		{Name: "t3a.large", VCPU: 2, MemoryMiB: 8192, MaxPods: 35},
		{Name: "t3a.xlarge", VCPU: 4, MemoryMiB: 16384, MaxPods: 58},
		{Name: "t3a.2xlarge", VCPU: 8, MemoryMiB: 32768, MaxPods: 58},
		{Name: "t4g.small", VCPU: 2, MemoryMiB: 2048, MaxPods: 11, ARM: true},
		{Name: "t4g.medium", VCPU: 2, MemoryMiB: 4096, MaxPods: 17, ARM: true},
		{Name: "t4g.large", VCPU: 2, MemoryMiB: 8192, MaxPods: 35, ARM: true},
		{Name: "t4g.xlarge", VCPU: 4, MemoryMiB: 16384, MaxPods: 58, ARM: true},
		{Name: "t4g.2xlarge", VCPU: 8, MemoryMiB: 32768, MaxPods: 58, ARM: true},
	},
	// A family's memory per vCPU is fixed: c 2 GiB, m 4 GiB, r 8 GiB.
	ec2Family("m5", 4, false), ec2Family("m5a", 4, false), ec2Family("m6i", 4, false), ec2Family("m6a", 4, false), ec2Family("m7i", 4, false), ec2Family("m7a", 4, false),
	ec2Family("c6i", 2, false), ec2Family("c6a", 2, false), ec2Family("c7i", 2, false), ec2Family("c7a", 2, false),
	ec2Family("r6i", 8, false), ec2Family("r6a", 8, false), ec2Family("r7i", 8, false),
	ec2Family("m6g", 4, true), ec2Family("m7g", 4, true), ec2Family("c6g", 2, true), ec2Family("c7g", 2, true), ec2Family("r6g", 8, true), ec2Family("r7g", 8, true),
	[]Machine{
		{Name: "g4dn.xlarge", VCPU: 4, MemoryMiB: 16384, GPUs: 1, GPU: "T4", MaxPods: 29},
		{Name: "g4dn.2xlarge", VCPU: 8, MemoryMiB: 32768, GPUs: 1, GPU: "T4", MaxPods: 29},
		{Name: "g4dn.4xlarge", VCPU: 16, MemoryMiB: 65536, GPUs: 1, GPU: "T4", MaxPods: 29},
		{Name: "g4dn.12xlarge", VCPU: 48, MemoryMiB: 196608, GPUs: 4, GPU: "T4", MaxPods: 234},
		{Name: "g5.xlarge", VCPU: 4, MemoryMiB: 16384, GPUs: 1, GPU: "A10G", MaxPods: 58},
		{Name: "g5.2xlarge", VCPU: 8, MemoryMiB: 32768, GPUs: 1, GPU: "A10G", MaxPods: 58},
		{Name: "g5.4xlarge", VCPU: 16, MemoryMiB: 65536, GPUs: 1, GPU: "A10G", MaxPods: 234},
		{Name: "g5.8xlarge", VCPU: 32, MemoryMiB: 131072, GPUs: 1, GPU: "A10G", MaxPods: 234},
		{Name: "g5.12xlarge", VCPU: 48, MemoryMiB: 196608, GPUs: 4, GPU: "A10G", MaxPods: 737},
		{Name: "g5.48xlarge", VCPU: 192, MemoryMiB: 786432, GPUs: 8, GPU: "A10G", MaxPods: 345},
		{Name: "g6.xlarge", VCPU: 4, MemoryMiB: 16384, GPUs: 1, GPU: "L4", MaxPods: 58},
		{Name: "g6.2xlarge", VCPU: 8, MemoryMiB: 32768, GPUs: 1, GPU: "L4", MaxPods: 58},
		{Name: "g6.4xlarge", VCPU: 16, MemoryMiB: 65536, GPUs: 1, GPU: "L4", MaxPods: 234},
		{Name: "g6.8xlarge", VCPU: 32, MemoryMiB: 131072, GPUs: 1, GPU: "L4", MaxPods: 234},
		{Name: "g6.12xlarge", VCPU: 48, MemoryMiB: 196608, GPUs: 4, GPU: "L4", MaxPods: 234},
		{Name: "g6.48xlarge", VCPU: 192, MemoryMiB: 786432, GPUs: 8, GPU: "L4", MaxPods: 737},
		{Name: "p4d.24xlarge", VCPU: 96, MemoryMiB: 1179648, GPUs: 8, GPU: "A100", MaxPods: 737},
		{Name: "p5.48xlarge", VCPU: 192, MemoryMiB: 2097152, GPUs: 8, GPU: "H100", MaxPods: 100},
	},
)

// ec2Sizes are the sizes that all the families of ec2Family have, with the pods that eni-max-pods.txt gives for each.
var ec2Sizes = []struct {
	name          string
	vcpu, maxPods int
}{
	{"large", 2, 29}, {"xlarge", 4, 58}, {"2xlarge", 8, 58}, {"4xlarge", 16, 234},
	{"8xlarge", 32, 234}, {"12xlarge", 48, 234}, {"16xlarge", 64, 737},
}

func ec2Family(family string, gibPerVCPU int, arm bool) []Machine {
	var out []Machine
	for _, s := range ec2Sizes {
		out = append(out, Machine{
			Name: fmt.Sprintf("%s.%s", family, s.name), VCPU: s.vcpu, MemoryMiB: s.vcpu * gibPerVCPU * 1024, MaxPods: s.maxPods, ARM: arm,
		})
	}
	return out
}

// EKSMaxPods is the number of pods of a node in a managed node group without an image of its own: that of the
// machine's addresses, but with a cap by its size. Where the CNI hands out ranges of addresses instead of single ones, the cap is reached.
// Source: docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html, How maxPods is determined.
func EKSMaxPods(m Machine, prefixDelegation bool) int {
	limit := 110
	if m.VCPU >= 30 {
		limit = 250
	}
	if prefixDelegation {
		return limit
	}
	return min(m.MaxPods, limit)
}

// EKSAllocatable is what an EKS node leaves to pods: all but the kubelet's
// reservation of 255 MiB and 11 MiB per possible pod, 100 MiB before eviction, and the reserved processor time.
// Source: github.com/awslabs/amazon-eks-ami, nodeadm/internal/kubelet.
func EKSAllocatable(m Machine) corev1.ResourceList {
	const base, perPod, eviction = 255, 11, 100
	return m.resources(m.VCPU*1000-reservedMilliCPU(m.VCPU), m.MemoryMiB-base-perPod*m.MaxPods-eviction)
}
