package admission

import (
	"cmp"
	"slices"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

// Object is a Kubernetes object in the types of JSON.
type Object = map[string]any

// Gate says which rules hold in a cluster and what it does about them.
type Gate struct {
	// Environment of the stack. It is part of the objects' names: two stacks may
	// share a cluster.
	Environment string
	// Rules are the rules to choose from; those that are no [rule.Expressions] are
	// left out.
	Rules []*rule.Rule
	// Resolved is what configuration says about each rule, by its id.
	Resolved map[string]configuration.Resolved
	// Mode is what the cluster does.
	Mode configuration.Admission
	// Exemptions that hold; who makes the gate leaves the expired ones out.
	Exemptions []configuration.Exemption
	// Reference is the page that explains the rules; a rule's own place in it is
	// Reference#ID.
	Reference string
	// Labels of every object.
	Labels map[string]string
}

// action is a consequence, as in the names of objects, and its validationActions.
type action struct {
	name  string
	takes []any
}

// Audit comes along: the audit log has what was refused or warned of as well.
// Deny and Warn cannot be combined.
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions
var (
	deny  = action{"deny", []any{"Deny", "Audit"}}
	warn  = action{"warn", []any{"Warn", "Audit"}}
	audit = action{"audit", []any{"Audit"}}
)

// actionOf is what happens when a rule of that level is broken, and whether
// anything does.
func (g Gate) actionOf(level rule.Level) (action, bool) {
	if level == rule.Disabled {
		return action{}, false
	}
	switch g.Mode {
	case configuration.Warn:
		return warn, true
	case configuration.Audit:
		return audit, true
	case configuration.Off:
		return action{}, false
	default:
		// What a remedy mends at preview was not mended when it comes here.
		if level == rule.Advisory {
			return warn, true
		}
		return deny, true
	}
}

// Objects are the policies and bindings, none when the gate is off. That which
// guards the exemptions comes first.
func (g Gate) Objects() []Object {
	if g.Mode == configuration.Off {
		return nil
	}
	objects := g.guard()
	for _, p := range g.policies() {
		objects = append(objects, g.policy(p), g.binding(p))
	}
	return objects
}

// policy is the rules over one area with one consequence.
type policy struct {
	area   area
	action action
	rules  []*rule.Rule
}

// policies are the rules by area and consequence, the worst to break first: of
// what is refused users are told the first reason only.
func (g Gate) policies() []policy {
	var all []policy
	for _, a := range areas {
		for _, act := range []action{deny, warn, audit} {
			p := policy{area: a, action: act}
			for _, r := range g.Rules {
				if g.installs(r, a, act) {
					p.rules = append(p.rules, r)
				}
			}
			if len(p.rules) > 0 {
				slices.SortStableFunc(p.rules, func(x, y *rule.Rule) int {
					return cmp.Compare(bySeverity[x.Severity], bySeverity[y.Severity])
				})
				all = append(all, p)
			}
		}
	}
	return all
}

var bySeverity = map[rule.Severity]int{rule.Critical: 0, rule.High: 1, rule.Medium: 2, rule.Low: 3}

func (g Gate) installs(r *rule.Rule, a area, act action) bool {
	if _, expressions := r.Check.(rule.Expressions); !expressions || len(a.kindsOf(r)) == 0 {
		return false
	}
	resolved := g.Resolved[r.ID]
	wanted, acts := g.actionOf(resolved.Level)
	return acts && wanted.name == act.name && r.Judges(g.Environment, resolved.Settings)
}

func (g Gate) name(p policy) string {
	return "ai-now-" + g.Environment + "-" + p.area.name + "-" + p.action.name
}

func (g Gate) metadata(name string) Object {
	metadata := Object{"name": name}
	if len(g.Labels) > 0 {
		labels := Object{}
		for key, value := range g.Labels {
			labels[key] = value
		}
		metadata["labels"] = labels
	}
	return metadata
}

func (g Gate) policy(p policy) Object {
	var validations []any
	for _, r := range p.rules {
		validations = append(validations, g.validations(p, r)...)
	}
	return Object{
		"apiVersion": apiVersion, "kind": "ValidatingAdmissionPolicy",
		"metadata": g.metadata(g.name(p)),
		"spec": Object{
			// An expression that fails has a bug; it must not open the gate.
			"failurePolicy":    "Fail",
			"matchConstraints": p.matchConstraints(),
			"matchConditions":  p.area.matchConditions(),
			"variables":        p.variables(),
			"validations":      validations,
		},
	}
}

func (g Gate) binding(p policy) Object {
	return Object{
		"apiVersion": apiVersion, "kind": "ValidatingAdmissionPolicyBinding",
		"metadata": g.metadata(g.name(p)),
		"spec": Object{
			"policyName":        g.name(p),
			"validationActions": p.action.takes,
			"matchResources":    Object{"namespaceSelector": outsideClusterNamespaces()},
		},
	}
}

const apiVersion = "admissionregistration.k8s.io/v1"
