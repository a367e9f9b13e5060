package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gcpDefaultPriority is the priority of the rule that every policy has. cloud.google.com/armor/docs/security-policy-overview.
const gcpDefaultPriority = 2147483647

var gcpSecurityPolicy = &Type{
	Token: "gcp:compute/securityPolicy:SecurityPolicy", Noun: "security policy", Untagged: true,
	Does:             "refuses rules without a default rule, with equal priorities, or with rate limits that do not go with their action; filters nothing",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Immutable:        []string{"name", "project"},
	OptionalComputed: []string{"project", "type", "rules", "advancedOptionsConfig"},
	Computed:         []string{"fingerprint", "selfLink"},
	ComputedByUpdate: []string{"fingerprint"},
	Sets:             []string{"rules"},
	Check: func(c *Call) []Failure {
		f := append(gcpCheckName(c.Props), oneOf(c.Props, "type", "CLOUD_ARMOR", "CLOUD_ARMOR_EDGE", "CLOUD_ARMOR_INTERNAL_SERVICE")...)
		f = append(f, oneOf(c.Props, "adaptiveProtectionConfig.layer7DdosDefenseConfig.ruleVisibility", "STANDARD", "PREMIUM")...)
		f = append(f, oneOf(c.Props, "advancedOptionsConfig.jsonParsing", "DISABLED", "STANDARD", "STANDARD_WITH_GRAPHQL")...)
		f = append(f, oneOf(c.Props, "advancedOptionsConfig.logLevel", "NORMAL", "VERBOSE")...)
		if t := props.Str(c.Props, "type"); t != "" && t != "CLOUD_ARMOR" && props.Bool(c.Props, "adaptiveProtectionConfig.layer7DdosDefenseConfig.enable") {
			f = append(f, Failure{"adaptiveProtectionConfig", "adaptive protection goes with the type CLOUD_ARMOR, not with " + t})
		}
		return append(f, gcpCheckRules(c.Props)...)
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/global/securityPolicies/%s", "project", "name")
		if err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{"type": "CLOUD_ARMOR", "rules": []any{props.Object{
			"action": "allow", "priority": gcpDefaultPriority, "description": "default rule", "preview": false,
			"match": props.Object{"versionedExpr": "SRC_IPS_V1", "config": props.Object{"srcIpRanges": []any{"*"}}},
		}}})
		c.Props["selfLink"], c.Props["fingerprint"] = gcpCompute+id, randomHex(12)
		return id, nil
	},
	Update: func(c *Call) error { c.Props["fingerprint"] = randomHex(12); return nil },
}

func gcpCheckRules(o props.Object) []Failure {
	var f []Failure
	rules := props.List(o, "rules")
	if len(rules) == 0 {
		return nil // Google adds a default rule that allows
	}
	seen := map[int]bool{}
	for i := range rules {
		at := props.Index("rules", i)
		n, ok := props.Int(o, at+".priority")
		if ok && seen[n] {
			f = append(f, Failure{at + ".priority", fmt.Sprintf("two rules have the priority %d", n)})
		}
		seen[n] = ok || seen[n]
		f = append(f, between(o, at+".priority", 0, gcpDefaultPriority)...)
		f = append(f, gcpCheckRule(o, at)...)
	}
	if !seen[gcpDefaultPriority] && !props.HasUnknown(rules) {
		f = append(f, Failure{"rules", fmt.Sprintf("there is no default rule: add one with the priority %d and the match *", gcpDefaultPriority)})
	}
	return f
}

// gcpArmorKeys are what requests can be counted by. cloud.google.com/armor/docs/rate-limiting-overview.
var gcpArmorKeys = []string{"ALL", "IP", "HTTP_HEADER", "XFF_IP", "HTTP_COOKIE", "HTTP_PATH", "SNI", "REGION_CODE", "TLS_JA3_FINGERPRINT", "USER_IP"}

func gcpCheckRule(o props.Object, at string) []Failure {
	action := props.Str(o, at+".action")
	f := oneOf(o, at+".action", "allow", "deny(403)", "deny(404)", "deny(502)", "rate_based_ban", "redirect", "throttle")
	f = append(f, oneOf(o, at+".match.versionedExpr", "SRC_IPS_V1")...)
	f = append(f, exactlyOne(o, at+".match.versionedExpr", at+".match.expr")...)
	ranges := props.List(o, at+".match.config.srcIpRanges")
	if props.Str(o, at+".match.versionedExpr") != "" && len(ranges) == 0 {
		f = append(f, Failure{at + ".match.config", "versionedExpr SRC_IPS_V1 needs config.srcIpRanges"})
	}
	if most := 10; len(ranges) > most {
		f = append(f, Failure{at + ".match.config.srcIpRanges", fmt.Sprintf("%d ranges: a rule takes %d, so make another rule", len(ranges), most)})
	}
	if n, _ := props.Int(o, at+".priority"); n == gcpDefaultPriority && !slices.Contains(props.StrList(o, at+".match.config.srcIpRanges"), "*") && !props.HasUnknown(ranges) {
		f = append(f, Failure{at + ".match", "the default rule matches *"})
	}
	limits := props.Get(o, at+".rateLimitOptions")
	counted := action == "throttle" || action == "rate_based_ban"
	switch {
	case counted && limits == nil:
		return append(f, Failure{at + ".rateLimitOptions", "the action " + action + " needs rateLimitOptions"})
	case !counted && action != "" && limits != nil:
		return append(f, Failure{at + ".rateLimitOptions", "the action " + action + " takes no rateLimitOptions: use throttle or rate_based_ban"})
	case action == "redirect" && props.Get(o, at+".redirectOptions") == nil:
		return append(f, Failure{at + ".redirectOptions", "the action redirect needs redirectOptions"})
	}
	return append(f, gcpCheckLimits(o, at+".rateLimitOptions", action)...)
}

func gcpCheckLimits(o props.Object, at, action string) []Failure {
	if props.Map(o, at) == nil {
		return nil
	}
	f := oneOf(o, at+".conformAction", "allow")
	f = append(f, oneOf(o, at+".exceedAction", "redirect", "deny(403)", "deny(404)", "deny(429)", "deny(502)")...)
	f = append(f, oneOf(o, at+".enforceOnKey", gcpArmorKeys...)...)
	for _, k := range []string{".conformAction", ".exceedAction", ".rateLimitThreshold"} {
		if props.Get(o, at+k) == nil {
			f = append(f, Failure{at + k, "rateLimitOptions need conformAction, exceedAction and rateLimitThreshold"})
		}
	}
	for _, k := range []string{".rateLimitThreshold.intervalSec", ".banThreshold.intervalSec"} {
		// cloud.google.com/compute/docs/reference/rest/v1/securityPolicies
		allowed := []int{10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600}
		if n, ok := props.Int(o, at+k); ok && !slices.Contains(allowed, n) {
			f = append(f, Failure{at + k, fmt.Sprintf("%d is none of %v", n, allowed)})
		}
	}
	if ban := props.Get(o, at+".banDurationSec"); (ban != nil) != (action == "rate_based_ban") {
		f = append(f, Failure{at + ".banDurationSec", "banDurationSec goes with the action rate_based_ban: set both or neither"})
	}
	if k := props.Str(o, at+".enforceOnKey"); (strings.HasSuffix(k, "HEADER") || strings.HasSuffix(k, "COOKIE")) && props.Get(o, at+".enforceOnKeyName") == nil {
		f = append(f, Failure{at + ".enforceOnKeyName", "enforceOnKey " + k + " needs enforceOnKeyName"})
	}
	return f
}
