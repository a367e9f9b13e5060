package expressions

import (
	"maps"
	"slices"
	"strconv"

	"github.com/ai-now/platform/policy/rule"
)

// fillDefaults sets what the API server sets before it asks a policy. Source:
// k8s.io/kubernetes v1.35.4, pkg/apis/*/v1/defaults.go and conversion.go.
//
// Of what is set later on the way to a policy, by admission plugins and by the
// strategy of a kind, a Pod's service account is set here. The rest depends on the
// cluster, or is of no use to a rule, and is left out:
//
//   - of LimitRanger the amounts of a namespace's LimitRange, of RuntimeClass the
//     overhead, of DefaultStorageClass and DefaultIngressClass the class: a preview
//     does not know the cluster, so its rules ask for more than the cluster's do;
//   - of ServiceAccount the volume with the token and its mounts, of Priority the
//     number, of DefaultTolerationSeconds two tolerations of a node's failure: the
//     same for every pod;
//   - a Service's addresses and node ports, a Job's generated selector and labels,
//     uid, creationTimestamp, generation and status: what the server makes up;
//   - amounts of a Pod's own resources that come from its init containers, and
//     volumes of drivers that are gone (iscsi, rbd, azureDisk, scaleIO).
func fillDefaults(kind rule.Kind, tree map[string]any) {
	o := place{fields: tree}
	if served, known := kind.Served(); known && !served.ClusterScoped {
		o.or("metadata", map[string]any{})
		if metadata, ok := o.in("metadata"); ok {
			metadata.or("namespace", "default")
		}
	}
	if fill, ok := ofKinds[kind]; ok {
		fill(o)
	}
	where, runsPods := rule.PodSpecPath(kind)
	if !runsPods {
		return
	}
	pod := o
	for _, key := range where {
		var ok bool
		if pod, ok = pod.in(key); !ok {
			return
		}
	}
	fillPodSpec(pod)
	if kind.Name == "Pod" {
		fillPod(pod)
	}
}

// ofKinds are the defaults of kinds, but for those of pods.
var ofKinds = map[rule.Kind]func(place){
	{Group: "core", Name: "Namespace"}:                                              fillNamespace,
	{Group: "core", Name: "Secret"}:                                                 fillSecret,
	{Group: "core", Name: "Service"}:                                                withSpec(fillService),
	{Group: "core", Name: "LimitRange"}:                                             withSpec(fillLimitRange),
	{Group: "core", Name: "PersistentVolumeClaim"}:                                  withSpec(fillClaim),
	{Group: "core", Name: "PersistentVolume"}:                                       withSpec(fillVolumeOfCluster),
	{Group: "core", Name: "ReplicationController"}:                                  fillReplicationController,
	{Group: "apps", Name: "ReplicaSet"}:                                             withSpec(func(s place) { s.or("replicas", int64(1)) }),
	{Group: "apps", Name: "Deployment"}:                                             withSpec(fillDeployment),
	{Group: "apps", Name: "DaemonSet"}:                                              withSpec(fillDaemonSet),
	{Group: "apps", Name: "StatefulSet"}:                                            withSpec(fillStatefulSet),
	{Group: "batch", Name: "Job"}:                                                   fillJob,
	{Group: "batch", Name: "CronJob"}:                                               withSpec(fillCronJob),
	{Group: "autoscaling", Name: "HorizontalPodAutoscaler"}:                         withSpec(fillAutoscaler),
	{Group: "networking.k8s.io", Name: "NetworkPolicy"}:                             withSpec(fillNetworkPolicy),
	{Group: "networking.k8s.io", Name: "IngressClass"}:                              withSpec(fillIngressClass),
	{Group: "storage.k8s.io", Name: "StorageClass"}:                                 fillStorageClass,
	{Group: "scheduling.k8s.io", Name: "PriorityClass"}:                             func(o place) { o.or("preemptionPolicy", "PreemptLowerPriority") },
	{Group: rbac, Name: "Role"}:                                                     fillRole,
	{Group: rbac, Name: "ClusterRole"}:                                              fillRole,
	{Group: rbac, Name: "RoleBinding"}:                                              fillBinding,
	{Group: rbac, Name: "ClusterRoleBinding"}:                                       fillBinding,
	{Group: "admissionregistration.k8s.io", Name: "ValidatingWebhookConfiguration"}: func(o place) { fillWebhooks(o, false) },
	{Group: "admissionregistration.k8s.io", Name: "MutatingWebhookConfiguration"}:   func(o place) { fillWebhooks(o, true) },
	{Group: "apiregistration.k8s.io", Name: "APIService"}:                           withSpec(fillAPIService),
}

const rbac = "rbac.authorization.k8s.io"

func withSpec(fill func(place)) func(place) {
	return func(o place) {
		if spec, ok := o.in("spec"); ok {
			fill(spec)
		}
	}
}

// place is an object in a tree, with its path.
type place struct {
	fields map[string]any
	path   string
}

// derived stands in a tree for a value that depends on one that is not known yet,
// at another place.
type derived struct{ from string }

// in goes down to an object that is known to be one.
func (p place) in(key string) (place, bool) {
	fields, ok := p.fields[key].(map[string]any)
	return place{fields, rule.JoinPath(p.path, key)}, ok
}

// each are the objects in a list.
func (p place) each(key string) []place {
	list, _ := p.fields[key].([]any)
	var places []place
	for i, e := range list {
		if fields, ok := e.(map[string]any); ok {
			places = append(places, place{fields, rule.JoinPath(p.path, key) + "[" + strconv.Itoa(i) + "]"})
		}
	}
	return places
}

// or sets what nobody set. What is not known stays so: it may be set.
func (p place) or(key string, value any) {
	if p.fields[key] == nil {
		p.fields[key] = value
	}
}

// object goes down to an object, which is made when there is none.
func (p place) object(key string) (place, bool) {
	p.or(key, map[string]any{})
	return p.in(key)
}

// unknown says whether a field is not known yet.
func (p place) unknown(key string) bool { return isUnknown(p.fields[key]) }

func isUnknown(data any) bool {
	switch data.(type) {
	case rule.Unknown, derived:
		return true
	default:
		return false
	}
}

// same is the value of a field for use at another place.
func (p place) same(key string) any {
	return moved(p.fields[key], rule.JoinPath(p.path, key))
}

// moved is a copy of what stands at a path, in which unknowns keep their paths.
func moved(data any, path string) any {
	switch d := data.(type) {
	case rule.Unknown:
		return derived{path}
	case map[string]any:
		copied := make(map[string]any, len(d))
		for _, k := range slices.Sorted(maps.Keys(d)) {
			copied[k] = moved(d[k], rule.JoinPath(path, k))
		}
		return copied
	default:
		return data
	}
}
