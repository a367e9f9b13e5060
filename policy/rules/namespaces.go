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
