// Command sample is a small HTTP service that does what the platform expects of every workload: it says whether it
// works and whether it is ready, counts what it does, sends traces, logs in JSON, takes its settings from the
// environment, from mounted files and from a secret, and finishes what it has begun before it ends.
//
//	sample              serves until it gets SIGTERM
//	sample healthcheck  asks a running one whether it works; the image has no other program that could
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/ai-now/platform/images/sample/service"
	"github.com/ai-now/platform/images/sample/settings"
	"github.com/ai-now/platform/images/sample/telemetry"
)

// version is set by the build.
var version = "0.0.0-dev"

// Exit codes: a wrong setting is told apart from a failure because no restart repairs it.
const (
	exitFailed = 1
	exitUsage  = 2
)

var errUsage = errors.New("wrong use")

func main() { os.Exit(execute()) }

func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, "sample:", err)
		return exitUsage
	}
	fmt.Fprintln(os.Stderr, "sample:", err)
	return exitFailed
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	s, err := settings.Load(getenv)
	if err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	switch {
	case len(args) == 1 && args[0] == "healthcheck":
		return service.Check(ctx, s.Listen)
	case len(args) > 0:
		return fmt.Errorf("%w: %q; there is `sample`, which serves, and `sample healthcheck`", errUsage, args)
	}
	logs := telemetry.NewLogger(out, s.LogLevel)
	traces, err := telemetry.NewTracer(ctx, s.Traces, version)
	if err != nil {
		return err
	}
	metrics := telemetry.NewMetrics(version)
	return service.New(s, version, logs, metrics, traces).Serve(ctx)
}
