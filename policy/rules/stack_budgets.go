package rules

import "github.com/ai-now/platform/policy/rule"

var (
	replicated        = rule.Target{Kinds: []rule.Kind{{Group: "apps", Name: "Deployment"}, {Group: "apps", Name: "StatefulSet"}}}
	disruptionBudgets = rule.Target{Kinds: []rule.Kind{{Group: "policy", Name: "PodDisruptionBudget"}}}
	priorityClasses   = rule.Target{Kinds: []rule.Kind{{Group: "scheduling.k8s.io", Name: "PriorityClass"}}}
	podAutoscalers    = rule.Target{Kinds: []rule.Kind{{Group: "autoscaling", Name: "HorizontalPodAutoscaler"}}}
)

func stackDisruptionBudgets() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-disruption-budgets",
		Title:    "What runs in several replicas has a budget for disruptions",
		Severity: rule.Medium,
		On:       wholeStack,
		Why: "Replicas are there so that one may go. Without a PodDisruptionBudget the drain of nodes, at an upgrade " +
			"or by the autoscaler, takes all of them at once.",
		Fix: "Add a PodDisruptionBudget with maxUnavailable 1 whose selector is that of the workload. The Workload " +
			"component makes one.",
		Settings: []rule.Setting{names("exempt", nil, "Names of namespaces the rule leaves alone.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			budgets, autoscalers, classes := s.Of(disruptionBudgets), s.Of(podAutoscalers), s.Of(priorityClasses)
			for _, workload := range s.Of(replicated) {
				guarded := exempt(q, workload.Namespace()).Or(severalReplicas(workload, autoscalers).Not(), givesWay(workload, classes))
				pods := workload.Get("spec", "template", "metadata", "labels")
				for _, b := range budgets {
					guarded = guarded.Or(sameNamespace(b, workload).And(selects(b.Get("spec", "selector"), pods)))
				}
				kind, _ := workload.Kind()
				name := workload.Get("metadata", "name")
				q.Require(guarded, name, "the %s %s runs several replicas, and no PodDisruptionBudget selects them", kind.Name, name)
			}
		}),
	}
}

// severalReplicas asks whether a workload runs two replicas or more, by itself
// or because an autoscaler lets it run no fewer.
func severalReplicas(workload *rule.Resource, autoscalers []*rule.Resource) rule.Truth {
	several := atLeast(workload.Get("spec", "replicas"), 2)
	kind, _ := workload.Kind()
	for _, a := range autoscalers {
		target := a.Get("spec", "scaleTargetRef")
		its := target.Get("kind").Is(kind.Name).And(target.Get("name").Same(workload.Get("metadata", "name")), sameNamespace(a, workload))
		several = several.Or(its.And(atLeast(a.Get("spec", "minReplicas"), 2)))
	}
	return several
}

// givesWay asks whether any other pod may take the place of the workload's.
// https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/
func givesWay(workload *rule.Resource, classes []*rule.Resource) rule.Truth {
	found := rule.False()
	class := workload.Get("spec", "template", "spec", "priorityClassName")
	for _, c := range classes {
		if c.Provider == workload.Provider {
			below := c.Get("value").Measures(func(n float64) bool { return n < 0 })
			found = found.Or(class.Same(c.Get("metadata", "name")).And(below))
		}
	}
	return found
}

// sameNamespace asks whether two objects are in the same namespace of the same
// cluster; an object that names none is in "default".
func sameNamespace(a, b *rule.Resource) rule.Truth {
	if a.Provider != b.Provider {
		return rule.False()
	}
	unnamed := rule.NewValue("default")
	return a.Namespace().OrElse(unnamed).Same(b.Namespace().OrElse(unnamed))
}

// selects asks whether a label selector of Kubernetes selects what has these
// labels. One that is missing selects nothing, an empty one everything.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
func selects(selector, labels rule.Value) rule.Truth {
	all := selector.Present()
	want := selector.Get("matchLabels")
	if want.IsUnknown() {
		all = all.And(want.Present())
	}
	for _, key := range want.Keys() {
		all = all.And(want.Get(key).Same(labels.Get(key)))
	}
	return all.And(selector.Get("matchExpressions").All(func(e rule.Value) rule.Truth {
		key, known := e.Get("key").Text()
		if !known {
			return e.Get("key").Present()
		}
		label := labels.Get(key)
		listed := e.Get("values").Any(label.Same)
		operator := e.Get("operator")
		return operator.Is("In").And(listed).Or(
			operator.Is("NotIn").And(listed.Not()),
			operator.Is("Exists").And(label.Present()),
			operator.Is("DoesNotExist").And(label.Present().Not()))
	}))
}
