// Command pulumi-language-go is the language host of the runner image: the engine finds it on PATH and asks it to run
// the platform's program. It compiles nothing; the program and the policy pack lie, compiled, in its own folder.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/ai-now/platform/images/runner/host"
)

// version is set by the build.
var version = "0.0.0-dev"

func main() { os.Exit(execute()) }

// execute returns the exit code.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-go:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string) error {
	executable, err := os.Executable()
	if err != nil {
		return fmt.Errorf("the folder of the programs is not known: %w", err)
	}
	folder := filepath.Dir(executable)
	return host.Serve(ctx, &host.Host{
		Project:    "ai-now",
		Program:    filepath.Join(folder, "platform"),
		PolicyPack: filepath.Join(folder, "pulumi-analyzer-policy-go"),
		Version:    version,
	}, host.EngineAddress(args), os.Stdout)
}
