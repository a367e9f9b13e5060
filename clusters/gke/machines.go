package gke

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// machine is what a machine type's name says about it.
type machine struct {
	arm bool
	// accelerator is the type of its GPUs, empty if it has none.
	accelerator string
	gpus        int
	// disk is the type of its boot disk.
	disk string
}

// Series with ARM processors, and those that take only Hyperdisk.
// https://cloud.google.com/compute/docs/instances/arm-on-compute
// https://cloud.google.com/compute/docs/disks/hyperdisks
var (
	armSeries       = []string{"t2a", "c4a", "n4a"}
	hyperdiskSeries = []string{"c4", "c4a", "c4d", "n4", "n4a", "n4d"}
)

// l4 is how many GPUs the machines of the series G2 have:
// https://cloud.google.com/compute/docs/gpus#l4-gpus
var l4 = map[string]int{
	"g2-standard-4": 1, "g2-standard-8": 1, "g2-standard-12": 1, "g2-standard-16": 1, "g2-standard-24": 2,
	"g2-standard-32": 1, "g2-standard-48": 4, "g2-standard-96": 8,
}

// builtIn finds the number of GPUs in the names of the series A2 and A3, and
// accelerators are what these GPUs are called:
// https://cloud.google.com/compute/docs/gpus#a100-gpus
// https://cloud.google.com/compute/docs/gpus#h100-gpus
var (
	builtIn      = regexp.MustCompile(`^(a2-highgpu|a2-megagpu|a2-ultragpu|a3-highgpu|a3-megagpu)-([0-9]+)g$`)
	accelerators = map[string]string{
		"a2-highgpu": "nvidia-tesla-a100", "a2-megagpu": "nvidia-tesla-a100", "a2-ultragpu": "nvidia-a100-80gb",
		"a3-highgpu": "nvidia-h100-80gb", "a3-megagpu": "nvidia-h100-mega-80gb",
	}
)

// machineOf reads the name of a machine type.
func machineOf(size string) machine {
	series, _, _ := strings.Cut(size, "-")
	m := machine{arm: slices.Contains(armSeries, series), disk: "pd-balanced"}
	if slices.Contains(hyperdiskSeries, series) {
		m.disk = "hyperdisk-balanced"
	}
	if gpus, ok := l4[size]; ok {
		m.accelerator, m.gpus = "nvidia-l4", gpus
	} else if found := builtIn.FindStringSubmatch(size); found != nil {
		m.accelerator = accelerators[found[1]]
		m.gpus, _ = strconv.Atoi(found[2])
	}
	return m
}

// Mistakes returns what is wrong with a cluster that only GKE minds: sizes that
// do not go with their class.
func (*Platform) Mistakes(c *spec.Cluster) []check.Mistake {
	var list check.List
	for i := range c.NodePools {
		list.Under(fmt.Sprintf("%s[%d]", catalog.SettingNodePools, i), poolMistakes(c.NodePools[i]))
	}
	return list.All()
}

func poolMistakes(pool spec.NodePool) []check.Mistake {
	var list check.List
	whole := pool.Complete(gcp)
	m := machineOf(whole.Size)
	switch {
	case whole.Class == catalog.ClassGPU && m.gpus == 0:
		list.Add("size", whole.Size, "is not known to have GPUs", "use one of the series g2, a2 or a3, such as "+gcp.Classes[catalog.ClassGPU].Size)
	case whole.Class != catalog.ClassGPU && m.gpus > 0:
		list.Add("size", whole.Size, "has GPUs, and GKE keeps all pods off that do not ask for one", "use the class gpu, or a size without GPUs")
	case whole.Class == catalog.ClassArm && !m.arm:
		list.Add("size", whole.Size, "has no ARM processor", "use one of the series c4a, n4a or t2a, such as "+gcp.Classes[catalog.ClassArm].Size)
	case whole.Class != catalog.ClassArm && whole.Class != catalog.ClassSpot && m.arm:
		list.Add("size", whole.Size, "has an ARM processor, and GKE keeps all pods off that do not ask for one", "use the class arm, or another size")
	}
	return list.All()
}
