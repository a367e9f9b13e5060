package kubernetes

import "github.com/ai-now/platform/policy/rule"

func podResourceRules() []*rule.Rule {
	return []*rule.Rule{
		podResources(),        // every container says what it needs and may take
		podEphemeralStorage(), // of the node's disk as well
		podEmptyDirSize(),     // and so does every volume on it
	}
}

func podResources() *rule.Rule {
	amounts := []string{
		"requests.cpu", "requests.memory", "requests.ephemeral-storage",
		"limits.cpu", "limits.memory", "limits.ephemeral-storage",
	}
	// An amount a is set on the container, on the whole pod, or, when it is a
	// request, by the limit of that name.
	const set = `(c.?resources[?a.split('.')[0]][?a.split('.')[1]].hasValue() || ` +
		`variables.podSpec.?resources[?a.split('.')[0]][?a.split('.')[1]].hasValue() || ` +
		`(a.startsWith('requests.') && c.?resources.?limits[?a.split('.')[1]].hasValue()))`
	return &rule.Rule{
		ID:       "pod-resources",
		Title:    "Containers say what they need and how much they may take",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "The scheduler places pods by their requests: without them a node is overbooked and its " +
			"pods are evicted. Without a memory limit one leak takes the whole node down. A CPU limit is " +
			"not asked for, for it throttles a container while the CPU stands idle.",
		Fix: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on " +
			"every container, the two memory values equal.",
		Controls: []rule.Control{nsa("Resource policies")},
		Settings: []rule.Setting{{
			Name:        "amounts",
			Type:        rule.StringList,
			Default:     []any{"requests.cpu", "requests.memory", "limits.memory"},
			Allowed:     amounts,
			Description: "Amounts every container must set.",
		}},
		Check: rule.Expressions{{
			Holds: sizedContainers + ".all(c, settings.amounts.all(a, " + set + "))",
			Otherwise: sizedContainers + ".filter(c, !settings.amounts.all(a, " + set + ")).map(c, " +
				"'container ' + c.name + ' sets no ' + settings.amounts.filter(a, !" + set + ").join(', ')).join('; ')",
			Message: "a container does not set all it must",
		}},
	}
}

func podEphemeralStorage() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-ephemeral-storage",
		Title:    "Containers say how much of the node's disk they may take",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "Logs and files outside of volumes are on the node's disk. When it is full, the kubelet evicts pods, and " +
			"not only the one that filled it.",
		Fix:      "Set resources.limits.ephemeral-storage on every container.",
		Controls: []rule.Control{nsa("Resource policies")},
		Check: rule.Expressions{rule.EachContainer(sizedContainers,
			`c.?resources.?limits[?'ephemeral-storage'].hasValue()`, "may fill the disk of its node")},
	}
}

func podEmptyDirSize() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-empty-dir-size",
		Title:    "Scratch volumes have a limit",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "An emptyDir is on the node's disk, or in its memory. Without a limit one pod fills it for all pods of the " +
			"node.",
		Fix:      "Set emptyDir.sizeLimit on the volume.",
		Controls: []rule.Control{nsa("Resource policies")},
		Check: rule.Expressions{rule.Each(podVolumes, "v",
			`!v.?emptyDir.hasValue() || v.?emptyDir.?sizeLimit.hasValue()`, `'volume ' + v.name`, "has no size limit")},
	}
}
