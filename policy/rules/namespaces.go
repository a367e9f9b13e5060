package rules

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

// namespaces is the target of rules over namespaces.
var namespaces = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "Namespace"}}}

// clusterNamespaces are made by the cluster itself and hold its own parts,
// which need rights the rules refuse.
var clusterNamespaces = []any{"kube-system", "kube-public", "kube-node-lease"}

func exemptSetting() rule.Setting {
	return rule.Setting{
		Name:        "exempt",
		Type:        rule.StringList,
		Default:     clusterNamespaces,
		Description: "Names of namespaces the rule leaves alone.",
	}
}

func exempt(q *rule.Inquiry, name rule.Value) rule.Truth {
	names := q.Settings.Strings("exempt")
	return name.Matches(func(s string) bool { return slices.Contains(names, s) })
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
			cis(cisKubernetes, "5.2.1", "Ensure that the cluster has at least one active policy control mechanism in place"),
			cis(cisGKE, "4.2.1", "Ensure that the cluster enforces Pod Security Standard Baseline profile or stricter for all namespaces."),
		},
		Settings: []rule.Setting{
			{
				Name:        "levels",
				Type:        rule.StringList,
				Default:     []any{"restricted", "baseline"},
				Allowed:     []string{"restricted", "baseline", "privileged"},
				Description: "Levels a namespace may enforce.",
			},
			exemptSetting(),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			level := r.Get("metadata", "labels", enforce)
			allowed := q.Settings.Strings("levels")
			q.Require(exempt(q, r.Get("metadata", "name")).Or(level.OneOf(allowed)), level,
				"the namespace's enforced Pod Security level is %s", level)
		}),
	}
}
