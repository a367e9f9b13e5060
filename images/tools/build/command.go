package build

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// stream runs a command whose output goes to out.
func stream(ctx context.Context, out io.Writer, environment []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // the names are this package's own
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = append(cmd.Environ(), environment...)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, firstWord(args), err)
	}
	return nil
}

// output runs a command and returns what it writes to its standard output.
func output(ctx context.Context, environment []string, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(cmd.Environ(), environment...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, firstWord(args), err, strings.TrimSpace(stderr.String()))
	}
	return string(out), nil
}

// firstWord is the first argument that is no flag.
func firstWord(args []string) string {
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") && !strings.HasPrefix(arg, "/") {
			return arg
		}
	}
	return ""
}
