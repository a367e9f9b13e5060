package rules

import "github.com/ai-now/platform/policy/rule"

const (
	doksCluster  = "digitalocean:index/kubernetesCluster:KubernetesCluster"
	doksNodePool = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"
)

var doksClusters = types(doksCluster)

// production are the environments whose clusters must survive the loss of a
// part.
var production = []string{"prod"}

func doksHighAvailability() *rule.Rule {
	return &rule.Rule{
		ID:           "doks-high-availability",
		Title:        "Production clusters on DOKS have a highly available control plane",
		Severity:     rule.High,
		On:           doksClusters,
		Environments: production,
		Why: "A single control plane is down for minutes at every upgrade and as long as its machine is; " +
			"meanwhile nothing is scheduled, scaled or repaired. DigitalOcean gives an uptime agreement " +
			"for the highly available one only.",
		Fix: "Set ha to true. It cannot be switched off again.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			ha := r.Get("ha")
			q.Require(ha.Is(true), ha, "the control plane is not highly available")
		}),
	}
}

func doksControlPlaneAccess() *rule.Rule {
	return &rule.Rule{
		ID:           "doks-control-plane-access",
		Title:        "The API server of production clusters on DOKS is not open to the internet",
		Severity:     rule.High,
		On:           doksClusters,
		Environments: production,
		Why: "The API server of DOKS has a public address. Without the control plane firewall it answers the " +
			"whole internet, and a stolen token or a flaw in it is all that is missing.",
		Fix: "Set controlPlaneFirewall.enabled to true and controlPlaneFirewall.allowedAddresses to the " +
			"networks that administer the cluster.",
		Controls: []rule.Control{
			heading(nsaHardening, "Control plane hardening"),
		},
		Settings: []rule.Setting{shortestPrefixSetting()},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			firewall := r.Get("controlPlaneFirewall")
			enabled := firewall.Get("enabled")
			q.Require(enabled.Is(true), enabled, "the control plane has no firewall")
			allowed := firewall.Get("allowedAddresses")
			q.Require(enabled.Is(true).Not().Or(allowed.All(func(a rule.Value) rule.Truth {
				return isNarrow(a, q.Settings.Int(shortestPrefix))
			})), allowed, "the control plane's firewall lets in %s", allowed)
		}),
	}
}

func doksUpgrades() *rule.Rule {
	return &rule.Rule{
		ID:       "doks-upgrades",
		Title:    "DOKS replaces nodes before it takes them away",
		Severity: rule.Medium,
		On:       doksClusters,
		Why: "Without surge upgrades an upgrade drains nodes before their successors exist, and pods that " +
			"fit nowhere else are down meanwhile. Surge nodes cost nothing extra.",
		Fix: "Leave surgeUpgrade out or set it to true. With the setting requireAutoUpgrade, set " +
			"autoUpgrade to true as well.",
		Controls: []rule.Control{
			heading(nsaHardening, "Upgrading and application security practices"),
		},
		Settings: []rule.Setting{{
			Name:    "requireAutoUpgrade",
			Type:    rule.Flag,
			Default: false,
			Description: "Whether patch releases must install themselves; the cluster's version then changes " +
				"without the program.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			// The cloud's default is true.
			surge := r.Get("surgeUpgrade")
			q.Require(surge.Is(false).Not(), surge, "surge upgrades are switched off")
			if q.Settings.Flag("requireAutoUpgrade") {
				auto := r.Get("autoUpgrade")
				q.Require(auto.Is(true), auto, "patch releases do not install themselves")
			}
		}),
	}
}

func doksMaintenanceWindow() *rule.Rule {
	return &rule.Rule{
		ID:       "doks-maintenance-window",
		Title:    "DOKS works on the cluster when it was told to",
		Severity: rule.Medium,
		On:       doksClusters,
		Why: "Without a window DigitalOcean chooses one, and drains nodes in it, in the busiest hour if it " +
			"falls there.",
		Fix: "Set maintenancePolicy.day to a day and startTime to an hour in UTC, as in 03:00.",
		Check: demands(
			demand{"maintenancePolicy.day", isSet, "the day of maintenance is not chosen"},
			demand{"maintenancePolicy.startTime", isSet, "the hour of maintenance is not chosen"},
		),
	}
}

func doksVPC() *rule.Rule {
	return &rule.Rule{
		ID:       "doks-vpc",
		Title:    "DOKS clusters are in a VPC of their own",
		Severity: rule.High,
		On:       doksClusters,
		Why: "A cluster that names no VPC is in the region's default one, with whatever else the account runs " +
			"there. It cannot be moved.",
		Fix:   "Set vpcUuid to a VPC that was made for the cluster. A change replaces the cluster.",
		Check: demands(demand{"vpcUuid", isSet, "the cluster is in the region's default VPC"}),
	}
}

func doksRegistry() *rule.Rule {
	return &rule.Rule{
		ID:       "doks-registry",
		Title:    "DOKS clusters pull from the account's registry",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       doksClusters,
		Why: "With the integration DigitalOcean puts the registry's credentials into every namespace and renews " +
			"them; without it they are copied by hand and expire.",
		Fix:   "Set registryIntegration to true. The account must have a registry.",
		Check: demands(demand{"registryIntegration", is(true), "the cluster does not know the account's registry"}),
	}
}

func doksAssociatedResources() *rule.Rule {
	return &rule.Rule{
		ID:           "doks-associated-resources",
		Title:        "The data of a production cluster on DOKS outlives it",
		Severity:     rule.High,
		On:           doksClusters,
		Environments: production,
		Why: "With destroyAllAssociatedResources the volumes and snapshots go with the cluster, and a wrong " +
			"replacement is the loss of all data.",
		Fix: "Leave destroyAllAssociatedResources out or set it to false.",
		Check: demands(demand{
			"destroyAllAssociatedResources", isNot(true), "volumes and snapshots are deleted with the cluster",
		}),
	}
}
