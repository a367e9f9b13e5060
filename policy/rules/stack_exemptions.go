package rules

import "github.com/ai-now/platform/policy/rule"

func stackExemptionExpired() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-exemption-expired",
		Title:    "No exemption from a rule has expired",
		Severity: rule.High,
		On:       wholeStack,
		Why: "An exemption is a promise to mend something by a day. One that stays after its day is a hole that nobody " +
			"answers for any more, and hides the next one.",
		Fix: "Mend what was exempt and remove the exemption from ai-now:policy, or give it a later day, with the reason " +
			"and the consent of its owner.",
		Check: exemptions(func(e *rule.Exemptions) []string { return e.Expired }),
	}
}

func stackExemptionSoon() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-exemption-soon",
		Title:    "No exemption from a rule ends within a month",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       wholeStack,
		Why:      "On the day after its last an exemption stops updates. Whoever answers for it should hear of it before.",
		Fix:      "Mend what is exempt, or agree on a later day with the owner of the exemption in ai-now:policy.",
		Check:    exemptions(func(e *rule.Exemptions) []string { return e.Ending }),
	}
}

// exemptions makes a finding of each of some exemptions of the stack.
func exemptions(some func(*rule.Exemptions) []string) rule.StackCheck {
	return func(q *rule.Inquiry, _ *rule.Stack) {
		if q.Stack.Exemptions == nil {
			q.Require(rule.Undecided("the configuration of the stack"), rule.Value{}, "")
			return
		}
		for _, text := range some(q.Stack.Exemptions) {
			q.Require(rule.False(), rule.Value{}, "%s", text)
		}
	}
}
