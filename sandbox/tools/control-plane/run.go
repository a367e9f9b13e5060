package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// readyTimeout is how long the control plane may take to answer; on two cores it takes about 4 seconds.
const readyTimeout = 3 * time.Minute

// layout is where a cluster keeps its files. Other programs read server, token, ca.crt and kubeconfig,
// and take ready as the sign that they may.
type layout struct{ dir string }

func (l layout) path(name string) string   { return filepath.Join(l.dir, name) }
func (l layout) kubeconfig() string        { return l.path("kubeconfig") }
func (l layout) readyFile() string         { return l.path("ready") }
func (l layout) serverFile() string        { return l.path("server") }
func (l layout) crt(name string) string    { return l.path(name + ".crt") }
func (l layout) key(name string) string    { return l.path(name + ".key") }
func (l layout) tokenFile() string         { return l.path("token") }
func (l layout) tokenAuthFile() string     { return l.path("tokens.csv") }
func (l layout) serviceAccountKey() string { return l.key("service-account") }

// run starts every part of the control plane and returns when the context ends or a part fails.
func run(ctx context.Context, name, dir string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	files := layout{absolute}
	if err := os.MkdirAll(files.dir, 0o700); err != nil {
		return err
	}
	if err := os.Remove(files.readyFile()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	address, err := serverAddress(files.serverFile())
	if err != nil {
		return err
	}
	if err := writeCredentials(files, name, address); err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	endpoint, err := startEtcd(files)
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	// It is not closed: that would wait seconds for the API server's connections, and what it has been told is safe on
	// disk when this process ends, however it ends.

	options, err := newOptions(files, address, endpoint)
	if err != nil {
		return err
	}
	failed := make(chan error, 4)
	if err := options.startAPIServer(ctx, failed); err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	if err := waitFor(ctx, files.kubeconfig(), "/readyz", failed); err != nil {
		return err
	}
	if err := options.startControllerManager(ctx, failed); err != nil {
		return fmt.Errorf("kube-controller-manager: %w", err)
	}
	if err := options.startScheduler(ctx, failed); err != nil {
		return fmt.Errorf("kube-scheduler: %w", err)
	}
	if err := startNodes(ctx, files.kubeconfig(), failed); err != nil {
		return fmt.Errorf("kwok: %w", err)
	}
	// The account exists once the controllers work: only then can a Pod be made.
	if err := waitFor(ctx, files.kubeconfig(), "/api/v1/namespaces/default/serviceaccounts/default", failed); err != nil {
		return err
	}
	if err := os.WriteFile(files.readyFile(), []byte("https://"+address+"\n"), 0o600); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return nil
	}
}

// waitFor polls a path of the API server until it answers 200.
func waitFor(ctx context.Context, kubeconfig, path string, failed <-chan error) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: transport, Timeout: 5 * time.Second}
	deadline := time.After(readyTimeout)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, config.Host+path, nil)
		if err != nil {
			return err
		}
		if response, err := client.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
			return ctx.Err()
		case <-deadline:
			return fmt.Errorf("%s did not answer within %s", path, readyTimeout)
		case <-tick.C:
		}
	}
}
