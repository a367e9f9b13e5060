package kubernetes

import "github.com/ai-now/platform/policy/rule"

func workloadAvailabilityRules() []*rule.Rule {
	return []*rule.Rule{
		workloadReplicas(), // the loss of a node is no outage
		workloadSpread(),   // for its pods are not all on it
		workloadProbes(),   // requests go to pods that answer
		workloadLiveness(), // and one that hangs is started again
	}
}

// production binds a rule to what must not go down.
var production = []string{"prod"}

// autoscaled says in CEL that something else decides how many pods a workload
// has, such as a HorizontalPodAutoscaler: the value of the annotation is its name.
const autoscaled = `object.?metadata.?annotations[?'ai-now.io/scaled-by'].orValue('') != ''`

func workloadReplicas() *rule.Rule {
	least := 1.0
	return &rule.Rule{
		ID:           "workload-replicas",
		Title:        "Production workloads survive the loss of a pod",
		Severity:     rule.High,
		On:           kinds("apps", "Deployment", "StatefulSet"),
		Environments: production,
		Why: "A single pod is down at every update of its node, and whenever it is ill. The second one is what makes " +
			"that nobody's night.",
		Fix: "Set replicas to 2 or more. When an autoscaler sets them, annotate the object with ai-now.io/scaled-by and " +
			"the autoscaler's name; autoscaler-bounds then asks for its least. With 0 the workload is off.",
		Settings: []rule.Setting{{
			Name: "minimum", Type: rule.Integer, Default: 2.0, Min: &least,
			Description: "Fewest pods of a workload.",
		}},
		Check: rule.Expressions{{
			Holds: `object.?spec.?replicas.orValue(1) >= settings.minimum || object.?spec.?replicas.orValue(1) == 0 || ` + autoscaled,
			Otherwise: `'the replicas are ' + string(object.?spec.?replicas.orValue(1)) + ', the least is ' + ` +
				`string(settings.minimum)`,
			Message: "there are too few replicas",
		}},
	}
}

func workloadSpread() *rule.Rule {
	return &rule.Rule{
		ID:       "workload-spread",
		Title:    "The pods of a workload are kept apart",
		Severity: rule.Medium,
		On:       kinds("apps", "Deployment", "StatefulSet"),
		Why: "The scheduler may put all replicas onto one node, or all into one zone. Then they go together, and the " +
			"second replica was for nothing.",
		Fix: "Add topologySpreadConstraints over topology.kubernetes.io/zone and kubernetes.io/hostname, or a pod " +
			"anti-affinity. With ScheduleAnyway a pod is better placed badly than not at all.",
		Check: rule.Expressions{{
			Holds: `(object.?spec.?replicas.orValue(1) < 2 && !(` + autoscaled + `)) || ` +
				`variables.podSpec.?topologySpreadConstraints.orValue([]).size() > 0 || ` +
				`variables.podSpec.?affinity.?podAntiAffinity.orValue({}).size() > 0`,
			Message: "the pods may all be on one node",
		}},
	}
}

// serving says in CEL that the container c has ports: others wait for its answers.
const serving = `c.?ports.orValue([]).size() > 0`

func workloadProbes() *rule.Rule {
	return &rule.Rule{
		ID:       "workload-probes",
		Title:    "Containers that serve say when they are ready",
		Severity: rule.Medium,
		On:       kinds("apps", "Deployment", "StatefulSet", "DaemonSet"),
		Why: "Without a readiness probe a pod gets requests before it can answer, and keeps getting them when it no longer " +
			"can. An update takes such a pod for a good one and removes the old ones.",
		Fix: "Set readinessProbe on every container that has ports.",
		Check: rule.Expressions{rule.EachContainer(mainContainers,
			`!(`+serving+`) || c.?readinessProbe.hasValue()`, "has ports and no readiness probe")},
	}
}

func workloadLiveness() *rule.Rule {
	return &rule.Rule{
		ID:       "workload-liveness",
		Title:    "Containers that serve are restarted when they hang",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       kinds("apps", "Deployment", "StatefulSet", "DaemonSet"),
		Why:      "A process that hangs does not end, so nobody starts it again. With a liveness probe the kubelet does.",
		Fix: "Set livenessProbe on every container that has ports, more patient than the readiness probe: a restart " +
			"heals a hanging process and hurts a busy one.",
		Check: rule.Expressions{rule.EachContainer(mainContainers,
			`!(`+serving+`) || c.?livenessProbe.hasValue()`, "has ports and no liveness probe")},
	}
}
