package admission

import (
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

var namespace = rule.Kind{Group: "core", Name: "Namespace"}

// guard keeps the labels of exemptions for those who could change the policies as
// well: to label a namespace would else be a way around every rule. It has a
// consequence of its own, for it is no rule that a level could be set for.
func (g Gate) guard() []Object {
	takes := deny
	switch g.Mode {
	case configuration.Warn:
		takes = warn
	case configuration.Audit:
		takes = audit
	}
	name := "ai-now-" + g.Environment + "-exemptions-" + takes.name
	validation := func(holds, message string) Object {
		return Object{"expression": holds, "message": message, "reason": "Forbidden"}
	}
	return []Object{
		{
			"apiVersion": apiVersion, "kind": "ValidatingAdmissionPolicy",
			"metadata": g.metadata(name),
			"spec": Object{
				"failurePolicy": "Fail",
				"matchConstraints": Object{
					"matchPolicy": "Equivalent",
					"resourceRules": []any{Object{
						"apiGroups": []any{""}, "apiVersions": []any{"v1"}, "operations": []any{"CREATE", "UPDATE"},
						// Labels can be changed by each of them.
						"resources": append([]any{"namespaces"}, subresources[namespace]...), "scope": "*",
					}},
				},
				"variables": []any{
					Object{"name": "labels", "expression": `object.metadata.?labels.orValue({})`},
					Object{"name": "annotations", "expression": `object.metadata.?annotations.orValue({})`},
					Object{"name": "oldLabels", "expression": `oldObject == null ? {} : oldObject.metadata.?labels.orValue({})`},
					Object{"name": "oldAnnotations", "expression": `oldObject == null ? {} : oldObject.metadata.?annotations.orValue({})`},
					// Taking one away needs no leave.
					Object{"name": "given", "expression": `variables.labels.filter(k, k.startsWith('` + exemptionPrefix + `') && ` +
						`(variables.labels[?k] != variables.oldLabels[?k] || variables.annotations[?k] != variables.oldAnnotations[?k]))`},
				},
				"validations": []any{
					validation(`size(variables.given) == 0 || `+
						`authorizer.group('admissionregistration.k8s.io').resource('validatingadmissionpolicies').check('update').allowed()`,
						"exemptions: only who may change the policies may exempt a namespace from a rule. "+
							"Fix: Ask the platform's team for an exemption in the stack's configuration. See "+guide),
					validation(`variables.given.all(k, variables.labels[k].matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}$'))`,
						"exemptions: an exemption has no last day. Fix: Write it as the label's value, as in 2027-06-30. See "+guide),
					validation(`variables.given.all(k, variables.annotations[?k].orValue('').matches('^[^ :]+: .+'))`,
						"exemptions: nobody answers for an exemption. "+
							"Fix: Write an annotation of the label's name with the team and the reason, as in 'shop: why the rule cannot be kept'. See "+guide),
				},
			},
		},
		{
			"apiVersion": apiVersion, "kind": "ValidatingAdmissionPolicyBinding",
			"metadata": g.metadata(name),
			"spec":     Object{"policyName": name, "validationActions": takes.takes},
		},
	}
}

// guide is the page about the second gate.
const guide = "docs/admission.md"
