package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/sandbox/localcluster"
	"github.com/ai-now/platform/sandbox/toolbox"
)

func notify(channel chan<- os.Signal) { signal.Notify(channel, endSignals...) }

// endSignals ask the launcher to end: Ctrl-C, kill, and a terminal that is closed.
var endSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// stopAll ends every process of the sandbox and keeps what they hold.
func stopAll(ctx context.Context) error {
	l, err := find()
	if err != nil {
		return err
	}
	return stopIn(ctx, l)
}

func stopIn(ctx context.Context, l *layout.Layout) error {
	names, err := l.SortedStacks()
	if err != nil {
		return err
	}
	var failures []error
	for _, name := range names {
		failures = append(failures, stopStack(ctx, l.Stack(name), os.Stdout))
	}
	return errors.Join(failures...)
}

// stopStack ends the engine's run, if one goes on, and the control planes of a stack.
func stopStack(ctx context.Context, stack layout.Stack, out io.Writer) error {
	failures := []error{endLeftovers(ctx, stack)}
	clusters, err := localcluster.List(stack.Clusters())
	failures = append(failures, err)
	for _, cluster := range clusters {
		if !localcluster.Running(stack.Clusters(), cluster) {
			continue
		}
		fmt.Fprintf(out, "clusters: stopping the control plane of %s\n", cluster)
		failures = append(failures, localcluster.Stop(ctx, stack.Clusters(), cluster))
	}
	return errors.Join(failures...)
}

// clean ends every process and deletes the state folder, of whatever layout it is.
func clean(ctx context.Context) error {
	l, err := find()
	if err != nil {
		return err
	}
	if err := stopIn(ctx, l); err != nil {
		return err
	}
	if _, err := os.Stat(l.State); errors.Is(err, os.ErrNotExist) {
		fmt.Println("nothing to clean")
		return nil
	}
	// Deleting what is not the sandbox's would be worse than leaving something behind.
	if _, err := os.Stat(filepath.Join(l.State, "version")); err != nil && filepath.Base(l.State) != ".sandbox" {
		return fmt.Errorf("%s does not look like a state folder of the sandbox; delete it by hand if it is one", l.State)
	}
	fmt.Printf("deleting %s\n", l.State)
	return os.RemoveAll(l.State)
}

// cleanCache deletes the built tools.
func cleanCache() error {
	l, err := find()
	if err != nil {
		return err
	}
	if _, err := os.Stat(l.Cache); errors.Is(err, os.ErrNotExist) {
		fmt.Println("nothing to clean")
		return nil
	}
	if err := toolbox.IsCache(l.Cache); err != nil {
		return err
	}
	fmt.Printf("deleting %s\n", l.Cache)
	return os.RemoveAll(l.Cache)
}
