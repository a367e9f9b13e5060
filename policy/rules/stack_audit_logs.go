package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

func stackAuditLogs() *rule.Rule {
	return &rule.Rule{
		ID:           "stack-audit-logs",
		Title:        "The audit logs of production clusters go where they are kept",
		Severity:     rule.High,
		On:           wholeStack,
		Environments: production,
		Why: "Intrusions are found after months. EKS writes into a log group that it makes itself if nobody did, without " +
			"an end and without a key. Google keeps what is written to the Kubernetes API for 400 days and what is read " +
			"for 30. DOKS gives its users no audit log: what must be audited does not belong there.",
		Fix: "EKS: make the log group /aws/eks/CLUSTER/cluster in the stack. GKE: add a sink whose filter finds the " +
			"cluster's audit logs, and a log bucket with retentionDays of the setting days or more; or give the bucket " +
			"_Default as many.",
		Controls: []rule.Control{
			cis(cisEKS, "2.1.2", "Ensure audit logs are collected and managed"),
			cis(cisGKE, "5.7.1", "Ensure Logging and Cloud Monitoring is Enabled"),
		},
		Settings: []rule.Setting{number("days", 365, 1, 3650, "Fewest days the logs are kept in Cloud Logging.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, cluster := range s.Of(eksClusters) {
				name := cluster.Get("name")
				q.Require(hasLogGroup(s, name), name, "the log group of the cluster %s is not in the stack", name)
			}
			days := q.Settings.Int("days")
			for _, cluster := range s.Of(gkeClusters) {
				name := cluster.Get("name")
				q.Require(keepsAuditLogs(s, name, days), name, "the audit logs of the cluster %s are not kept for %d days", name, days)
			}
		}),
	}
}

// hasLogGroup asks for the log group that EKS writes into.
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
func hasLogGroup(s *rule.Stack, cluster rule.Value) rule.Truth {
	name, known := cluster.Text()
	if !known {
		return cluster.Present().Not()
	}
	found := rule.False()
	for _, group := range s.Of(types(awsLogGroup)) {
		found = found.Or(group.Get("name").Is("/aws/eks/" + name + "/cluster"))
	}
	return found
}

// keepsAuditLogs asks for a sink of the cluster's audit logs into something that
// keeps them, or for the bucket that gets all logs of a project to do so.
// https://cloud.google.com/logging/quotas#logs_retention_periods
func keepsAuditLogs(s *rule.Stack, cluster rule.Value, days int) rule.Truth {
	name, known := cluster.Text()
	if !known {
		return cluster.Present().Not()
	}
	found := rule.False()
	buckets := s.Of(types("gcp:logging/projectBucketConfig:ProjectBucketConfig"))
	for _, b := range buckets {
		found = found.Or(b.Get("bucketId").Is("_Default").And(atLeast(b.Get("retentionDays"), days)))
	}
	for _, sink := range s.Of(types("gcp:logging/projectSink:ProjectSink")) {
		of := sink.Get("filter").Matches(func(filter string) bool { return isAuditFilter(filter, name) })
		on := sink.Get("disabled").Is(true).Not()
		found = found.Or(of.And(on, keeps(s, sink, buckets, days)))
	}
	return found
}

// keeps asks whether the destination of a sink keeps logs for so many days. Of
// destinations that are no log buckets, and of those made elsewhere, nothing more
// is asked.
func keeps(s *rule.Stack, sink *rule.Resource, buckets []*rule.Resource, days int) rule.Truth {
	destination := sink.Get("destination")
	for _, b := range buckets {
		into := destination.Matches(func(d string) bool {
			id, known := b.Get("id").Text()
			return known && strings.HasSuffix(d, "/"+id)
		})
		for _, urn := range sink.DependsOn["destination"] {
			if urn == b.URN && s.Find(urn) != nil {
				into = rule.True()
			}
		}
		if into.IsTrue() {
			return atLeast(b.Get("retentionDays"), days)
		}
	}
	return destination.Present()
}
