package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/sandbox/localcluster"
	"github.com/ai-now/platform/sandbox/process"
	"github.com/ai-now/platform/sandbox/toolbox"
)

// cancelGrace is how long the runner may take to end after an interrupt. It kills the engine after ten seconds itself.
const cancelGrace = 60 * time.Second

// prepare makes the state folder and the tools ready; only the named ones, if any are named.
func prepare(ctx context.Context, only ...string) (*layout.Layout, error) {
	l, err := find()
	if err != nil {
		return nil, err
	}
	if err := l.Prepare(); err != nil {
		return nil, err
	}
	tools, err := toolbox.Catalogue(l.Project)
	if err != nil {
		return nil, err
	}
	if tools, err = toolbox.Select(tools, only); err != nil {
		return nil, exitcode.With(exitcode.Usage, err)
	}
	started := time.Now()
	report := toolbox.NewReporter(os.Stdout)
	if err := toolbox.Ensure(ctx, tools, toolbox.Options{Project: l.Project, Cache: l.Cache, Bin: l.Bin(), Report: report}); err != nil {
		return nil, err
	}
	fmt.Printf("tools: ready after %s\n", time.Since(started).Round(100*time.Millisecond))
	return l, nil
}

// runStack runs one command of the engine on a stack.
func runStack(ctx context.Context, f *flags, command string) error {
	l, err := find()
	if err != nil {
		return err
	}
	l.Config = f.config
	// What a look at the files can tell comes before anything is built.
	if err := checkFile(l, f.stack); err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	rules, err := policyConfig(f.policyConfig)
	if err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	if l, err = prepare(ctx); err != nil {
		return err
	}
	stack := l.Stack(f.stack)
	if err := os.MkdirAll(stack.Dir, 0o700); err != nil {
		return err
	}
	unlock, err := lockStack(stack, f.stack)
	if err != nil {
		return err
	}
	defer unlock()
	if err := endLeftovers(ctx, stack); err != nil {
		return err
	}
	args := []string{"--stack", f.stack, "--launched", "--color", color()}
	if f.config != "" {
		args = append(args, "--config-file", f.config)
	}
	if f.noCheck {
		args = append(args, "--policy=false")
	}
	if rules != "" {
		args = append(args, "--policy-config", rules)
	}
	if f.plan {
		args = append(args, "--plan")
	}
	if f.repair {
		args = append(args, "--repair")
	}
	// Nothing is started for a configuration with mistakes.
	if err := runRunner(ctx, l, stack, append(args, "validate")); err != nil {
		return err
	}
	if err := startClusters(ctx, l, stack); err != nil {
		if command != "destroy" {
			return err
		}
		// What is in a cluster that does not start goes with it.
		fmt.Fprintf(os.Stderr, "warning: %v\n", err)
		args = append(args, "--delete-unreachable")
	}
	if err := runRunner(ctx, l, stack, append(args, command)); err != nil {
		return err
	}
	if command == "destroy" {
		return removeStack(ctx, stack)
	}
	return nil
}

// policyConfig is the file's full path, for the runner works in the project's folder; "" stays "".
func policyConfig(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("the policy configuration cannot be read: %w", err)
	}
	if _, err := configuration.Parse(content); err != nil {
		return "", fmt.Errorf("the policy configuration %s is wrong: %w", file, err)
	}
	return filepath.Abs(file)
}

// checkFile finds the stack's file and sees whether it is YAML at all.
func checkFile(l *layout.Layout, stack string) error {
	file, err := l.ConfigFile(stack)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var settings map[string]any
	if err := yaml.Unmarshal(content, &settings); err != nil {
		return fmt.Errorf("%s is not valid YAML: %w; mend the line it names", filepath.Base(file), err)
	}
	return nil
}

func color() string {
	if info, err := os.Stdout.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" {
		return "always"
	}
	return "never"
}

// lockStack takes the stack for this launcher; the operating system gives it back when the launcher ends, however.
func lockStack(stack layout.Stack, name string) (func(), error) {
	file, err := os.OpenFile(stack.Lock(), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("another run works on stack %s; wait for it to end", name)
		}
		return nil, fmt.Errorf("lock stack %s: %w", name, err)
	}
	return func() { file.Close() }, nil
}

// endLeftovers ends what is left of a run that was killed: the engine and its plugins live in a session of their own.
func endLeftovers(ctx context.Context, stack layout.Stack) error {
	record, err := process.Load(stack.Run())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	ended, err := record.EndSession(ctx, 5*time.Second, process.HasEnvironment(layout.CloudVariable, stack.Cloud()))
	if err != nil {
		return fmt.Errorf("ending what a killed run left: %w", err)
	}
	if ended > 0 {
		fmt.Printf("recovering: ended %d processes that a killed run had left\n", ended)
	}
	return os.Remove(stack.Run())
}

// startClusters starts the control planes that the stack has and that do not run, after a stop or a reboot.
func startClusters(ctx context.Context, l *layout.Layout, stack layout.Stack) error {
	names, err := localcluster.List(stack.Clusters())
	if err != nil {
		return err
	}
	for _, name := range names {
		if localcluster.Running(stack.Clusters(), name) {
			continue
		}
		fmt.Printf("clusters: starting the control plane of %s\n", name)
		if _, err := localcluster.Start(ctx, filepath.Join(l.Bin(), "control-plane"), stack.Clusters(), name); err != nil {
			return err
		}
	}
	return nil
}

// runRunner runs the runner in a session of its own and passes interrupts on to it. When the launcher is killed the
// runner sees its pipe close and ends as if interrupted.
func runRunner(ctx context.Context, l *layout.Layout, stack layout.Stack, args []string) error {
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer writer.Close()
	defer reader.Close()
	cmd := exec.Command(filepath.Join(l.Bin(), "runner"), args...) //nolint:noctx // an interrupt asks it to end first, see below
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = l.Project, os.Stdout, os.Stderr, []*os.File{reader}
	// The variable marks the processes of this stack for endLeftovers.
	cmd.Env = append(os.Environ(), layout.CloudVariable+"="+stack.Cloud())
	record, err := process.Start(cmd, stack.Run())
	if err != nil {
		return err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	select {
	case err = <-exited:
	case <-ctx.Done():
		fmt.Fprintln(os.Stderr, "interrupted: waiting for what the engine is doing; interrupt once more to kill it")
		err = interrupt(cmd, exited)
	}
	if _, endErr := record.EndSession(context.WithoutCancel(ctx), 5*time.Second, process.HasEnvironment(layout.CloudVariable, stack.Cloud())); endErr != nil {
		return endErr
	}
	// It is gone already where somebody else has stopped this run.
	if removeErr := os.Remove(stack.Run()); removeErr != nil && !errors.Is(removeErr, os.ErrNotExist) {
		return removeErr
	}
	return exitOf(err, "the runner was killed; the next run clears up after it")
}

// interrupt asks the runner to end and waits. A second interrupt, or a minute, kills it.
func interrupt(cmd *exec.Cmd, exited <-chan error) error {
	again := make(chan os.Signal, 1)
	notify(again)
	if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	select {
	case err := <-exited:
		return err
	case <-again:
	case <-time.After(cancelGrace):
	}
	_ = syscall.Kill(cmd.Process.Pid, syscall.SIGKILL)
	return <-exited
}

// exitOf passes on the exit code of a program that has said itself why it failed. killed is what to say of one that
// could not.
func exitOf(err error, killed string) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if code := exit.ExitCode(); code > 0 {
		return exitcode.With(code, &silent{err})
	}
	return errors.New(killed)
}

// removeStack ends what a destroyed stack still has and deletes its folder.
func removeStack(ctx context.Context, stack layout.Stack) error {
	if err := stopStack(ctx, stack, io.Discard); err != nil {
		return err
	}
	return os.RemoveAll(stack.Dir)
}
