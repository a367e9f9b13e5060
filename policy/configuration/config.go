package configuration

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

// Config is configuration of rules: by the id of each, or for all under "all".
type Config map[string]RuleConfig

// RuleConfig is what configuration says about a rule.
type RuleConfig struct {
	// Level is the enforcement level, "" when nothing is said.
	Level rule.Level
	// Settings are values of the rule's settings.
	Settings map[string]any
}

// AllRules is the key under which configuration speaks of every rule.
const AllRules = "all"

// levelKey is the level among a rule's settings, in the engine's form.
const levelKey = "enforcementLevel"

// Parse reads the engine's form of a policy configuration file: per rule a level,
// or an object of an enforcementLevel and settings.
// https://www.pulumi.com/docs/insights/policy/policy-packs/configuration/
func Parse(text []byte) (Config, error) {
	var entries map[string]any
	if err := json.Unmarshal(text, &entries); err != nil {
		return nil, fmt.Errorf("it is no JSON object of rules: %w", err)
	}
	return From(entries)
}

// From takes the entries of a policy configuration, see [Parse].
func From(entries map[string]any) (Config, error) {
	config := make(Config, len(entries))
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		switch entry := entries[id].(type) {
		case string:
			if entry == "" {
				return nil, fmt.Errorf("%s: it has no level; there are %s", id, joinLevels())
			}
			config[id] = RuleConfig{Level: rule.Level(entry)}
		case map[string]any:
			settings := maps.Clone(entry)
			level, _ := settings[levelKey].(string)
			if given, has := settings[levelKey]; has && level == "" {
				return nil, fmt.Errorf("%s.%s: %v is no text; there are %s", id, levelKey, given, joinLevels())
			}
			delete(settings, levelKey)
			config[id] = RuleConfig{Level: rule.Level(level), Settings: settings}
		default:
			return nil, fmt.Errorf("%s: %v is neither a level nor an object of a level and settings; "+
				`write "advisory", or {"enforcementLevel": "advisory"}`, id, entry)
		}
	}
	return config, nil
}
