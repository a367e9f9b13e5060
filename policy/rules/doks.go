package rules

import "github.com/ai-now/platform/policy/rule"

var doksClusters = rule.Target{Types: []string{"digitalocean:index/kubernetesCluster:KubernetesCluster"}}

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
