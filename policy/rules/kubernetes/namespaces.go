package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func namespaceRules() []*rule.Rule {
	return []*rule.Rule{
		namespacePodSecurity(), // the cluster itself refuses what the rules refuse
	}
}

func namespacePodSecurity() *rule.Rule {
	const enforce = "pod-security.kubernetes.io/enforce"
	return &rule.Rule{
		ID:       "namespace-pod-security",
		Title:    "Namespaces enforce a Pod Security level",
		Severity: rule.High,
		On:       rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "Namespace"}}},
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
			{
				Name: "exempt", Type: rule.StringList, Default: []any{"kube-system", "kube-public", "kube-node-lease"},
				Description: "Names of namespaces the rule leaves alone.",
			},
		},
		Check: rule.Expressions{{
			Holds: `object.metadata.?name.orValue('') in settings.exempt || ` +
				`object.metadata.?labels[?'` + enforce + `'].orValue('') in settings.levels`,
			Otherwise: `'the Pod Security level the namespace enforces is ' + ` +
				`object.metadata.?labels[?'` + enforce + `'].orValue('not set')`,
			Message: "the Pod Security level the namespace enforces is none of those allowed",
		}},
	}
}
