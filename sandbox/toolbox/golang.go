package toolbox

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// GoEnvironment is the environment of every `go` that the sandbox runs. cgo stays off: nothing here needs a C
// compiler, and the compiler's cache would hold everything twice if it were on for some. Flags come from the catalogue
// alone, because they are part of a tool's key.
func GoEnvironment() []string {
	return append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=")
}

// goBuild builds packages of a module to files in out.
func goBuild(ctx context.Context, module, out string, flags []string, programs map[string]string, progress io.Writer) error {
	for file, pkg := range programs {
		args := append([]string{"build", "-v", "-buildvcs=false", "-o", filepath.Join(out, file)}, flags...)
		if err := run(ctx, module, GoEnvironment(), progress, "go", append(args, pkg)...); err != nil {
			return err
		}
	}
	return nil
}

// run runs a command and ends it, and what it started, with the context.
func run(ctx context.Context, dir string, environment []string, output io.Writer, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, environment, output, output
	endGroupOnCancel(cmd)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, firstWord(args), err)
	}
	return nil
}

func firstWord(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// moduleVersion returns the version that the go.mod file in dir requires of a module, without its v.
func moduleVersion(dir, module string) (string, error) {
	file := filepath.Join(dir, "go.mod")
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	parsed, err := modfile.ParseLax(file, content, nil)
	if err != nil {
		return "", err
	}
	for _, require := range parsed.Require {
		if require.Mod.Path == module {
			return strings.TrimPrefix(require.Mod.Version, "v"), nil
		}
	}
	return "", fmt.Errorf("%s does not require %s", file, module)
}
