package eks

// sensitive is something in the audit log that a person should look at.
type sensitive struct {
	// name of the metric and the alarm.
	name string
	// why it is looked at, told with the alarm.
	why string
	// pattern of CloudWatch Logs that finds it.
	pattern string
	// threshold is how many there are in [auditPeriod] before the alarm sounds.
	threshold int
}

// auditPeriod is how long events are counted for, in seconds.
const auditPeriod = 300

// Parts of patterns. The fields are those of an audit event; strings may begin
// and end with an asterisk.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
// https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
const (
	// byPeople leaves out service accounts, nodes and the control plane, whose
	// names begin with system: or eks:.
	byPeople = `($.user.username != "system:*") && ($.user.username != "eks:*")`
	// forReal leaves out what is only tried, as every preview does, and what was
	// refused.
	forReal = `($.requestURI != "*dryRun=All*") && ($.responseStatus.code < 300)`
	writes  = `($.verb = "create" || $.verb = "update" || $.verb = "patch" || $.verb = "delete*")`
)

// sensitiveEvents are the events with an alarm: CIS EKS 2.1.1 asks for the logs,
// and this is who reads them. An update of the stack that changes rights or
// admission raises the alarm too: one knows then that it was the update.
var sensitiveEvents = []sensitive{
	{
		name:      "anonymous-access",
		why:       "somebody without credentials was given an answer about an object",
		pattern:   `{ ($.user.username = "system:anonymous") && ($.objectRef.resource = "*") && ($.responseStatus.code < 300) }`,
		threshold: 1,
	},
	{
		name:      "refused-credentials",
		why:       "somebody tries credentials that are not, or no longer, valid",
		pattern:   `{ $.responseStatus.code = 401 }`,
		threshold: 50,
	},
	{
		name:      "refused-requests",
		why:       "somebody, or a pod that was taken over, finds out what it may do",
		pattern:   `{ ($.responseStatus.code = 403) && ($.user.username != "system:node:*") }`,
		threshold: 50,
	},
	{
		name:      "commands-in-pods",
		why:       "somebody has a shell, a console or a port of a running pod",
		pattern:   `{ ($.objectRef.resource = "pods") && ($.objectRef.subresource = "exec" || $.objectRef.subresource = "attach" || $.objectRef.subresource = "portforward" || $.objectRef.subresource = "ephemeralcontainers") && ($.responseStatus.code < 300) && ` + byPeople + ` }`,
		threshold: 1,
	},
	{
		name:    "secrets-read",
		why:     "a person reads more secrets than one looks at by hand",
		pattern: `{ ($.objectRef.resource = "secrets") && ($.verb = "get" || $.verb = "list" || $.verb = "watch") && ($.responseStatus.code < 300) && ` + byPeople + ` }`,
		// An update of the stack reads those it made, one by one.
		threshold: 20,
	},
	{
		name:      "service-account-tokens",
		why:       "a person makes a token that acts as a service account",
		pattern:   `{ ($.objectRef.resource = "serviceaccounts") && ($.objectRef.subresource = "token") && ($.verb = "create") && ` + forReal + ` && ` + byPeople + ` }`,
		threshold: 1,
	},
	{
		name:      "impersonation",
		why:       "somebody acts in the name of somebody else",
		pattern:   `{ $.impersonatedUser.username = "*" }`,
		threshold: 1,
	},
	{
		name:      "rights-changed",
		why:       "a person changes who may do what in the cluster",
		pattern:   `{ ($.objectRef.apiGroup = "rbac.authorization.k8s.io") && ` + writes + ` && ` + forReal + ` && ` + byPeople + ` }`,
		threshold: 1,
	},
	{
		name: "admission-changed",
		why:  "a person changes or removes a check that every object passes",
		pattern: `{ ($.objectRef.apiGroup = "admissionregistration.k8s.io") && ($.verb = "update" || $.verb = "patch" || $.verb = "delete*") && ` +
			forReal + ` && ` + byPeople + ` }`,
		threshold: 1,
	},
	{
		name: "system-namespace-changed",
		why:  "a person changes what the cluster itself runs",
		pattern: `{ ($.objectRef.namespace = "kube-system") && ($.objectRef.subresource NOT EXISTS) && ` + writes + ` && ` +
			forReal + ` && ` + byPeople + ` }`,
		threshold: 1,
	},
	{
		name:      "aws-auth-changed",
		why:       "somebody writes the ConfigMap that gave IAM principals access before access entries did, and that this cluster does not read",
		pattern:   `{ ($.objectRef.resource = "configmaps") && ($.objectRef.name = "aws-auth") && ` + writes + ` && ` + forReal + ` }`,
		threshold: 1,
	},
}

// accessCalls are the calls of EKS's own API that decide who enters a cluster and
// what of it is recorded. They are in CloudTrail, not in the cluster's log.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_Operations.html
var accessCalls = []string{
	"AssociateAccessPolicy", "AssociateIdentityProviderConfig", "CreateAccessEntry", "CreatePodIdentityAssociation",
	"DeleteAccessEntry", "DisassociateAccessPolicy", "UpdateAccessEntry", "UpdateClusterConfig", "UpdatePodIdentityAssociation",
}
