// Package runner runs the platform's program in the real engine over the Automation API, against the sandbox.
package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/stacks"
)

// Runner works on one stack of the sandbox.
type Runner struct {
	Layout *layout.Layout
	Stack  string
	Policy bool // run the policy pack
	// PolicyConfig is a file of levels and settings of the pack's rules, "" for none.
	PolicyConfig string
	Repair       bool   // up: refresh first, so that what changed behind the engine's back is put right
	Color        string // always, never or auto
	// DeleteUnreachable makes Destroy take what is in a cluster that does not answer for deleted.
	DeleteUnreachable bool
	Out               io.Writer // what the engine and the runner say
	Err               io.Writer

	existing    bool     // the stack deploys to a cluster that is not the sandbox's
	kubeconfigs sync.Map // of the clusters that the program reached, by name
}

// Result of a run.
type Result struct {
	Resources int      // resources of the stack that the run saw
	Changes   []Change // what it changed, would change or found changed
}

// Preview shows what an update would do.
func (r *Runner) Preview(ctx context.Context) (*Result, error) {
	stack, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return r.preview(ctx, stack)
}

func (r *Runner) preview(ctx context.Context, stack *auto.Stack) (*Result, error) {
	return r.watch(ctx, "preview", func(channel chan events.EngineEvent, out, failures io.Writer) error {
		options := []optpreview.Option{
			optpreview.ProgressStreams(out), optpreview.ErrorProgressStreams(failures), optpreview.EventStreams(channel),
			optpreview.Color(r.Color), optpreview.SuppressProgress(), optpreview.PolicyPacks(r.packs()...), optpreview.PolicyPackConfigs(r.packConfigs()...),
		}
		if r.Repair {
			options = append(options, optpreview.Refresh())
		}
		_, err := stack.Preview(ctx, options...)
		return err
	})
}

// Up brings the stack up to its configuration. It previews first, so that a policy violation, which would stop an
// update midway, stops it before anything is made.
func (r *Runner) Up(ctx context.Context) (*Result, error) {
	stack, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := r.preview(ctx, stack); err != nil {
		return nil, err
	}
	return r.watch(ctx, "update", func(channel chan events.EngineEvent, out, failures io.Writer) error {
		options := []optup.Option{
			optup.ProgressStreams(out), optup.ErrorProgressStreams(failures), optup.EventStreams(channel),
			optup.Color(r.Color), optup.SuppressProgress(), optup.PolicyPacks(r.packs()...), optup.PolicyPackConfigs(r.packConfigs()...),
		}
		if r.Repair {
			options = append(options, optup.Refresh())
		}
		_, err := stack.Up(ctx, options...)
		return err
	})
}

// Refresh takes what is really there into the stack's state.
func (r *Runner) Refresh(ctx context.Context) (*Result, error) {
	stack, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	return r.watch(ctx, "refresh", func(channel chan events.EngineEvent, out, failures io.Writer) error {
		_, err := stack.Refresh(ctx, optrefresh.ProgressStreams(out), optrefresh.ErrorProgressStreams(failures),
			optrefresh.EventStreams(channel), optrefresh.Color(r.Color), optrefresh.SuppressProgress())
		return err
	})
}

// Drift reports what is there otherwise than the last update left it. With drift the error carries exitcode.Drift;
// nothing is changed either way.
func (r *Runner) Drift(ctx context.Context) (*Result, error) {
	stack, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	result, err := r.watch(ctx, "drift check", func(channel chan events.EngineEvent, out, failures io.Writer) error {
		_, err := stack.PreviewRefresh(ctx, optrefresh.ProgressStreams(out), optrefresh.ErrorProgressStreams(failures),
			optrefresh.EventStreams(channel), optrefresh.Color(r.Color), optrefresh.SuppressProgress())
		return err
	})
	if err != nil {
		return result, err
	}
	if len(result.Changes) == 0 {
		fmt.Fprintf(r.Out, "stack %s: no drift in %d resources\n", r.Stack, result.Resources)
		return result, nil
	}
	for _, change := range result.Changes {
		fmt.Fprintf(r.Out, "drift: %s\n", change)
	}
	return result, exitcode.With(exitcode.Drift, fmt.Errorf("stack %s has drifted: %d resources differ; "+
		"`make up REPAIR=1` puts them back, `make refresh` takes the changes into the state", r.Stack, len(result.Changes)))
}

// Destroy deletes everything the stack has, and the stack.
func (r *Runner) Destroy(ctx context.Context) (*Result, error) {
	stack, err := r.open(ctx)
	if err != nil {
		return nil, err
	}
	if r.DeleteUnreachable {
		if err := os.Setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true"); err != nil {
			return nil, err
		}
	}
	if err := r.liftProtection(ctx, stack); err != nil {
		return nil, err
	}
	result, err := r.watch(ctx, "destroy", func(channel chan events.EngineEvent, out, failures io.Writer) error {
		_, err := stack.Destroy(ctx, optdestroy.ProgressStreams(out), optdestroy.ErrorProgressStreams(failures),
			optdestroy.EventStreams(channel), optdestroy.Color(r.Color), optdestroy.SuppressProgress(), optdestroy.Remove())
		return err
	})
	if err != nil {
		return result, err
	}
	return result, removeBackups(r.Layout, r.Stack)
}

// watch runs the engine once and turns its failure into an error with the right exit code.
func (r *Runner) watch(ctx context.Context, what string, run func(events chan events.EngineEvent, out, failures io.Writer) error) (*Result, error) {
	channel, seen, wait := listen()
	out, failures := &notices{out: r.Out}, &notices{out: r.Err}
	err := run(channel, out, failures)
	wait()
	if closed := errors.Join(out.Close(), failures.Close()); closed != nil {
		return nil, closed
	}
	result := &Result{Resources: seen.resources, Changes: seen.changes}
	switch {
	case err == nil:
		return result, nil
	case len(seen.violations) > 0:
		return result, exitcode.With(exitcode.Policy, fmt.Errorf("stack %s: %s stopped by %d violations of mandatory policies (above)", r.Stack, what, len(seen.violations)))
	}
	err = fmt.Errorf("stack %s: %s failed: %w", r.Stack, what, reason(err))
	for _, why := range r.unschedulable(context.WithoutCancel(ctx), seen.failed) {
		err = fmt.Errorf("%w\n  %s", err, why)
	}
	return result, err
}

// reason shortens the Automation API's error, which repeats all that the engine wrote and the user has already seen.
func reason(err error) error {
	if cause, _, repeats := strings.Cut(err.Error(), "\ncode: "); repeats {
		return errors.New(cause)
	}
	return err
}

// told adds to an error of a command that ran unseen what the engine said.
func told(err error) error {
	_, said, found := strings.Cut(err.Error(), "\nstderr: ")
	if said = strings.TrimSpace(said); found && said != "" {
		return fmt.Errorf("%w: %s", reason(err), said)
	}
	return reason(err)
}

func (r *Runner) packs() []string {
	if !r.Policy {
		return nil
	}
	return []string{filepath.Join(r.Layout.Project, "policy")}
}

// packConfigs are the configuration files of packs, one for each.
func (r *Runner) packConfigs() []string {
	if !r.Policy || r.PolicyConfig == "" {
		return nil
	}
	return []string{r.PolicyConfig}
}

// open checks the configuration, selects the stack and clears away what a killed run left in its state.
func (r *Runner) open(ctx context.Context) (*auto.Stack, error) {
	settings, err := Validate(r.Layout, r.Stack)
	if err != nil {
		return nil, err
	}
	r.existing = slices.ContainsFunc(settings.Clusters, func(c stacks.Cluster) bool { return c.Cloud == catalog.Existing })
	if err := setEnvironment(r.Layout, r.Layout.Stack(r.Stack)); err != nil {
		return nil, err
	}
	stack, err := openStack(ctx, r.Layout, r.Stack, r.program)
	if err != nil {
		return nil, err
	}
	return stack, r.recover(ctx, stack)
}
