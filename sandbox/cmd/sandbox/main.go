// Command sandbox is the launcher: it builds what the sandbox is made of and runs stacks in it.
//
// Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 drift found, 4 stopped by a policy.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
)

func main() { os.Exit(execute()) }

// execute returns the exit code.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), endSignals...)
	defer stop()
	err := newCommand().ExecuteContext(ctx)
	var said *silent
	if err != nil && !errors.As(err, &said) {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	}
	return exitcode.Of(err)
}

// silent is an error that the user has been told of already.
type silent struct{ error }

// flags of the commands.
type flags struct {
	stack   string
	noCheck bool
	repair  bool
	cluster string
	config  string
	// policyConfig is a policy configuration file, "" for none.
	policyConfig string
	// plan makes the reports be about the plan, even when the stack is deployed.
	plan bool
}

func newCommand() *cobra.Command {
	f := &flags{}
	root := &cobra.Command{
		Use: "sandbox",
		Args: func(cmd *cobra.Command, args []string) error {
			return exitcode.With(exitcode.Usage, cobra.NoArgs(cmd, args))
		},
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Short:         "Run the platform's stacks on this machine: real engine, real control planes, simulated clouds",
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return exitcode.With(exitcode.Usage, err) })
	root.PersistentFlags().StringVar(&f.config, "config-file", "", "configuration to use instead of Pulumi.STACK.yaml")
	root.PersistentFlags().StringVar(&f.stack, "stack", "dev", "the stack: there is a file Pulumi.STACK.yaml for each")

	engine := func(use, short string) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Args: noArguments, RunE: func(cmd *cobra.Command, _ []string) error {
			return runStack(cmd.Context(), f, use)
		}}
	}
	preview := engine("preview", "Show what an update would do, with the policy pack's verdict")
	up := engine("up", "Bring the stack up to its configuration")
	for _, cmd := range []*cobra.Command{preview, up} {
		cmd.Flags().BoolVar(&f.noCheck, "no-policy", false, "leave the policy pack out")
		cmd.Flags().StringVar(&f.policyConfig, "policy-config", "", "levels and settings of the rules: a JSON file, such as policy/profiles/prod.json")
		cmd.Flags().BoolVar(&f.repair, "repair", false, "look at what is really there first, and put back what differs")
	}
	root.AddCommand(preview, up,
		engine("refresh", "Take what is really there into the stack's state"),
		engine("drift", "Report what is there otherwise than the last update left it (exit code 3)"),
		engine("destroy", "Delete everything the stack has, its processes and its state"),
		&cobra.Command{Use: "status", Short: "Show the stacks, their clusters and how they are", Args: noArguments,
			RunE: func(cmd *cobra.Command, _ []string) error { return status(cmd.Context()) }},
		&cobra.Command{Use: "build [TOOL...]", Short: "Build the tools, or the named ones, or say that they are there",
			RunE: func(cmd *cobra.Command, args []string) error { _, err := prepare(cmd.Context(), args...); return err }},
		&cobra.Command{Use: "stop", Short: "End all processes of the sandbox; what they hold stays, and the next command starts them again", Args: noArguments,
			RunE: func(cmd *cobra.Command, _ []string) error { return stopAll(cmd.Context()) }},
		&cobra.Command{Use: "clean", Short: "End all processes and delete the state folder, whatever left it", Args: noArguments,
			RunE: func(cmd *cobra.Command, _ []string) error { return clean(cmd.Context()) }},
		&cobra.Command{Use: "clean-cache", Short: "Delete the built tools", Args: noArguments,
			RunE: func(*cobra.Command, []string) error { return cleanCache() }},
		kubectlCommand(f),
		complianceCommand(f),
	)
	return root
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exitcode.With(exitcode.Usage, fmt.Errorf("%s takes no arguments, not %q; name a stack with --stack", cmd.Name(), args[0]))
	}
	return nil
}

func find() (*layout.Layout, error) {
	l, err := layout.Find(".")
	if err != nil {
		return nil, exitcode.With(exitcode.Usage, err)
	}
	return l, nil
}
