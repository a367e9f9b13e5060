package clouds

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gkeAttachable are the GPUs that N1 machines take, and how many of them.
// Source: cloud.google.com/compute/docs/gpus#n1-gpus.
var gkeAttachable = map[string][]int{
	"nvidia-tesla-t4": {1, 2, 4}, "nvidia-tesla-p4": {1, 2, 4}, "nvidia-tesla-v100": {1, 2, 4, 8}, "nvidia-tesla-p100": {1, 2, 4},
}

// gkeRegional are machine families that few regions have.
// Source: cloud.google.com/compute/docs/general-purpose-machines#t2a_machines.
var gkeRegional = map[string][]string{"t2a": {"us-central1", "europe-west4", "asia-southeast1"}}

// gkeConfidential are the families with AMD SEV, which is what confidentialNodes asks for in this version of the provider.
// Source: cloud.google.com/kubernetes-engine/docs/how-to/confidential-gke-nodes.
var gkeConfidential = []string{"n2d", "c2d", "c3d"}

func gkeFamily(machineType string) string {
	f, _, _ := strings.Cut(machineType, "-")
	return f
}

// gkeCheckMachine finds a node configuration that no machine can have.
func gkeCheckMachine(o props.Object) []Failure {
	const at = "nodeConfig."
	f := oneOf(o, at+"imageType", "COS_CONTAINERD", "UBUNTU_CONTAINERD", "WINDOWS_LTSC_CONTAINERD")
	f = append(f, oneOf(o, at+"workloadMetadataConfig.mode", "MODE_UNSPECIFIED", "GCE_METADATA", "GKE_METADATA")...)
	f = append(f, oneOf(o, at+"loggingVariant", "DEFAULT", "MAX_THROUGHPUT")...)
	f = append(f, between(o, at+"diskSizeGb", 10, 65536)...)
	f = append(f, gcpCheckLabels(o, at+"resourceLabels")...)
	if props.Bool(o, at+"spot") && props.Bool(o, at+"preemptible") {
		f = append(f, Failure{at + "preemptible", "spot and preemptible cannot be set together: take spot"})
	}
	name := props.Str(o, at+"machineType")
	machine, err := nodes.GCP.Find(name)
	if err != nil {
		return f // no machine type, or one that is refused already
	}
	family, disk := gkeFamily(name), props.Str(o, at+"diskType")
	// cloud.google.com/compute/docs/disks: which series takes which disk.
	switch {
	case family == "c4a" && strings.HasPrefix(disk, "pd-"):
		f = append(f, Failure{at + "diskType", fmt.Sprintf("%s takes no %s: use hyperdisk-balanced", name, disk)})
	case slices.Contains([]string{"c3", "c3d", "g2"}, family) && disk == "pd-standard":
		f = append(f, Failure{at + "diskType", name + " takes no pd-standard: use pd-balanced or pd-ssd"})
	}
	if regions := gkeRegional[family]; regions != nil {
		if l := props.Str(o, "location"); l != "" && !slices.Contains(regions, gcpRegionOf(l)) {
			f = append(f, Failure{at + "machineType", fmt.Sprintf("%s is not offered in %s: only in %s", name, gcpRegionOf(l), strings.Join(regions, ", "))})
		}
	}
	return append(f, gkeCheckGPUs(o, machine)...)
}

func gkeCheckGPUs(o props.Object, m nodes.Machine) []Failure {
	var f []Failure
	for i, a := range props.Objects(o, "nodeConfig.guestAccelerators") {
		at := props.Index("nodeConfig.guestAccelerators", i)
		kind, count := props.Str(a, "type"), props.IntOr(a, "count", 0)
		switch {
		case kind == "" || props.HasUnknown(a):
		case m.GPUs > 0 && (kind != m.GPU || count != m.GPUs):
			f = append(f, Failure{at, fmt.Sprintf("%s comes with %d %s: say the same, or nothing", m.Name, m.GPUs, m.GPU)})
		case m.GPUs == 0 && gkeFamily(m.Name) != "n1":
			f = append(f, Failure{at, m.Name + " takes no GPUs: use n1 with one to attach, or g2 or a2 that come with them"})
		case m.GPUs == 0 && gkeAttachable[kind] == nil:
			f = append(f, Failure{at + ".type", fmt.Sprintf("n1 takes no %s: use %s", kind, strings.Join(props.SortedKeys(gkeAttachable), ", "))})
		case m.GPUs == 0 && !slices.Contains(gkeAttachable[kind], count):
			f = append(f, Failure{at + ".count", fmt.Sprintf("%d is none of %v", count, gkeAttachable[kind])})
		}
		f = append(f, oneOf(o, at+".gpuDriverInstallationConfig.gpuDriverVersion", "GPU_DRIVER_VERSION_UNSPECIFIED", "INSTALLATION_DISABLED", "DEFAULT", "LATEST")...)
	}
	return f
}

// gkeMachineDefaults are those that follow from the machine type: C4A has Hyperdisk only, and some have GPUs.
func gkeMachineDefaults(pool props.Object) {
	config := props.Map(pool, "nodeConfig")
	machine, err := nodes.GCP.Find(props.Str(config, "machineType"))
	if err != nil {
		return
	}
	if gkeFamily(machine.Name) == "c4a" {
		setDefaults(config, props.Object{"diskType": "hyperdisk-balanced"})
	}
	if machine.GPUs > 0 {
		setDefaults(config, props.Object{"guestAccelerators": []any{props.Object{"type": machine.GPU, "count": machine.GPUs}}})
	}
}

// gkeWithGPUs adds to a machine the GPUs that a pool attaches.
func gkeWithGPUs(config props.Object, m nodes.Machine) nodes.Machine {
	for _, a := range props.Objects(config, "guestAccelerators") {
		if m.GPUs == 0 {
			m.GPUs, m.GPU = props.IntOr(a, "count", 0), props.Str(a, "type")
		}
	}
	return m
}

// gkeTaints are the taints of a pool's nodes: the program's, and those that GKE adds by itself.
//
// Sources: cloud.google.com/kubernetes-engine/docs/how-to/gpus, …/how-to/prepare-arm-workloads-for-deployment.
func gkeTaints(config props.Object, m nodes.Machine) []corev1.Taint {
	out := taints(config, "taints")
	add := func(key, value string) {
		if !slices.ContainsFunc(out, func(t corev1.Taint) bool { return t.Key == key }) {
			out = append(out, corev1.Taint{Key: key, Value: value, Effect: corev1.TaintEffectNoSchedule})
		}
	}
	if m.GPUs > 0 {
		add("nvidia.com/gpu", "present")
	}
	if m.ARM {
		add("kubernetes.io/arch", "arm64")
	}
	return out
}

// gkeEffectiveTaints is what the API says of a pool's taints.
func gkeEffectiveTaints(config props.Object) []any {
	machine, err := nodes.GCP.Find(props.StrOr(config, "machineType", "e2-medium"))
	if err != nil {
		return []any{}
	}
	names := map[corev1.TaintEffect]string{"NoSchedule": "NO_SCHEDULE", "NoExecute": "NO_EXECUTE", "PreferNoSchedule": "PREFER_NO_SCHEDULE"}
	out := []any{}
	for _, t := range gkeTaints(config, gkeWithGPUs(config, machine)) {
		out = append(out, props.Object{"key": t.Key, "value": t.Value, "effect": names[t.Effect]})
	}
	return out
}
