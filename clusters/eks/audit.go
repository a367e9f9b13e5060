package eks

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// createAudit makes what reads the control plane's log: a metric and an alarm
// for each sensitive event, and the topic the alarms go to. Who subscribes gets
// a message of AWS first, and must confirm.
func (p *Platform) createAudit(ctx *pulumi.Context, _ pulumi.Resource, logs *cloudwatch.LogGroup, opts ...pulumi.ResourceOption) error {
	topic, err := p.auditTopic(ctx, opts)
	if err != nil {
		return err
	}
	namespace := "ai-now/eks/" + p.name
	for _, event := range sensitiveEvents {
		name := p.name + "-" + event.name
		filter, err := cloudwatch.NewLogMetricFilter(ctx, name, &cloudwatch.LogMetricFilterArgs{
			Name: pulumi.String(name), LogGroupName: logs.Name, Pattern: pulumi.String(event.pattern),
			MetricTransformation: cloudwatch.LogMetricFilterMetricTransformationArgs{
				Namespace: pulumi.String(namespace), Name: pulumi.String(event.name),
				Value: pulumi.String("1"), DefaultValue: pulumi.String("0"),
			},
		}, opts...)
		if err != nil {
			return err
		}
		if _, err := cloudwatch.NewMetricAlarm(ctx, name, &cloudwatch.MetricAlarmArgs{
			Name:             pulumi.String(name),
			AlarmDescription: pulumi.String("Cluster " + p.name + ": " + event.why),
			Namespace:        pulumi.String(namespace), MetricName: pulumi.String(event.name),
			Statistic: pulumi.String("Sum"), Period: pulumi.Int(auditPeriod), EvaluationPeriods: pulumi.Int(1),
			ComparisonOperator: pulumi.String("GreaterThanOrEqualToThreshold"), Threshold: pulumi.Float64(float64(event.threshold)),
			// No request, no event.
			TreatMissingData: pulumi.String("notBreaching"),
			AlarmActions:     pulumi.Array{topic.Arn},
			Tags:             p.tags(name),
		}, with(opts, pulumi.DependsOn([]pulumi.Resource{filter}))...); err != nil {
			return err
		}
	}
	p.facts["auditTopicArn"] = topic.Arn
	return p.watchAccess(ctx, topic, opts)
}

// auditTopic makes the topic of the alarms. It has a key of its own, for AWS's
// default key lets no service publish.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
func (p *Platform) auditTopic(ctx *pulumi.Context, opts []pulumi.ResourceOption) (*sns.Topic, error) {
	name := p.name + "-audit"
	key, err := p.auditKey(ctx, name, opts)
	if err != nil {
		return nil, err
	}
	topic, err := sns.NewTopic(ctx, name, &sns.TopicArgs{
		DisplayName: pulumi.String("Sensitive events in the EKS cluster " + p.name), KmsMasterKeyId: key.Arn, Tags: p.tags(name),
	}, opts...)
	if err != nil {
		return nil, err
	}
	publishers := pulumi.All(topic.Arn, p.account).ApplyT(func(v []any) (string, error) {
		return p.auditPublishers(v[0].(string), v[1].(string))
	}).(pulumi.StringOutput)
	if _, err := sns.NewTopicPolicy(ctx, name, &sns.TopicPolicyArgs{Arn: topic.Arn, Policy: publishers}, opts...); err != nil {
		return nil, err
	}
	for _, address := range p.args.Audit.Notify {
		if _, err := sns.NewTopicSubscription(ctx, name+"-"+address, &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String("email"), Endpoint: pulumi.String(address),
		}, opts...); err != nil {
			return nil, err
		}
	}
	return topic, nil
}

func (p *Platform) auditKey(ctx *pulumi.Context, name string, opts []pulumi.ResourceOption) (*kms.Key, error) {
	return p.newKey(ctx, name, "Alarms of the EKS cluster "+p.name, func(account string) []statement {
		use := []string{"kms:Decrypt", "kms:GenerateDataKey"}
		return []statement{
			{
				Sid: "Alarms", Principal: map[string]string{"Service": "cloudwatch.amazonaws.com"}, Action: use, Resource: []string{"*"},
				Condition: equals("aws:SourceAccount", account),
			},
			// EventBridge names no source to KMS: a condition would refuse it
			// every time, and silently.
			// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
			{Sid: "Events", Principal: map[string]string{"Service": "events.amazonaws.com"}, Action: use, Resource: []string{"*"}},
		}
	}, opts...)
}

// auditPublishers is the policy of the topic: the alarms of this account
// publish, over TLS.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
func (p *Platform) auditPublishers(topic, account string) (string, error) {
	publish, this := []string{"sns:Publish"}, []string{topic}
	return document(
		statement{
			Sid: "Alarms", Principal: map[string]string{"Service": "cloudwatch.amazonaws.com"}, Action: publish, Resource: this,
			Condition: map[string]map[string][]string{
				"StringEquals": {"aws:SourceAccount": {account}},
				"ArnLike":      {"aws:SourceArn": {"arn:" + p.partition + ":cloudwatch:" + p.region + ":" + account + ":alarm:" + p.name + "-*"}},
			},
		},
		// Without a condition, as AWS documents it for rules of EventBridge:
		// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
		statement{Sid: "Events", Principal: map[string]string{"Service": "events.amazonaws.com"}, Action: publish, Resource: this},
		statement{
			Sid: "PlainHTTP", Effect: "Deny", Principal: map[string]string{"AWS": "*"}, Action: publish, Resource: this,
			Condition: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	)
}

// watchAccess tells of changes to who may enter. It sees the calls for every
// cluster of the region, and needs a trail of CloudTrail that records management
// events, which is the account's to have.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
func (p *Platform) watchAccess(ctx *pulumi.Context, topic *sns.Topic, opts []pulumi.ResourceOption) error {
	pattern, err := json.Marshal(map[string]any{
		"source":      []string{"aws.eks"},
		"detail-type": []string{"AWS API Call via CloudTrail"},
		"detail":      map[string]any{"eventSource": []string{"eks.amazonaws.com"}, "eventName": accessCalls},
	})
	if err != nil {
		return err
	}
	name := short(p.name + "-access-changed")
	rule, err := cloudwatch.NewEventRule(ctx, name, &cloudwatch.EventRuleArgs{
		Description:  pulumi.String("Changes to who may enter EKS clusters and what of them is recorded"),
		EventPattern: pulumi.String(string(pattern)), Tags: p.tags(name),
	}, opts...)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, name, &cloudwatch.EventTargetArgs{Rule: rule.Name, Arn: topic.Arn}, opts...)
	return err
}
