package rules

import "github.com/ai-now/platform/policy/rule"

// withoutAutopilot are demands on clusters that are not Autopilot's: there,
// Google keeps them itself.
// https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security
func withoutAutopilot(all ...demand) rule.ResourceCheck {
	return func(q *rule.Inquiry, r *rule.Resource) {
		for _, d := range all {
			must := d.must
			d.must = func(v rule.Value) rule.Truth { return must(v).Or(r.Get("enableAutopilot").Is(true)) }
			d.ask(q, r.Properties)
		}
	}
}

func gkeNetworkPolicy() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-network-policy",
		Title:    "The network of GKE enforces NetworkPolicies",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "By default GKE accepts NetworkPolicies and ignores them: whoever wrote one believes in a wall " +
			"that is not there. Dataplane V2 enforces them.",
		Fix: "Set datapathProvider to ADVANCED_DATAPATH. A change replaces the cluster.",
		Controls: []rule.Control{
			cis(cisGKE, "4.3.1", "Ensure that the CNI in use supports Network Policies"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			datapath := r.Get("datapathProvider")
			enforced := datapath.Is("ADVANCED_DATAPATH").
				Or(r.Get("networkPolicy", "enabled").Is(true), r.Get("enableAutopilot").Is(true))
			q.Require(enforced, datapath, "NetworkPolicies are not enforced: the data path is %s", datapath)
		}),
	}
}

func gkeVPCNative() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-vpc-native",
		Title:    "Pods on GKE have addresses of the VPC",
		Severity: rule.Medium,
		On:       gkeClusters,
		Why: "In a cluster that works with routes, pods are not addresses of the VPC: no firewall rule, no flow " +
			"log and no private access to Google's APIs knows them.",
		Fix: "Leave networkingMode out or set it to VPC_NATIVE. A change replaces the cluster.",
		Controls: []rule.Control{
			cis(cisGKE, "5.6.2", "Ensure use of VPC-native clusters"),
		},
		Check: demands(demand{"networkingMode", isNot("ROUTES"), "the cluster works with routes"}),
	}
}

func gkeIntranodeVisibility() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-intranode-visibility",
		Title:    "Flow logs see what pods of one GKE node say to each other",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       gkeClusters,
		Why: "Traffic between two pods of a node does not leave it, so flow logs and firewall rules do not see " +
			"it. Visibility sends it through the VPC, which costs logs.",
		Fix: "Set enableIntranodeVisibility to true.",
		Controls: []rule.Control{
			cis(cisGKE, "5.6.1", "Enable VPC Flow Logs and Intranode Visibility"),
		},
		Check: withoutAutopilot(demand{"enableIntranodeVisibility", is(true), "traffic inside a node is not seen"}),
	}
}

func gkeGlobalAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-global-access",
		Title:    "The private endpoint of GKE answers its own region",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       gkeClusters,
		Why: "With global access the private endpoint answers every region of the VPC and every network " +
			"connected to it. Few clusters are administered from another region.",
		Fix: "Leave privateClusterConfig.masterGlobalAccessConfig out or set enabled to false.",
		Check: demands(demand{
			"privateClusterConfig.masterGlobalAccessConfig.enabled", isNot(true), "the private endpoint answers every region",
		}),
	}
}
