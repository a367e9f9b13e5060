package admission

import (
	"slices"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

// exemptionPrefix is that of the labels and annotations on namespaces.
const exemptionPrefix = "exempt.ai-now.io/"

// ExemptionLabel is the key of the label on a namespace that exempts its objects
// from a rule, and of the annotation that says who answers for it.
func ExemptionLabel(ruleID string) string { return exemptionPrefix + ruleID }

// NamespaceExemptions are the labels and annotations of a namespace for those of
// the exemptions that are for its objects.
func NamespaceExemptions(exemptions []configuration.Exemption, namespace string) (labels, annotations map[string]string) {
	labels, annotations = map[string]string{}, map[string]string{}
	for _, e := range exemptions {
		key := ExemptionLabel(e.Rule)
		// Of two for the same rule the longer one holds, as at preview.
		if e.Namespace == namespace && e.Expires > labels[key] {
			labels[key] = e.Expires
			annotations[key] = e.Owner + ": " + e.Reason
		}
	}
	return labels, annotations
}

// dayMade is the day an object was made, in UTC and in the form of the days of
// exemptions, so that the two compare as text. The API server has set it when it
// asks.
const dayMade = `string(object.metadata.creationTimestamp).substring(0, 10)`

// exempt are conditions of which one holds for an exempt object.
func (g Gate) exempt(p policy, r *rule.Rule) []string {
	kinds := p.area.kindsOf(r)
	inNamespace := func(k rule.Served) bool { return !k.ClusterScoped }
	var terms []string
	if slices.ContainsFunc(kinds, inNamespace) {
		terms = append(terms, `(namespaceObject != null && `+
			`namespaceObject.metadata.?labels[?`+quote(ExemptionLabel(r.ID))+`].orValue('') >= variables.made)`)
	}
	for _, e := range g.Exemptions {
		if e.Rule == r.ID && e.Object != "" && slices.ContainsFunc(kinds, func(k rule.Served) bool { return k.ClusterScoped }) {
			terms = append(terms, `(namespaceObject == null && object.metadata.name == `+quote(e.Object)+
				` && `+quote(e.Expires)+` >= variables.made)`)
		}
	}
	return terms
}
