package crossguard

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/ai-now/platform/policy/rule"
)

// Pack is a set of rules as the engine knows it.
type Pack struct {
	// Name of the pack: letters, digits, hyphens, underscores and periods.
	Name        string
	DisplayName string
	Version     string
	Description string
	// Level is the enforcement level of rules that have none; "" means mandatory.
	Level rule.Level
	Rules []*rule.Rule
	// Initial is the configuration that comes with the pack; a user's goes over
	// it.
	Initial Config
	// Reference is where the rules are explained; a rule's own place in it is
	// Reference#ID. It is shown with every finding.
	Reference string
	// EnvironmentKey is the key of the stack's configuration that holds its
	// environment, "" when there is none.
	EnvironmentKey string
	// Environment is the environment of stacks whose configuration the engine
	// does not send, as at `pulumi policy analyze`; "" when nobody knows.
	Environment string
	// EnvironmentHint says, for a message, where an environment is set.
	EnvironmentHint string
}

// Config is configuration of a pack: per rule, or for all under "all".
type Config map[string]RuleConfig

// RuleConfig is what configuration says about a rule.
type RuleConfig struct {
	// Level is the enforcement level, "" when nothing is said.
	Level rule.Level
	// Settings are values of the rule's settings.
	Settings map[string]any
}

// allRules is the key under which configuration speaks of every rule.
const allRules = "all"

var (
	// Pulumi's own rule for the names of packs.
	packName = regexp.MustCompile(`^[a-zA-Z0-9-_.]{1,100}$`)
	ruleID   = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// validate finds every mistake in the making of a pack.
func (p *Pack) validate() error {
	var mistakes []error
	refuse := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if !packName.MatchString(p.Name) {
		refuse("the pack's name is %q: use letters, digits, hyphens, underscores and periods, 100 at most", p.Name)
	}
	if p.Level != "" && !knownLevel(p.Level) {
		refuse("the pack's enforcement level is %q; there are %v", p.Level, rule.Levels())
	}
	seen := map[string]bool{}
	for _, r := range p.Rules {
		switch {
		case !ruleID.MatchString(r.ID):
			refuse("the rule id %q is not made of lower-case words joined by hyphens", r.ID)
		case r.ID == allRules:
			refuse("no rule can have the id %q: configuration means every rule by it", allRules)
		case seen[r.ID]:
			refuse("two rules have the id %q", r.ID)
		}
		seen[r.ID] = true
		if r.Level != "" && !knownLevel(r.Level) {
			refuse("%s: the enforcement level is %q; there are %v", r.ID, r.Level, rule.Levels())
		}
		if _, ok := severities[r.Severity]; !ok {
			refuse("%s: the severity is %q; there are low, medium, high and critical", r.ID, r.Severity)
		}
		_, overStack := r.Check.(rule.StackCheck)
		switch {
		case r.Check == nil:
			refuse("%s: the rule has no check", r.ID)
		case overStack != r.On.Stack:
			refuse("%s: a rule over the stack needs a StackCheck, a rule over resources a ResourceCheck", r.ID)
		case overStack && r.Remedy != nil:
			refuse("%s: the engine cannot remediate a stack, only a resource", r.ID)
		}
		for _, s := range r.AllSettings() {
			if s.Name == "enforcementLevel" {
				refuse("%s: enforcementLevel is set by configuration itself and can be no setting", r.ID)
			}
			if _, wrong := r.Configure(map[string]any{s.Name: s.Default}); len(wrong) > 0 {
				refuse("%s: the default of the setting %s is refused by the setting itself: %w", r.ID, s.Name, wrong[0])
			}
		}
	}
	if _, err := p.resolve(p.Initial); err != nil {
		mistakes = append(mistakes, err)
	}
	return errors.Join(mistakes...)
}

func knownLevel(l rule.Level) bool {
	for _, known := range rule.Levels() {
		if l == known {
			return true
		}
	}
	return false
}
