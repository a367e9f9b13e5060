package eks_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

// Who appears in the audit log, as EKS names them.
const (
	person     = "arn:aws:sts::123456789012:assumed-role/operators/someone"
	pod        = "system:serviceaccount:shop:cart"
	node       = "system:node:ip-10-0-0-1.eu-west-1.compute.internal"
	eksService = "eks:addon-manager"
)

// audited is an event of the audit log.
func audited(user, verb string, object map[string]any, code int) map[string]any {
	return map[string]any{
		"verb": verb, "requestURI": "/apis", "stage": "ResponseComplete",
		"user": map[string]any{"username": user}, "objectRef": object, "responseStatus": map[string]any{"code": code},
	}
}

func also(event map[string]any, key string, value any) map[string]any {
	event[key] = value
	return event
}

func TestAlarmsSoundForSensitiveEventsOnly(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	r := asking(t, func(c *spec.Cluster) { c.Audit.Notify = []string{"security@example.com"} }, nil)
	filters := r.Of("aws:cloudwatch/logMetricFilter:LogMetricFilter")
	require.NotEmpty(t, filters)
	for _, tt := range []struct {
		name  string
		event map[string]any
		want  []string
	}{
		{"an anonymous request that is answered", audited("system:anonymous", "get", object{"resource": "configmaps"}, 200), []string{"anonymous-access"}},
		{"an anonymous request that is refused", audited("system:anonymous", "get", object{"resource": "secrets"}, 403), []string{"refused-requests"}},
		{"an anonymous question for the version", audited("system:anonymous", "get", nil, 200), nil},
		{"credentials that are not valid", audited("", "get", object{"resource": "pods"}, 401), []string{"refused-credentials"}},
		{"a pod that may not", audited(pod, "list", object{"resource": "secrets"}, 403), []string{"refused-requests"}},
		{"a node that may not, as they do when a pod has just gone", audited(node, "get", object{"resource": "configmaps"}, 403), nil},
		{"a shell in a pod", audited(person, "create", object{"resource": "pods", "subresource": "exec"}, 101), []string{"commands-in-pods"}},
		{"a shell by way of a WebSocket", audited(person, "get", object{"resource": "pods", "subresource": "exec"}, 101), []string{"commands-in-pods"}},
		{"a debugging container", audited(person, "patch", object{"resource": "pods", "subresource": "ephemeralcontainers"}, 200), []string{"commands-in-pods"}},
		{"a person who looks at logs", audited(person, "get", object{"resource": "pods", "subresource": "log"}, 200), nil},
		{"a person who lists secrets", audited(person, "list", object{"resource": "secrets"}, 200), []string{"secrets-read"}},
		{"a controller that watches secrets", audited(pod, "watch", object{"resource": "secrets"}, 200), nil},
		{"a token of a service account made by a person", audited(person, "create", object{"resource": "serviceaccounts", "subresource": "token"}, 201), []string{"service-account-tokens"}},
		{"a token made by a node for its pod", audited(node, "create", object{"resource": "serviceaccounts", "subresource": "token"}, 201), nil},
		{"somebody who acts as somebody else", also(audited(person, "get", object{"resource": "pods"}, 200), "impersonatedUser", object{"username": "system:admin"}), []string{"impersonation"}},
		{"a binding to cluster-admin", audited(person, "create", object{"apiGroup": "rbac.authorization.k8s.io", "resource": "clusterrolebindings", "name": "me"}, 201), []string{"rights-changed"}},
		{"a preview of the same", also(audited(person, "patch", object{"apiGroup": "rbac.authorization.k8s.io", "resource": "clusterroles"}, 200), "requestURI", "/apis/rbac.authorization.k8s.io/v1/clusterroles/me?dryRun=All&force=true"), nil},
		{"EKS, which changes its own roles", audited(eksService, "update", object{"apiGroup": "rbac.authorization.k8s.io", "resource": "clusterroles"}, 200), nil},
		{"an admission policy removed", audited(person, "delete", object{"apiGroup": "admissionregistration.k8s.io", "resource": "validatingadmissionpolicybindings"}, 200), []string{"admission-changed"}},
		{"all webhooks removed at once", audited(person, "deletecollection", object{"apiGroup": "admissionregistration.k8s.io", "resource": "validatingwebhookconfigurations"}, 200), []string{"admission-changed"}},
		{"a deployment of the cluster's own changed", audited(person, "patch", object{"apiGroup": "apps", "resource": "deployments", "namespace": "kube-system", "name": "coredns"}, 200), []string{"system-namespace-changed"}},
		{"a deployment of the shop changed", audited(person, "patch", object{"apiGroup": "apps", "resource": "deployments", "namespace": "shop"}, 200), nil},
		{"a lease renewed in kube-system", audited("system:kube-scheduler", "update", object{"resource": "leases", "namespace": "kube-system"}, 200), nil},
		{"the old map of who may enter written", audited(eksService, "create", object{"resource": "configmaps", "namespace": "kube-system", "name": "aws-auth"}, 201), []string{"aws-auth-changed"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var sounded []string
			for _, filter := range filters {
				if finds(t, filter.Value("pattern").(string), tt.event) {
					sounded = append(sounded, filter.Value("metricTransformation.name").(string))
				}
			}
			require.Equal(t, tt.want, sounded)
		})
	}
}

func TestEveryFilterHasAnAlarmThatPeopleHear(t *testing.T) {
	t.Parallel()
	r := asking(t, func(c *spec.Cluster) { c.Audit.Notify = []string{"security@example.com", "oncall@example.com"} }, nil)
	for _, filter := range r.Of("aws:cloudwatch/logMetricFilter:LogMetricFilter") {
		filter.RequireValues(t, map[string]any{
			"logGroupName": "/aws/eks/eks/cluster", "metricTransformation.namespace": "ai-now/eks/eks", "metricTransformation.value": "1",
		})
		require.LessOrEqual(t, len(filter.Value("pattern").(string)), 1024, "the longest pattern CloudWatch Logs takes: %s", filter.Name)
		r.One(t, "aws:cloudwatch/metricAlarm:MetricAlarm", filter.Name).RequireValues(t, map[string]any{
			"namespace": "ai-now/eks/eks", "metricName": filter.Value("metricTransformation.name"), "statistic": "Sum", "period": 300.0,
			"comparisonOperator": "GreaterThanOrEqualToThreshold", "treatMissingData": "notBreaching",
			"alarmActions": []any{"arn:aws:sns:eu-west-1:123456789012:eks-audit"}, "tags.team": "platform",
		})
	}
	require.Len(t, r.Of("aws:sns/topicSubscription:TopicSubscription"), 2)
	r.One(t, "aws:sns/topicSubscription:TopicSubscription", "eks-audit-security@example.com").RequireValues(t, map[string]any{
		"protocol": "email", "endpoint": "security@example.com", "topic": "arn:aws:sns:eu-west-1:123456789012:eks-audit",
	})
	r.One(t, "aws:sns/topic:Topic", "eks-audit").RequireValues(t, map[string]any{
		"kmsMasterKeyId": "arn:aws:kms:eu-west-1:123456789012:key/eks-audit",
	})
}

func TestOnlyAlarmsOfThisClusterAndEventsPublish(t *testing.T) {
	t.Parallel()
	r := asking(t, nil, nil)
	const topic = "arn:aws:sns:eu-west-1:123456789012:eks-audit"
	publishers := parsePolicy(t, r.One(t, "aws:sns/topicPolicy:TopicPolicy", "eks-audit").Value("policy"))
	key := parsePolicy(t, r.One(t, "aws:kms/key:Key", "eks-audit").Value("policy"))
	alarm := func(account, name, secure string) map[string]string {
		return map[string]string{
			"aws:SourceAccount": account, "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:" + account + ":alarm:" + name, "aws:SecureTransport": secure,
		}
	}
	for _, tt := range []struct {
		name, service string
		context       map[string]string
		allowed       bool
	}{
		{"an alarm of the cluster", "cloudwatch.amazonaws.com", alarm(account, "eks-impersonation", "true"), true},
		{"an alarm of something else", "cloudwatch.amazonaws.com", alarm(account, "billing", "true"), false},
		{"an alarm of another account", "cloudwatch.amazonaws.com", alarm("210987654321", "eks-impersonation", "true"), false},
		{"an alarm over plain HTTP", "cloudwatch.amazonaws.com", alarm(account, "eks-impersonation", "false"), false},
		{"a rule of EventBridge", "events.amazonaws.com", map[string]string{"aws:SecureTransport": "true"}, true},
		{"another service", "s3.amazonaws.com", alarm(account, "eks-impersonation", "true"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.allowed, publishers.of(tt.service).allows(t, request{"sns:Publish", topic, tt.context}))
		})
	}
	require.True(t, key.of("cloudwatch.amazonaws.com").allows(t, request{"kms:GenerateDataKey", "key", alarm(account, "eks-impersonation", "true")}))
	require.False(t, key.of("cloudwatch.amazonaws.com").allows(t, request{"kms:GenerateDataKey", "key", alarm("210987654321", "x", "true")}))
	require.True(t, key.of("events.amazonaws.com").allows(t, request{"kms:Decrypt", "key", nil}), "EventBridge names no source to KMS")
}

func TestChangesOfWhoMayEnterAreTold(t *testing.T) {
	t.Parallel()
	r := asking(t, nil, nil)
	var rule struct {
		Source []string
		Detail struct{ EventSource, EventName []string }
	}
	require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:cloudwatch/eventRule:EventRule", "eks-access-changed").Value("eventPattern").(string)), &rule))
	require.Equal(t, []string{"eks.amazonaws.com"}, rule.Detail.EventSource)
	for _, call := range []string{"CreateAccessEntry", "AssociateAccessPolicy", "UpdateClusterConfig"} {
		require.Contains(t, rule.Detail.EventName, call)
	}
	r.One(t, "aws:cloudwatch/eventTarget:EventTarget", "eks-access-changed").RequireValues(t, map[string]any{
		"arn": "arn:aws:sns:eu-west-1:123456789012:eks-audit", "rule": "eks-access-changed",
	})
}
