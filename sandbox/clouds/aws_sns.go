package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsTopicType = "aws:sns/topic:Topic"

var awsTopic = &Type{
	Token: awsTopicType, Noun: "SNS topic",
	Does:             "refuses KMS keys that do not exist; sends no messages",
	Autoname:         &Autoname{Property: "name", MaxLength: 256},
	Immutable:        []string{"fifoTopic", "name", "namePrefix"},
	Defaults:         props.Object{"contentBasedDeduplication": false, "fifoTopic": false},
	OptionalComputed: []string{"fifoThroughputScope", "namePrefix", "policy", "signatureVersion", "tracingConfig"},
	Computed:         []string{"arn", "beginningArchiveTime", "owner"},
	Check: func(c *Call) []Failure {
		f := awsCheckResourcePolicy(c.Props, "policy")
		if n := props.Str(c.Props, "name"); n != "" && props.Bool(c.Props, "fifoTopic") != strings.HasSuffix(n, ".fifo") {
			f = append(f, Failure{"name", fmt.Sprintf("%q: the name of a FIFO topic ends in .fifo, and no other's does", n)})
		}
		if n, ok := props.Int(c.Props, "signatureVersion"); ok && n != 1 && n != 2 {
			f = append(f, Failure{"signatureVersion", "must be 1 (SHA1) or 2 (SHA256)"})
		}
		return append(f, awsOneOf(c.Props, "tracingConfig", "PassThrough", "Active")...)
	},
	Create: func(c *Call) (string, error) {
		arn := awsARN(c.Env, "sns", props.Str(c.Props, "name"))
		setDefaults(c.Props, props.Object{"policy": awsOwnersPolicy("SNS:*", arn), "signatureVersion": 0, "tracingConfig": ""})
		set(c, "arn", arn, "owner", awsAccount, "beginningArchiveTime", "")
		if err := awsKeyExists(c, "KMSNotFound", "kmsMasterKeyId"); err != nil {
			return "", err
		}
		return arn, awsFree(c, arn, "InvalidParameter: the topic %s already exists", arn)
	},
	Update: func(c *Call) error { return awsKeyExists(c, "KMSNotFound", "kmsMasterKeyId") },
}

// awsOwnersPolicy lets only the account in.
func awsOwnersPolicy(action, resource string) string {
	return fmt.Sprintf(`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":%q,"Resource":%q,"Condition":{"StringEquals":{"AWS:SourceOwner":%q}}}]}`,
		action, resource, awsAccount)
}

var awsTopicPolicy = &Type{
	Token: "aws:sns/topicPolicy:TopicPolicy", Noun: "policy of an SNS topic", Untagged: true,
	Does:      "refuses a topic that does not exist, and a second policy of one topic, which would undo the first",
	Required:  []string{"arn", "policy"},
	Immutable: []string{"arn"},
	Computed:  []string{"owner"},
	Check:     func(c *Call) []Failure { return awsCheckResourcePolicy(c.Props, "policy") },
	Create: func(c *Call) (string, error) {
		arn := props.Str(c.Props, "arn")
		if _, err := c.Find(awsTopicType, arn, "NotFound"); err != nil {
			return "", err
		}
		set(c, "owner", awsAccount)
		return arn, awsFree(c, arn, "the topic %s has a policy already: two would undo each other", arn)
	},
}

var awsSubscription = &Type{
	Token: "aws:sns/topicSubscription:TopicSubscription", Noun: "SNS subscription", Untagged: true,
	Does:             "refuses topics and queues that do not exist; one by email stays pending, because nobody confirms it",
	Required:         []string{"topic", "protocol", "endpoint"},
	Immutable:        []string{"topic", "protocol", "endpoint"},
	Defaults:         props.Object{"confirmationTimeoutInMinutes": 1, "endpointAutoConfirms": false, "rawMessageDelivery": false},
	OptionalComputed: []string{"filterPolicyScope"},
	Computed:         []string{"arn", "confirmationWasAuthenticated", "ownerId", "pendingConfirmation"},
	WriteOnly:        []string{"confirmationTimeoutInMinutes", "endpointAutoConfirms"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "protocol", "application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs")
		protocol, endpoint := props.Str(c.Props, "protocol"), props.Str(c.Props, "endpoint")
		wants := map[string]string{"email": "@", "email-json": "@", "http": "http://", "https": "https://", "sqs": "arn:", "lambda": "arn:", "firehose": "arn:"}[protocol]
		if endpoint != "" && !strings.Contains(endpoint, wants) {
			f = append(f, Failure{"endpoint", fmt.Sprintf("InvalidParameter: %q is no endpoint for %s: there is no %s in it", endpoint, protocol, wants)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		topic := props.Str(c.Props, "topic")
		if _, err := c.Find(awsTopicType, topic, "NotFound"); err != nil {
			return "", err
		}
		protocol := props.Str(c.Props, "protocol")
		if protocol == "sqs" {
			if err := awsARNExists(c, awsQueueType, props.Str(c.Props, "endpoint"), "InvalidParameter"); err != nil {
				return "", err
			}
		}
		arn := topic + ":" + uuid()
		pending := protocol == "email" || protocol == "email-json"
		set(c, "arn", arn, "ownerId", awsAccount, "pendingConfirmation", pending, "confirmationWasAuthenticated", !pending)
		return arn, nil
	},
}
