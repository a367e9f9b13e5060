package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

func stackAuditAlarms() *rule.Rule {
	return &rule.Rule{
		ID:           "stack-audit-alarms",
		Title:        "Somebody is told what the audit log of a production cluster says",
		Severity:     rule.High,
		On:           wholeStack,
		Environments: production,
		Why: "An audit log that nobody reads tells of an intrusion when it is over. A metric over the log and " +
			"an alarm on the metric tell of it while it happens.",
		Fix: "EKS: add a LogMetricFilter on /aws/eks/CLUSTER/cluster and a MetricAlarm with alarmActions on its " +
			"metric. GKE: add an AlertPolicy with notificationChannels and a conditionMatchedLog whose filter names " +
			"k8s_cluster, or a condition on a logging Metric with such a filter.",
		Controls: []rule.Control{
			cis(cisEKS, "2.1.2", "Ensure audit logs are collected and managed"),
			cis(cisGKE, "5.7.1", "Ensure Logging and Cloud Monitoring is Enabled"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, cluster := range s.Of(eksClusters) {
				name := cluster.Get("name")
				q.Require(eksHasAlarm(s, name), name, "no alarm is raised by the audit log of the cluster %s", name)
			}
			for _, cluster := range s.Of(gkeClusters) {
				name := cluster.Get("name")
				q.Require(gkeHasAlert(s, name), name, "no alert is raised by the audit log of the cluster %s", name)
			}
		}),
	}
}

// eksHasAlarm asks for a filter on the cluster's log group and an alarm that
// tells somebody of its metric.
func eksHasAlarm(s *rule.Stack, cluster rule.Value) rule.Truth {
	name, known := cluster.Text()
	if !known {
		return cluster.Present().Not()
	}
	found := rule.False()
	for _, filter := range s.Of(types("aws:cloudwatch/logMetricFilter:LogMetricFilter")) {
		watches := filter.Get("logGroupName").Is("/aws/eks/" + name + "/cluster")
		metric := filter.Get("metricTransformation", "name")
		for _, alarm := range s.Of(types("aws:cloudwatch/metricAlarm:MetricAlarm")) {
			tells := alarm.Get("alarmActions").Empty().Not().And(alarm.Get("actionsEnabled").Is(false).Not())
			found = found.Or(watches.And(alarm.Get("metricName").Same(metric), tells))
		}
	}
	return found
}

// gkeHasAlert asks for an alert that tells somebody of what the cluster's logs
// say: of log entries themselves, or of a metric over them.
func gkeHasAlert(s *rule.Stack, cluster rule.Value) rule.Truth {
	name, known := cluster.Text()
	if !known {
		return cluster.Present().Not()
	}
	watches := func(filter rule.Value) rule.Truth {
		return filter.Matches(func(text string) bool { return isAuditFilter(text, name) })
	}
	found := rule.False()
	for _, alert := range s.Of(types("gcp:monitoring/alertPolicy:AlertPolicy")) {
		tells := isSet(alert.Get("notificationChannels")).And(alert.Get("enabled").Is(false).Not())
		conditions := alert.Get("conditions")
		of := conditions.Any(func(c rule.Value) rule.Truth { return watches(c.Get("conditionMatchedLog", "filter")) })
		for _, metric := range s.Of(types("gcp:logging/metric:Metric")) {
			live := watches(metric.Get("filter")).And(metric.Get("disabled").Is(true).Not())
			of = of.Or(live.And(conditions.Any(func(c rule.Value) rule.Truth { return counts(c, metric.Get("name")) })))
		}
		found = found.Or(tells.And(of))
	}
	return found
}

// isAuditFilter says whether a filter finds entries of the audit logs of a
// cluster: of every one of the project, or of that one by name.
func isAuditFilter(filter, cluster string) bool {
	about := strings.Contains(filter, "k8s_cluster") || strings.Contains(filter, "gke_cluster") || strings.Contains(filter, "k8s.io")
	const named = "cluster_name"
	return about && (!strings.Contains(filter, named) || strings.Contains(filter, named+`="`+cluster+`"`))
}

// counts asks whether a condition of an alert is on a metric over logs.
func counts(condition, metric rule.Value) rule.Truth {
	name, known := metric.Text()
	if !known {
		return metric.Present()
	}
	// The name ends where the filter's word does.
	named := func(text string) bool {
		_, rest, ok := strings.Cut(text, "logging.googleapis.com/user/"+name)
		return ok && (rest == "" || strings.ContainsAny(rest[:1], "\"' )"))
	}
	return condition.Get("conditionThreshold", "filter").Matches(named).
		Or(condition.Get("conditionAbsent", "filter").Matches(named))
}

func stackGKEDataAccess() *rule.Rule {
	return &rule.Rule{
		ID:           "stack-gke-data-access-logs",
		Title:        "Google Cloud logs who reads what is in a production cluster",
		Severity:     rule.Medium,
		Level:        rule.Advisory,
		On:           wholeStack,
		Environments: production,
		Why: "GKE always logs what is written to the Kubernetes API, and by default not what is read: nobody learns " +
			"who read a secret. Such logs are many and are paid for.",
		Fix: "Add a gcp.projects.IAMAuditConfig for container.googleapis.com, or allServices, with the logs of the " +
			"setting logTypes.",
		Controls: []rule.Control{
			cis(cisGKE, "5.7.1", "Ensure Logging and Cloud Monitoring is Enabled"),
		},
		Settings: []rule.Setting{{
			Name: "logTypes", Type: rule.StringList, Default: []any{"DATA_READ"},
			Allowed:     []string{"ADMIN_READ", "DATA_READ", "DATA_WRITE"},
			Description: "Kinds of access that must be logged.",
		}},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, cluster := range s.Of(gkeClusters) {
				for _, logType := range q.Settings.Strings("logTypes") {
					logged := rule.False()
					for _, config := range s.Of(types("gcp:projects/iAMAuditConfig:IAMAuditConfig")) {
						kinds := config.Get("auditLogConfigs").Any(func(c rule.Value) rule.Truth { return c.Get("logType").Is(logType) })
						logged = logged.Or(config.Get("service").OneOf([]string{"container.googleapis.com", "allServices"}).And(kinds))
					}
					q.Require(logged, cluster.Get("name"), "access of the kind %s to the cluster is not logged", logType)
				}
			}
		}),
	}
}
