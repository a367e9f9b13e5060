package runner

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/stacks"
)

// Validate checks the stack's configuration as a whole, before the engine is started. An error of the configuration
// carries exitcode.Usage.
func Validate(l *layout.Layout, stack string) (*stacks.Config, error) {
	settings, file, err := loadSettings(l, stack)
	if err != nil {
		return nil, err
	}
	values := map[string]any{}
	var sealed []error
	for key, value := range settings.Config {
		if value.Secure() {
			sealed = append(sealed, fmt.Errorf("%s: %s is encrypted for the real stack and cannot be read here; "+
				"name a copy of the file without it with --config-file", file, key))
			continue
		}
		plain, err := value.Value(config.NopDecrypter)
		if err != nil {
			return nil, exitcode.With(exitcode.Usage, fmt.Errorf("%s: %s: %w", file, key, err))
		}
		values[key.String()] = plain
	}
	parsed, err := stacks.Parse(stack, values)
	if err = errors.Join(append(sealed, err)...); err != nil {
		return nil, exitcode.With(exitcode.Usage, fmt.Errorf("%s: %w", file, err))
	}
	return parsed, nil
}

// loadSettings reads the stack's configuration file.
func loadSettings(l *layout.Layout, stack string) (*workspace.ProjectStack, string, error) {
	file, err := l.ConfigFile(stack)
	if err != nil {
		return nil, "", exitcode.With(exitcode.Usage, err)
	}
	project, err := loadProject(l)
	if err != nil {
		return nil, "", err
	}
	settings, err := workspace.LoadProjectStack(nil, project, file)
	if err != nil {
		return nil, "", exitcode.With(exitcode.Usage, fmt.Errorf("%s: %w", file, err))
	}
	return settings, file, nil
}
