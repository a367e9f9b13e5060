package rule

import "strconv"

// Pod is the pod a workload runs, found once for all rules and all kinds that
// run pods.
type Pod struct {
	// Spec is the podSpec, with its path in the workload.
	Spec Value
	// Containers are the init, ephemeral and ordinary containers that are known.
	Containers []Container
	// Lists are the lists the containers come from; one may be unknown.
	Lists []Value
}

// Container is one container of a pod.
type Container struct {
	Value
	// Role is "container", "init container" or "ephemeral container".
	Role string
}

// Title names the container in a message: `container "web"`, or by its place in
// the list when the name is not known or secret.
func (c Container) Title() string {
	name := c.Get("name")
	if text, ok := name.Text(); ok && !name.IsSecret() {
		return c.Role + " " + strconv.Quote(text)
	}
	return c.Role + " at " + c.Path()
}

// podSpecs are the kinds that run pods and where each keeps the podSpec.
// Source: k8s.io/api, types core/v1 Pod, apps/v1 and batch/v1.
var podSpecs = map[Kind][]string{
	{"core", "Pod"}:                   {"spec"},
	{"core", "ReplicationController"}: {"spec", "template", "spec"},
	{"apps", "Deployment"}:            {"spec", "template", "spec"},
	{"apps", "StatefulSet"}:           {"spec", "template", "spec"},
	{"apps", "DaemonSet"}:             {"spec", "template", "spec"},
	{"apps", "ReplicaSet"}:            {"spec", "template", "spec"},
	{"batch", "Job"}:                  {"spec", "template", "spec"},
	{"batch", "CronJob"}:              {"spec", "jobTemplate", "spec", "template", "spec"},
}

// PodSpecPath is where a kind keeps the podSpec, and whether it runs pods.
func PodSpecPath(k Kind) ([]string, bool) {
	where, ok := podSpecs[k]
	return where, ok
}

// Workloads are the kinds of Kubernetes objects that run pods.
func Workloads() Target {
	return Target{Kinds: []Kind{
		{"core", "Pod"},
		{"core", "ReplicationController"},
		{"apps", "Deployment"},
		{"apps", "StatefulSet"},
		{"apps", "DaemonSet"},
		{"apps", "ReplicaSet"},
		{"batch", "Job"},
		{"batch", "CronJob"},
	}}
}

// containerLists are the lists of containers in a podSpec, in the order
// Kubernetes runs them, and what one of each is called.
var containerLists = []struct{ key, role string }{
	{"initContainers", "init container"},
	{"containers", "container"},
	{"ephemeralContainers", "ephemeral container"},
}

func extractPod(r *Resource) *Pod {
	kind, ok := kindOf(r.Type)
	if !ok {
		return nil
	}
	where, ok := podSpecs[kind]
	if !ok {
		return nil
	}
	pod := &Pod{Spec: r.Get(where...)}
	for _, list := range containerLists {
		v := pod.Spec.Get(list.key)
		pod.Lists = append(pod.Lists, v)
		for _, item := range v.Items() {
			pod.Containers = append(pod.Containers, Container{Value: item, Role: list.role})
		}
	}
	return pod
}
