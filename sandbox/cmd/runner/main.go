// Command runner runs the platform's program in the engine. The launcher builds and starts it; see sandbox/cmd/sandbox.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/sandbox/runner"
)

// launcherPipe is the file descriptor whose other end the launcher holds: when it closes, the launcher is gone.
const launcherPipe = 3

func main() { os.Exit(execute()) }

// execute returns the exit code.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	return exitcode.Of(err)
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("runner", flag.ContinueOnError)
	stack := flags.String("stack", "", "the stack")
	policy := flags.Bool("policy", true, "run the policy pack")
	policyConfig := flags.String("policy-config", "", "levels and settings of the policy pack's rules, a JSON file")
	repair := flags.Bool("repair", false, "refresh before the preview or update")
	color := flags.String("color", "never", "colour of the engine's output")
	configFile := flags.String("config-file", "", "configuration to use instead of the stack's own")
	unreachable := flags.Bool("delete-unreachable", false, "destroy: take what is in a cluster that does not answer for deleted")
	plan := flags.Bool("plan", false, "compliance: look at the plan even when something is deployed")
	launched := flags.Bool("launched", false, "end when the launcher ends")
	if err := flags.Parse(args); err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	l, err := layout.Find(".")
	if err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	l.Config = *configFile
	if *launched {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		go func() {
			_, _ = io.Copy(io.Discard, os.NewFile(launcherPipe, "launcher"))
			cancel()
		}()
	}
	r := &runner.Runner{Layout: l, Stack: *stack, Policy: *policy, PolicyConfig: *policyConfig, Repair: *repair, Color: *color, DeleteUnreachable: *unreachable, Out: os.Stdout, Err: os.Stderr}
	switch command := flags.Arg(0); command {
	case "validate":
		_, err := runner.Validate(l, *stack)
		return err
	case "preview":
		_, err = r.Preview(ctx)
	case "up":
		_, err = r.Up(ctx)
	case "refresh":
		_, err = r.Refresh(ctx)
	case "drift":
		_, err = r.Drift(ctx)
	case "destroy":
		_, err = r.Destroy(ctx)
	case "compliance":
		_, err = r.Compliance(ctx, *plan)
	case "status":
		return runner.Status(ctx, l, os.Stdout)
	default:
		return exitcode.With(exitcode.Usage, fmt.Errorf("no command %q", command))
	}
	if ctx.Err() != nil && err != nil {
		return fmt.Errorf("interrupted; run the same command again to go on: %w", err)
	}
	return err
}
