package clouds

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/ai-now/platform/sandbox/localcluster"
)

// BinVariable names the environment variable that holds the directory of the sandbox's tools.
const BinVariable = "AI_NOW_SANDBOX_BIN"

// ControlPlanes runs the Kubernetes control planes behind the managed clusters.
type ControlPlanes interface {
	// Start runs the control plane of a cluster, or finds it running; it is ready on return.
	Start(ctx context.Context, name string) (*localcluster.Access, error)
	// Remove ends a control plane and deletes its state; it is no error if there is none.
	Remove(ctx context.Context, name string) error
	// Nodes gives access to a cluster's nodes. The error is os.ErrNotExist if the cluster never started.
	Nodes(name string) (corev1.NodeInterface, error)
}

// LocalControlPlanes are processes on this machine, with their state in Dir/<cluster>.
type LocalControlPlanes struct {
	// Bin is the program that is one control plane.
	Bin string
	// Dir holds a directory per cluster.
	Dir string
}

// NewLocalControlPlanes finds the program in binDir and keeps clusters under cloudDir/clusters.
func NewLocalControlPlanes(binDir, cloudDir string) LocalControlPlanes {
	return LocalControlPlanes{Bin: filepath.Join(binDir, "control-plane"), Dir: filepath.Join(cloudDir, "clusters")}
}

// Start implements ControlPlanes.
func (l LocalControlPlanes) Start(ctx context.Context, name string) (*localcluster.Access, error) {
	return localcluster.Start(ctx, l.Bin, l.Dir, name)
}

// Remove implements ControlPlanes.
func (l LocalControlPlanes) Remove(ctx context.Context, name string) error {
	err := localcluster.Remove(ctx, l.Dir, name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// Nodes implements ControlPlanes.
func (l LocalControlPlanes) Nodes(name string) (corev1.NodeInterface, error) {
	access, err := localcluster.Open(l.Dir, name)
	if err != nil {
		return nil, err
	}
	config, err := clientcmd.BuildConfigFromFlags("", access.Kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("kubeconfig of cluster %q: %w", name, err)
	}
	config.QPS, config.Burst = 100, 200 // a pool of a hundred nodes is made in seconds
	client, err := corev1.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("client of cluster %q: %w", name, err)
	}
	return client.Nodes(), nil
}

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
