package rule

// Served is how the API server serves a kind of object.
type Served struct {
	Kind
	// Version is one version of the API group that serves it.
	Version string
	// Resource is the kind's name in URLs and admission policies.
	Resource string
	// ClusterScoped objects are in no namespace.
	ClusterScoped bool
}

// served are the kinds rules may look at. Source: `kubectl api-resources` of
// Kubernetes 1.35, and the definitions of Gateway API v1.6.3 for its own.
var served = []Served{
	{Kind{"core", "Pod"}, "v1", "pods", false},
	{Kind{"core", "ReplicationController"}, "v1", "replicationcontrollers", false},
	{Kind{"core", "Service"}, "v1", "services", false},
	{Kind{"core", "ServiceAccount"}, "v1", "serviceaccounts", false},
	{Kind{"core", "ConfigMap"}, "v1", "configmaps", false},
	{Kind{"core", "Secret"}, "v1", "secrets", false},
	{Kind{"core", "Namespace"}, "v1", "namespaces", true},
	{Kind{"core", "ResourceQuota"}, "v1", "resourcequotas", false},
	{Kind{"core", "LimitRange"}, "v1", "limitranges", false},
	{Kind{"core", "PersistentVolume"}, "v1", "persistentvolumes", true},
	{Kind{"core", "PersistentVolumeClaim"}, "v1", "persistentvolumeclaims", false},
	{Kind{"apps", "Deployment"}, "v1", "deployments", false},
	{Kind{"apps", "StatefulSet"}, "v1", "statefulsets", false},
	{Kind{"apps", "DaemonSet"}, "v1", "daemonsets", false},
	{Kind{"apps", "ReplicaSet"}, "v1", "replicasets", false},
	{Kind{"batch", "Job"}, "v1", "jobs", false},
	{Kind{"batch", "CronJob"}, "v1", "cronjobs", false},
	{Kind{"autoscaling", "HorizontalPodAutoscaler"}, "v2", "horizontalpodautoscalers", false},
	{Kind{"policy", "PodDisruptionBudget"}, "v1", "poddisruptionbudgets", false},
	{Kind{"scheduling.k8s.io", "PriorityClass"}, "v1", "priorityclasses", true},
	{Kind{"rbac.authorization.k8s.io", "Role"}, "v1", "roles", false},
	{Kind{"rbac.authorization.k8s.io", "RoleBinding"}, "v1", "rolebindings", false},
	{Kind{"rbac.authorization.k8s.io", "ClusterRole"}, "v1", "clusterroles", true},
	{Kind{"rbac.authorization.k8s.io", "ClusterRoleBinding"}, "v1", "clusterrolebindings", true},
	{Kind{"networking.k8s.io", "NetworkPolicy"}, "v1", "networkpolicies", false},
	{Kind{"networking.k8s.io", "Ingress"}, "v1", "ingresses", false},
	{Kind{"networking.k8s.io", "IngressClass"}, "v1", "ingressclasses", true},
	{Kind{"gateway.networking.k8s.io", "Gateway"}, "v1", "gateways", false},
	{Kind{"gateway.networking.k8s.io", "HTTPRoute"}, "v1", "httproutes", false},
	{Kind{"storage.k8s.io", "StorageClass"}, "v1", "storageclasses", true},
	{Kind{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"}, "v1", "validatingwebhookconfigurations", true},
	{Kind{"admissionregistration.k8s.io", "MutatingWebhookConfiguration"}, "v1", "mutatingwebhookconfigurations", true},
	{Kind{"apiregistration.k8s.io", "APIService"}, "v1", "apiservices", true},
}

var servedByKind = func() map[Kind]Served {
	byKind := make(map[Kind]Served, len(served))
	for _, s := range served {
		byKind[s.Kind] = s
	}
	return byKind
}()

// Served is how the kind is served, and whether that is known here.
func (k Kind) Served() (Served, bool) {
	s, ok := servedByKind[k]
	return s, ok
}
