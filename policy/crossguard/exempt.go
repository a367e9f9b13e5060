package crossguard

import (
	"fmt"
	"time"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

func (s state) exemptionsFrom(ruleID string) []configuration.Exemption {
	var from []configuration.Exemption
	for _, e := range s.exemptions {
		if e.Rule == ruleID {
			from = append(from, e)
		}
	}
	return from
}

// warning is how many days before its end somebody is told of an exemption.
const warning = 30

// toLookAt are the exemptions that no longer hold, or soon will not.
func toLookAt(exemptions []configuration.Exemption, now time.Time) *rule.Exemptions {
	found := &rule.Exemptions{}
	for _, x := range exemptions {
		place := "the object " + x.Object
		if x.Namespace != "" {
			place = "the namespace " + x.Namespace
		}
		text := fmt.Sprintf("the exemption of %s from %s, which %s answers for, ", place, x.Rule, x.Owner)
		switch {
		case x.Expired(now):
			found.Expired = append(found.Expired, text+"ended on "+x.Expires)
		case x.Expired(now.AddDate(0, 0, warning)):
			found.Ending = append(found.Ending, text+"ends on "+x.Expires)
		}
	}
	return found
}

// exempt lifts the findings of an object that somebody answers for. An exemption
// that has expired lifts nothing and says so.
func (s *Server) exempt(e enforced, res *rule.Resource, v rule.Verdict) rule.Verdict {
	if len(e.exemptions) == 0 || v.Failure != nil || len(v.Findings)+len(v.Undecided) == 0 {
		return v
	}
	namespace, name, known := placeOf(res)
	if !known {
		// It may turn out to be an exempt one.
		return rule.Verdict{Undecided: append(v.Undecided, res.Namespace().Path())}
	}
	for _, x := range e.exemptions {
		if !x.Covers(e.ID, namespace, name) {
			continue
		}
		if !x.Expired(s.pack.now()) {
			return rule.Verdict{NotApplicable: fmt.Sprintf("exempt until %s, %s answers for it: %s", x.Expires, x.Owner, x.Reason)}
		}
		if len(v.Findings) > 0 {
			v.Findings = append(v.Findings, rule.Finding{Message: fmt.Sprintf(
				"the exemption that %s answers for ended on %s; mend the object, or renew the exemption with a reason", x.Owner, x.Expires)})
		}
	}
	return v
}

// placeOf is the namespace and name of a Kubernetes object as the API server will
// see them, and whether its namespace is known; that of an object that is in none
// is "".
func placeOf(res *rule.Resource) (namespace, name string, known bool) {
	name, _ = res.Get("metadata", "name").Text()
	kind, ok := res.Kind()
	if !ok {
		return "", name, true
	}
	if served, ok := kind.Served(); ok && served.ClusterScoped {
		return "", name, true
	}
	if res.Namespace().Present().IsFalse() {
		return "default", name, true
	}
	namespace, known = res.Namespace().Text()
	return namespace, name, known
}
