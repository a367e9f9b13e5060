package configuration

import (
	"fmt"
	"slices"

	"github.com/ai-now/platform/policy/profiles"
	"github.com/ai-now/platform/policy/rule"
)

// Profiles are the names of the ready-made configurations, sorted.
func Profiles() []string { return profiles.Names() }

// Profile is a ready-made configuration: the file policy/profiles/NAME.json.
func Profile(name string) (Config, error) {
	names := profiles.Names()
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("there is no profile %q; %s", name, rule.Suggest(name, names))
	}
	config, err := Parse(profiles.Text(name))
	if err != nil {
		return nil, fmt.Errorf("profile %s: %w", name, err)
	}
	return config, nil
}
