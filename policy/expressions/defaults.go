package expressions

import (
	"strconv"

	"github.com/ai-now/platform/policy/rule"
)

// fillDefaults sets what the API server sets before it asks a policy, as far as
// a rule can notice. Source: k8s.io/kubernetes v1.35.4, pkg/apis/*/v1/defaults.go.
func fillDefaults(kind rule.Kind, tree map[string]any) {
	served, known := kind.Served()
	if known && !served.ClusterScoped {
		setDefault(tree, "metadata", map[string]any{})
		if metadata, ok := existing(tree, "metadata"); ok {
			setDefault(metadata, "namespace", "default")
		}
	}
	spec, ok := existing(tree, "spec")
	if !ok {
		return
	}
	switch kind.Name {
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController":
		setDefault(spec, "replicas", int64(1))
	case "Service":
		setDefault(spec, "type", "ClusterIP")
	}
	if where, runsPods := rule.PodSpecPath(kind); runsPods {
		pod := tree
		for _, key := range where {
			if pod, ok = existing(pod, key); !ok {
				return
			}
		}
		fillPodDefaults(pod, kind.Name == "Pod")
	}
}

func fillPodDefaults(pod map[string]any, isPod bool) {
	volumes, _ := pod["volumes"].([]any)
	for _, v := range volumes {
		// A volume without a source is an emptyDir.
		if volume, ok := v.(map[string]any); ok && len(volume) == 1 && volume["name"] != nil {
			volume["emptyDir"] = map[string]any{}
		}
	}
	for _, list := range []string{"containers", "initContainers"} {
		containers, _ := pod[list].([]any)
		for _, c := range containers {
			container, ok := c.(map[string]any)
			if !ok {
				continue
			}
			if resources, ok := existing(container, "resources"); ok {
				fillResourceDefaults(resources, isPod)
			}
		}
	}
}

// fillResourceDefaults writes quantities as text and, on Pods only, makes limits
// the requests where there are none.
func fillResourceDefaults(resources map[string]any, isPod bool) {
	limits, _ := existing(resources, "limits")
	requests, _ := existing(resources, "requests")
	for _, amounts := range []map[string]any{limits, requests} {
		for name, q := range amounts {
			if n, ok := q.(int64); ok {
				amounts[name] = strconv.FormatInt(n, 10)
			}
		}
	}
	if !isPod || len(limits) == 0 {
		return
	}
	if _, unknown := resources["requests"].(rule.Unknown); unknown {
		return
	}
	if requests == nil {
		requests = map[string]any{}
		resources["requests"] = requests
	}
	for name, q := range limits {
		setDefault(requests, name, q)
	}
}

func existing(tree map[string]any, key string) (map[string]any, bool) {
	fields, ok := tree[key].(map[string]any)
	return fields, ok
}

func setDefault(tree map[string]any, key string, value any) {
	if tree[key] == nil {
		tree[key] = value
	}
}
