package rules

import "github.com/ai-now/platform/policy/rule"

func awsQueueEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-queue-encryption",
		Title:    "SQS queues are encrypted",
		Severity: rule.Medium,
		On:       types("aws:sqs/queue:Queue"),
		Why: "Messages lie on disks for up to two weeks. SQS encrypts new queues unless a program switches " +
			"it off.",
		Fix: "Leave sqsManagedSseEnabled out or true, or set kmsMasterKeyId.",
		Controls: []rule.Control{
			hub("SQS.1", "Amazon SQS queues should be encrypted at rest"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			managed := r.Get("sqsManagedSseEnabled")
			q.Require(managed.Is(false).Not().Or(isSet(r.Get("kmsMasterKeyId"))), managed, "messages are not encrypted")
		}),
	}
}

func awsTopicEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-topic-encryption",
		Title:    "SNS topics are encrypted",
		Severity: rule.Low,
		On:       types("aws:sns/topic:Topic"),
		Why: "A topic keeps messages while it delivers them, by default as they are. Alarms say what is " +
			"broken and where.",
		Fix: "Set kmsMasterKeyId to a KMS key whose policy lets the publishing services use it.",
		Controls: []rule.Control{
			hub("SNS.1", "SNS topics should be encrypted at rest using AWS KMS"),
		},
		Check: demands(demand{"kmsMasterKeyId", isSet, "messages are not encrypted"}),
	}
}
