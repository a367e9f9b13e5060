package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var services = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "Service"}}}

func serviceRules() []*rule.Rule {
	return []*rule.Rule{
		serviceNodePort(),           // no port on every node
		serviceLoadBalancerRanges(), // no load balancer for everybody
		serviceExternalIPs(),        // no address of somebody else
		serviceExternalName(),       // no name of somebody else
	}
}

func serviceNodePort() *rule.Rule {
	return &rule.Rule{
		ID:       "service-node-port",
		Title:    "Services open no port on the nodes",
		Severity: rule.Medium,
		On:       services,
		Why: "A node port is open on every node, on every address of it, past the load balancer, its logs and " +
			"its source ranges.",
		Fix:      "Set type to ClusterIP and let a Gateway or an Ingress lead to the Service.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Network separation and hardening")},
		Check: rule.Expressions{{
			Holds:   `object.?spec.?type.orValue('ClusterIP') != 'NodePort'`,
			Message: "the Service opens a port on every node",
		}},
	}
}

const (
	loadBalancerClass = `object.?spec.?loadBalancerClass.orValue('')`
	annotation        = `object.?metadata.?annotations[?'`
	// internal is true when the load balancer has no public address. Each cloud has
	// its own way to say so:
	//
	//   - EKS: the AWS Load Balancer Controller reads -scheme, and has to be asked
	//     for by class or type; without it Kubernetes' own controller answers, which
	//     knows -internal only.
	//     https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/
	//   - GKE: the annotation, also by its old name, or a class, which comes first.
	//     https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer
	//   - DOKS: https://docs.digitalocean.com/products/kubernetes/how-to/configure-load-balancers/
	internal = `(` + loadBalancerClass + ` in ['networking.gke.io/l4-regional-internal', 'networking.gke.io/l4-regional-internal-legacy'] || ` +
		`(` + loadBalancerClass + ` in ['service.k8s.aws/nlb', 'eks.amazonaws.com/nlb'] || ` +
		annotation + `service.beta.kubernetes.io/aws-load-balancer-type'].orValue('') in ['external', 'nlb-ip']) && ` +
		annotation + `service.beta.kubernetes.io/aws-load-balancer-scheme'].orValue('') == 'internal' || ` +
		loadBalancerClass + ` == '' && (` +
		annotation + `service.beta.kubernetes.io/aws-load-balancer-internal'].orValue('') == 'true' || ` +
		annotation + `networking.gke.io/load-balancer-type'].orValue('') in ['Internal', 'internal'] || ` +
		annotation + `cloud.google.com/load-balancer-type'].orValue('') in ['Internal', 'internal'] || ` +
		annotation + `service.beta.kubernetes.io/do-loadbalancer-network'].orValue('') == 'INTERNAL'))`
	// guarded are the Services the rule is about: load balancers that are neither
	// internal nor allowed to be public.
	guarded = `object.?spec.?type.orValue('ClusterIP') == 'LoadBalancer' && !` + internal + ` && ` +
		`!(object.?metadata.?namespace.orValue('') + '/' + object.?metadata.?name.orValue('') in settings.publicServices)`
)

func serviceLoadBalancerRanges() *rule.Rule {
	one, most, widest := 1.0, 32.0, 8.0
	return &rule.Rule{
		ID:       "service-load-balancer-ranges",
		Title:    "Load balancers answer known networks only",
		Severity: rule.High,
		On:       services,
		Why: "A Service of type LoadBalancer gets a public address, and without source ranges the whole " +
			"internet may speak to it: a database that was to be reached from the office is reached by everybody.",
		Fix: "Set type to ClusterIP behind a Gateway; or make it internal (EKS: loadBalancerClass " +
			"service.k8s.aws/nlb with service.beta.kubernetes.io/aws-load-balancer-scheme: internal; GKE: " +
			"networking.gke.io/load-balancer-type: Internal; DOKS: " +
			"service.beta.kubernetes.io/do-loadbalancer-network: INTERNAL); or set loadBalancerSourceRanges. What " +
			"is for everybody belongs into the setting publicServices.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Network separation and hardening")},
		Settings: []rule.Setting{
			{
				Name: "publicServices", Type: rule.StringList, Default: []any{},
				Description: "Services the internet may reach, as NAMESPACE/NAME.",
			},
			{
				Name: "shortestPrefix", Type: rule.Integer, Default: widest, Min: &one, Max: &most,
				Description: "Shortest prefix a source range may have; a range with a shorter one is the internet.",
			},
		},
		Check: rule.Expressions{
			{
				Holds:   `!(` + guarded + `) || size(object.?spec.?loadBalancerSourceRanges.orValue([])) > 0`,
				Message: "the whole internet may speak to the load balancer",
			},
			{
				Holds: `!(` + guarded + `) || object.?spec.?loadBalancerSourceRanges.orValue([]).all(r, ` +
					`isCIDR(r) && cidr(r).prefixLength() >= settings.shortestPrefix)`,
				Otherwise: `'the load balancer answers ' + object.?spec.?loadBalancerSourceRanges.orValue([]).filter(r, ` +
					`!(isCIDR(r) && cidr(r).prefixLength() >= settings.shortestPrefix)).join(', ') + ', which is as good as everybody'`,
				Message: "a source range of the load balancer is as good as everybody",
			},
		},
	}
}

func serviceExternalIPs() *rule.Rule {
	return &rule.Rule{
		ID:       "service-external-ips",
		Title:    "Services take no address of their choice",
		Severity: rule.High,
		On:       services,
		Why: "Traffic of the cluster to an address under externalIPs goes to the Service instead: whoever may " +
			"make a Service reads what others send to that address (CVE-2020-8554).",
		Fix:      "Remove externalIPs. A load balancer gets its address from the cloud.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Network separation and hardening")},
		Check: rule.Expressions{{
			Holds:     `size(object.?spec.?externalIPs.orValue([])) == 0`,
			Otherwise: `'the Service takes the traffic to ' + object.?spec.?externalIPs.orValue([]).join(', ')`,
			Message:   "the Service takes the traffic to addresses of its choice",
		}},
	}
}

func serviceExternalName() *rule.Rule {
	return &rule.Rule{
		ID:       "service-external-name",
		Title:    "Services are no other name for a host elsewhere",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       services,
		Why: "A Service of type ExternalName is an alias in DNS: whoever owns the host gets what was meant for " +
			"the cluster, certificates do not fit the name, and no port or policy applies.",
		Fix:      "Let the application call the host by its own name.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Network separation and hardening")},
		Check: rule.Expressions{{
			Holds:     `object.?spec.?type.orValue('ClusterIP') != 'ExternalName'`,
			Otherwise: `'the Service is another name for ' + object.?spec.?externalName.orValue('a host elsewhere')`,
			Message:   "the Service is another name for a host elsewhere",
		}},
	}
}
