package gke

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// attacks are the preconfigured rules of Cloud Armor, of version 3.3 of the OWASP
// Core Rule Set. They answer with 403 before the request reaches the cluster.
// https://cloud.google.com/armor/docs/waf-rules
var attacks = []struct{ rules, what string }{
	{"sqli-v33-stable", "SQL injection"},
	{"xss-v33-stable", "cross-site scripting"},
	{"lfi-v33-stable", "local file inclusion"},
	{"rfi-v33-stable", "remote file inclusion"},
	{"rce-v33-stable", "remote code execution"},
	{"scannerdetection-v33-stable", "scanners"},
	{"protocolattack-v33-stable", "protocol attacks"},
	{"sessionfixation-v33-stable", "session fixation"},
}

// sensitivity 1 has the rules that hardly ever take a good request for a bad one.
const sensitivity = 1

// Priorities: the lowest number is looked at first, and the first match decides.
// The rate limit matches everything, so what it should not let through must
// stand before it.
const (
	priorityBlocked = 100
	priorityAttacks = 1000
	priorityRate    = 10000
	priorityDefault = 2147483647 // the one Google has for the default rule
)

// rangesPerRule is how many networks a rule takes:
// https://cloud.google.com/armor/quotas
const rangesPerRule = 10

// newEdge makes the policy of the cluster's gateways. A Gateway takes it by its
// name, in a GCPBackendPolicy; it works for global external load balancers.
func (p *Platform) newEdge(ctx *pulumi.Context) (*compute.SecurityPolicy, error) {
	rules := blockedRules(p.args.Edge.Blocked)
	for i, attack := range attacks {
		rules = append(rules, compute.SecurityPolicyRuleTypeArgs{
			Priority: pulumi.Int(priorityAttacks + i), Action: pulumi.String("deny(403)"), Description: pulumi.String(attack.what),
			Match: compute.SecurityPolicyRuleMatchArgs{Expr: compute.SecurityPolicyRuleMatchExprArgs{
				Expression: pulumi.String(fmt.Sprintf("evaluatePreconfiguredWaf('%s', {'sensitivity': %d})", attack.rules, sensitivity)),
			}},
		})
	}
	rules = append(rules, p.rateRule(), compute.SecurityPolicyRuleTypeArgs{
		Priority: pulumi.Int(priorityDefault), Action: pulumi.String("allow"), Description: pulumi.String("everything else"),
		Match: from([]string{"*"}),
	})
	return compute.NewSecurityPolicy(ctx, p.name, &compute.SecurityPolicyArgs{
		Name: pulumi.String(p.name), Project: pulumi.String(p.project), Type: pulumi.String("CLOUD_ARMOR"),
		Description: p.description("Gateways of the GKE cluster " + p.name),
		Rules:       rules,
		// Learns what is normal, and proposes a rule when an attack is not.
		AdaptiveProtectionConfig: compute.SecurityPolicyAdaptiveProtectionConfigArgs{
			Layer7DdosDefenseConfig: compute.SecurityPolicyAdaptiveProtectionConfigLayer7DdosDefenseConfigArgs{
				Enable: pulumi.Bool(true), RuleVisibility: pulumi.String("STANDARD"),
			},
		},
		AdvancedOptionsConfig: compute.SecurityPolicyAdvancedOptionsConfigArgs{
			// An attack in a field of JSON is seen as one in a parameter.
			JsonParsing: pulumi.String("STANDARD"),
			// VERBOSE would also log what matched, which may be a person's data.
			LogLevel: pulumi.String("NORMAL"),
		},
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["compute"]}))
}

// rateRule bounds what one address may send in five minutes, and shuts out for
// as long who sends more.
func (p *Platform) rateRule() compute.SecurityPolicyRuleTypeArgs {
	const fiveMinutes = 300
	return compute.SecurityPolicyRuleTypeArgs{
		Priority: pulumi.Int(priorityRate), Action: pulumi.String("rate_based_ban"),
		Description: pulumi.String("requests of one address in five minutes"), Match: from([]string{"*"}),
		RateLimitOptions: compute.SecurityPolicyRuleRateLimitOptionsArgs{
			EnforceOnKey: pulumi.String("IP"), ConformAction: pulumi.String("allow"), ExceedAction: pulumi.String("deny(429)"),
			RateLimitThreshold: compute.SecurityPolicyRuleRateLimitOptionsRateLimitThresholdArgs{
				Count: pulumi.Int(p.args.Edge.Limit()), IntervalSec: pulumi.Int(fiveMinutes),
			},
			BanDurationSec: pulumi.Int(fiveMinutes),
		},
	}
}

// blockedRules refuse networks, as many to a rule as it takes.
func blockedRules(networks []string) compute.SecurityPolicyRuleTypeArray {
	rules, next := compute.SecurityPolicyRuleTypeArray{}, priorityBlocked
	for chunk := range slices.Chunk(networks, rangesPerRule) {
		rules = append(rules, compute.SecurityPolicyRuleTypeArgs{
			Priority: pulumi.Int(next), Action: pulumi.String("deny(403)"), Description: pulumi.String("blocked networks"), Match: from(chunk),
		})
		next++
	}
	return rules
}

// from matches by a request's address.
func from(networks []string) compute.SecurityPolicyRuleMatchArgs {
	return compute.SecurityPolicyRuleMatchArgs{
		VersionedExpr: pulumi.String("SRC_IPS_V1"),
		Config:        compute.SecurityPolicyRuleMatchConfigArgs{SrcIpRanges: pulumi.ToStringArray(networks)},
	}
}
