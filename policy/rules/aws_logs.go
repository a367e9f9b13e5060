package rules

import (
	"regexp"

	"github.com/ai-now/platform/policy/rule"
)

const awsLogGroup = "aws:cloudwatch/logGroup:LogGroup"

// eksLogGroup is the form of the name under which EKS writes its logs.
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
var eksLogGroup = regexp.MustCompile(`^/aws/eks/[^/]+/cluster$`)

func awsLogRetention() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-log-retention",
		Title:    "Logs on AWS have an end",
		Severity: rule.Medium,
		On:       types(awsLogGroup),
		Why: "CloudWatch keeps logs for ever unless told otherwise, and bills them; what is kept longer than " +
			"needed can be stolen longer than needed.",
		Fix: "Set retentionInDays to a number of days that CloudWatch offers, within the settings.",
		Controls: []rule.Control{
			hub("CloudWatch.16", "CloudWatch log groups should be retained for a specified time period"),
		},
		Settings: []rule.Setting{
			number("least", 7, 1, 3653, "Fewest days logs are kept."),
			number("most", 731, 1, 3653, "Most days logs are kept."),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			days := r.Get("retentionInDays")
			least, most := q.Settings.Int("least"), q.Settings.Int("most")
			ends := days.Present().And(days.Is(0).Not())
			q.Require(ends, days, "logs are kept for ever")
			q.Require(ends.Not().Or(atLeast(days, least).And(atMost(days, most))), days,
				"logs are kept for %s days, allowed are %d to %d", days, least, most)
		}),
	}
}

func eksLogRetention() *rule.Rule {
	return &rule.Rule{
		ID:           "eks-log-retention",
		Title:        "The logs of a production control plane are kept for a year",
		Severity:     rule.High,
		On:           types(awsLogGroup),
		Environments: production,
		Why: "Intrusions are found after months. What the audit log said at their beginning must still be " +
			"there, or nobody can say what was taken.",
		Fix: "Set retentionInDays of the log group /aws/eks/CLUSTER/cluster to 365 or more.",
		Controls: []rule.Control{
			cis(cisEKS, "2.1.2", "Ensure audit logs are collected and managed"),
			hub("CloudWatch.16", "CloudWatch log groups should be retained for a specified time period"),
		},
		Settings: []rule.Setting{number("days", 365, 1, 3653, "Fewest days the logs are kept.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			days := r.Get("retentionInDays")
			others := r.Get("name").Matches(eksLogGroup.MatchString).Not()
			long := days.Present().Not().Or(days.Is(0), atLeast(days, q.Settings.Int("days")))
			q.Require(others.Or(long), days, "the control plane's logs are kept for %s days, %d are needed", days, q.Settings.Int("days"))
		}),
	}
}

func awsLogEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-log-encryption",
		Title:    "Logs on AWS are encrypted with a key of the owner",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       types(awsLogGroup),
		Why: "CloudWatch encrypts logs with its own key, which whoever may read the logs may use. Audit logs " +
			"say who is who and what is where.",
		Fix: "Set kmsKeyId to a KMS key whose policy lets the logs service of the region use it.",
		Check: demands(demand{
			"kmsKeyId", isSet, "the logs are not encrypted with a key of the owner",
		}),
	}
}
