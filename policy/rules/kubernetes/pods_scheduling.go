package kubernetes

import "github.com/ai-now/platform/policy/rule"

func podSchedulingRules() []*rule.Rule {
	return []*rule.Rule{
		podPriority(),       // when room is short, somebody said who goes first
		podSystemPriority(), // and nobody pushes the cluster's own pods away
		podNodeName(),       // the scheduler places pods
		podTolerations(),    // not on nodes that are kept for others
		podTermination(),    // pods may finish what they do
		podController(),     // somebody starts them again
		podNamedPorts(),     // ports have names that others use
	}
}

func podPriority() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-priority",
		Title:    "Pods say how important they are",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "When nodes are full, the scheduler takes room from pods of lower priority. Without classes all are equal: " +
			"the shop's front door waits behind a report.",
		Fix: "Make a PriorityClass for each rank and name one in priorityClassName.",
		Check: rule.Expressions{{
			Holds:   `variables.podSpec.?priorityClassName.orValue('') != ''`,
			Message: "the pod has no priority class",
		}},
	}
}

func podSystemPriority() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-system-priority",
		Title:    "Only the cluster's own pods have the highest priorities",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "Pods of the classes system-cluster-critical and system-node-critical push any other pod away, and the " +
			"kubelet does not evict them. Those are for what a cluster cannot be without, such as its name server.",
		Fix: "Name a PriorityClass of your own. What belongs to the cluster runs in a namespace of the setting namespaces.",
		Settings: []rule.Setting{{
			Name: "namespaces", Type: rule.StringList, Default: []any{"kube-system"},
			Description: "Namespaces whose pods may have those classes.",
		}},
		Check: rule.Expressions{{
			// https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
			Holds: `!(variables.podSpec.?priorityClassName.orValue('') in ['system-cluster-critical', 'system-node-critical']) || ` +
				`object.?metadata.?namespace.orValue('default') in settings.namespaces`,
			Otherwise: `'the pod has the class ' + variables.podSpec.priorityClassName + ' of the cluster\'s own pods'`,
			Message:   "the pod has a class of the cluster's own pods",
		}},
	}
}

func podNodeName() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-node-name",
		Title:    "The scheduler places pods",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "A pod that names its node goes past the scheduler: past taints, room and spread. It stays down when the node " +
			"is gone, and it is a way onto nodes that are kept for others.",
		Fix: "Remove nodeName. Select nodes by their labels, with nodeSelector or a node affinity.",
		Check: rule.Expressions{{
			// The scheduler itself writes the node's name into a Pod, and says so.
			Holds: `variables.podSpec.?nodeName.orValue('') == '' || (object.kind == 'Pod' && ` +
				`object.?status.?conditions.orValue([]).exists(c, c.type == 'PodScheduled' && c.status == 'True'))`,
			Otherwise: `'the pod is bound to the node ' + variables.podSpec.nodeName`,
			Message:   "the pod is bound to one node",
		}},
	}
}

func podTolerations() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-tolerations",
		Title:    "Pods do not tolerate every taint",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "A toleration without a key means all taints: the pod goes to nodes of the control plane, of other teams, and " +
			"to those that are being emptied, where it keeps the node from going. Only what runs on every node, the " +
			"pods of a DaemonSet, has a reason.",
		Fix: "Name the key of the taint, and its effect.",
		Check: rule.Expressions{{
			// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
			Holds: `object.kind == 'DaemonSet' || object.?metadata.?ownerReferences.orValue([]).exists(o, o.kind == 'DaemonSet') || ` +
				`variables.podSpec.?tolerations.orValue([]).all(t, t.?key.orValue('') != '')`,
			Message: "the pod tolerates every taint",
		}},
	}
}

func podTermination() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-termination",
		Title:    "Pods get time to finish",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "With no grace period a pod is killed at once, at every update and every drain of a node: requests break off, " +
			"files are half written, and a database recovers at its next start.",
		Fix: "Remove terminationGracePeriodSeconds, which means 30, or set it to what the program needs.",
		Check: rule.Expressions{{
			Holds:   `variables.podSpec.?terminationGracePeriodSeconds.orValue(30) > 0`,
			Message: "the pod is killed without time to finish",
		}},
	}
}

func podController() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-controller",
		Title:    "Pods belong to a controller",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       kinds("core", "Pod"),
		Why:      "A pod on its own is gone with its node, and nobody makes another one. A drain of its node stops before it.",
		Fix:      "Write a Deployment, a StatefulSet, a DaemonSet or a Job that makes the pod.",
		Check: rule.Expressions{{
			Holds:   controlled,
			Message: "no controller makes the pod again when it is gone",
		}},
	}
}

func podNamedPorts() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-named-ports",
		Title:    "Ports of containers have names",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "Services, probes and network policies can use a port's name. Then the number is in one place, and two " +
			"versions of a program may listen on different ones.",
		Fix: "Give every port a name, such as http or metrics, and use it instead of the number.",
		Check: rule.Expressions{rule.EachContainer(sizedContainers,
			`c.?ports.orValue([]).all(p, p.?name.orValue('') != '')`, "has a port without a name")},
	}
}
