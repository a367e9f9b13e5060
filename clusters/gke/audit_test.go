package gke_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

func TestAuditLogsAreKeptAsLongAsTheStackSays(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]float64{0: spec.DefaultRetentionDays, 400: 400} {
		r, _ := deploy(t, func(c *spec.Cluster) { c.Audit.RetentionDays = days })
		r.One(t, "gcp:logging/projectBucketConfig:ProjectBucketConfig", "main-audit").RequireValues(t, map[string]any{
			"bucketId": "main-audit", "location": "europe-west1", "retentionDays": want, "locked": nil,
		})
	}
	r, _ := deploy(t, nil)
	sink := r.One(t, "gcp:logging/projectSink:ProjectSink", "main-audit")
	require.Equal(t, "logging.googleapis.com/main-audit-id", sink.Value("destination"))
	filter := sink.Value("filter").(string)
	for _, part := range []string{`resource.labels.cluster_name="main"`, `resource.labels.location="europe-west1"`, "k8s_cluster", "gke_cluster", "k8s_control_plane_component"} {
		require.Contains(t, filter, part)
	}
	reads := r.One(t, "gcp:projects/iAMAuditConfig:IAMAuditConfig", "main")
	require.True(t, reads.Retain, "other clusters of the project need it")
	reads.RequireValues(t, map[string]any{
		"service": "container.googleapis.com", "auditLogConfigs": []any{map[string]any{"logType": "ADMIN_READ"}, map[string]any{"logType": "DATA_READ"}},
	})
}

func TestSensitiveEventsAreCountedAndTold(t *testing.T) {
	t.Parallel()
	addresses := []string{"security@example.com", "ops@example.com"}
	r, _ := deploy(t, func(c *spec.Cluster) { c.Audit.Notify = addresses })
	for _, address := range addresses {
		r.One(t, "gcp:monitoring/notificationChannel:NotificationChannel", "main-"+address).RequireValues(t, map[string]any{
			"type": "email", "labels.email_address": address,
		})
	}
	tests := map[string]string{ // part of the filter that finds it
		"main-anonymous-access": "system:anonymous", "main-cluster-admin-bound": "cluster-admin", "main-admission-changed": "webhookconfigurations",
		"main-secrets-read": `secrets\.(get|list|watch)`, "main-token-requested": `serviceaccounts\.token`,
		"main-shell-in-pod": "exec", "main-cluster-changed": "ClusterManager",
	}
	metrics := r.Of("gcp:logging/metric:Metric")
	require.Len(t, metrics, len(tests))
	for name, part := range tests {
		metric, policy := r.One(t, "gcp:logging/metric:Metric", name), r.One(t, "gcp:monitoring/alertPolicy:AlertPolicy", name)
		filter := metric.Value("filter").(string)
		require.Contains(t, filter, part)
		require.Contains(t, filter, `resource.labels.cluster_name="main"`, "of this cluster only")
		// https://cloud.google.com/logging/docs/view/logging-query-language#limits
		require.Less(t, len(filter), 2048, "no condition takes a longer filter")
		require.Equal(t, 0, strings.Count(filter, `"`)%2, "quotes come in pairs: %s", filter)
		require.Equal(t, strings.Count(filter, "("), strings.Count(filter, ")"), "brackets too: %s", filter)
		policy.RequireValues(t, map[string]any{
			"combiner": "OR", "conditions[0].conditionMatchedLog.filter": filter,
			"notificationChannels": []any{
				"projects/example/notificationChannels/main-security@example.com", "projects/example/notificationChannels/main-ops@example.com",
			},
			"alertStrategy": map[string]any{"autoClose": "1800s", "notificationRateLimit": map[string]any{"period": "300s"}},
		})
		require.NotEmpty(t, policy.Value("documentation.content"), "%s says what to do", name)
		require.Contains(t, []any{"CRITICAL", "ERROR", "WARNING"}, policy.Value("severity"))
	}
}
