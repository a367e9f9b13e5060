package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/stacks"
)

// open selects the stack, and makes it if there is none, in a workspace of its own: the engine writes the salt of a
// stack's secrets into its configuration file, which must not be the one in the checkout.
func open(ctx context.Context, l *layout.Layout, name string) (*auto.Stack, error) {
	stack := l.Stack(name)
	if err := os.MkdirAll(stack.Cloud(), 0o700); err != nil {
		return nil, err
	}
	for _, dir := range []string{l.BackendDir(), l.PulumiHome()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	}
	work := filepath.Join(stack.Dir, "workspace")
	if err := copyConfiguration(l, name, work); err != nil {
		return nil, err
	}
	variables, err := environment(l, stack)
	if err != nil {
		return nil, err
	}
	engine, err := auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: engineRoot(l)})
	if err != nil {
		return nil, fmt.Errorf("the engine does not start: %w", err)
	}
	selected, err := auto.UpsertStackInlineSource(ctx, name, projectName, pulumi.RunFunc(stacks.Deploy),
		auto.WorkDir(work), auto.EnvVars(variables), auto.Pulumi(engine))
	if err != nil {
		return nil, fmt.Errorf("stack %s: %w", name, err)
	}
	return &selected, nil
}

const projectName = "ai-now"

// engineRoot is the folder in whose bin the Automation API looks for the engine.
func engineRoot(l *layout.Layout) string { return filepath.Dir(l.Bin()) }

// copyConfiguration copies the project's and the stack's files to the workspace and keeps what the engine added there.
func copyConfiguration(l *layout.Layout, name, work string) error {
	if err := os.MkdirAll(work, 0o700); err != nil {
		return err
	}
	file, err := l.ConfigFile(name)
	if err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	projectFile := filepath.Join(l.Project, "Pulumi.yaml")
	project, err := workspace.LoadProject(projectFile)
	if err != nil {
		return exitcode.With(exitcode.Usage, fmt.Errorf("%s: %w", projectFile, err))
	}
	settings, err := workspace.LoadProjectStack(nil, project, file)
	if err != nil {
		return exitcode.With(exitcode.Usage, fmt.Errorf("%s: %w", file, err))
	}
	target := filepath.Join(work, "Pulumi."+name+".yaml")
	if _, err := os.Stat(target); err == nil {
		earlier, err := workspace.LoadProjectStack(nil, project, target)
		if err != nil {
			return err
		}
		settings.EncryptionSalt = earlier.EncryptionSalt
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	settings.SecretsProvider = "" // the sandbox encrypts with a passphrase of its own, not with a key in a cloud
	for key, value := range settings.Config {
		if value.Secure() {
			return exitcode.With(exitcode.Usage, fmt.Errorf("%s: %s is encrypted for the real stack and cannot be read here; "+
				"keep secrets in a stack file of their own, or name a copy without it with STACK=…", file, key))
		}
	}
	if err := settings.Save(target); err != nil {
		return err
	}
	content, err := os.ReadFile(projectFile)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(work, "Pulumi.yaml"), content, 0o600)
}
