package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// Status prints the stacks of the sandbox with their clusters. It reads the engine's state from its files, so that
// it answers at once and while a run is under way.
func Status(ctx context.Context, l *layout.Layout, out io.Writer) error {
	names, err := l.SortedStacks()
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 8, 3, ' ', 0)
	fmt.Fprintln(table, "STACK\tRESOURCES\tLAST UPDATE\tCLUSTER\tCONTROL PLANE\tNODES READY\tPODS RUNNING")
	for _, name := range names {
		resources, updated, err := stateOf(l, name)
		if err != nil {
			return err
		}
		dir := l.Stack(name).Clusters()
		clusters, err := localcluster.List(dir)
		if err != nil {
			return err
		}
		if len(clusters) == 0 {
			fmt.Fprintf(table, "%s\t%s\t%s\t-\t-\t-\t-\n", name, resources, updated)
		}
		for _, cluster := range clusters {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", name, resources, updated, cluster, clusterStatus(ctx, dir, cluster))
		}
	}
	if len(names) == 0 {
		fmt.Fprintln(table, "(none; `make up` makes one)")
	}
	return table.Flush()
}

// stateOf returns how many resources the stack's state has, the stack itself not counted, and when it was written.
func stateOf(l *layout.Layout, name string) (resources, updated string, err error) {
	file := filepath.Join(l.BackendDir(), ".pulumi", "stacks", projectName, name+".json")
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "0", "never", nil
	}
	if err != nil {
		return "", "", err
	}
	var checkpoint struct {
		Checkpoint struct {
			Latest *apitype.DeploymentV3 `json:"latest"`
		} `json:"checkpoint"`
	}
	if err := json.Unmarshal(content, &checkpoint); err != nil {
		return "", "", fmt.Errorf("%s: %w", file, err)
	}
	latest := checkpoint.Checkpoint.Latest
	if latest == nil || len(latest.Resources) == 0 {
		return "0", "never", nil
	}
	return strconv.Itoa(len(latest.Resources) - 1), latest.Manifest.Time.Local().Format(time.DateTime), nil
}

// clusterStatus returns the last three columns of a cluster.
func clusterStatus(ctx context.Context, dir, name string) string {
	const unknown = "\t-\t-"
	if !localcluster.Running(dir, name) {
		return "stopped" + unknown
	}
	access, err := localcluster.Open(dir, name)
	if err != nil {
		return "starting" + unknown
	}
	config, err := clientcmd.BuildConfigFromFlags("", access.Kubeconfig)
	if err != nil {
		return access.Server + unknown
	}
	config.Timeout = 5 * time.Second
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return access.Server + unknown
	}
	nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return "does not answer" + unknown
	}
	pods, err := client.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return "does not answer" + unknown
	}
	ready := 0
	for i := range nodes.Items {
		for _, condition := range nodes.Items[i].Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
				ready++
			}
		}
	}
	running := 0
	for i := range pods.Items {
		if pods.Items[i].Status.Phase == corev1.PodRunning {
			running++
		}
	}
	return fmt.Sprintf("%s\t%d/%d\t%d/%d", access.Server, ready, len(nodes.Items), running, len(pods.Items))
}
