package clouds

import (
	"context"
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const gcpPoolType = "gcp:container/nodePool:NodePool"

var gcpPool = &Type{
	Token: gcpPoolType, Noun: "GKE node pool", Untagged: true,
	Does:     "makes nodes in the cluster, as many per zone as it says; resizing, labels and taints change them in place, another machine type makes them anew; refuses what GKE refuses beside its cluster: no automatic upgrades in a release channel, the metadata server without workload identity, a version above the control plane",
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
		"networkConfig", "nodeConfig", "autoscaling.locationPolicy",
	}, gkeNodeComputed...),
	Computed: []string{"instanceGroupUrls", "managedInstanceGroupUrls", "operation", "nodeConfig.effectiveTaints"},
	Maps:     []string{"nodeConfig.labels", "nodeConfig.metadata", "nodeConfig.resourceLabels"},
	Sets:     []string{"nodeLocations", "nodeConfig.oauthScopes"},
	Update: func(c *Call) error {
		cluster, err := gkeClusterOf(c)
		if err != nil {
			return err
		}
		return gkeFits(c, cluster.Properties)
	},
	Check: func(c *Call) []Failure {
		f := append(gcpCheckName(c.Props), gcpCheckLocation(c.Props)...)
		f = append(f, gcpCheckZones(c.Props, props.Str(c.Props, "location"))...)
		f = append(f, checkMachine(nodes.GCP, c.Props, "nodeConfig.machineType")...)
		f = append(f, checkTaints(c.Props, "nodeConfig.taints", "NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE")...)
		f = append(f, gkeCheckPool(c.Props)...)
		return append(f, gkeCheckMachine(c.Props)...)
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
	if err := gkeFits(c, cluster.Properties); err != nil {
		return "", err
	}
	gkeMachineDefaults(c.Props)
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
	props.Map(c.Props, "nodeConfig")["effectiveTaints"] = gkeEffectiveTaints(props.Map(c.Props, "nodeConfig"))
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
