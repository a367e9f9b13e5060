package runner

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// workload is a Kubernetes object with Pods that failed to come up.
type workload struct{ namespace, name string }

// workloadOf returns the workload that a failed step is about, if it is about one.
func workloadOf(step apitype.StepEventMetadata) (workload, bool) {
	if step.New == nil {
		return workload{}, false
	}
	switch step.Type {
	case "kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet", "kubernetes:apps/v1:DaemonSet", "kubernetes:batch/v1:Job":
	default:
		return workload{}, false
	}
	metadata, _ := step.New.Inputs["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	namespace, _ := metadata["namespace"].(string)
	return workload{namespace, name}, name != ""
}

// unschedulable says why the Pods of failed workloads found no node, in the words of the clusters' schedulers. The
// provider only says that they did not become ready in time.
func (r *Runner) unschedulable(ctx context.Context, failed []workload) []string {
	reasons := map[string]bool{}
	r.kubeconfigs.Range(func(cluster, kubeconfig any) bool {
		for _, w := range failed {
			for _, reason := range pending(ctx, kubeconfig.(string), w) { //nolint:forcetypeassert // only strings are stored
				reasons[fmt.Sprintf("cluster %s has no node for %s/%s: %s", cluster, w.namespace, w.name, reason)] = true
			}
		}
		return true
	})
	var sorted []string
	for reason := range reasons {
		sorted = append(sorted, reason)
	}
	sort.Strings(sorted)
	return sorted
}

// pending returns the scheduler's reasons for the Pods of a workload. A cluster that does not answer has none to give.
func pending(ctx context.Context, kubeconfig string, w workload) []string {
	config, err := clientcmd.RESTConfigFromKubeConfig([]byte(kubeconfig))
	if err != nil {
		return nil
	}
	config.Timeout = 10 * time.Second
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil
	}
	pods, err := client.CoreV1().Pods(w.namespace).List(ctx, metav1.ListOptions{FieldSelector: "status.phase=" + string(corev1.PodPending)})
	if err != nil {
		return nil
	}
	var reasons []string
	for i := range pods.Items {
		pod := &pods.Items[i]
		if !strings.HasPrefix(pod.Name, w.name+"-") {
			continue
		}
		for _, condition := range pod.Status.Conditions {
			if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse && condition.Reason == corev1.PodReasonUnschedulable {
				reasons = append(reasons, condition.Message)
			}
		}
	}
	return reasons
}
