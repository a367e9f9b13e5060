package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var networkPolicies = rule.Target{Kinds: []rule.Kind{{Group: "networking.k8s.io", Name: "NetworkPolicy"}}}

const (
	// incoming and outgoing are the rules of a policy.
	incoming = `object.?spec.?ingress.orValue([])`
	outgoing = `object.?spec.?egress.orValue([])`
	// sources and destinations are the peers of all of them.
	sources      = `object.?spec.?ingress.orValue([]).map(r, r.?from.orValue([]))`
	destinations = `object.?spec.?egress.orValue([]).map(r, r.?to.orValue([]))`
	// everyNamespace is a condition on p, a peer: all pods of the cluster are it.
	everyNamespace = `(p.?namespaceSelector.hasValue() && !p.?ipBlock.hasValue() && ` +
		`size(p.?namespaceSelector.?matchLabels.orValue({})) == 0 && size(p.?namespaceSelector.?matchExpressions.orValue([])) == 0 && ` +
		`size(p.?podSelector.?matchLabels.orValue({})) == 0 && size(p.?podSelector.?matchExpressions.orValue([])) == 0)`
)

func networkPolicyRules() []*rule.Rule {
	return []*rule.Rule{
		networkPolicyOpenIngress(), // nobody comes in unnamed
		networkPolicyOpenEgress(),  // nothing goes anywhere
		networkPolicyMetadata(),    // least of all to the node's credentials
		networkPolicyInternet(),    // the internet comes in by the gateway
		networkPolicyTypes(),       // and what is written applies
	}
}

// networkControls are what every rule over network policies answers to.
func networkControls() []rule.Control {
	return []rule.Control{
		controls.Control(controls.CISKubernetes, "5.3.2", "Ensure that all Namespaces have NetworkPolicies defined"),
		controls.Control(controls.CISEKS, "4.3.2", "Ensure that all Namespaces have Network Policies defined"),
		controls.Control(controls.CISGKE, "4.3.2", "Ensure that all Namespaces have Network Policies defined"),
		controls.Heading(controls.NSAHardening, "Network policies"),
	}
}

func networkPolicyOpenIngress() *rule.Rule {
	return &rule.Rule{
		ID:       "network-policy-open-ingress",
		Title:    "Network policies say who may come in",
		Severity: rule.High,
		On:       networkPolicies,
		Why: "Policies add up: one rule without a source opens its pods to everybody, whatever the others " +
			"close. A selector that all namespaces fit lets in the whole cluster.",
		Fix: "Name the sources under from: pods by podSelector, namespaces by namespaceSelector with labels, " +
			"networks by ipBlock.",
		Controls: networkControls(),
		Check: rule.Expressions{
			{
				Holds:   incoming + `.all(r, size(r.?from.orValue([])) > 0)`,
				Message: "a rule for ingress names no source and lets everybody in",
			},
			{
				Holds:   sources + `.all(s, s.all(p, !` + everyNamespace + `))`,
				Message: "a rule for ingress lets in every pod of the cluster",
			},
		},
	}
}

func networkPolicyOpenEgress() *rule.Rule {
	return &rule.Rule{
		ID:       "network-policy-open-egress",
		Title:    "Network policies say where pods may go",
		Severity: rule.Medium,
		On:       networkPolicies,
		Why: "Policies add up: one rule without a destination opens the way to everything, whatever the others " +
			"close. Whoever takes over the pod carries data out by it and reaches every neighbour; a port alone, " +
			"DNS included, is no bound.",
		Fix:      "Name the destinations under to. DNS is the pods of kube-system with the label k8s-app: kube-dns.",
		Controls: networkControls(),
		Check: rule.Expressions{
			{
				Holds:   outgoing + `.all(r, size(r.?to.orValue([])) > 0)`,
				Message: "a rule for egress names no destination and lets pods go anywhere",
			},
			{
				Holds:   destinations + `.all(d, d.all(p, !` + everyNamespace + `))`,
				Message: "a rule for egress leads to every pod of the cluster",
			},
		},
	}
}

func networkPolicyMetadata() *rule.Rule {
	return &rule.Rule{
		ID:       "network-policy-metadata",
		Title:    "Network policies keep pods from the metadata service",
		Severity: rule.High,
		On:       networkPolicies,
		Why: "The metadata service of the cloud gives the credentials of the node to whoever asks from it: a " +
			"pod that fetches a URL for a stranger hands them out.",
		Fix: "Write 169.254.0.0/16, and fd00:ec2::/32 in a block of IPv6, under ipBlock.except. A pod that needs " +
			"the service, as on GKE for its own identity, names its address alone: 169.254.169.254/32.",
		Controls: append(networkControls(), controls.Heading(controls.NSAHardening, "Protecting sensitive cloud infrastructure")),
		Settings: []rule.Setting{{
			Name: "addresses", Type: rule.StringList,
			// Of all three clouds, and of EC2 by IPv6:
			// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
			// https://cloud.google.com/compute/docs/metadata/querying-metadata
			// https://docs.digitalocean.com/products/droplets/how-to/access-metadata/
			Default:     []any{"169.254.169.254", "fd00:ec2::254"},
			Description: "Addresses of metadata services.",
		}},
		Check: rule.Expressions{
			{
				Holds:   `settings.addresses.all(a, isIP(a))`,
				Message: "the setting addresses has what is no address",
			},
			{
				// A block of one address is meant.
				Holds: destinations + `.all(d, d.all(p, settings.addresses.all(a, !` + leadsToAddress + `)))`,
				Otherwise: `'the rules for egress lead to ' + settings.addresses.filter(a, ` + destinations +
					`.exists(d, d.exists(p, ` + leadsToAddress + `))).join(', ')`,
				Message: "the rules for egress lead to the metadata service",
			},
		},
	}
}

// leadsToAddress is a condition on p, a peer: it is a block of several addresses
// with the address a among them.
const leadsToAddress = `(p.?ipBlock.?cidr.hasValue() && isCIDR(p.ipBlock.cidr) && ` +
	`!(p.ipBlock.cidr in [a + '/32', a + '/128']) && isIP(a) && cidr(p.ipBlock.cidr).containsIP(a) && ` +
	`!p.ipBlock.?except.orValue([]).exists(e, isCIDR(e) && cidr(e).containsIP(a)))`

func networkPolicyInternet() *rule.Rule {
	return &rule.Rule{
		ID:       "network-policy-internet",
		Title:    "The internet comes in by the gateway",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       networkPolicies,
		Why: "A pod that takes traffic from every address does without the firewall, the limits and the logs " +
			"of the gateway.",
		Fix:      "Name the pods of the gateway under from, or the networks of the load balancer.",
		Controls: networkControls(),
		Check: rule.Expressions{{
			Holds: sources + `.all(s, s.all(p, !(p.?ipBlock.?cidr.hasValue() && isCIDR(p.ipBlock.cidr) && ` +
				`cidr(p.ipBlock.cidr).prefixLength() == 0)))`,
			Message: "a rule for ingress lets in every address",
		}},
	}
}

func networkPolicyTypes() *rule.Rule {
	return &rule.Rule{
		ID:       "network-policy-types",
		Title:    "Network policies apply to the directions they have rules for",
		Severity: rule.Medium,
		On:       networkPolicies,
		Why: "Rules for a direction that policyTypes does not name are ignored without a word: whoever wrote " +
			"them believes in a wall that is not there.",
		Fix: "Name each direction under policyTypes, Ingress and Egress as a rule, also when it has no rules and " +
			"so denies everything.",
		Controls: networkControls(),
		// Without policyTypes the API server names each direction that has rules.
		Check: rule.Expressions{
			{
				Holds: `size(` + incoming + `) == 0 || size(object.?spec.?policyTypes.orValue([])) == 0 || ` +
					`'Ingress' in object.?spec.?policyTypes.orValue([])`,
				Message: "the rules for ingress are ignored, for policyTypes does not name Ingress",
			},
			{
				Holds: `size(` + outgoing + `) == 0 || size(object.?spec.?policyTypes.orValue([])) == 0 || ` +
					`'Egress' in object.?spec.?policyTypes.orValue([])`,
				Message: "the rules for egress are ignored, for policyTypes does not name Egress",
			},
		},
	}
}
