package crossguard

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/report/record"
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
	Initial configuration.Config
	// Reference is where the rules are explained; a rule's own place in it is
	// Reference#ID. It is shown with every finding.
	Reference string
	// EnvironmentKey is the key of the stack's configuration that holds its
	// environment, "" when there is none.
	EnvironmentKey string
	// ConfigurationKey is the key of the stack's configuration that holds a
	// configuration.Stack, "" when there is none.
	ConfigurationKey string
	// Evaluator evaluates the rules that are expressions; nil when there are none.
	Evaluator rule.Evaluator
	// Now is the clock that exemptions end by; nil means time.Now.
	Now func() time.Time
	// Environment is the environment of stacks whose configuration the engine
	// does not send, as at `pulumi policy analyze`; "" when nobody knows.
	Environment string
	// StackConfiguration is what stands at ConfigurationKey in the configuration of
	// stacks for which the engine sends none; what it sends goes over it.
	StackConfiguration string
	// Record is a file for a record of all judgements, "" for none.
	Record string
	// Owner says who answers for a resource, for the record; nil when nobody knows.
	Owner func(*rule.Resource) record.Owner
	// EnvironmentHint says, for a message, where an environment is set.
	EnvironmentHint string
}

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
	if p.Record != "" && !filepath.IsAbs(p.Record) {
		refuse("the file for the record of the judgements is %q: write its full path, for the engine chooses the folder a pack runs in", p.Record)
	}
	seen := map[string]bool{}
	for _, r := range p.Rules {
		switch {
		case !ruleID.MatchString(r.ID):
			refuse("the rule id %q is not made of lower-case words joined by hyphens", r.ID)
		case r.ID == configuration.AllRules:
			refuse("no rule can have the id %q: configuration means every rule by it", configuration.AllRules)
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
		_, expressions := r.Check.(rule.Expressions)
		switch {
		case r.Check == nil:
			refuse("%s: the rule has no check", r.ID)
		case overStack != r.On.Stack:
			refuse("%s: a rule over the stack needs a StackCheck, a rule over resources a ResourceCheck or Expressions", r.ID)
		case expressions && p.Evaluator == nil:
			refuse("%s: the rule is made of expressions, and the pack has no evaluator", r.ID)
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
	if _, err := p.resolve(); err != nil {
		mistakes = append(mistakes, err)
	}
	return errors.Join(mistakes...)
}

func knownLevel(l rule.Level) bool { return slices.Contains(rule.Levels(), l) }

// resolve applies layers of configuration over the pack's own. It returns every
// mistake together, each with a hint.
func (p *Pack) resolve(layers ...configuration.Config) (map[string]configuration.Resolved, error) {
	level := p.Level
	if level == "" {
		level = rule.Mandatory
	}
	resolved, mistakes := configuration.Resolve(p.Rules, level, append([]configuration.Config{p.Initial}, layers...)...)
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("configuration of the policy pack %s:\n%w\nThe rules and their settings: %s",
			p.Name, errors.Join(mistakes...), p.Reference)
	}
	return resolved, nil
}

// stackConfiguration reads what the stack's configuration says about the rules.
func (p *Pack) stackConfiguration(text string) (configuration.Stack, []configuration.Config, error) {
	stack, err := configuration.ParseStack(text)
	if err != nil {
		return stack, nil, fmt.Errorf("%s: %w\nThe rules and their settings: %s", p.ConfigurationKey, err, p.Reference)
	}
	var mistakes []error
	for _, m := range stack.Mistakes(p.Rules) {
		mistakes = append(mistakes, fmt.Errorf("%s.%s", p.ConfigurationKey, m))
	}
	if len(mistakes) > 0 {
		return stack, nil, fmt.Errorf("the stack's configuration of the rules is wrong:\n%w\nThe rules and their settings: %s",
			errors.Join(mistakes...), p.Reference)
	}
	layers, err := stack.Layers()
	return stack, layers, err
}

func (p *Pack) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}
