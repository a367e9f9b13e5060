// Package localcluster runs the control planes of simulated clusters: one process each, which outlives the
// program that started it, keeps its state under a directory of its own and comes back at the same address.
package localcluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/ai-now/platform/sandbox/process"
)

const (
	// startTimeout bounds the wait for a control plane; it takes about 4 seconds on two cores.
	startTimeout = 3 * time.Minute
	// stopGrace is how long a control plane may take to end by itself.
	stopGrace = 10 * time.Second
	poll      = 50 * time.Millisecond

	recordFile = "control-plane.json"
	logFile    = "control-plane.log"
	readyFile  = "ready"
)

// Access is how clients reach a running local control plane.
type Access struct {
	Name       string // the cluster's name
	Server     string // https://127.0.0.1:PORT
	CA         []byte // PEM
	Token      string // bearer token of a cluster admin; a secret
	Kubeconfig string // path of an admin kubeconfig
}

// Start runs the control plane of cluster name, with its state under dir/name, by the program bin, or finds it
// running. It is ready when Start returns.
func Start(ctx context.Context, bin, dir, name string) (*Access, error) {
	home := filepath.Join(dir, name)
	if Running(dir, name) {
		return await(ctx, dir, name)
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	if err := os.Remove(filepath.Join(home, readyFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	log, err := os.OpenFile(filepath.Join(home, logFile), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(bin, "serve", "--dir", home, "--name", name) //nolint:noctx // it outlives its caller
	cmd.Dir = home
	cmd.Stdout, cmd.Stderr = log, log
	// Nothing of the caller's environment is the cluster's business; proxies would even reach its own loopback calls.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home}
	if _, err := process.Start(cmd, filepath.Join(home, recordFile)); err != nil {
		return nil, fmt.Errorf("control plane of cluster %s: %w", name, err)
	}
	go func() { _ = cmd.Wait() }() // so that an early end is seen as one while this program runs
	return await(ctx, dir, name)
}

// await returns the access once the control plane has said that it is ready.
func await(ctx context.Context, dir, name string) (*Access, error) {
	home := filepath.Join(dir, name)
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		if _, err := os.Stat(filepath.Join(home, readyFile)); err == nil {
			return Open(dir, name)
		}
		if !Running(dir, name) {
			return nil, fmt.Errorf("control plane of cluster %s ended while it started: %s (its log is %s)",
				name, lastLine(filepath.Join(home, logFile)), filepath.Join(home, logFile))
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("control plane of cluster %s is not ready: %w (its log is %s)", name, ctx.Err(), filepath.Join(home, logFile))
		case <-tick.C:
		}
	}
}

// Open reads how to reach a cluster that was started earlier, running or not. The error is os.ErrNotExist
// where there is none.
func Open(dir, name string) (*Access, error) {
	home := filepath.Join(dir, name)
	read := func(file string) string {
		content, err := os.ReadFile(filepath.Join(home, file))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(content))
	}
	access := &Access{
		Name: name, Server: read("server"), CA: []byte(read("ca.crt") + "\n"), Token: read("token"),
		Kubeconfig: filepath.Join(home, "kubeconfig"),
	}
	if access.Server == "" || access.Token == "" || len(access.CA) < 2 {
		return nil, fmt.Errorf("cluster %s under %s: %w", name, dir, os.ErrNotExist)
	}
	return access, nil
}

// Running reports whether the cluster's control plane runs.
func Running(dir, name string) bool {
	record, err := process.Load(filepath.Join(dir, name, recordFile))
	return err == nil && record.Running()
}

// List returns the names of the clusters under dir, running or not, in order.
func List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if _, err := os.Stat(filepath.Join(dir, entry.Name(), recordFile)); err == nil {
			names = append(names, entry.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// Stop ends the cluster's control plane. Its state stays; there is no error where nothing runs.
func Stop(ctx context.Context, dir, name string) error {
	file := filepath.Join(dir, name, recordFile)
	record, err := process.Load(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := record.End(ctx, stopGrace); err != nil {
		return fmt.Errorf("control plane of cluster %s: %w", name, err)
	}
	return nil
}

// Remove ends the cluster's control plane and deletes its state.
func Remove(ctx context.Context, dir, name string) error {
	if err := Stop(ctx, dir, name); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(dir, name))
}

// lastLine returns the last line of a log that says something.
func lastLine(file string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(content), []byte("\n"))
	if last := string(lines[len(lines)-1]); last != "" {
		return last
	}
	return "it wrote no log"
}
