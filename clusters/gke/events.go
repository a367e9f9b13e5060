package gke

// event is something a security team wants to hear of. Names of methods:
// https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
type event struct {
	// name in metrics and policies, and title for people.
	name, title string
	// resource is the type of the monitored resource that logs it.
	resource string
	// filter finds it in the audit logs of the cluster.
	filter string
	// severity is CRITICAL, ERROR or WARNING.
	severity string
	// what it means and what to do.
	what string
}

// Types of monitored resources:
// https://cloud.google.com/logging/docs/api/v2/resource-list
const (
	resourceKubernetes = "k8s_cluster"
	resourceGKE        = "gke_cluster"
)

// byPeople leaves out what controllers, nodes and service accounts do.
const byPeople = `protoPayload.authenticationInfo.principalEmail=~"@" AND NOT protoPayload.authenticationInfo.principalEmail=~"gserviceaccount\.com$"`

// events lists them, the worst first.
var events = []event{
	{
		name: "anonymous-access", title: "Somebody without credentials was let in", resource: resourceKubernetes, severity: "CRITICAL",
		filter: `protoPayload.authenticationInfo.principalEmail="system:anonymous" AND protoPayload.authorizationInfo.granted=true AND NOT protoPayload.resourceName=~"^(healthz|livez|readyz|version)"`,
		what:   "A role is bound to system:anonymous or system:unauthenticated. Find the binding and delete it.",
	},
	{
		name: "cluster-admin-bound", title: "cluster-admin was given to somebody", resource: resourceKubernetes, severity: "CRITICAL",
		filter: `protoPayload.methodName=~"^io\.k8s\.authorization\.rbac\.v1\.(clusterrolebindings|rolebindings)\.(create|patch|update)$" AND (protoPayload.request.roleRef.name="cluster-admin" OR protoPayload.response.roleRef.name="cluster-admin")`,
		what:   "If no change of the stack explains it, delete the binding and look at what its subject did since.",
	},
	{
		name: "admission-changed", title: "What checks new objects was changed", resource: resourceKubernetes, severity: "ERROR",
		// Controllers renew the certificates of their webhooks all the time.
		filter: `protoPayload.methodName=~"^io\.k8s\.admissionregistration\.v1\.(mutating|validating)(webhookconfigurations|admissionpolicies|admissionpolicybindings)\.(create|delete|patch|update)$" AND NOT protoPayload.authenticationInfo.principalEmail=~"^system:"`,
		what:   "A webhook or policy that is gone or weaker lets anything in. Run an update of the stack to bring it back.",
	},
	{
		name: "secrets-read", title: "A person read Secrets", resource: resourceKubernetes, severity: "ERROR",
		filter: `protoPayload.methodName=~"^io\.k8s\.core\.v1\.secrets\.(get|list|watch)$" AND ` + byPeople,
		what:   "Ask who it was. If nobody knows, replace what was read.",
	},
	{
		name: "token-requested", title: "A person took the identity of a service account", resource: resourceKubernetes, severity: "ERROR",
		filter: `protoPayload.methodName=~"^io\.k8s\.core\.v1\.serviceaccounts\.token\.create$" AND ` + byPeople,
		what:   "The token acts as the service account until it expires. Ask who it was.",
	},
	{
		name: "shell-in-pod", title: "Somebody opened a shell or a port of a pod", resource: resourceKubernetes, severity: "WARNING",
		filter: `protoPayload.methodName=~"^io\.k8s\.core\.v1\.pods\.(attach|exec|portforward)(\.|$)"`,
		what:   "What is done in there is in no log. Ask who it was; replace the pod if nobody knows.",
	},
	{
		name: "cluster-changed", title: "The settings of the cluster were changed", resource: resourceGKE, severity: "WARNING",
		filter: `protoPayload.serviceName="container.googleapis.com" AND protoPayload.methodName=~"ClusterManager\.(DeleteCluster|Set|UpdateCluster|UpdateMaster)"`,
		what:   "If no update of the stack explains it, preview one: it shows what was changed, and takes it back.",
	},
}
