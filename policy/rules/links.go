package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// link asks whether a property of r names target: its id, its ARN, whatever the
// property holds. names are the properties of target that it may hold.
//
// At a preview such values are often not known, but the resources that a value
// comes from are. They decide then: this one, or another one of its type.
func link(s *rule.Stack, r *rule.Resource, property string, target *rule.Resource, names ...string) rule.Truth {
	keys := strings.Split(property, ".")
	v := r.Get(keys...)
	if v.Present().IsFalse() {
		return rule.False()
	}
	if !v.IsUnknown() {
		compared := true
		for _, name := range names {
			its := target.Get(name)
			if v.Same(its).IsTrue() {
				return rule.True()
			}
			compared = compared && its.Present().IsTrue()
		}
		if compared {
			return rule.False()
		}
	}
	other := false
	for _, urn := range r.DependsOn[keys[0]] {
		if urn == target.URN {
			return rule.True()
		}
		if from := s.Find(urn); from != nil && from.Type == target.Type {
			other = true
		}
	}
	if other {
		return rule.False()
	}
	return rule.Undecided(r.Name + ": " + v.Path())
}

// guard is a resource that must stand beside another one: the versioning of a
// bucket, the flow log of a network.
type guard struct {
	typ string
	// property of the guard names what it guards.
	property string
	// names are what the property may hold of what is guarded.
	names []string
	// keeps says whether it is worth its name; nil means that being there is
	// enough.
	keeps func(*rule.Resource) rule.Truth
}

// over asks whether one of the stack's guards of that kind guards the target.
func (g guard) over(s *rule.Stack, target *rule.Resource) rule.Truth {
	found := rule.False()
	for _, r := range s.Of(types(g.typ)) {
		stands := link(s, r, g.property, target, g.names...)
		if g.keeps != nil {
			stands = stands.And(g.keeps(r))
		}
		found = found.Or(stands)
	}
	return found
}

// linked is the first of the stack's resources of a type that a property of r
// names by its id for certain, or nil.
func linked(s *rule.Stack, r *rule.Resource, property, typ string) *rule.Resource {
	for _, target := range s.Of(types(typ)) {
		if link(s, r, property, target, "id").IsTrue() {
			return target
		}
	}
	return nil
}
