package stacks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// now is the clock that exemptions end by.
var now = time.Now

// stack is the configuration of the rules as the policy pack reads it.
func (p Policy) stack() configuration.Stack {
	s := configuration.Stack{Profile: p.Profile, Admission: configuration.Admission(p.Admission)}
	if p.Rules != nil {
		s.Rules, _ = asJSON(p.Rules).(map[string]any)
	}
	for _, e := range p.Exemptions {
		s.Exemptions = append(s.Exemptions, configuration.Exemption(e))
	}
	return s
}

// asJSON gives a tree the numbers that JSON has, as the policy pack reads it.
func asJSON(tree any) any {
	switch v := tree.(type) {
	case json.Number:
		n, err := v.Float64()
		if err != nil {
			return v.String() // is refused as no number
		}
		return n
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = asJSON(e)
		}
		return list
	case map[string]any:
		fields := make(map[string]any, len(v))
		for key, e := range v {
			fields[key] = asJSON(e)
		}
		return fields
	default:
		return tree
	}
}

// exemptions are those that hold. An expired one closes the gate of the cluster as
// the policy pack closes its own.
func (p Policy) exemptions() []configuration.Exemption {
	return slices.DeleteFunc(p.stack().Exemptions, func(e configuration.Exemption) bool { return e.Expired(now()) })
}

// gate is what the clusters do with the rules. The configuration was checked.
func (c *Config) gate() admission.Gate {
	s := c.Policy.stack()
	layers, err := s.Layers()
	if err != nil {
		panic(fmt.Sprintf("the policy was not checked: %v", err))
	}
	all := rules.All()
	// As the pack does for rules without a level.
	resolved, _ := configuration.Resolve(all, rule.Mandatory, layers...)
	return admission.Gate{
		Environment: c.Environment, Rules: all, Resolved: resolved, Mode: s.AtAdmission(),
		Exemptions: c.Policy.exemptions(), Reference: rules.ReferenceFile,
	}
}

// checkPolicy checks the configuration of the rules as the policy pack does, and
// that what is exempt is there.
func (c *Config) checkPolicy(list *check.List, tenantsUnread bool) {
	for _, m := range c.Policy.stack().Mistakes(rules.All()) {
		if m.Value == "" {
			list.Add("policy."+m.Path, nil, m.Problem, m.Hint)
			continue
		}
		list.Add("policy."+m.Path, m.Value, m.Problem, m.Hint)
	}
	if tenantsUnread {
		return
	}
	var tenants []string
	for _, t := range c.Tenants {
		tenants = append(tenants, t.Name)
	}
	for i, e := range c.Policy.Exemptions {
		if e.Namespace != "" && e.Object == "" && !slices.Contains(tenants, e.Namespace) {
			list.Add(fmt.Sprintf("policy.exemptions[%d].namespace", i), e.Namespace,
				"is no tenant's namespace, and nobody else's gets its label", nearestHint(e.Namespace, tenants))
		}
	}
	for i, e := range c.Policy.Exemptions {
		if strings.ContainsAny(e.Reason, "\r\n") {
			list.Add(fmt.Sprintf("policy.exemptions[%d].reason", i), nil, "has more than one line", "say it in one")
		}
	}
}
