package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// rateWindow is what a client's requests are counted over, in seconds.
const rateWindow = 300

// redactedHeaders carry credentials, which have no place in a log.
var redactedHeaders = []string{"authorization", "cookie"}

// createEdge makes the web application firewall (AWS WAF) of the cluster's
// gateways; an application load balancer takes it by its ARN.
//
// Floods of packets are not its business: AWS Shield Standard stops them before
// any load balancer, for everybody and for nothing. Shield Advanced adds a
// response team and the bill's protection for 3,000 dollars a month and account;
// it is the account's to buy, and needs nothing here.
// https://aws.amazon.com/shield/pricing/
func (p *Platform) createEdge(ctx *pulumi.Context, _ pulumi.Resource, opts ...pulumi.ResourceOption) error {
	if !p.args.Edge.Firewall {
		return nil
	}
	name := p.name + "-edge"
	var rules []wafv2.WebAclRuleArgs
	if len(p.args.Edge.Blocked) > 0 {
		blocked, err := wafv2.NewIpSet(ctx, name, &wafv2.IpSetArgs{
			Description: pulumi.String("Networks the EKS cluster " + p.name + " refuses"), Scope: pulumi.String("REGIONAL"),
			IpAddressVersion: pulumi.String("IPV4"), Addresses: pulumi.ToStringArray(p.args.Edge.Blocked), Tags: p.tags(name),
		}, opts...)
		if err != nil {
			return err
		}
		rules = append(rules, blockRule("blocked-networks", wafv2.WebAclRuleStatementArgs{
			IpSetReferenceStatement: wafv2.WebAclRuleStatementIpSetReferenceStatementArgs{Arn: blocked.Arn},
		}))
	}
	// Before the rules that look into requests, and cost more.
	rules = append(rules, blockRule("rate-limit", wafv2.WebAclRuleStatementArgs{
		RateBasedStatement: wafv2.WebAclRuleStatementRateBasedStatementArgs{
			Limit: pulumi.Int(p.args.Edge.Limit()), AggregateKeyType: pulumi.String("IP"), EvaluationWindowSec: pulumi.Int(rateWindow),
		},
	}))
	for _, group := range managedGroups {
		rules = append(rules, group.rule())
	}
	ordered := wafv2.WebAclRuleArray{}
	for i, rule := range rules {
		rule.Priority = pulumi.Int(i)
		ordered = append(ordered, rule)
	}
	acl, err := wafv2.NewWebAcl(ctx, name, &wafv2.WebAclArgs{
		Description:      pulumi.String("Gateways of the EKS cluster " + p.name),
		Scope:            pulumi.String("REGIONAL"),
		DefaultAction:    wafv2.WebAclDefaultActionArgs{Allow: wafv2.WebAclDefaultActionAllowArgs{}},
		Rules:            ordered,
		VisibilityConfig: wafv2.WebAclVisibilityConfigArgs{CloudwatchMetricsEnabled: pulumi.Bool(true), MetricName: pulumi.String(name), SampledRequestsEnabled: pulumi.Bool(true)},
		Tags:             p.tags(name),
	}, opts...)
	if err != nil {
		return err
	}
	p.facts["webAclArn"] = acl.Arn
	return p.logEdge(ctx, name, acl, opts)
}

// logEdge records what the firewall blocked or counted. What it lets pass is in
// the gateways' own access log.
func (p *Platform) logEdge(ctx *pulumi.Context, name string, acl *wafv2.WebAcl, opts []pulumi.ResourceOption) error {
	// WAF writes to no group of another prefix. It adds itself to the policy of
	// the account's groups.
	// https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
	group, err := p.logGroup(ctx, name, "aws-waf-logs-"+name, opts...)
	if err != nil {
		return err
	}
	var redacted wafv2.WebAclLoggingConfigurationRedactedFieldArray
	for _, header := range redactedHeaders {
		redacted = append(redacted, wafv2.WebAclLoggingConfigurationRedactedFieldArgs{
			SingleHeader: wafv2.WebAclLoggingConfigurationRedactedFieldSingleHeaderArgs{Name: pulumi.String(header)},
		})
	}
	var kept wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArray
	for _, action := range []string{"BLOCK", "COUNT"} {
		kept = append(kept, wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionArgs{
			ActionCondition: wafv2.WebAclLoggingConfigurationLoggingFilterFilterConditionActionConditionArgs{Action: pulumi.String(action)},
		})
	}
	_, err = wafv2.NewWebAclLoggingConfiguration(ctx, name, &wafv2.WebAclLoggingConfigurationArgs{
		ResourceArn: acl.Arn, LogDestinationConfigs: pulumi.StringArray{group.Arn}, RedactedFields: redacted,
		LoggingFilter: wafv2.WebAclLoggingConfigurationLoggingFilterArgs{
			DefaultBehavior: pulumi.String("DROP"),
			Filters: wafv2.WebAclLoggingConfigurationLoggingFilterFilterArray{wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs{
				Behavior: pulumi.String("KEEP"), Requirement: pulumi.String("MEETS_ANY"), Conditions: kept,
			}},
		},
	}, opts...)
	return err
}
