package clouds

import (
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsFlowLogType = "aws:ec2/flowLog:FlowLog"

// awsFlowSources are what a flow log can watch.
var awsFlowSources = []string{"eniId", "subnetId", "transitGatewayAttachmentId", "transitGatewayId", "vpcId"}

// awsFlowFormat is the format of version 2: docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html.
const awsFlowFormat = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"

var awsFlowLog = &Type{
	Token: awsFlowLogType, Noun: "flow log",
	Does: "refuses destinations and roles that do not exist, and a second one of the same traffic to the same place; records nothing",
	Immutable: append([]string{
		"deliverCrossAccountRole", "destinationOptions", "iamRoleArn", "logDestination", "logDestinationType", "logFormat", "logGroupName",
		"maxAggregationInterval", "trafficType",
	}, awsFlowSources...),
	Defaults: props.Object{
		"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600, "destinationOptions.fileFormat": "plain-text",
		"destinationOptions.hiveCompatiblePartitions": false, "destinationOptions.perHourPartition": false,
	},
	OptionalComputed: []string{"logDestination", "logFormat", "logGroupName"},
	Computed:         []string{"arn"},
	Check: func(c *Call) []Failure {
		f := awsExactlyOne(c.Props, awsFlowSources...)
		f = append(f, awsExactlyOne(c.Props, "logDestination", "logGroupName")...)
		f = append(f, awsOneOf(c.Props, "trafficType", "ACCEPT", "REJECT", "ALL")...)
		f = append(f, awsOneOf(c.Props, "logDestinationType", "cloud-watch-logs", "s3", "kinesis-data-firehose")...)
		if c.Props["trafficType"] == nil && c.Props["transitGatewayId"] == nil && c.Props["transitGatewayAttachmentId"] == nil {
			f = append(f, Failure{"trafficType", "a flow log of a VPC, a subnet or an interface needs one of ACCEPT, REJECT, ALL"})
		}
		if n, ok := props.Int(c.Props, "maxAggregationInterval"); ok && n != 60 && n != 600 {
			f = append(f, Failure{"maxAggregationInterval", "must be 60 or 600 seconds"})
		}
		// docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html, DeliverLogsPermissionArn.
		switch kind := props.Str(c.Props, "logDestinationType"); {
		case kind == "cloud-watch-logs" && c.Props["iamRoleArn"] == nil:
			f = append(f, Failure{"iamRoleArn", "a flow log to CloudWatch Logs needs a role that may write there"})
		case kind == "s3" && c.Props["iamRoleArn"] != nil:
			f = append(f, Failure{"iamRoleArn", "a flow log to S3 takes no role: the bucket's policy lets it in"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		for property, typ := range map[string]string{"vpcId": awsVPCType, "subnetId": awsSubnetType} {
			if id := props.Str(c.Props, property); id != "" {
				if _, err := awsFind(c, typ, id, "InvalidParameterValue"); err != nil {
					return "", err
				}
			}
		}
		if err := awsFlowDestination(c); err != nil {
			return "", err
		}
		if role := props.Str(c.Props, "iamRoleArn"); role != "" {
			if err := awsRoleExists(c, role, "InvalidParameter"); err != nil {
				return "", err
			}
		}
		same, err := awsHere(c.Env, awsFlowLogType, func(o *store.Object) bool {
			for _, k := range append([]string{"logDestination", "trafficType"}, awsFlowSources...) {
				if !props.Equal(o.Properties[k], c.Props[k]) {
					return false
				}
			}
			return true
		})
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("FlowLogAlreadyExists: %s records the same traffic to the same destination", same[0].ID)
		}
		id := awsID("fl")
		setDefaults(c.Props, props.Object{"logFormat": awsFlowFormat, "logGroupName": ""})
		set(c, "arn", awsARN(c.Env, "ec2", "vpc-flow-log/"+id))
		return id, nil
	},
}

// awsFlowDestination refuses a log group or a bucket that does not exist.
func awsFlowDestination(c *Call) error {
	if group := props.Str(c.Props, "logGroupName"); group != "" {
		c.Props["logDestination"] = awsARN(c.Env, "logs", "log-group:"+group)
	}
	to := strings.TrimSuffix(props.Str(c.Props, "logDestination"), ":*")
	switch props.Str(c.Props, "logDestinationType") {
	case "s3":
		bucket, _, _ := strings.Cut(strings.TrimPrefix(to, "arn:aws:s3:::"), "/")
		_, err := c.Find(awsBucketType, bucket, "LogDestinationNotFound")
		return err
	case "cloud-watch-logs":
		return awsLogGroupExists(c, to, "LogDestinationNotFound")
	default:
		return nil
	}
}
