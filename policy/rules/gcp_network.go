package rules

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

const gcpSubnet = "gcp:compute/subnetwork:Subnetwork"

func gcpNetworkMode() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-network-mode",
		Title:    "Networks on Google Cloud have the subnets that were planned",
		Severity: rule.Medium,
		On:       types("gcp:compute/network:Network"),
		Why: "By default a network makes itself a subnet in every region, all in 10.128.0.0/9: in regions nobody " +
			"uses, without flow logs, and in the way of other networks.",
		Fix:   "Set autoCreateSubnetworks to false. A change replaces the network.",
		Check: demands(demand{"autoCreateSubnetworks", is(false), "the network makes itself a subnet in every region"}),
	}
}

// proxySubnets are the purposes of subnets in which no machine of the user is:
// they have neither flow logs nor private access.
// https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks
var proxySubnets = []string{
	"REGIONAL_MANAGED_PROXY", "GLOBAL_MANAGED_PROXY", "INTERNAL_HTTPS_LOAD_BALANCER", "PRIVATE_SERVICE_CONNECT", "PRIVATE_NAT",
}

func gcpFlowLogs() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-flow-logs",
		Title:    "Every subnet on Google Cloud keeps flow logs",
		Severity: rule.Medium,
		On:       types(gcpSubnet),
		Why: "After an incident the first question is who talked to whom. Without flow logs there is no answer, " +
			"and they cannot be made afterwards.",
		Fix: "Set logConfig; a sample of the flows over minutes costs little.",
		Controls: []rule.Control{
			cis(cisGKE, "5.6.1", "Enable VPC Flow Logs and Intranode Visibility"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			logs := r.Get("logConfig")
			// An empty block means Google's defaults.
			q.Require(logs.Present().Or(r.Get("purpose").OneOf(proxySubnets)), logs, "the subnet keeps no flow logs")
		}),
	}
}

func gcpPrivateAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-private-access",
		Title:    "Subnets on Google Cloud reach Google's services privately",
		Severity: rule.Medium,
		On:       types(gcpSubnet),
		Why: "Without it, nodes without public addresses go to registry, logging and storage through Cloud NAT, " +
			"or not at all.",
		Fix: "Set privateIpGoogleAccess to true.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			private := r.Get("privateIpGoogleAccess")
			q.Require(private.Is(true).Or(r.Get("purpose").OneOf(proxySubnets)), private,
				"machines without public addresses do not reach Google's services")
		}),
	}
}

func gcpIngressPorts() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-ingress-ports",
		Title:    "Firewalls on Google Cloud are open to the internet on web ports only",
		Severity: rule.Critical,
		On:       types("gcp:compute/firewall:Firewall"),
		Why: "What the whole internet can reach is scanned within minutes. Load balancers answer on the web " +
			"ports; nothing else is meant to be found.",
		Fix: "Name the networks in sourceRanges, or the machines in sourceTags or sourceServiceAccounts. The ports " +
			"that may be open to all are the setting publicPorts.",
		Controls: []rule.Control{
			cis(cisGKE, "5.6.6", "Consider firewalling GKE worker nodes"),
		},
		Settings: []rule.Setting{publicPortsSetting(), shortestPrefixSetting()},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			sources := r.Get("sourceRanges")
			narrow := sources.All(func(s rule.Value) rule.Truth { return isNarrow(s, q.Settings.Int(shortestPrefix)) })
			// Without any source, the source is everybody.
			named := isSet(sources).Or(isSet(r.Get("sourceTags")), isSet(r.Get("sourceServiceAccounts")))
			idle := r.Get("direction").Is("EGRESS").Or(r.Get("disabled").Is(true), narrow.And(named))
			q.Each(r.Get("allows"), func(allow rule.Value) {
				ports := allow.Get("ports")
				web := isSet(ports).And(ports.All(func(p rule.Value) rule.Truth {
					return p.Matches(func(s string) bool { return slices.Contains(q.Settings.Strings(publicPorts), s) })
				}))
				q.Require(idle.Or(web), ports, "the internet may come in on %s", openPorts(allow))
			})
		}),
	}
}

// openPorts says in words what an allow rule opens.
func openPorts(allow rule.Value) string {
	if isSet(allow.Get("ports")).IsTrue() {
		return "the ports " + allow.Get("ports").String()
	}
	return "all ports of the protocol " + allow.Get("protocol").String()
}

func gcpNATLogging() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-nat-logging",
		Title:    "Cloud NAT tells what it could not pass on",
		Severity: rule.Low,
		On:       types("gcp:compute/routerNat:RouterNat"),
		Why: "When a NAT gateway runs out of ports, connections fail here and there and nothing else says why. It " +
			"is also the only record of where nodes went.",
		Fix:   "Set logConfig.enable to true and filter to ERRORS_ONLY, or to ALL.",
		Check: demands(demand{"logConfig.enable", is(true), "the gateway keeps no logs"}),
	}
}
