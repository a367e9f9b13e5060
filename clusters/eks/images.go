package eks

import "regexp"

var (
	// graviton matches the instance types with ARM processors: a 'g' among the
	// attributes behind the generation, and the first ones, a1.
	// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
	graviton = regexp.MustCompile(`^(a1|[a-z]+[0-9]+[a-z-]*g[a-z-]*)\.`)
	// nvidia matches those with NVIDIA GPUs: families p and g, but for g4ad,
	// whose GPUs are AMD's. https://docs.aws.amazon.com/dlami/latest/devguide/gpu.html
	nvidia  = regexp.MustCompile(`^(p[0-9]|g[0-9]|gr[0-9])`)
	radeons = regexp.MustCompile(`^g4ad\.`)
)

// processor is what an image is built for.
type processor struct {
	arm, nvidia bool
}

// processorOf returns the processor of an instance type.
func processorOf(size string) processor {
	return processor{graviton.MatchString(size), nvidia.MatchString(size) && !radeons.MatchString(size)}
}

// image returns the AMI type for a processor: Bottlerocket, which holds what a
// node needs and no more. Its root is read-only and checked while it runs, it
// has no shell and no package manager, and it is updated as a whole. The images
// for GPUs bring the driver and the device plugin.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
// https://docs.aws.amazon.com/eks/latest/userguide/eks-optimized-ami-bottlerocket.html
func (p processor) image() string {
	name := "BOTTLEROCKET_x86_64"
	if p.arm {
		name = "BOTTLEROCKET_ARM_64"
	}
	if p.nvidia {
		name += "_NVIDIA"
	}
	return name
}
