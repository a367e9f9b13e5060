package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var gateways = rule.Target{Kinds: []rule.Kind{{Group: "gateway.networking.k8s.io", Name: "Gateway"}}}

const (
	listeners     = `object.?spec.?listeners.orValue([])`
	listenerTitle = `'the listener ' + l.?name.orValue('')`
)

func gatewayRules() []*rule.Rule {
	return []*rule.Rule{
		gatewayTLS(),    // every listener has TLS
		gatewayRoutes(), // and routes of those it is for
	}
}

func gatewayTLS() *rule.Rule {
	return &rule.Rule{
		ID:       "gateway-tls",
		Title:    "Every listener of a Gateway has TLS",
		Severity: rule.High,
		On:       gateways,
		Why: "Without TLS everybody on the way reads and changes what is sent, passwords and session cookies " +
			"included.",
		Fix: "Set protocol to HTTPS or TLS and name a certificate under tls.certificateRefs. A listener that only " +
			"redirects to HTTPS is named http-redirect, or what the setting plainListeners says.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Encryption")},
		Settings: []rule.Setting{{
			Name: "plainListeners", Type: rule.StringList, Default: []any{"http-redirect"},
			Description: "Names of listeners that may do without TLS.",
		}},
		Check: rule.Expressions{
			// Protocols are compared without regard to case:
			// https://gateway-api.sigs.k8s.io/reference/spec/#protocoltype
			rule.Each(listeners, "l",
				`l.?name.orValue('') in settings.plainListeners || l.?protocol.orValue('').upperAscii() in ['HTTPS', 'TLS']`,
				listenerTitle, "has no TLS"),
			// GKE also takes certificates from a map that an annotation names:
			// https://cloud.google.com/kubernetes-engine/docs/how-to/secure-gateway
			rule.Each(listeners, "l",
				`!(l.?protocol.orValue('').upperAscii() in ['HTTPS', 'TLS']) || l.?tls.?mode.orValue('') == 'Passthrough' || `+
					`size(l.?tls.?certificateRefs.orValue([])) > 0 || size(l.?tls.?options.orValue({})) > 0 || `+
					annotation+`networking.gke.io/certmap'].orValue('') != ''`,
				listenerTitle, "has no certificate"),
		},
	}
}

func gatewayRoutes() *rule.Rule {
	return &rule.Rule{
		ID:       "gateway-routes",
		Title:    "Gateways say whose routes they take",
		Severity: rule.High,
		On:       gateways,
		Why: "A listener that takes routes of all namespaces lets every team take the host names of every other, " +
			"and see the requests to them.",
		Fix: "Set allowedRoutes.namespaces.from to Same, or to Selector with a label that only the namespaces " +
			"meant have, such as kubernetes.io/metadata.name.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Namespaces")},
		Check: rule.Expressions{
			rule.Each(listeners, "l", `l.?allowedRoutes.?namespaces.?from.orValue('Same') != 'All'`,
				listenerTitle, "takes routes of all namespaces"),
			rule.Each(listeners, "l", `l.?allowedRoutes.?namespaces.?from.orValue('Same') != 'Selector' || `+
				`size(l.?allowedRoutes.?namespaces.?selector.?matchLabels.orValue({})) > 0 || `+
				`size(l.?allowedRoutes.?namespaces.?selector.?matchExpressions.orValue([])) > 0`,
				listenerTitle, "has a selector that all namespaces fit"),
		},
	}
}
