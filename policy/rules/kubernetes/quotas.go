package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func quotaRules() []*rule.Rule {
	return []*rule.Rule{
		resourceQuotaLimits(), // a namespace has an end
		limitRangeDefaults(),  // and so has a container that says nothing
	}
}

func resourceQuotaLimits() *rule.Rule {
	return &rule.Rule{
		ID:       "resource-quota-limits",
		Title:    "Quotas bound CPU, memory and pods",
		Severity: rule.Medium,
		On:       rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "ResourceQuota"}}},
		Why: "A quota bounds only what it names: one without memory lets a namespace take that of the whole " +
			"cluster, one without pods every address of its network.",
		Fix: "Name requests.cpu, requests.memory, limits.memory and pods under spec.hard. CPU limits are not asked " +
			"for, for they throttle a container while the CPU stands idle.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.6.1", "Create administrative boundaries between resources using namespaces"),
			controls.Heading(controls.NSAHardening, "Resource policies"),
		},
		Settings: []rule.Setting{{
			Name: "amounts", Type: rule.StringList,
			Default:     []any{"requests.cpu", "requests.memory", "limits.memory", "pods"},
			Description: "Amounts a quota must bound.",
		}},
		Check: rule.Expressions{{
			Holds:     `settings.amounts.all(a, ` + quotaBounds + `) || ` + quotaOfSome,
			Otherwise: `'the quota does not bound ' + settings.amounts.filter(a, !(` + quotaBounds + `)).join(', ')`,
			Message:   "the quota does not bound all it should",
		}},
	}
}

const (
	// quotaBounds is a condition on a, an amount. Some have two names:
	// https://kubernetes.io/docs/concepts/policy/resource-quotas/
	quotaBounds = `a in object.?spec.?hard.orValue({}) || ` +
		`a.startsWith('requests.') && a.substring(9) in object.?spec.?hard.orValue({}) || ` +
		`a == 'pods' && 'count/pods' in object.?spec.?hard.orValue({})`
	// quotaOfSome is true for a quota of some pods only, which is there beside the
	// one of all.
	quotaOfSome = `size(object.?spec.?scopes.orValue([])) > 0 || object.?spec.?scopeSelector.hasValue()`
)

func limitRangeDefaults() *rule.Rule {
	return &rule.Rule{
		ID:       "limit-range-defaults",
		Title:    "Containers that say nothing get requests and a memory limit",
		Severity: rule.Low,
		On:       rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "LimitRange"}}},
		Why: "Beside a quota a container without requests is refused, and without a memory limit it may take " +
			"its whole node.",
		Fix:      "In the item of type Container set defaultRequest.cpu, defaultRequest.memory and default.memory.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Resource policies")},
		Check: rule.Expressions{
			eachContainerLimit("cpu", `'cpu' in l.?defaultRequest.orValue({}) || 'cpu' in l.?min.orValue({}) || `+limited("cpu"), "request"),
			eachContainerLimit("memory", `'memory' in l.?defaultRequest.orValue({}) || 'memory' in l.?min.orValue({}) || `+limited("memory"), "request"),
			eachContainerLimit("memory", limited("memory"), "limit"),
		},
	}
}

// eachContainerLimit is a validation of the items of a LimitRange that are for
// containers. Where there are none, the API server shows null.
func eachContainerLimit(amount, holds, kind string) rule.Validation {
	return rule.Validation{
		Holds: `(dyn(object.?spec.?limits.orValue([])) != null ? object.?spec.?limits.orValue([]) : [])` +
			`.all(l, l.?type.orValue('') != 'Container' || ` + holds + `)`,
		Message: "a container that says nothing gets no " + kind + " of " + amount,
	}
}

// limited is a condition on l, an item: a container has a limit by default. The
// API server makes the maximum the default where there is none, and both the
// request. https://kubernetes.io/docs/concepts/policy/limit-range/
func limited(amount string) string {
	return `'` + amount + `' in l.?default.orValue({}) || '` + amount + `' in l.?max.orValue({})`
}
