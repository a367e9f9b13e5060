package kubernetes

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func workloadObjectRules() []*rule.Rule {
	return []*rule.Rule{
		workloadDefaultNamespace(), // nothing runs where nobody put it
		objectLabels(),             // everything says whose it is
		objectEnvironment(),        // and is of the stack's environment
	}
}

func workloadDefaultNamespace() *rule.Rule {
	return &rule.Rule{
		ID:       "workload-default-namespace",
		Title:    "Nothing runs in the namespace default",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "What names no namespace ends up in default, beside everything else that nobody thought about: no quota, no " +
			"network policy, no owner, and one role binding opens it all.",
		Fix: "Make a namespace for the application, with components.NewSecureNamespace, and name it in metadata.namespace.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.6.4", "The default namespace should not be used"),
			controls.Control(controls.CISEKS, "4.5.2", "The default namespace should not be used"),
			controls.Control(controls.CISGKE, "4.6.4", "The default namespace should not be used"),
			nsa("Namespaces"),
		},
		Check: rule.Expressions{{
			Holds:   `object.?metadata.?namespace.orValue('default') != 'default'`,
			Message: "the workload is in the namespace default",
		}},
	}
}

// Labels that are known for certain: see package labels.
const (
	labelEnvironment = "ai-now.io/environment"
	labelManagedBy   = "app.kubernetes.io/managed-by"
)

func objectLabels() *rule.Rule {
	on := rule.Workloads()
	on.Kinds = append(on.Kinds, rule.Kind{Group: "core", Name: "Service"})
	const missing = `settings.keys.filter(k, object.?metadata.?labels[?k].orValue('') == '')`
	return &rule.Rule{
		ID:       "object-labels",
		Title:    "Workloads and services say whose they are",
		Severity: rule.Medium,
		On:       on,
		Why: "Without an owner nobody knows whom to call, who pays, and whether it may be deleted. Dashboards, bills and " +
			"alarms go by labels.",
		Fix: "Set the labels of the setting keys; components do by themselves, from ai-now:labels of the configuration. " +
			"What a controller makes from a template need not have them. At level remediate the pack sets " +
			labelEnvironment + " and " + labelManagedBy + " where the program does not.",
		Settings: []rule.Setting{{
			Name: "keys", Type: rule.StringList,
			Default: []any{
				"app.kubernetes.io/name", labelManagedBy, labelEnvironment,
				"ai-now.io/team", "ai-now.io/cost-center", "ai-now.io/data-classification",
			},
			Description: "Labels every object must have.",
		}},
		Check: rule.Expressions{{
			Holds:     controlled + ` || ` + `settings.keys.all(k, object.?metadata.?labels[?k].orValue('') != '')`,
			Otherwise: `'the object has no ' + ` + missing + `.join(', ')`,
			Message:   "labels are missing",
		}},
		Remedy: setLabels,
	}
}

// setLabels sets the labels whose value is certain.
func setLabels(q *rule.Inquiry, r *rule.Resource) []rule.Edit {
	var edits []rule.Edit
	for _, label := range []struct{ key, value string }{
		{labelManagedBy, "pulumi"},
		{labelEnvironment, q.Stack.Environment},
	} {
		at := r.Get("metadata", "labels", label.key)
		if label.value != "" && slices.Contains(q.Settings.Strings("keys"), label.key) && at.Present().IsFalse() {
			edits = append(edits, rule.Edit{At: at, To: label.value})
		}
	}
	return edits
}

func objectEnvironment() *rule.Rule {
	on := rule.Workloads()
	on.Kinds = append(on.Kinds, rule.Kind{Group: "core", Name: "Service"}, rule.Kind{Group: "core", Name: "Namespace"})
	return &rule.Rule{
		ID:       "object-environment",
		Title:    "A stack makes no object for another environment",
		Severity: rule.High,
		On:       on,
		Why: "What carries the name of another environment is watched, paid and cleaned up with that one: a test that " +
			"says prod wakes people up, a prod service that says dev does not.",
		Fix: "Let the label " + labelEnvironment + " have the value of ai-now:environment.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			label := r.Get("metadata", "labels", labelEnvironment)
			q.Require(rule.Known(q.Stack.Environment == "").Or(label.Empty(), label.Is(q.Stack.Environment)), label,
				"the object is of the environment %s, the stack's is %s", label, q.Stack.Environment)
		}),
	}
}
