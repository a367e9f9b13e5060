package clouds

import (
	"context"
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gkeMakeNodes makes perZone nodes in each zone of a pool and returns the name of the instance group of each zone.
//
// Labels: cloud.google.com/kubernetes-engine/docs/concepts/node-pools and the pages of the features they belong to.
func gkeMakeNodes(ctx context.Context, c *Call, cluster, pool props.Object, perZone int) ([]string, error) {
	config := props.Map(pool, "nodeConfig")
	machine, err := nodes.GCP.Find(props.StrOr(config, "machineType", "e2-medium"))
	if err != nil {
		return nil, c.Errorf("badRequest: %v", err)
	}
	if n, ok := props.Int(pool, "maxPodsPerNode"); ok {
		machine.MaxPods = n
	}
	machine.DiskGiB = props.IntOr(config, "diskSizeGb", 100)
	name, clusterName, project := props.Str(pool, "name"), props.Str(cluster, "name"), props.Str(cluster, "project")
	zones := props.StrList(pool, "nodeLocations")
	groups := make([]string, len(zones))
	for i, z := range zones {
		groups[i] = gkeGroup(clusterName, name, z)
	}
	places := make([]nodes.Place, perZone*len(zones))
	for i := range places {
		places[i].Zone = zones[i%len(zones)]
	}
	machine = gkeWithGPUs(config, machine)
	labels, wanted := gkeLabels(config, machine), gkeTaints(config, machine)
	_, err = applyPool(ctx, c, clusterName, nodes.Pool{
		Selector: gkeSelector(name), Machine: machine, Nodes: places, Region: gcpRegionOf(props.Str(cluster, "location")),
		Labels: labels, Taints: wanted, Allocatable: nodes.GKEAllocatable,
		Identity: func(i, attempt int) nodes.Identity {
			z := i % len(zones)
			n := groups[z] + "-" + hashedName(4, alphanumeric, clusterName, name, i, attempt)
			return nodes.Identity{
				Name: n, ProviderID: fmt.Sprintf("gce://%s/%s/%s", project, zones[z], n),
				Labels: map[string]string{"topology.gke.io/zone": zones[z]},
			}
		},
	})
	return groups, err
}

// gkeGroup is the name of an instance group without its end: gke-CLUSTER-POOL-HASH. GKE shortens the names in it.
func gkeGroup(cluster, pool, zone string) string {
	short := func(s string) string { return strings.Trim(s[:min(len(s), 20)], "-") }
	return fmt.Sprintf("gke-%s-%s-%s", short(cluster), short(pool), hashedName(8, "0123456789abcdef", cluster, pool, zone))
}

func gkeLabels(config props.Object, m nodes.Machine) map[string]string {
	l := props.StrMap(config, "labels")
	family, _, _ := strings.Cut(m.Name, "-")
	l["cloud.google.com/machine-family"] = family
	l["cloud.google.com/gke-boot-disk"] = props.StrOr(config, "diskType", "pd-balanced")
	l["cloud.google.com/gke-container-runtime"] = "containerd"
	l["cloud.google.com/gke-os-distribution"] = "cos"
	if strings.HasPrefix(props.Str(config, "imageType"), "UBUNTU") {
		l["cloud.google.com/gke-os-distribution"] = "ubuntu"
	}
	if props.Bool(config, "spot") {
		l["cloud.google.com/gke-spot"] = "true"
		l["cloud.google.com/gke-provisioning"] = "spot"
	} else {
		l["cloud.google.com/gke-provisioning"] = "standard"
	}
	if m.GPUs > 0 {
		l["cloud.google.com/gke-accelerator"] = m.GPU
	}
	if props.Str(config, "workloadMetadataConfig.mode") == "GKE_METADATA" {
		l["iam.gke.io/gke-metadata-server-enabled"] = "true"
	}
	return l
}
