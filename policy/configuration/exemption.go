package configuration

import (
	"fmt"
	"regexp"
	"time"

	"github.com/ai-now/platform/policy/rule"
)

// Exemption lets the objects of one namespace, or one object that is in no
// namespace, break one rule until a day. Somebody answers for it.
type Exemption struct {
	// Rule is the id of a rule over Kubernetes objects.
	Rule string `json:"rule"`
	// Namespace whose objects are exempt. Exactly one of Namespace and Object.
	Namespace string `json:"namespace,omitempty"`
	// Object is the name of an object that is in no namespace, such as a
	// ClusterRole.
	Object string `json:"object,omitempty"`
	// Owner is the team that answers for it.
	Owner string `json:"owner"`
	// Reason says why the rule cannot be kept.
	Reason string `json:"reason"`
	// Expires is the last day it holds, as 2006-01-02, in UTC.
	Expires string `json:"expires"`
}

// Mistake is what is wrong with one field of the configuration.
type Mistake struct {
	// Path is where, below the value: "exemptions[0].expires".
	Path string
	// Value is what stands there, "" when nothing does.
	Value string
	// Problem says what is wrong and Hint what is allowed or what to do.
	Problem, Hint string
}

func (m Mistake) String() string {
	text := m.Path + ": "
	if m.Value != "" {
		text += fmt.Sprintf("%q ", m.Value)
	}
	return text + m.Problem + "; " + m.Hint
}

var (
	// A label's value, for the admission gate keeps owners in one: at most 63
	// characters. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
	ownerName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$`)
	// An RFC 1123 label, as the API server asks of a namespace.
	namespaceName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// mistakes finds everything that is wrong with the exemption; an expired one is
// well-formed.
func (e Exemption) mistakes(path string, rules []*rule.Rule) []Mistake {
	var found []Mistake
	add := func(field, value, problem, hint string) {
		found = append(found, Mistake{Path: path + "." + field, Value: value, Problem: problem, Hint: hint})
	}
	ids := objectRules(rules)
	r, known := ids[e.Rule]
	switch {
	case e.Rule == "":
		add("rule", "", "is missing", "name the rule that cannot be kept")
	case !known:
		add("rule", e.Rule, "is no rule over Kubernetes objects", rule.Suggest(e.Rule, sortedIDs(ids)))
	}
	switch {
	case e.Namespace == "" && e.Object == "":
		add("namespace", "", "is missing", "name the namespace, or the object when it is in none")
	case e.Namespace != "" && e.Object != "":
		add("object", e.Object, "stands beside a namespace", "write one exemption for each")
	case e.Namespace != "" && !namespaceName.MatchString(e.Namespace):
		add("namespace", e.Namespace, "is no name of a namespace", "use lower-case letters, digits and '-', at most 63")
	case e.Object != "" && known && !looksAtClusterScoped(r):
		add("object", e.Object, "names an object that is in no namespace, and the rule looks at none such",
			"name the namespace")
	}
	switch {
	case e.Owner == "":
		add("owner", "", "is missing", "name the team that answers for it")
	case !ownerName.MatchString(e.Owner):
		add("owner", e.Owner, "is no name of a team", "use lower-case letters, digits, '-', '_' and '.', at most 63")
	}
	if e.Reason == "" {
		add("reason", "", "is missing", "say why the rule cannot be kept")
	}
	if e.Expires == "" {
		add("expires", "", "is missing", `write the last day it holds in quotes, such as "2027-06-30"`)
	} else if _, err := e.end(); err != nil {
		add("expires", e.Expires, "is no day", `write it in quotes, as "2027-06-30"`)
	}
	return found
}

// end is the moment the exemption ends.
func (e Exemption) end() (time.Time, error) {
	day, err := time.Parse(time.DateOnly, e.Expires)
	return day.AddDate(0, 0, 1), err
}

// Expired says whether the exemption no longer holds.
func (e Exemption) Expired(now time.Time) bool {
	end, err := e.end()
	return err != nil || !now.Before(end)
}

// Covers says whether the exemption is for that rule and an object of that
// namespace and name; a namespace of "" is that of an object that is in none.
func (e Exemption) Covers(ruleID, namespace, name string) bool {
	if e.Rule != ruleID {
		return false
	}
	if namespace != "" {
		return e.Namespace == namespace
	}
	return e.Object != "" && e.Object == name
}

func objectRules(rules []*rule.Rule) map[string]*rule.Rule {
	byID := map[string]*rule.Rule{}
	for _, r := range rules {
		if len(r.On.Kinds) > 0 {
			byID[r.ID] = r
		}
	}
	return byID
}

func looksAtClusterScoped(r *rule.Rule) bool {
	for _, k := range r.On.Kinds {
		if served, ok := k.Served(); ok && served.ClusterScoped {
			return true
		}
	}
	return false
}
