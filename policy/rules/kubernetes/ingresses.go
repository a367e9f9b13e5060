package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var ingresses = rule.Target{Kinds: []rule.Kind{{Group: "networking.k8s.io", Name: "Ingress"}}}

const (
	ingressHosts     = `object.?spec.?rules.orValue([])`
	ingressHostTitle = `'the host ' + r.?host.orValue('*')`
	ingressTLS       = `object.?spec.?tls.orValue([])`
)

func ingressRules() []*rule.Rule {
	return []*rule.Rule{
		ingressTLSHosts(),      // every host has TLS
		ingressClass(),         // somebody serves it
		ingressWildcardHosts(), // and it takes no name of others
	}
}

func ingressTLSHosts() *rule.Rule {
	return &rule.Rule{
		ID:       "ingress-tls",
		Title:    "Every host of an Ingress has TLS",
		Severity: rule.High,
		On:       ingresses,
		Why: "Without TLS everybody on the way reads and changes what is sent, passwords and session cookies " +
			"included.",
		Fix: "Name every host under tls, with the Secret its certificate is in. Where the controller takes " +
			"certificates by an annotation, name that in the setting certificateAnnotations.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Encryption")},
		Settings: []rule.Setting{{
			Name: "certificateAnnotations", Type: rule.StringList, Default: []any{},
			Description: "Annotations by which a controller gives all hosts of an Ingress their certificates, such as " +
				"alb.ingress.kubernetes.io/certificate-arn.",
		}},
		Check: rule.Expressions{
			rule.Each(ingressHosts, "r",
				// An entry without hosts is for all of them; *.example.com stands for one
				// label: https://kubernetes.io/docs/concepts/services-networking/ingress/#tls
				// The API server counts steps, so that an Ingress of many hosts would cost too
				// much if each were compared with the labels of each entry.
				`[r.?host.orValue('')].exists(n, [n.contains('.') ? '*' + n.substring(n.indexOf('.')) : n].exists(any, `+
					ingressTLS+`.exists(t, size(t.?hosts.orValue([])) == 0 || n in t.hosts || any in t.hosts))) || `+hasCertificate,
				ingressHostTitle, "has no TLS"),
			{
				Holds:   `size(` + ingressHosts + `) > 0 || size(` + ingressTLS + `) > 0 || ` + hasCertificate,
				Message: "the default backend has no TLS",
			},
		},
	}
}

const hasCertificate = `settings.certificateAnnotations.exists(a, a in object.?metadata.?annotations.orValue({}))`

func ingressClass() *rule.Rule {
	return &rule.Rule{
		ID:       "ingress-class",
		Title:    "Every Ingress names its class",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       ingresses,
		Why: "An Ingress without a class is served by the default one: by none, by another one after a change, " +
			"or by the public one that was not meant.",
		Fix: "Set spec.ingressClassName.",
		Settings: []rule.Setting{{
			Name: "classes", Type: rule.StringList, Default: []any{},
			Description: "Classes an Ingress may name; an empty list allows all.",
		}},
		Check: rule.Expressions{
			{
				Holds:   `object.?spec.?ingressClassName.orValue('') != ''`,
				Message: "the Ingress names no class",
			},
			{
				Holds: `object.?spec.?ingressClassName.orValue('') == '' || size(settings.classes) == 0 || ` +
					`object.?spec.?ingressClassName.orValue('') in settings.classes`,
				Otherwise: `'the Ingress names the class ' + object.?spec.?ingressClassName.orValue('') + ', allowed are ' + settings.classes.join(', ')`,
				Message:   "the Ingress names a class that is not allowed",
			},
		},
	}
}

func ingressWildcardHosts() *rule.Rule {
	return &rule.Rule{
		ID:       "ingress-wildcard-hosts",
		Title:    "Every Ingress names its hosts",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       ingresses,
		Why: "An Ingress for every host, or for every host of a domain, takes the requests for names that other " +
			"teams use or will use.",
		Fix: "Name each host.",
		Check: rule.Expressions{rule.Each(ingressHosts, "r",
			`r.?host.orValue('') != '' && !r.?host.orValue('').startsWith('*')`, ingressHostTitle, "is that of others too")},
	}
}
