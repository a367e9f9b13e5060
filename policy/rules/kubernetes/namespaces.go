package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var namespaces = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "Namespace"}}}

// exemptNamespaces is a setting. Its default are those the cluster makes itself.
func exemptNamespaces() rule.Setting {
	return rule.Setting{
		Name: "exempt", Type: rule.StringList, Default: []any{"kube-system", "kube-public", "kube-node-lease"},
		Description: "Names of namespaces the rule leaves alone.",
	}
}

func namespaceRules() []*rule.Rule {
	return []*rule.Rule{
		namespacePodSecurity(), // the cluster itself refuses what the rules refuse
		namespaceOwner(),       // somebody answers for it
	}
}

func namespacePodSecurity() *rule.Rule {
	const enforce = "pod-security.kubernetes.io/enforce"
	return &rule.Rule{
		ID:       "namespace-pod-security",
		Title:    "Namespaces enforce a Pod Security level",
		Severity: rule.High,
		On:       namespaces,
		Why: "The label makes the API server itself refuse dangerous pods, also those that no Pulumi " +
			"program made. Without it a namespace takes any pod.",
		Fix: "Label the namespace " + enforce + ": restricted (baseline where a workload cannot do " +
			"with less).",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.1", "Ensure that the cluster has at least one active policy control mechanism in place"),
			controls.Control(controls.CISGKE, "4.2.1", "Ensure that the cluster enforces Pod Security Standard Baseline profile or stricter for all namespaces."),
		},
		Settings: []rule.Setting{
			{
				Name:        "levels",
				Type:        rule.StringList,
				Default:     []any{"restricted", "baseline"},
				Allowed:     []string{"restricted", "baseline", "privileged"},
				Description: "Levels a namespace may enforce.",
			},
			exemptNamespaces(),
		},
		Check: rule.Expressions{{
			Holds: `object.?metadata.?name.orValue('') in settings.exempt || ` +
				`object.?metadata.?labels[?'` + enforce + `'].orValue('') in settings.levels`,
			Otherwise: `'the Pod Security level the namespace enforces is ' + ` +
				`object.?metadata.?labels[?'` + enforce + `'].orValue('not set')`,
			Message: "the Pod Security level the namespace enforces is none of those allowed",
		}},
	}
}

func namespaceOwner() *rule.Rule {
	return &rule.Rule{
		ID:       "namespace-owner",
		Title:    "Every namespace has an owner",
		Severity: rule.Medium,
		On:       namespaces,
		Why: "Without an owner nobody knows whom to call when something in it breaks, who pays for it, what data " +
			"may be in it, and whether it may be deleted.",
		Fix: "Create the namespace with the SecureNamespace component, or set the labels.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.6.1", "Create administrative boundaries between resources using namespaces"),
			controls.Control(controls.CISEKS, "4.5.1", "Create administrative boundaries between resources using namespaces"),
			controls.Control(controls.CISGKE, "4.6.1", "Create administrative boundaries between resources using namespaces"),
			controls.Heading(controls.NSAHardening, "Namespaces"),
		},
		Settings: []rule.Setting{
			{
				Name: "labels", Type: rule.StringList,
				Default:     []any{"ai-now.io/team", "ai-now.io/cost-center", "ai-now.io/data-classification", labelEnvironment},
				Description: "Labels every namespace must have.",
			},
			exemptNamespaces(),
		},
		Check: rule.Expressions{{
			Holds: `object.?metadata.?name.orValue('') in settings.exempt || ` +
				`settings.labels.all(l, object.?metadata.?labels[?l].orValue('') != '')`,
			Otherwise: `'the namespace has no ' + settings.labels.filter(l, object.?metadata.?labels[?l].orValue('') == '').join(', ')`,
			Message:   "the namespace lacks labels that say whose it is",
		}},
	}
}
