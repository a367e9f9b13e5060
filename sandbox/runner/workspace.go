package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/stacks"
)

// projectName is the name of the project in Pulumi.yaml.
const projectName = "ai-now"

// openStack selects the stack, and makes it if there is none, in a workspace of its own: the engine writes the salt of
// a stack's secrets into its configuration file, which must not be the one in the checkout.
func openStack(ctx context.Context, l *layout.Layout, name string, program pulumi.RunFunc) (*auto.Stack, error) {
	stack := l.Stack(name)
	work := filepath.Join(stack.Dir, "workspace")
	for _, dir := range []string{stack.Cloud(), l.BackendDir(), l.PulumiHome(), work} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	if err := copySettings(l, name, work); err != nil {
		return nil, err
	}
	engine, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(l.Bin())})
	if err != nil {
		return nil, fmt.Errorf("the engine does not start: %w", err)
	}
	selected, err := auto.UpsertStackInlineSource(ctx, name, projectName, program,
		auto.WorkDir(work), auto.Pulumi(engine))
	if err != nil {
		return nil, fmt.Errorf("stack %s: %w", name, told(err))
	}
	return &selected, nil
}

func loadProject(l *layout.Layout) (*workspace.Project, error) {
	file := filepath.Join(l.Project, "Pulumi.yaml")
	project, err := workspace.LoadProject(file)
	if err != nil {
		return nil, exitcode.With(exitcode.Usage, fmt.Errorf("%s: %w", file, err))
	}
	return project, nil
}

// copySettings copies the project's and the stack's files to the workspace and keeps what the engine added there.
func copySettings(l *layout.Layout, name, work string) error {
	project, err := loadProject(l)
	if err != nil {
		return err
	}
	settings, _, err := loadSettings(l, name)
	if err != nil {
		return err
	}
	if err := mirrorCharts(l, settings); err != nil {
		return err
	}
	target := filepath.Join(work, "Pulumi."+name+".yaml")
	settings.EncryptionSalt, settings.SecretsProvider, settings.EncryptedKey = "", "", ""
	if _, err := os.Stat(target); err == nil {
		earlier, err := workspace.LoadProjectStack(nil, project, target)
		if err != nil {
			return err
		}
		settings.EncryptionSalt = earlier.EncryptionSalt
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := settings.Save(target); err != nil {
		return err
	}
	content, err := os.ReadFile(filepath.Join(l.Project, "Pulumi.yaml"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(work, "Pulumi.yaml"), content, 0o600)
}

// mirrorCharts makes the stack take its charts from the sandbox's folder of them, unless it names a mirror itself.
func mirrorCharts(l *layout.Layout, settings *workspace.ProjectStack) error {
	key := config.MustMakeKey(stacks.Namespace, "charts")
	if _, own := settings.Config[key]; own {
		return nil
	}
	value, err := json.Marshal(stacks.Charts{Mirror: l.Charts()})
	if err != nil {
		return err
	}
	if settings.Config == nil {
		settings.Config = config.Map{}
	}
	settings.Config[key] = config.NewObjectValue(string(value))
	return nil
}
