package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// status shows what there is. It builds nothing: without tools there is nothing to show.
func status(ctx context.Context) error {
	l, err := find()
	if err != nil {
		return err
	}
	program := filepath.Join(l.Bin(), "runner")
	if _, err := os.Lstat(program); errors.Is(err, os.ErrNotExist) {
		fmt.Println("nothing was brought up here yet; `make up` does it")
		return nil
	}
	if err := built(program); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "status")
	cmd.Dir, cmd.Stdout, cmd.Stderr = l.Project, os.Stdout, os.Stderr
	return exitOf(cmd.Run(), "interrupted")
}

// built makes sure that a tool is still in the cache.
func built(program string) error {
	if _, err := os.Stat(program); err != nil {
		return fmt.Errorf("%s is no longer in the cache: %w; `make build` builds it again", filepath.Base(program), err)
	}
	return nil
}

func kubectlCommand(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kubectl [--cluster NAME] -- ARGS...",
		Short: "Run kubectl against a cluster of the stack",
		RunE: func(cmd *cobra.Command, args []string) error {
			return kubectl(cmd.Context(), f, args)
		},
	}
	cmd.Flags().StringVar(&f.cluster, "cluster", "", "the cluster; needed where the stack has more than one")
	return cmd
}

func kubectl(ctx context.Context, f *flags, args []string) error {
	l, err := find()
	if err != nil {
		return err
	}
	if _, err := l.ConfigFile(f.stack); err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	dir := l.Stack(f.stack).Clusters()
	names, err := localcluster.List(dir)
	if err != nil {
		return err
	}
	name, err := pick(names, f.cluster, f.stack)
	if err != nil {
		return exitcode.With(exitcode.Usage, err)
	}
	if !localcluster.Running(dir, name) {
		return fmt.Errorf("the control plane of %s is stopped; `make up STACK=%s` starts it", name, f.stack)
	}
	access, err := localcluster.Open(dir, name)
	if err != nil {
		return err
	}
	program := filepath.Join(l.Bin(), "kubectl")
	if err := built(program); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--kubeconfig", access.Kubeconfig}, args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return exitOf(cmd.Run(), "interrupted")
}

// pick returns the cluster that is meant.
func pick(names []string, wanted, stack string) (string, error) {
	switch {
	case len(names) == 0:
		return "", fmt.Errorf("stack %s has no clusters here; `make up STACK=%s` brings it up", stack, stack)
	case wanted == "" && len(names) == 1:
		return names[0], nil
	case wanted == "":
		return "", errors.New("name a cluster with CLUSTER=…: " + strings.Join(names, ", "))
	}
	for _, name := range names {
		if name == wanted {
			return name, nil
		}
	}
	return "", fmt.Errorf("stack %s has no cluster %q; it has %s", stack, wanted, strings.Join(names, ", "))
}
