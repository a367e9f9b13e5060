package configuration

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// Resolved is what holds for one rule once all configuration is applied.
type Resolved struct {
	Level    rule.Level
	Settings rule.Settings
}

// Resolve applies layers of configuration, the last of which wins, over the
// rules' own levels; usual is the level of rules that have none. It returns every
// mistake, each with a hint.
func Resolve(rules []*rule.Rule, usual rule.Level, layers ...Config) (map[string]Resolved, []error) {
	var mistakes []error
	for _, layer := range layers {
		mistakes = append(mistakes, refuseUnknown(rules, layer)...)
	}
	result := make(map[string]Resolved, len(rules))
	for _, r := range rules {
		level := r.Level
		if level == "" {
			level = usual
		}
		given := map[string]any{}
		for _, layer := range layers {
			if all := layer[AllRules].Level; all != "" {
				level = all
			}
			if own := layer[r.ID].Level; own != "" {
				level = own
			}
			maps.Copy(given, layer[r.ID].Settings)
		}
		settings, wrong := r.Configure(given)
		mistakes = append(mistakes, wrong...)
		result[r.ID] = Resolved{Level: level, Settings: settings}
	}
	return result, mistakes
}

func refuseUnknown(rules []*rule.Rule, layer Config) []error {
	var mistakes []error
	ids := make([]string, len(rules))
	for i, r := range rules {
		ids[i] = r.ID
	}
	for _, id := range slices.Sorted(maps.Keys(layer)) {
		c := layer[id]
		switch {
		case c.Level != "" && !slices.Contains(rule.Levels(), c.Level):
			mistakes = append(mistakes, fmt.Errorf("%s: %q is no enforcement level; there are %s", id, c.Level, joinLevels()))
		case id == AllRules && len(c.Settings) > 0:
			mistakes = append(mistakes, fmt.Errorf("%s: only an enforcementLevel can be set for all rules, not %s",
				AllRules, strings.Join(slices.Sorted(maps.Keys(c.Settings)), ", ")))
		case id != AllRules && !slices.Contains(ids, id):
			mistakes = append(mistakes, fmt.Errorf("%s: there is no such rule; %s", id, rule.Suggest(id, ids)))
		}
	}
	return mistakes
}

func joinLevels() string {
	var names []string
	for _, l := range rule.Levels() {
		names = append(names, string(l))
	}
	return strings.Join(names, ", ")
}
