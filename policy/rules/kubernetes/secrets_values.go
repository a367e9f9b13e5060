package kubernetes

import (
	"maps"
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

// objectSecretValues asks what only the program knows: which values are secrets.
// The cluster's own gate cannot, so this is a function.
func objectSecretValues() *rule.Rule {
	on := rule.Workloads()
	on.Kinds = append(on.Kinds, rule.Kind{Group: "core", Name: "ConfigMap"})
	return &rule.Rule{
		ID:       "object-secret-values",
		Title:    "What the program calls a secret is in Secrets only",
		Severity: rule.High,
		On:       on,
		Why: "Pulumi encrypts a secret in the state and hides it in every output; in a pod's environment, in its " +
			"arguments or in a ConfigMap the cluster shows it to everybody who may look.",
		Fix:      "Put the value into a Secret and mount it as a file, or let the pod read the cloud's secret manager.",
		Controls: []rule.Control{nsa("Secrets")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			if pod := r.Pod(); pod != nil {
				q.EachContainer(pod, func(c rule.Container) {
					q.Each(c.Get("env"), func(e rule.Value) {
						q.Require(open(e.Get("value")), e.Get("value"), "the variable %s of %s is a secret", e.Get("name"), c.Title())
					})
					for _, list := range []string{"command", "args"} {
						q.Each(c.Get(list), func(word rule.Value) {
							q.Require(open(word), word, "%s has a secret in its %s", c.Title(), list)
						})
					}
				})
				return
			}
			data := r.Get("data")
			if data.IsUnknown() {
				q.Require(open(data), data, "the ConfigMap is a secret")
			}
			values, _ := data.Tree().(map[string]any)
			for _, key := range slices.Sorted(maps.Keys(values)) {
				q.Require(open(data.Get(key)), data.Get(key), "the value of %s is a secret", key)
			}
		}),
	}
}

// open asks whether a value is one that everybody may see. One that is not known
// yet may turn out to be a secret.
func open(v rule.Value) rule.Truth {
	if !v.IsSecret() && v.IsUnknown() {
		return v.Present()
	}
	return rule.Known(!v.IsSecret())
}
