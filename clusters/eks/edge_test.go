package eks_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

func TestTheFirewallHasManagedRulesAndARateLimit(t *testing.T) {
	t.Parallel()
	r := asking(t, func(c *spec.Cluster) {
		c.Edge = spec.Edge{Firewall: true, RateLimit: 500, Blocked: []string{"198.51.100.0/24"}}
		c.Audit.RetentionDays = 400
	}, nil)
	acl := r.One(t, "aws:wafv2/webAcl:WebAcl", "eks-edge")
	acl.RequireValues(t, map[string]any{
		"scope": "REGIONAL", "defaultAction.allow": map[string]any{}, "defaultAction.block": nil, "tags.team": "platform",
		"rules[0].name": "blocked-networks", "rules[0].action.block": map[string]any{},
		"rules[0].statement.ipSetReferenceStatement.arn": "arn:aws:wafv2:eu-west-1:123456789012:regional/ipset/eks-edge/0123",
		"rules[1].name": "rate-limit", "rules[1].action.block": map[string]any{},
		"rules[1].statement.rateBasedStatement.limit": 500.0, "rules[1].statement.rateBasedStatement.aggregateKeyType": "IP",
		"rules[1].statement.rateBasedStatement.evaluationWindowSec":                             300.0,
		"rules[2].statement.managedRuleGroupStatement.name":                                     "AWSManagedRulesAmazonIpReputationList",
		"rules[2].overrideAction.none":                                                          map[string]any{},
		"rules[3].statement.managedRuleGroupStatement.name":                                     "AWSManagedRulesAnonymousIpList",
		"rules[3].overrideAction.count":                                                         map[string]any{},
		"rules[4].statement.managedRuleGroupStatement.name":                                     "AWSManagedRulesKnownBadInputsRuleSet",
		"rules[4].overrideAction.none":                                                          map[string]any{},
		"rules[5].statement.managedRuleGroupStatement.name":                                     "AWSManagedRulesCommonRuleSet",
		"rules[5].overrideAction.none":                                                          map[string]any{},
		"rules[5].statement.managedRuleGroupStatement.ruleActionOverrides[0].name":              "SizeRestrictions_BODY",
		"rules[5].statement.managedRuleGroupStatement.ruleActionOverrides[0].actionToUse.count": map[string]any{},
		"rules[6]": nil,
	})
	for i := range 6 {
		path := "rules[" + strconv.Itoa(i) + "]."
		require.Equal(t, float64(i), acl.Value(path+"priority"), "no two rules have the same")
		require.Equal(t, true, acl.Value(path+"visibilityConfig.cloudwatchMetricsEnabled"))
		require.False(t, acl.Value(path+"action") != nil && acl.Value(path+"overrideAction") != nil, "a rule has one of the two")
	}
	r.One(t, "aws:wafv2/ipSet:IpSet", "eks-edge").RequireValues(t, map[string]any{
		"addresses": []any{"198.51.100.0/24"}, "ipAddressVersion": "IPV4", "scope": "REGIONAL",
	})
	r.One(t, "aws:cloudwatch/logGroup:LogGroup", "eks-edge").RequireValues(t, map[string]any{
		"name": "aws-waf-logs-eks-edge", "retentionInDays": 400.0, "kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/eks-logs",
	})
	r.One(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "eks-edge").RequireValues(t, map[string]any{
		"resourceArn":                         "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/eks-edge/0123",
		"logDestinationConfigs":               []any{"arn:aws:logs:eu-west-1:123456789012:log-group:aws-waf-logs-eks-edge"},
		"redactedFields[0].singleHeader.name": "authorization", "redactedFields[1].singleHeader.name": "cookie",
		"loggingFilter.defaultBehavior":       "DROP",
		"loggingFilter.filters[0].behavior":   "KEEP",
		"loggingFilter.filters[0].conditions": []any{map[string]any{"actionCondition": map[string]any{"action": "BLOCK"}}, map[string]any{"actionCondition": map[string]any{"action": "COUNT"}}},
	})
}

func TestTheFirewallFollowsItsSettings(t *testing.T) {
	t.Parallel()
	t.Run("none is made unless asked for", func(t *testing.T) {
		t.Parallel()
		r := asking(t, nil, nil)
		require.Empty(t, r.Of("aws:wafv2/webAcl:WebAcl"))
		require.Empty(t, r.Of("aws:wafv2/ipSet:IpSet"))
	})
	t.Run("without blocked networks the rate limit comes first", func(t *testing.T) {
		t.Parallel()
		r := asking(t, func(c *spec.Cluster) { c.Edge.Firewall = true }, nil)
		require.Empty(t, r.Of("aws:wafv2/ipSet:IpSet"), "WAF has no empty condition")
		r.One(t, "aws:wafv2/webAcl:WebAcl", "eks-edge").RequireValues(t, map[string]any{
			"rules[0].name": "rate-limit", "rules[0].statement.rateBasedStatement.limit": 2000.0,
		})
	})
}
