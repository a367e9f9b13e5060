package catalog

// Classes of node pools: what their nodes are for.
const (
	ClassSystem  = "system"  // the cluster's own services
	ClassGeneral = "general" // everything without special needs
	ClassCompute = "compute" // more processor for its memory
	ClassMemory  = "memory"  // more memory for its processor
	ClassGPU     = "gpu"     // machines with NVIDIA GPUs
	ClassSpot    = "spot"    // machines the cloud may take back, at a discount
	ClassArm     = "arm"     // ARM processors; images must be built for them
)

// Classes lists all of them; a cloud may not offer every one.
var Classes = []string{ClassSystem, ClassGeneral, ClassCompute, ClassMemory, ClassGPU, ClassSpot, ClassArm}

// Taint keeps pods away from a node unless they tolerate it.
type Taint struct {
	Key, Value string
	// Effect is NoSchedule, PreferNoSchedule or NoExecute.
	Effect string
}

// Class is a class of node pools on one cloud.
type Class struct {
	Name string
	// Size is the instance type a pool gets that names none: four vCPUs, where
	// the class has a machine of that size, two for the system's.
	Size string
	// OtherSizes may stand in for it.
	OtherSizes []string
	// Taint keeps pods off that did not ask for the class; the zero value for
	// the classes that are for everybody.
	Taint Taint
	// TaintedByCloud is true where the cloud itself puts the taint there.
	TaintedByCloud bool
}

// class makes a class that is for those who ask for it.
func class(name, size string, others ...string) Class {
	return Class{Name: name, Size: size, OtherSizes: others, Taint: Taint{"ai-now.io/node-class", name, "NoSchedule"}}
}

// open makes a class that is for everybody.
func open(name, size string) Class { return Class{Name: name, Size: size} }

// gpu is the taint of nodes with GPUs. Its key is the one that GKE and DOKS use
// on their own, and that the device plugin's own documentation has:
// https://cloud.google.com/kubernetes-engine/docs/how-to/gpus#create
// https://docs.digitalocean.com/products/kubernetes/how-to/use-gpu-worker-nodes/
func gpu(size, value string, byCloud bool) Class {
	return Class{Name: ClassGPU, Size: size, Taint: Taint{"nvidia.com/gpu", value, "NoSchedule"}, TaintedByCloud: byCloud}
}

// Sources of the sizes: the clouds' own lists of machine types.
// https://aws.amazon.com/ec2/instance-types/
// https://cloud.google.com/compute/docs/machine-resource
// https://docs.digitalocean.com/products/droplets/concepts/choosing-a-plan/
func byName(all ...Class) map[string]Class {
	m := map[string]Class{}
	for _, c := range all {
		m[c.Name] = c
	}
	return m
}

var awsClasses = byName(
	open(ClassSystem, "m6i.large"),
	open(ClassGeneral, "m6i.xlarge"),
	class(ClassCompute, "c6i.xlarge"),
	class(ClassMemory, "r6i.xlarge"),
	gpu("g5.xlarge", "present", false), // one NVIDIA A10G
	// Several types of one size: the more there are, the less often all of them are taken back.
	class(ClassSpot, "m6i.xlarge", "m5.xlarge", "m5a.xlarge", "m6a.xlarge"),
	class(ClassArm, "m6g.xlarge"), // Graviton2, the one most regions have
)

var gcpClasses = byName(
	open(ClassSystem, "e2-standard-2"),
	open(ClassGeneral, "e2-standard-4"),
	class(ClassCompute, "c2-standard-4"),
	class(ClassMemory, "n2-highmem-4"),
	gpu("g2-standard-4", "present", true), // one NVIDIA L4
	class(ClassSpot, "e2-standard-4"),
	// Axion. GKE taints Arm nodes by itself:
	// https://cloud.google.com/kubernetes-engine/docs/how-to/prepare-arm-workloads-for-deployment
	Class{Name: ClassArm, Size: "c4a-standard-4", Taint: Taint{"kubernetes.io/arch", "arm64", "NoSchedule"}, TaintedByCloud: true},
)

// DigitalOcean has neither spot machines nor ARM processors.
var digitalOceanClasses = byName(
	open(ClassSystem, "s-2vcpu-4gb"),
	open(ClassGeneral, "g-4vcpu-16gb"),
	class(ClassCompute, "c-4"),
	class(ClassMemory, "m-4vcpu-32gb"),
	gpu("gpu-4000adax1-20gb", "", true), // one NVIDIA RTX 4000 Ada
)

// ClassNames returns the classes the cloud offers, in the order of [Classes].
func (c Cloud) ClassNames() []string {
	var names []string
	for _, name := range Classes {
		if _, offered := c.Classes[name]; offered {
			names = append(names, name)
		}
	}
	return names
}
