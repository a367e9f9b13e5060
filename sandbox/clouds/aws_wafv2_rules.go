package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// awsManagedRules are AWS's own rule groups with their capacity.
// Source: docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html.
var awsManagedRules = map[string]int{
	"AWSManagedRulesACFPRuleSet": 50, "AWSManagedRulesAdminProtectionRuleSet": 100, "AWSManagedRulesAmazonIpReputationList": 25,
	"AWSManagedRulesAnonymousIpList": 50, "AWSManagedRulesAntiDDoSRuleSet": 50, "AWSManagedRulesATPRuleSet": 50, "AWSManagedRulesBotControlRuleSet": 50,
	"AWSManagedRulesCommonRuleSet": 700, "AWSManagedRulesKnownBadInputsRuleSet": 200, "AWSManagedRulesLinuxRuleSet": 200, "AWSManagedRulesPHPRuleSet": 100,
	"AWSManagedRulesSQLiRuleSet": 200, "AWSManagedRulesUnixRuleSet": 100, "AWSManagedRulesWindowsRuleSet": 200, "AWSManagedRulesWordPressRuleSet": 100,
}

func awsCheckWebRules(o props.Object) []Failure {
	var f []Failure
	seen := map[any]bool{}
	for i, r := range props.Objects(o, "rules") {
		at := props.Index("rules", i)
		priority, ok := props.Int(r, "priority")
		if name := props.Str(r, "name"); name != "" && seen[name] {
			f = append(f, Failure{at + ".name", "WAFDuplicateItemException: two rules have the name " + name})
		} else {
			seen[name] = true
		}
		if ok && seen[priority] {
			f = append(f, Failure{at + ".priority", fmt.Sprintf("WAFInvalidParameterException: two rules have the priority %d", priority)})
		}
		seen[priority] = ok
		statement := props.Map(r, "statement")
		group := statement["managedRuleGroupStatement"] != nil || statement["ruleGroupReferenceStatement"] != nil
		switch {
		case statement == nil:
		case group && (r["overrideAction"] == nil || r["action"] != nil):
			f = append(f, Failure{at + ".overrideAction", "WAFInvalidParameterException: a rule with a rule group has overrideAction (none or count), not action"})
		case !group && (r["action"] == nil || r["overrideAction"] != nil):
			f = append(f, Failure{at + ".action", "WAFInvalidParameterException: a rule without a rule group has action, not overrideAction"})
		}
		f = append(f, awsOneKey(o, at+".action", "allow", "block", "captcha", "challenge", "count")...)
		f = append(f, awsOneKey(o, at+".overrideAction", "count", "none")...)
		f = append(f, awsCheckStatement(o, at+".statement")...)
	}
	return f
}

// Source of the bounds: docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html.
func awsCheckStatement(o props.Object, at string) []Failure {
	var f []Failure
	if s := props.Map(o, at); len(s) > 1 {
		f = append(f, Failure{at, "WAFInvalidParameterException: a statement is one of its kinds, not " + strings.Join(props.SortedKeys(s), " and ")})
	}
	managed := at + ".managedRuleGroupStatement"
	if name := props.Str(o, managed+".name"); name != "" && props.Str(o, managed+".vendorName") == "AWS" && awsManagedRules[name] == 0 {
		f = append(f, Failure{managed + ".name", fmt.Sprintf("WAFNonexistentItemException: AWS has no rule group %q: it is one of %s", name, strings.Join(props.SortedKeys(awsManagedRules), ", "))})
	}
	rate := at + ".rateBasedStatement"
	f = append(f, awsBetween(o, rate+".limit", 10, 2000000000)...)
	f = append(f, awsOneOf(o, rate+".aggregateKeyType", "IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT")...)
	if n, ok := props.Int(o, rate+".evaluationWindowSec"); ok && !slices.Contains([]int{60, 120, 300, 600}, n) {
		f = append(f, Failure{rate + ".evaluationWindowSec", fmt.Sprintf("%d is none of 60, 120, 300, 600", n)})
	}
	return f
}

// awsWebCapacity counts the units of a statement: those that AWS states of its rule groups, and
// its base costs of the rest, without what fields and transformations add.
// Source: docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html.
func awsWebCapacity(s props.Object) int {
	n := 0
	for kind, v := range s {
		of, _ := v.(props.Object)
		switch kind {
		case "managedRuleGroupStatement":
			n += awsManagedRules[props.Str(of, "name")]
		case "rateBasedStatement":
			n += 2
		case "regexMatchStatement":
			n += 3
		case "regexPatternSetReferenceStatement":
			n += 25
		case "sqliMatchStatement":
			n += 20
		case "xssMatchStatement":
			n += 40
		case "byteMatchStatement":
			n += map[bool]int{true: 10, false: 2}[strings.HasPrefix(props.Str(of, "positionalConstraint"), "CONTAINS")]
		default:
			n++
		}
		for _, nested := range awsNested(of) {
			n += awsWebCapacity(nested)
		}
	}
	return n
}

// awsNested are the statements within one.
func awsNested(of props.Object) []props.Object {
	out := props.Objects(of, "statements")
	if down := props.Map(of, "scopeDownStatement"); down != nil {
		out = append(out, down)
	}
	return out
}

// awsIPSetsIn lists the IP sets that a statement refers to.
func awsIPSetsIn(s props.Object) []string {
	var out []string
	for kind, v := range s {
		of, _ := v.(props.Object)
		if arn := props.Str(of, "arn"); kind == "ipSetReferenceStatement" && arn != "" {
			out = append(out, arn)
		}
		for _, nested := range awsNested(of) {
			out = append(out, awsIPSetsIn(nested)...)
		}
	}
	return out
}
