package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// logGroups are the log groups of the cluster, whose key CloudWatch Logs may use
// for them.
func (p *Platform) logGroups() []string {
	return []string{"/aws/eks/" + p.name + "/*", "/aws/vpc/" + p.name + "/*", "aws-waf-logs-" + p.name + "*"}
}

// createLogsKey makes the key of the cluster's logs. CloudWatch Logs may use it
// for these and for no other group of the account.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func (p *Platform) createLogsKey(ctx *pulumi.Context, opts ...pulumi.ResourceOption) (err error) {
	p.logsKey, err = p.newKey(ctx, p.name+"-logs", "Logs of the EKS cluster "+p.name, func(account string) []statement {
		var groups []string
		for _, group := range p.logGroups() {
			groups = append(groups, fmt.Sprintf("arn:%s:logs:%s:%s:log-group:%s", p.partition, p.region, account, group))
		}
		return []statement{{
			Sid:       "Logs",
			Principal: map[string]string{"Service": "logs." + p.region + "." + p.domain()},
			Action: []string{
				"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
				"kms:ReEncryptFrom", "kms:ReEncryptTo",
			},
			Resource:  []string{"*"},
			Condition: map[string]map[string][]string{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
		}}
	}, opts...)
	return err
}

// domain is what the names of the partition's services end in.
func (p *Platform) domain() string {
	if p.partition == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// logGroup makes a log group that is encrypted and ends. AWS would make it
// itself with neither: kept for ever, and billed for ever.
func (p *Platform) logGroup(ctx *pulumi.Context, name, groupName string, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(groupName),
		RetentionInDays: pulumi.Int(p.args.Audit.Retention()),
		KmsKeyId:        p.logsKey.Arn,
		Tags:            p.tags(name),
		// What is logged cannot be logged again.
	}, with(opts, p.keep())...)
}
