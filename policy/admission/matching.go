package admission

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// clusterNamespaces are the cluster's own. Pods there come with the cluster, need
// the node, and are the cloud's to keep; who may write there has the nodes anyway.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces
// https://cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed
// https://cloud.google.com/kubernetes-engine/docs/concepts/about-logs
var clusterNamespaces = []string{
	"kube-system", "kube-public", "kube-node-lease",
	"gke-system", "gke-gmp-system", "gmp-system", "gmp-public",
}

// managedPrefix begins the names of the namespaces that GKE makes for its add-ons,
// such as gke-managed-cim; each release may bring another.
// https://cloud.google.com/kubernetes-engine/docs/how-to/kube-state-metrics
const managedPrefix = "gke-managed-"

// LeavesAlone says whether the gate does not look into a namespace.
func LeavesAlone(namespace string) bool {
	return slices.Contains(clusterNamespaces, namespace) || strings.HasPrefix(namespace, managedPrefix)
}

func outsideClusterNamespaces() Object {
	names := make([]any, len(clusterNamespaces))
	for i, name := range clusterNamespaces {
		names[i] = name
	}
	return Object{"matchExpressions": []any{
		Object{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": names},
	}}
}

// subresources are those by which what rules look at can be changed: the containers
// of a running pod, the labels of a namespace. The API server shows the whole object
// with them.
// https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/registry/core/namespace/strategy.go
var subresources = map[rule.Kind][]any{
	{Group: "core", Name: "Pod"}: {"pods/ephemeralcontainers", "pods/resize"},
	namespace:                    {"namespaces/status", "namespaces/finalize"},
}

// matchConstraints name what the rules of the policy look at.
func (p policy) matchConstraints() Object {
	var matches []any
	byGroup := map[string]Object{}
	for _, k := range p.kinds() {
		group := k.Group
		if group == "core" {
			group = ""
		}
		match, seen := byGroup[group+"/"+k.Version]
		if !seen {
			match = Object{
				"apiGroups": []any{group}, "apiVersions": []any{k.Version}, "operations": []any{"CREATE", "UPDATE"},
				"resources": []any{}, "scope": "*",
			}
			byGroup[group+"/"+k.Version] = match
			matches = append(matches, match)
		}
		resources, _ := match["resources"].([]any)
		resources = append(resources, k.Resource)
		match["resources"] = append(resources, subresources[k.Kind]...)
	}
	return Object{
		// The same object in another version of its API is converted first.
		"matchPolicy":   "Equivalent",
		"resourceRules": matches,
	}
}

// Conditions under which an object is looked at.
const (
	// contentDiffers is about all of an object but its metadata and status.
	contentDiffers = `dyn(object).exists(k, !(k in ['metadata', 'status']) && dyn(object)[?k] != dyn(oldObject)[?k]) || ` +
		`dyn(oldObject).exists(k, !(k in dyn(object)))`

	// The deletion of an object waits for finalizers, and removing one is an update.
	// Until then the object holds: a Service leads somewhere, a binding grants. Into
	// a namespace nothing comes any more, and its own finalizers are content.
	notBeingDeleted = `!object.metadata.?deletionTimestamp.hasValue() || ` +
		`(object.kind != 'Namespace' && (` + contentDiffers + `))`

	notManagedByGKE = `!request.?namespace.orValue('').startsWith('` + managedPrefix + `')`

	// Names that begin with system: are Kubernetes' own, those with eks: are EKS's,
	// and nobody else can have one; of service accounts those of kube-system, where
	// the control plane keeps its own. system:admin is the user of local clusters.
	// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
	// https://docs.aws.amazon.com/eks/latest/userguide/default-roles-users.html
	notByControlPlane = `![request.userInfo.?username.orValue('')].exists(u, u.startsWith('eks:') || ` +
		`u.startsWith('system:serviceaccount:kube-system:') || (u.startsWith('system:') && ` +
		`!u.startsWith('system:serviceaccount:') && !(u in ['system:admin', 'system:anonymous'])))`

	// differs is about all of an object but its status and what the API server and
	// controllers keep in its metadata.
	differs = `object.metadata.?labels != oldObject.metadata.?labels || ` +
		`object.metadata.?annotations != oldObject.metadata.?annotations || ` +
		contentDiffers

	changed = `request.operation != 'UPDATE' || ` + differs

	// Controllers label and annotate running pods, and scale the ReplicaSets of a
	// Deployment: down, for one whose mended successor is there already.
	changedWorkload = `request.operation != 'UPDATE' || (object.kind == 'Pod' ? object.spec != oldObject.spec : ` +
		`object.kind in ['ReplicaSet', 'Job'] && ` +
		`object.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false)) ? ` +
		`object.spec.?template != oldObject.spec.?template : (` + differs + `))`
)

func (a area) matchConditions() []any {
	conditions := []any{
		Object{"name": "not-being-deleted", "expression": notBeingDeleted},
		Object{"name": "not-managed-by-gke", "expression": notManagedByGKE},
	}
	if a.controllers {
		return append(conditions, Object{"name": "changed", "expression": changedWorkload})
	}
	return append(conditions,
		Object{"name": "not-by-control-plane", "expression": notByControlPlane},
		Object{"name": "changed", "expression": changed})
}
