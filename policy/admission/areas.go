package admission

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

// area is the kinds of objects that share a policy.
type area struct {
	name string
	has  func(rule.Kind) bool
	// controllers also make such objects on behalf of users, so what they make is
	// looked at.
	controllers bool
}

// areas are all of them. A kind is in the first that has it.
var areas = []area{
	{name: "workloads", has: runsPods, controllers: true},
	{name: "access", has: inGroups("rbac.authorization.k8s.io", "apiregistration.k8s.io")},
	{name: "network", has: func(k rule.Kind) bool {
		return k.Name == "Service" || inGroups("networking.k8s.io", "gateway.networking.k8s.io")(k)
	}},
	{name: "objects", has: func(rule.Kind) bool { return true }},
}

func runsPods(k rule.Kind) bool {
	_, runs := rule.PodSpecPath(k)
	return runs
}

func inGroups(groups ...string) func(rule.Kind) bool {
	return func(k rule.Kind) bool { return slices.Contains(groups, k.Group) }
}

// Admits says whether the API server asks policies about a kind: not about the
// configuration of admission itself, by which a wrong one could be undone no more.
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules
func Admits(k rule.Kind) bool { return k.Group != "admissionregistration.k8s.io" }

// kindsOf are the kinds of the area that a rule looks at.
func (a area) kindsOf(r *rule.Rule) []rule.Served {
	var kinds []rule.Served
	for _, k := range r.On.Kinds {
		served, known := k.Served()
		if known && Admits(k) && areaOf(k) == a.name {
			kinds = append(kinds, served)
		}
	}
	return kinds
}

func areaOf(k rule.Kind) string {
	i := slices.IndexFunc(areas, func(a area) bool { return a.has(k) })
	return areas[i].name
}

// kinds are all kinds that a rule of the policy looks at, in the order of the
// rules.
func (p policy) kinds() []rule.Served {
	var all []rule.Served
	for _, r := range p.rules {
		for _, k := range p.area.kindsOf(r) {
			if !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	return all
}

// variables are those that a rule of the policy may use, and the day an object was
// made, which exemptions are compared with.
func (p policy) variables() []any {
	variables := []any{Object{"name": "made", "expression": dayMade}}
	for _, r := range p.rules {
		if uses := r.Variables(); len(uses) > 0 {
			for _, v := range uses {
				variables = append(variables, Object{"name": v.Name, "expression": v.Expression})
			}
			break
		}
	}
	return variables
}
