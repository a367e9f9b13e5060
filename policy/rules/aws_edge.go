package rules

import "github.com/ai-now/platform/policy/rule"

const awsWebACL = "aws:wafv2/webAcl:WebAcl"

func awsWebACLManagedRules() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-web-acl-managed-rules",
		Title:    "Web ACLs block what AWS knows to be an attack",
		Severity: rule.High,
		On:       types(awsWebACL),
		Why: "The managed rules follow the attacks of the day. A web ACL without them, or that only counts " +
			"what they find, lets everything through.",
		Fix: "Add a rule with managedRuleGroupStatement and overrideAction none.",
		Controls: []rule.Control{
			hub("WAF.10", "AWS WAF web ACLs should have at least one rule or rule group"),
		},
		Settings: []rule.Setting{names("groups", []string{"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"},
			"Names of the managed rule groups every web ACL must have.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			rules := r.Get("rules")
			for _, group := range q.Settings.Strings("groups") {
				q.Require(rules.Any(func(each rule.Value) rule.Truth {
					counts := each.Get("overrideAction", "count").Present()
					return each.Get("statement", "managedRuleGroupStatement", "name").Is(group).And(counts.Not())
				}), rules, "the web ACL does not apply %s", group)
			}
		}),
	}
}

func awsWebACLRateLimit() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-web-acl-rate-limit",
		Title:    "Web ACLs limit the requests of one client",
		Severity: rule.High,
		On:       types(awsWebACL),
		Why: "Without a limit one client can take all there is, guess passwords as fast as the service " +
			"answers, or simply make it expensive.",
		Fix: "Add a rule with rateBasedStatement and the action block, captcha or challenge.",
		Settings: []rule.Setting{number("limit", 10000, 10, 2000000000,
			"Most requests that a rate limit may let one client make in its window.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			rules := r.Get("rules")
			q.Require(rules.Any(func(each rule.Value) rule.Truth {
				action := each.Get("action")
				stops := action.Get("block").Present().Or(action.Get("captcha").Present(), action.Get("challenge").Present())
				return atMost(each.Get("statement", "rateBasedStatement", "limit"), q.Settings.Int("limit")).And(stops)
			}), rules, "no rule stops a client at %d requests or fewer", q.Settings.Int("limit"))
		}),
	}
}

func awsWebACLMetrics() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-web-acl-metrics",
		Title:    "Every rule of a web ACL can be watched",
		Severity: rule.Low,
		On:       types(awsWebACL),
		Why:      "A rule without a metric blocks customers or lets attackers through, and nobody sees which.",
		Fix:      "Set visibilityConfig.cloudwatchMetricsEnabled to true on the web ACL and on each rule.",
		Controls: []rule.Control{
			hub("WAF.12", "AWS WAF rules should have CloudWatch metrics enabled"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			metrics := demand{"visibilityConfig.cloudwatchMetricsEnabled", is(true), "there are no metrics"}
			metrics.ask(q, r.Properties)
			q.Each(r.Get("rules"), func(each rule.Value) { metrics.ask(q, each) })
		}),
	}
}

func stackWebACLLogging() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-web-acl-logging",
		Title:    "Every web ACL keeps logs",
		Severity: rule.Medium,
		On:       wholeStack,
		Why:      "The logs tell what was blocked, and after an incident what was not.",
		Fix:      "Add an aws.wafv2.WebAclLoggingConfiguration with resourceArn, and a log group whose name begins with aws-waf-logs-.",
		Controls: []rule.Control{
			hub("WAF.11", "AWS WAF web ACL logging should be enabled"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			logs := guard{"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "resourceArn", []string{"arn"}, nil}
			for _, acl := range s.Of(types(awsWebACL)) {
				q.Require(logs.over(s, acl), acl.Get("name"), "the web ACL keeps no logs")
			}
		}),
	}
}

func stackRoute53Zones() *rule.Rule {
	zoneIDs := []string{"zoneId", "id"}
	return &rule.Rule{
		ID:       "stack-route53-zones",
		Title:    "Public zones of Route 53 are signed and log their queries",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       wholeStack,
		Why: "An unsigned answer can be forged on its way, and without a log nobody sees who looks for what " +
			"does not exist. Signing must be prepared at the registrar, or the zone cannot be resolved.",
		Fix: "Add aws.route53.HostedZoneDnsSec with a KeySigningKey, and aws.route53.QueryLog.",
		Controls: []rule.Control{
			hub("Route53.2", "Route 53 public hosted zones should log DNS queries"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			signed := guard{"aws:route53/hostedZoneDnsSec:HostedZoneDnsSec", "hostedZoneId", zoneIDs, func(r *rule.Resource) rule.Truth {
				return r.Get("signingStatus").Is("NOT_SIGNING").Not()
			}}
			logged := guard{"aws:route53/queryLog:QueryLog", "zoneId", zoneIDs, nil}
			for _, zone := range s.Of(types("aws:route53/zone:Zone")) {
				private := zone.Get("vpcs").Empty().Not()
				q.Require(private.Or(signed.over(s, zone)), zone.Get("name"), "the zone %s is not signed", zone.Get("name"))
				q.Require(private.Or(logged.over(s, zone)), zone.Get("name"), "the zone %s does not log its queries", zone.Get("name"))
			}
		}),
	}
}
