package rules

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// demand is what a rule wants of one property. Most rules over the resources of
// clouds are a few of them.
type demand struct {
	// at is the property: keys joined by dots.
	at string
	// must hold for it.
	must question
	// otherwise is what is wrong when it does not, with {} for the value.
	otherwise string
}

// question is a question to a property that a message can be about.
type question func(rule.Value) rule.Truth

// demands makes a check of what a rule wants.
func demands(all ...demand) rule.ResourceCheck {
	return func(q *rule.Inquiry, r *rule.Resource) {
		for _, d := range all {
			d.ask(q, r.Properties)
		}
	}
}

// ask asks the demand of the property below v.
func (d demand) ask(q *rule.Inquiry, v rule.Value) {
	v = v.Get(strings.Split(d.at, ".")...)
	q.Require(d.must(v), v, "%s", strings.ReplaceAll(d.otherwise, "{}", v.String()))
}

// is wants exactly that value, said by the program: a property that is left out
// fails.
func is(want any) question {
	return func(v rule.Value) rule.Truth { return v.Is(want) }
}

// isNot wants any other value: a property that is left out passes, as it must
// where the cloud's default is the safe one.
func isNot(unwanted any) question {
	return func(v rule.Value) rule.Truth { return v.Is(unwanted).Not() }
}

// isSet wants a value that is not empty.
func isSet(v rule.Value) rule.Truth { return v.Empty().Not() }

// isEmpty wants no value.
func isEmpty(v rule.Value) rule.Truth { return v.Empty() }

// isOneOf wants one of these values.
func isOneOf(allowed ...string) question {
	return func(v rule.Value) rule.Truth { return v.OneOf(allowed) }
}

// isOneOfOrLeftOut wants one of these values, or the cloud's default.
func isOneOfOrLeftOut(allowed ...string) question {
	return func(v rule.Value) rule.Truth { return v.Present().Not().Or(v.OneOf(allowed)) }
}

// atMost asks whether a number is not above a limit.
func atMost(v rule.Value, limit int) rule.Truth {
	return v.Measures(func(n float64) bool { return n <= float64(limit) })
}

// atLeast asks whether a number is not below a limit.
func atLeast(v rule.Value, limit int) rule.Truth {
	return v.Measures(func(n float64) bool { return n >= float64(limit) })
}

// types is the target of a rule over resources of these types.
func types(names ...string) rule.Target { return rule.Target{Types: names} }

// wholeStack is the target of a rule over a stack as a whole.
var wholeStack = rule.Target{Stack: true}

// number is a setting that is a whole number from least to most.
func number(name string, value, least, most float64, description string) rule.Setting {
	return rule.Setting{
		Name: name, Type: rule.Integer, Default: value, Min: &least, Max: &most, Description: description,
	}
}

// names is a setting that is a list of names.
func names(name string, value []string, description string) rule.Setting {
	return rule.Setting{Name: name, Type: rule.StringList, Default: list(value), Description: description}
}

// matchesAny asks whether a text is one of the patterns or ends with one of
// them after a slash, as the names in ARNs do.
func matchesAny(v rule.Value, patterns []string) rule.Truth {
	return v.Matches(func(s string) bool {
		return slices.Contains(patterns, s[strings.LastIndexByte(s, '/')+1:])
	})
}
