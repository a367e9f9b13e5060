package clouds

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsQueueType = "aws:sqs/queue:Queue"

var awsQueueName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,80}$|^[0-9A-Za-z_-]{1,75}\.fifo$`)

var awsQueue = &Type{
	Token: awsQueueType, Noun: "SQS queue",
	Does:      "refuses a name in use and KMS keys that do not exist; carries no messages",
	Autoname:  &Autoname{Property: "name", MaxLength: 80},
	Immutable: []string{"fifoQueue", "name", "namePrefix"},
	Defaults: props.Object{
		"contentBasedDeduplication": false, "delaySeconds": 0, "fifoQueue": false, "maxMessageSize": 262144, "messageRetentionSeconds": 345600,
		"receiveWaitTimeSeconds": 0, "visibilityTimeoutSeconds": 30,
	},
	OptionalComputed: []string{
		"deduplicationScope", "fifoThroughputLimit", "kmsDataKeyReusePeriodSeconds", "namePrefix", "policy", "redriveAllowPolicy", "redrivePolicy", "sqsManagedSseEnabled",
	},
	Computed: []string{"arn", "url"},
	Check: func(c *Call) []Failure {
		f := awsCheckResourcePolicy(c.Props, "policy")
		name, fifo := props.Str(c.Props, "name"), props.Bool(c.Props, "fifoQueue")
		switch {
		case name == "":
		case !awsQueueName.MatchString(name):
			f = append(f, Failure{"name", fmt.Sprintf("%q must have 1 to 80 letters, digits, hyphens and underscores", name)})
		case fifo != strings.HasSuffix(name, ".fifo"):
			f = append(f, Failure{"name", fmt.Sprintf("%q: the name of a FIFO queue ends in .fifo, and no other's does", name)})
		}
		// docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
		for path, b := range map[string][2]int{
			"delaySeconds": {0, 900}, "maxMessageSize": {1024, 262144}, "messageRetentionSeconds": {60, 1209600}, "receiveWaitTimeSeconds": {0, 20},
			"visibilityTimeoutSeconds": {0, 43200}, "kmsDataKeyReusePeriodSeconds": {60, 86400},
		} {
			f = append(f, awsBetween(c.Props, path, b[0], b[1])...)
		}
		return append(f, awsConflict(c.Props, "sqsManagedSseEnabled", "kmsMasterKeyId")...)
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		url := "https://sqs." + c.Region + ".amazonaws.com/" + awsAccount + "/" + name
		// Since October 2022 a new queue is encrypted unless it says otherwise: docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html.
		setDefaults(c.Props, props.Object{
			"sqsManagedSseEnabled": c.Props["kmsMasterKeyId"] == nil, "kmsDataKeyReusePeriodSeconds": 300, "policy": "", "redrivePolicy": "", "redriveAllowPolicy": "",
		})
		set(c, "arn", awsARN(c.Env, "sqs", name), "url", url)
		if err := awsKeyExists(c, "KMS.NotFoundException", "kmsMasterKeyId"); err != nil {
			return "", err
		}
		return url, awsFree(c, url, "QueueAlreadyExists: a queue already exists with the same name: %s", name)
	},
	Update: func(c *Call) error { return awsKeyExists(c, "KMS.NotFoundException", "kmsMasterKeyId") },
}

var awsQueuePolicy = &Type{
	Token: "aws:sqs/queuePolicy:QueuePolicy", Noun: "policy of an SQS queue", Untagged: true,
	Does:      "refuses a queue that does not exist, and a second policy of one queue, which would undo the first",
	Required:  []string{"queueUrl", "policy"},
	Immutable: []string{"queueUrl"},
	Check:     func(c *Call) []Failure { return awsCheckResourcePolicy(c.Props, "policy") },
	Create: func(c *Call) (string, error) {
		url := props.Str(c.Props, "queueUrl")
		if _, err := c.Find(awsQueueType, url, "AWS.SimpleQueueService.NonExistentQueue"); err != nil {
			return "", err
		}
		return url, awsFree(c, url, "the queue %s has a policy already: two would undo each other", url)
	},
}
