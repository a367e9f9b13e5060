package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gkeCheckPool finds limits and upgrade settings that exclude each other.
//
// Source: the schema and expandNodePool in the provider's resource_container_node_pool.go;
// cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies.
func gkeCheckPool(o props.Object) []Failure {
	f := oneOf(o, "autoscaling.locationPolicy", "BALANCED", "ANY")
	f = append(f, oneOf(o, "upgradeSettings.strategy", "SURGE", "BLUE_GREEN")...)
	if props.Get(o, "namePrefix") != nil {
		f = append(f, Failure{"namePrefix", "name and namePrefix cannot be set together, and Pulumi always sets a name: leave both out for a generated one"})
	}
	for _, p := range [][2]string{{"minNodeCount", "maxNodeCount"}, {"totalMinNodeCount", "totalMaxNodeCount"}} {
		least, ok := props.Int(o, "autoscaling."+p[0])
		if most, ok2 := props.Int(o, "autoscaling."+p[1]); ok && ok2 && least > most {
			f = append(f, Failure{"autoscaling." + p[0], fmt.Sprintf("%s %d is above %s %d", p[0], least, p[1], most)})
		}
	}
	if props.Map(o, "autoscaling") != nil {
		zone := len(present(o, []string{"autoscaling.minNodeCount", "autoscaling.maxNodeCount"})) > 0
		total := len(present(o, []string{"autoscaling.totalMinNodeCount", "autoscaling.totalMaxNodeCount"})) > 0
		if zone && total {
			f = append(f, Failure{"autoscaling", "limits per zone and limits of the whole pool cannot be set together: take minNodeCount and maxNodeCount, or totalMinNodeCount and totalMaxNodeCount"})
		}
		if !zone && !total {
			f = append(f, Failure{"autoscaling", "autoscaling needs maxNodeCount or totalMaxNodeCount"})
		}
	}
	return append(f, gkeCheckUpgrades(o)...)
}

func gkeCheckUpgrades(o props.Object) []Failure {
	const at = "upgradeSettings."
	if props.Map(o, "upgradeSettings") == nil {
		return nil
	}
	surge, hasSurge := props.Int(o, at+"maxSurge")
	gone, hasGone := props.Int(o, at+"maxUnavailable")
	var f []Failure
	switch strategy := props.Str(o, at+"strategy"); {
	case strategy == "BLUE_GREEN" && (hasSurge || hasGone):
		f = append(f, Failure{at + "strategy", "maxSurge and maxUnavailable go with the strategy SURGE, not with BLUE_GREEN"})
	case strategy == "SURGE" && props.Get(o, at+"blueGreenSettings") != nil:
		f = append(f, Failure{at + "blueGreenSettings", "blueGreenSettings go with the strategy BLUE_GREEN, not with SURGE"})
	case hasSurge && hasGone && surge+gone == 0:
		f = append(f, Failure{at + "maxSurge", "maxSurge and maxUnavailable cannot both be 0"})
	case surge+gone > 20:
		f = append(f, Failure{at + "maxSurge", fmt.Sprintf("maxSurge %d and maxUnavailable %d are more than 20 nodes at once", surge, gone)})
	}
	policy := at + "blueGreenSettings.standardRolloutPolicy."
	return append(f, atMostOne(o, policy+"batchPercentage", policy+"batchNodeCount")...)
}

// gkeFits refuses a pool that does not go with its cluster.
func gkeFits(c *Call, cluster props.Object) error {
	name, pool := props.Str(cluster, "name"), props.Str(c.Props, "name")
	// cloud.google.com/kubernetes-engine/docs/concepts/release-channels: nodes of a channel follow it.
	if channel := props.Str(cluster, "releaseChannel.channel"); channel != "" && channel != "UNSPECIFIED" {
		for _, k := range []string{"management.autoUpgrade", "management.autoRepair"} {
			if v, ok := props.Get(c.Props, k).(bool); ok && !v {
				return c.Errorf("badRequest: Auto_upgrade and auto_repair cannot be false when release_channel %s is set: %s of the pool '%s'", channel, k, pool)
			}
		}
	}
	if props.Str(c.Props, "nodeConfig.workloadMetadataConfig.mode") == "GKE_METADATA" && props.Str(cluster, "workloadIdentityConfig.workloadPool") == "" {
		return c.Errorf("badRequest: GKE_METADATA of the pool '%s' needs workloadIdentityConfig on the cluster '%s'", pool, name)
	}
	machine := props.StrOr(c.Props, "nodeConfig.machineType", "e2-medium")
	if props.Bool(cluster, "confidentialNodes.enabled") && !slices.Contains(gkeConfidential, gkeFamily(machine)) {
		return c.Errorf("badRequest: the nodes of the cluster '%s' are confidential: %s is not, use one of %s", name, machine, strings.Join(gkeConfidential, ", "))
	}
	if regions := gkeRegional[gkeFamily(machine)]; regions != nil && !slices.Contains(regions, gcpRegionOf(props.Str(cluster, "location"))) {
		return c.Errorf("badRequest: %s is not offered in %s: only in %s", machine, gcpRegionOf(props.Str(cluster, "location")), strings.Join(regions, ", "))
	}
	nodes, ok := minor(props.Str(c.Props, "version"))
	if master, ok2 := minor(props.Str(cluster, "masterVersion")); ok && ok2 && nodes > master {
		return c.Errorf("badRequest: Node version %q must not be greater than the version of the control plane, %s", props.Str(c.Props, "version"), props.Str(cluster, "masterVersion"))
	}
	d := *c
	d.Props = props.Object{"project": cluster["project"]}
	return gcpKeyUsable(&d, props.Str(c.Props, "nodeConfig.bootDiskKmsKey"), "compute.googleapis.com", gcpRegionOf(props.Str(cluster, "location")))
}
