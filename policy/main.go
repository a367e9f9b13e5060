// Command policy is the policy pack of the platform: it serves the rules to the
// Pulumi engine.
//
// The engine starts it in one of three ways, and all work:
//
//   - as pulumi-analyzer-policy-go ENGINE_ADDRESS FOLDER [-OPTION=VALUE ...], found
//     on PATH, when it has no language host for Go;
//   - as a program that a language host compiled from this folder, with
//     ENGINE_ADDRESS;
//   - as a binary named with --policy-pack, with ENGINE_ADDRESS.
//
// Each time it writes the port it serves on as the first line of its output.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/ai-now/platform/policy/crossguard"
	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// version of the pack. PulumiPolicy.yaml has the same; a test compares them.
const version = "0.1.0"

// environmentVariable tells the environment of stacks for which the engine sends
// no configuration, as at `pulumi policy analyze`.
const environmentVariable = "AI_NOW_ENVIRONMENT"

// configurationVariable has, as JSON, the value of ai-now:policy of such stacks.
const configurationVariable = "AI_NOW_POLICY"

// recordVariable names a file for a record of all judgements, which the reports are
// made of.
const recordVariable = "AI_NOW_POLICY_REPORT"

const usage = `This is the policy pack of the platform; the Pulumi engine runs it:
  pulumi preview --policy-pack policy
  pulumi policy analyze --file STATE.json --policy-pack policy

It takes the address of the engine as its first argument, writes the port it
serves on to its output, and ends with the engine.
  --help     this text
  --version  the version of the pack
`

func main() { os.Exit(execute()) }

// execute returns the exit code.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "policy pack:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, args []string, out io.Writer) error {
	engine := ""
	for _, arg := range args {
		switch {
		case arg == "--help" || arg == "-help" || arg == "-h":
			_, err := io.WriteString(out, usage)
			return err
		case arg == "--version" || arg == "-version":
			_, err := fmt.Fprintln(out, version)
			return err
		case engine == "" && isAddress(arg):
			engine = arg
		}
		// The rest is for language hosts: the pack's folder and the options of its
		// runtime.
	}
	served, evaluator := pack(), expressions.New()
	served.Evaluator = evaluator
	// While the engine connects and tells its configuration there is time to compile
	// the rules; one that is asked for before is compiled there and then.
	go evaluator.Prepare(served.Rules)
	return crossguard.Serve(ctx, served, engine, out)
}

func isAddress(arg string) bool {
	_, port, err := net.SplitHostPort(arg)
	return err == nil && port != "" && !strings.HasPrefix(arg, "-")
}

func pack() crossguard.Pack {
	return crossguard.Pack{
		Name:             "ai-now",
		DisplayName:      "AI-Now platform",
		Version:          version,
		Description:      "The rules an AI-Now platform keeps, on Kubernetes, EKS, GKE and DOKS.",
		Level:            rule.Mandatory,
		Rules:            rules.All(),
		Reference:        rules.ReferenceFile,
		EnvironmentKey:   "ai-now:environment",
		ConfigurationKey: "ai-now:policy",
		Environment:      os.Getenv(environmentVariable),

		StackConfiguration: os.Getenv(configurationVariable),
		Record:             os.Getenv(recordVariable),
		Owner:              rules.Owner,
		EnvironmentHint: "ai-now:environment in the stack's configuration, or for an exported state the " +
			"environment variable " + environmentVariable,
	}
}
