package rules

import "github.com/ai-now/platform/policy/rule"

var (
	resourceQuotas  = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "ResourceQuota"}}}
	limitRanges     = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "LimitRange"}}}
	networkPolicies = rule.Target{Kinds: []rule.Kind{{Group: "networking.k8s.io", Name: "NetworkPolicy"}}}
)

func stackNamespaces() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-namespace-guards",
		Title:    "Namespaces have a quota and deny traffic by default",
		Severity: rule.High,
		On:       rule.Target{Stack: true},
		Why: "Without a quota one team's mistake takes the cluster's capacity from all others. Without a " +
			"NetworkPolicy that selects every pod, any pod of the cluster may talk to any other. A namespace " +
			"that is empty in the program is filled by others: kubectl, a pipeline, an operator.",
		Fix: "Create the namespace with the SecureNamespace component, or add a ResourceQuota and a " +
			"NetworkPolicy with an empty podSelector, policyTypes [Ingress, Egress] and no rules.",
		Controls: []rule.Control{
			cis(cisKubernetes, "5.3.2", "Ensure that all Namespaces have NetworkPolicies defined"),
			cis(cisKubernetes, "5.6.1", "Create administrative boundaries between resources using namespaces"),
			cis(cisEKS, "4.3.2", "Ensure that all Namespaces have Network Policies defined"),
			cis(cisGKE, "4.3.2", "Ensure that all Namespaces have Network Policies defined"),
			heading(nsaHardening, "Resource policies"),
		},
		Settings: []rule.Setting{exemptSetting()},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			quotas := s.Of(resourceQuotas)
			policies := s.Of(networkPolicies)
			for _, ns := range s.Of(namespaces) {
				name := ns.Get("metadata", "name")
				free := exempt(q, name)
				bounded := rule.False()
				for _, quota := range quotas {
					bounded = bounded.Or(inNamespace(quota, ns).And(ofAllPods(quota)))
				}
				q.Require(free.Or(bounded), name, "the namespace %s has no ResourceQuota", name)
				for _, direction := range []struct{ policyType, rules string }{
					{"Ingress", "ingress"},
					{"Egress", "egress"},
				} {
					closed := rule.False()
					for _, p := range policies {
						closed = closed.Or(inNamespace(p, ns).And(deniesAll(p, direction.policyType, direction.rules)))
					}
					q.Require(free.Or(closed), name,
						"the namespace %s has no NetworkPolicy that denies all %s", name, direction.rules)
				}
			}
		}),
	}
}

func stackNamespaceLimits() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-namespace-limits",
		Title:    "Namespaces have defaults for what containers may take",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Target{Stack: true},
		Why: "Pods come into a namespace from elsewhere too: from operators, from kubectl. Without a LimitRange one that " +
			"says nothing of its resources is refused by the quota, or takes the memory of the whole node.",
		Fix: "Create the namespace with the SecureNamespace component, or add a LimitRange for containers.",
		Controls: []rule.Control{
			heading(nsaHardening, "Resource policies"),
		},
		Settings: []rule.Setting{exemptSetting()},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			ranges := s.Of(limitRanges)
			for _, ns := range s.Of(namespaces) {
				name := ns.Get("metadata", "name")
				q.Require(exempt(q, name).Or(inhabited(ns, ranges)), name, "the namespace %s has no LimitRange", name)
			}
		}),
	}
}

// ofAllPods asks whether a quota bounds all pods, and not those of some scope
// only, which is there beside the one of all.
func ofAllPods(quota *rule.Resource) rule.Truth {
	spec := quota.Get("spec")
	return spec.Get("scopes").Empty().And(spec.Get("scopeSelector", "matchExpressions").Empty())
}

// inhabited asks whether one of the objects is in the namespace.
func inhabited(ns *rule.Resource, objects []*rule.Resource) rule.Truth {
	found := rule.False()
	for _, o := range objects {
		found = found.Or(inNamespace(o, ns))
	}
	return found
}

// inNamespace asks whether an object is in a namespace: of the same cluster,
// that is of the same provider, and by name.
func inNamespace(object, ns *rule.Resource) rule.Truth {
	if object.Provider != ns.Provider {
		return rule.False()
	}
	return ns.Get("metadata", "name").Same(object.Namespace())
}

// deniesAll asks whether a NetworkPolicy selects every pod and lets nothing
// through in one direction.
func deniesAll(policy *rule.Resource, policyType, rules string) rule.Truth {
	spec := policy.Get("spec")
	selector := spec.Get("podSelector")
	everyPod := selector.Get("matchLabels").Empty().And(selector.Get("matchExpressions").Empty())
	types := spec.Get("policyTypes")
	applies := types.Contains(policyType)
	if policyType == "Ingress" {
		// A policy that names no type is one for ingress.
		applies = applies.Or(types.Empty())
	}
	return everyPod.And(applies, spec.Get(rules).Empty())
}
