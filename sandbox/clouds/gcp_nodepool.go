package clouds

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const gcpPoolType = "gcp:container/nodePool:NodePool"

var gcpPool = &Type{
	Token: gcpPoolType, Noun: "GKE node pool", Untagged: true,
	Does:     "makes nodes in the cluster, as many per zone as it says; resizing, labels and taints change them in place, another machine type makes them anew",
	Autoname: &Autoname{Property: "name", MaxLength: 40, Lower: true},
	Required: []string{"cluster"},
	Immutable: append([]string{
		"name", "namePrefix", "project", "cluster", "location", "placementPolicy", "queuedProvisioning", "maxPodsPerNode", "initialNodeCount",
		"networkConfig.createPodRange", "networkConfig.podRange", "networkConfig.podIpv4CidrBlock",
		"networkConfig.additionalNodeNetworkConfigs", "networkConfig.additionalPodNetworkConfigs", "networkConfig.podCidrOverprovisionConfig",
	}, gkeNodeImmutable...),
	Defaults: props.Object{"management.autoRepair": true, "management.autoUpgrade": true, "upgradeSettings.strategy": "SURGE"},
	OptionalComputed: append([]string{
		"project", "location", "nodeCount", "initialNodeCount", "maxPodsPerNode", "nodeLocations", "version", "management", "upgradeSettings",
		"networkConfig", "nodeConfig",
	}, gkeNodeComputed...),
	Computed: []string{"instanceGroupUrls", "managedInstanceGroupUrls", "operation"},
	Maps:     []string{"nodeConfig.labels", "nodeConfig.metadata", "nodeConfig.resourceLabels"},
	Sets:     []string{"nodeLocations", "nodeConfig.oauthScopes", "nodeConfig.tags"},
	Check: func(c *Call) []Failure {
		f := append(gcpCheckName(c.Props), gcpCheckLocation(c.Props)...)
		f = append(f, gcpCheckZones(c.Props, props.Str(c.Props, "location"))...)
		f = append(f, checkMachine(nodes.GCP, c.Props, "nodeConfig.machineType")...)
		f = append(f, checkTaints(c.Props, "nodeConfig.taints", "NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE")...)
		least, ok := props.Int(c.Props, "autoscaling.minNodeCount")
		if most, ok2 := props.Int(c.Props, "autoscaling.maxNodeCount"); ok && ok2 && least > most {
			f = append(f, Failure{"autoscaling.minNodeCount", fmt.Sprintf("minNodeCount %d is above maxNodeCount %d", least, most)})
		}
		return f
	},
	Known:   gcpPlace(false),
	Create:  gkeCreatePool,
	Realize: gkeRealizePool,
	Observe: observePool(gkeRealizePool),
	Remove: func(ctx context.Context, c *Call) error {
		return removePool(ctx, c, gcpLast(props.Str(c.Props, "cluster")), gkeSelector(props.Str(c.Props, "name")))
	},
}

func gkeSelector(pool string) nodes.Label {
	return nodes.Label{Key: "cloud.google.com/gke-nodepool", Value: pool}
}

// gkeOwns says whether a pool is one of the cluster with the id.
func gkeOwns(cluster string, pool props.Object) bool {
	ref := props.Str(pool, "cluster")
	return ref == cluster || ref == gcpLast(cluster)
}

// gkeClusterOf finds the cluster of a pool, given as an id or as a name.
func gkeClusterOf(c *Call) (*store.Object, error) {
	found, err := c.Others(gcpClusterType, func(o *store.Object) bool { return gkeOwns(o.ID, c.Props) })
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, c.Errorf("notFound: the cluster '%s' of the node pool does not exist", props.Str(c.Props, "cluster"))
	}
	return found[0], nil
}

func gkeCreatePool(c *Call) (string, error) {
	if err := gcpPlaced(c, false); err != nil {
		return "", err
	}
	cluster, err := gkeClusterOf(c)
	if err != nil {
		return "", err
	}
	location := props.Str(cluster.Properties, "location")
	if l := props.Str(c.Props, "location"); l != "" && l != location {
		return "", c.Errorf("notFound: the cluster '%s' is in %s, not in %s", props.Str(cluster.Properties, "name"), location, l)
	}
	if err := gcpAccountExists(c, props.Str(c.Props, "nodeConfig.serviceAccount"), props.Str(c.Props, "project")); err != nil {
		return "", err
	}
	gkeNodeDefaults(c.Props)
	setDefaults(c.Props, props.Object{
		"location": location, "nodeLocations": cluster.Properties["nodeLocations"], "version": cluster.Properties["masterVersion"],
		"maxPodsPerNode": cluster.Properties["defaultMaxPodsPerNode"], "initialNodeCount": gkeInitial(c.Props),
		"management": props.Object{"autoRepair": true, "autoUpgrade": true},
	})
	id := fmt.Sprintf("%s/nodePools/%s", cluster.ID, props.Str(c.Props, "name"))
	if err := gcpFree(c, id); err != nil {
		return "", err
	}
	if props.Str(c.Props, "name") == "default-pool" && !props.Bool(cluster.Properties, "removeDefaultNodePool") {
		return "", c.Errorf("alreadyExists: the cluster '%s' has its default-pool: remove it with removeDefaultNodePool, or choose another name", cluster.ID)
	}
	return id, nil
}

// gkeInitial is the number of nodes per zone that a new pool starts with.
func gkeInitial(pool props.Object) int {
	if n, ok := props.Int(pool, "initialNodeCount"); ok {
		return n
	}
	if n, ok := props.Int(pool, "nodeCount"); ok {
		return n
	}
	return max(props.IntOr(pool, "autoscaling.minNodeCount", 0), 1)
}

// gkePerZone is the number of nodes per zone: nodeCount, or where the pool scales by itself the first number within its limits.
func gkePerZone(pool props.Object, zones int) int {
	n, fixed := props.Int(pool, "nodeCount")
	if !fixed {
		n = props.IntOr(pool, "initialNodeCount", 1)
	}
	if props.Map(pool, "autoscaling") == nil {
		return n
	}
	least, most := props.IntOr(pool, "autoscaling.minNodeCount", 0), props.IntOr(pool, "autoscaling.maxNodeCount", n)
	if total, ok := props.Int(pool, "autoscaling.totalMinNodeCount"); ok { // limits of the whole pool
		least = (total + zones - 1) / zones
		most = max(least, props.IntOr(pool, "autoscaling.totalMaxNodeCount", n*zones)/zones)
	}
	return min(max(n, least), most)
}

func gkeRealizePool(ctx context.Context, c *Call) error {
	cluster, err := gkeClusterOf(c)
	if err != nil {
		return err
	}
	zones := props.StrList(c.Props, "nodeLocations")
	count := gkePerZone(c.Props, max(1, len(zones)))
	groups, err := gkeMakeNodes(ctx, c, cluster.Properties, c.Props, count)
	if err != nil {
		return err
	}
	c.Props["nodeCount"] = count
	project := props.Str(cluster.Properties, "project")
	var instance, managed []any
	for i, z := range zones {
		at := gcpCompute + "projects/" + project + "/zones/" + z
		instance = append(instance, at+"/instanceGroups/"+groups[i]+"-grp")
		managed = append(managed, at+"/instanceGroupManagers/"+groups[i]+"-grp")
	}
	c.Props["instanceGroupUrls"], c.Props["managedInstanceGroupUrls"] = instance, managed
	return nil
}

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
	labels, wanted := gkeLabels(config, machine), taints(config, "taints")
	if machine.GPUs > 0 && !slices.ContainsFunc(wanted, func(t corev1.Taint) bool { return t.Key == "nvidia.com/gpu" }) {
		// GKE taints GPU nodes by itself: cloud.google.com/kubernetes-engine/docs/how-to/gpus.
		wanted = append(wanted, corev1.Taint{Key: "nvidia.com/gpu", Value: "present", Effect: corev1.TaintEffectNoSchedule})
	}
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
	if props.Bool(config, "spot") {
		l["cloud.google.com/gke-spot"] = "true"
		l["cloud.google.com/gke-provisioning"] = "spot"
	}
	if m.GPUs > 0 {
		l["cloud.google.com/gke-accelerator"] = m.GPU
	}
	if props.Str(config, "workloadMetadataConfig.mode") == "GKE_METADATA" {
		l["iam.gke.io/gke-metadata-server-enabled"] = "true"
	}
	return l
}
