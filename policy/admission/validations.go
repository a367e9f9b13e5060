package admission

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// validations are those of one rule as the policy has them.
func (g Gate) validations(p policy, r *rule.Rule) []any {
	var all []any
	for _, v := range r.Validations(g.Resolved[r.ID].Settings) {
		before, after := r.ID+": ", ". "+g.advice(r)
		validation := Object{
			"expression": g.unless(p, r, v.Holds),
			"message":    before + v.Message + after,
			"reason":     "Forbidden",
		}
		if v.Otherwise != "" {
			// What cannot be said, or is longer than 5 KiB, gives way to the message:
			// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#message-expression
			validation["messageExpression"] = quote(before) + " + (" + v.Otherwise + ") + " + quote(after)
		}
		all = append(all, validation)
	}
	return all
}

// advice is how to mend what breaks the rule, and where there is more about it.
func (g Gate) advice(r *rule.Rule) string {
	fix, _, more := strings.Cut(r.Fix, ". ")
	if more {
		fix += "."
	}
	return "Fix: " + fix + " See " + g.Reference + "#" + r.ID
}

// unless is the expression of a validation: it also holds for objects of other
// kinds than the rule's, and for exempt ones.
func (g Gate) unless(p policy, r *rule.Rule, holds string) string {
	terms := []string{}
	if kinds := p.area.kindsOf(r); len(kinds) < len(p.kinds()) {
		names := make([]string, len(kinds))
		for i, k := range kinds {
			names[i] = quote(k.Name)
		}
		terms = append(terms, "!(object.kind in ["+strings.Join(names, ", ")+"])")
	}
	terms = append(append(terms, "("+holds+")"), g.exempt(p, r)...)
	return strings.Join(terms, " || ")
}

// quote makes a string literal of CEL.
func quote(text string) string { return rule.Setting{Type: rule.Text}.CEL(text) }
