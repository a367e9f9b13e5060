package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/wafv2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// managedGroup is a group of rules that AWS keeps up to date, in the version it
// has for everybody.
type managedGroup struct {
	name string
	// counts is true for a group that only counts what it finds.
	counts bool
	// counted are rules of the group that only count.
	counted []string
}

// managedGroups, by what they cost to look at. With the two rules before them
// they need 978 of the 1500 units that the price of a web ACL holds.
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html
var managedGroups = []managedGroup{
	{name: "AWSManagedRulesAmazonIpReputationList"},
	// Anonymisers and other clouds: also people behind a VPN, and other
	// programs. Counted, so that a wave of them is seen.
	{name: "AWSManagedRulesAnonymousIpList", counts: true},
	{name: "AWSManagedRulesKnownBadInputsRuleSet"},
	// It refuses bodies over 8 KiB, which is every upload.
	{name: "AWSManagedRulesCommonRuleSet", counted: []string{"SizeRestrictions_BODY"}},
}

func (g managedGroup) rule() wafv2.WebAclRuleArgs {
	override := wafv2.WebAclRuleOverrideActionArgs{None: wafv2.WebAclRuleOverrideActionNoneArgs{}}
	if g.counts {
		override = wafv2.WebAclRuleOverrideActionArgs{Count: wafv2.WebAclRuleOverrideActionCountArgs{}}
	}
	var counted wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArray
	for _, name := range g.counted {
		counted = append(counted, wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideArgs{
			Name: pulumi.String(name),
			ActionToUse: wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseArgs{
				Count: wafv2.WebAclRuleStatementManagedRuleGroupStatementRuleActionOverrideActionToUseCountArgs{},
			},
		})
	}
	return wafv2.WebAclRuleArgs{
		Name: pulumi.String(g.name), OverrideAction: override, VisibilityConfig: visible(g.name),
		Statement: wafv2.WebAclRuleStatementArgs{
			ManagedRuleGroupStatement: wafv2.WebAclRuleStatementManagedRuleGroupStatementArgs{
				VendorName: pulumi.String("AWS"), Name: pulumi.String(g.name), RuleActionOverrides: counted,
			},
		},
	}
}

// blockRule refuses what a statement finds.
func blockRule(name string, finds wafv2.WebAclRuleStatementArgs) wafv2.WebAclRuleArgs {
	return wafv2.WebAclRuleArgs{
		Name: pulumi.String(name), Statement: finds, VisibilityConfig: visible(name),
		Action: wafv2.WebAclRuleActionArgs{Block: wafv2.WebAclRuleActionBlockArgs{}},
	}
}

// visible gives a rule a metric and samples of what it found.
func visible(name string) wafv2.WebAclRuleVisibilityConfigArgs {
	return wafv2.WebAclRuleVisibilityConfigArgs{
		CloudwatchMetricsEnabled: pulumi.Bool(true), MetricName: pulumi.String(name), SampledRequestsEnabled: pulumi.Bool(true),
	}
}
