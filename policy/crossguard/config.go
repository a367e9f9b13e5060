package crossguard

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// resolved is what holds for one rule once all configuration is applied.
type resolved struct {
	level    rule.Level
	settings rule.Settings
}

// resolve applies layers of configuration, the last of which wins, over the
// rules and the pack. It returns every mistake together, each with a hint.
func (p *Pack) resolve(layers ...Config) (map[string]resolved, error) {
	var mistakes []error
	for _, layer := range layers {
		mistakes = append(mistakes, p.refuseUnknown(layer)...)
	}
	result := make(map[string]resolved, len(p.Rules))
	for _, r := range p.Rules {
		level := r.Level
		if level == "" {
			level = p.Level
		}
		if level == "" {
			level = rule.Mandatory
		}
		given := map[string]any{}
		for _, layer := range layers {
			if all := layer[allRules].Level; all != "" {
				level = all
			}
			if own := layer[r.ID].Level; own != "" {
				level = own
			}
			maps.Copy(given, layer[r.ID].Settings)
		}
		settings, wrong := r.Configure(given)
		mistakes = append(mistakes, wrong...)
		result[r.ID] = resolved{level: level, settings: settings}
	}
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("configuration of the policy pack %s:\n%w\nThe rules and their settings: %s",
			p.Name, errors.Join(mistakes...), p.Reference)
	}
	return result, nil
}

func (p *Pack) refuseUnknown(layer Config) []error {
	var mistakes []error
	ids := p.ids()
	for _, id := range slices.Sorted(maps.Keys(layer)) {
		c := layer[id]
		switch {
		case c.Level != "" && !knownLevel(c.Level):
			mistakes = append(mistakes, fmt.Errorf("%s: %q is no enforcement level; there are %s",
				id, c.Level, joinLevels()))
		case id == allRules && len(c.Settings) > 0:
			mistakes = append(mistakes, fmt.Errorf("%s: only an enforcementLevel can be set for all rules, not %s",
				allRules, strings.Join(slices.Sorted(maps.Keys(c.Settings)), ", ")))
		case id != allRules && !slices.Contains(ids, id):
			mistakes = append(mistakes, fmt.Errorf("%s: there is no such rule; %s", id, rule.Suggest(id, ids)))
		}
	}
	return mistakes
}

func (p *Pack) ids() []string {
	ids := make([]string, len(p.Rules))
	for i, r := range p.Rules {
		ids[i] = r.ID
	}
	return ids
}

func joinLevels() string {
	var names []string
	for _, l := range rule.Levels() {
		names = append(names, string(l))
	}
	return strings.Join(names, ", ")
}
