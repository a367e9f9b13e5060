package nodes

import (
	"fmt"
	"sort"
	"strings"

	"github.com/agext/levenshtein"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Machine is one instance type of a cloud.
type Machine struct {
	// Name as the cloud's API has it.
	Name string
	// VCPU is the number of virtual processors.
	VCPU int
	// MemoryMiB is the memory in MiB, as the vendor states it.
	MemoryMiB int
	// GPUs is the number of GPUs, GPU the vendor's name of their kind.
	GPUs int
	GPU  string
	// MaxPods is the number of pods a node of this type takes.
	MaxPods int
	// ARM: the processor is arm64, not amd64.
	ARM bool
	// DiskGiB is the size of the disk that comes with the machine, 0 where the pool says it.
	DiskGiB int
}

// nvidia is the resource name of NVIDIA's device plugin.
const nvidia corev1.ResourceName = "nvidia.com/gpu"

// Arch is the processor architecture as Kubernetes names it.
func (m Machine) Arch() string {
	if m.ARM {
		return "arm64"
	}
	return "amd64"
}

// Capacity is what the whole machine has.
func (m Machine) Capacity() corev1.ResourceList { return m.resources(m.VCPU*1000, m.MemoryMiB) }

func (m Machine) resources(milliCPU, memoryMiB int) corev1.ResourceList {
	l := corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(int64(milliCPU), resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(int64(memoryMiB)<<20, resource.BinarySI),
		corev1.ResourcePods:   *resource.NewQuantity(int64(m.MaxPods), resource.DecimalSI),
	}
	if m.DiskGiB > 0 {
		l[corev1.ResourceEphemeralStorage] = *resource.NewQuantity(int64(m.DiskGiB)<<30, resource.BinarySI)
	}
	if m.GPUs > 0 {
		l[nvidia] = *resource.NewQuantity(int64(m.GPUs), resource.DecimalSI)
	}
	return l
}

// reservedMilliCPU is the processor time that GKE and EKS keep for the system:
// 6% of the first core, 1% of the second, 0.5% of the third and fourth, 0.25% of the rest.
// Sources: cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes;
// github.com/awslabs/amazon-eks-ami, nodeadm/internal/kubelet (cpu ranges to reserve).
func reservedMilliCPU(vcpu int) int {
	tenths := 0 // of a tenth of a millicore, to stay with whole numbers
	for core := 1; core <= vcpu; core++ {
		switch {
		case core == 1:
			tenths += 600
		case core == 2:
			tenths += 100
		case core <= 4:
			tenths += 50
		default:
			tenths += 25
		}
	}
	return (tenths + 9) / 10
}

// Catalog holds the instance types of one cloud.
type Catalog struct {
	// Cloud is the provider's name.
	Cloud string
	// Kind is what the cloud calls an instance type.
	Kind     string
	machines map[string]Machine
}

func newCatalog(cloud, kind string, groups ...[]Machine) *Catalog {
	c := &Catalog{Cloud: cloud, Kind: kind, machines: map[string]Machine{}}
	for _, g := range groups {
		for _, m := range g {
			if _, twice := c.machines[m.Name]; twice {
				panic("instance type " + m.Name + " is in the table twice")
			}
			c.machines[m.Name] = m
		}
	}
	return c
}

// Names lists the instance types in order.
func (c *Catalog) Names() []string {
	out := make([]string, 0, len(c.machines))
	for n := range c.machines {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

// Find returns an instance type. The error names what is like it, or the cloud it belongs to.
func (c *Catalog) Find(name string) (Machine, error) {
	if m, ok := c.machines[name]; ok {
		return m, nil
	}
	for _, other := range []*Catalog{AWS, GCP, DigitalOcean} {
		if _, ok := other.machines[name]; ok && other != c {
			return Machine{}, fmt.Errorf("%q is no %s of %s: it is one of %s; near it here: %s",
				name, c.Kind, c.Cloud, other.Cloud, strings.Join(c.like(other.machines[name]), ", "))
		}
	}
	return Machine{}, fmt.Errorf("%q is no %s of %s that the sandbox knows; near it: %s", name, c.Kind, c.Cloud, strings.Join(c.near(name), ", "))
}

// shown is how many names an error lists.
const shown = 5

// like lists the types nearest to a machine of another cloud in size.
func (c *Catalog) like(m Machine) []string {
	names := c.Names()
	sort.SliceStable(names, func(i, j int) bool { return c.distance(names[i], m) < c.distance(names[j], m) })
	return names[:min(shown, len(names))]
}

func (c *Catalog) distance(name string, m Machine) int {
	o := c.machines[name]
	// One GPU weighs as much as sixteen vCPUs, one vCPU as much as 2 GiB.
	return abs(o.GPUs-m.GPUs)*16*2048 + abs(o.VCPU-m.VCPU)*2048 + abs(o.MemoryMiB-m.MemoryMiB)
}

// near lists the types nearest to a name in spelling.
func (c *Catalog) near(name string) []string {
	names := c.Names()
	sort.SliceStable(names, func(i, j int) bool {
		return levenshtein.Distance(names[i], name, nil) < levenshtein.Distance(names[j], name, nil)
	})
	return names[:min(shown, len(names))]
}

func abs(i int) int {
	if i < 0 {
		return -i
	}
	return i
}
