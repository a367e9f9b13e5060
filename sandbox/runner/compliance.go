package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"github.com/ai-now/platform/policy/report"
	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/stacks"
)

// Names of the variables by which the policy pack is told what to write down, and what
// the engine does not tell it of a deployed stack.
const (
	recordVariable        = "AI_NOW_POLICY_REPORT"
	environmentVariable   = "AI_NOW_ENVIRONMENT"
	configurationVariable = "AI_NOW_POLICY"
)

// complianceDir is the folder of the reports about a stack. It outlives the stack.
func complianceDir(l *layout.Layout, stack string) string {
	return filepath.Join(l.State, "compliance", stack)
}

// Compliance runs the policy pack over the stack as it is deployed, or over the plan for
// it when plan is set or nothing is deployed, and writes reports. With a broken mandatory
// rule the error carries exitcode.Policy.
func (r *Runner) Compliance(ctx context.Context, plan bool) (*report.Report, error) {
	stack, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	resources, _, err := stateOf(r.Layout, r.Stack)
	if err != nil {
		return nil, err
	}
	if resources == "0" && !plan {
		fmt.Fprintf(r.Out, "stack %s is not deployed here, so the report is about its plan\n", r.Stack)
		plan = true
	}
	dir := complianceDir(r.Layout, r.Stack)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "record.json")
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := os.Setenv(recordVariable, file); err != nil {
		return nil, err
	}
	said, err := r.judge(ctx, stack, plan)
	made, missing := report.Read(file)
	if missing != nil {
		// The engine did not get as far as the pack.
		_, _ = r.Err.Write(said)
		return nil, fmt.Errorf("stack %s: the policy pack judged nothing: %w", r.Stack, errors.Join(err, missing))
	}
	if !made.Whole {
		_, _ = r.Err.Write(said)
	}
	if err := made.Write(dir); err != nil {
		return nil, err
	}
	made.Summary(r.Out)
	fmt.Fprintf(r.Out, "\nThe reports are in %s\n", dir)
	switch {
	case made.Blocking():
		return made, exitcode.With(exitcode.Policy, fmt.Errorf("stack %s breaks mandatory rules (%d in all); "+
			"%s says what is wrong and how to fix it", r.Stack, made.Totals.Mandatory, filepath.Join(dir, "report.txt")))
	case err != nil:
		return made, fmt.Errorf("stack %s: the engine failed, so the report may lack resources: %w", r.Stack, err)
	}
	return made, nil
}

// judge lets the engine show the stack to the pack and returns what it said. It fails when
// a mandatory rule is broken, too.
func (r *Runner) judge(ctx context.Context, stack *auto.Stack, plan bool) ([]byte, error) {
	if plan {
		// The reports say it better; what the engine says matters when there are none.
		var said, failures bytes.Buffer
		out, err := r.Out, r.Err
		r.Out, r.Err = &said, &failures
		_, failure := r.preview(ctx, stack)
		r.Out, r.Err = out, err
		return append(said.Bytes(), failures.Bytes()...), failure
	}
	if err := r.tell(); err != nil {
		return nil, err
	}
	args := []string{"policy", "analyze", "--stack", r.Stack, "--color", "never", "--non-interactive"}
	for _, pack := range r.packs() {
		args = append(args, "--policy-pack", pack)
	}
	for _, config := range r.packConfigs() {
		args = append(args, "--policy-pack-config", config)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(r.Layout.Bin(), "pulumi"), args...)
	cmd.Dir = stack.Workspace().WorkDir()
	said, err := cmd.CombinedOutput()
	return said, err
}

// tell tells the pack what the engine sends only when it runs the program: the stack's
// environment and what its configuration says about the rules.
func (r *Runner) tell() error {
	settings, file, err := loadSettings(r.Layout, r.Stack)
	if err != nil {
		return err
	}
	for variable, key := range map[string]string{environmentVariable: "environment", configurationVariable: "policy"} {
		value, err := settings.Config[config.MustMakeKey(stacks.Namespace, key)].Value(config.NopDecrypter)
		if err != nil {
			return exitcode.With(exitcode.Usage, fmt.Errorf("%s: %s: %w", file, key, err))
		}
		if value == "" && variable == configurationVariable {
			value = "{}" // nothing is said, which is something else than that nobody knows
		}
		if err := os.Setenv(variable, value); err != nil {
			return err
		}
	}
	return nil
}
