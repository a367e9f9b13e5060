package tests

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ai-now/platform/sandbox/localcluster"
)

// TestNamespace asks a real API server what a tenant of dev may do. There is no network behind it: that policies are there is
// all it can show of them.
func TestNamespace(t *testing.T) {
	s := newSandbox(t)
	const cluster, namespace = "doks-dev", "playground"
	file := s.edited(t, "dev", "quota: {cpu: \"2\", memory: 2Gi, pods: 20, storage: 10Gi}", strings.Join([]string{
		"quota: {cpu: \"2\", memory: 2Gi, pods: 20, storage: 10Gi}",
		"limits: {podMemory: 512Mi, claim: 5Gi}",
		"access: {owners: [leads], developers: [makers], viewers: [support]}",
		"egress: [{cidr: 0.0.0.0/0, ports: [443]}]",
	}, "\n      "))
	s.must(t, "up", "--config-file", file)
	client := s.client(t, "dev", cluster)
	// What is tried keeps the rules of the gate, as this does.
	idle, err := client.AppsV1().Deployments(namespace).Get(context.Background(), "idle", metav1.GetOptions{})
	require.NoError(t, err)
	labelled := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Name: name, Labels: idle.Labels} }
	bare := func(name string) *corev1.Pod {
		pod := &corev1.Pod{ObjectMeta: labelled(name), Spec: *idle.Spec.Template.Spec.DeepCopy()}
		pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{}
		return pod
	}

	step(t, "a container that names nothing gets the defaults", func(t *testing.T, ctx context.Context) {
		pod, err := client.CoreV1().Pods(namespace).Create(ctx, bare("quiet"), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		require.NoError(t, err)
		require.Equal(t, "50m", pod.Spec.Containers[0].Resources.Requests.Cpu().String())
		require.Equal(t, "128Mi", pod.Spec.Containers[0].Resources.Limits.Memory().String())
	})
	step(t, "what is beyond the bounds is refused, with the bound", func(t *testing.T, ctx context.Context) {
		for says, try := range map[string]func() error{
			"maximum memory usage per Pod is 512Mi": func() error {
				pod := bare("large")
				pod.Spec.Containers[0].Resources.Limits = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")}
				return tryOut(ctx, client.CoreV1().Pods(namespace).Create, pod)
			},
			"minimum memory usage per Container is 4Mi": func() error {
				pod := bare("nothing")
				pod.Spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("0")}
				return tryOut(ctx, client.CoreV1().Pods(namespace).Create, pod)
			},
			"exceeded quota: priority": func() error {
				pod := bare("important")
				pod.Spec.PriorityClassName = "ai-now-high"
				return tryOut(ctx, client.CoreV1().Pods(namespace).Create, pod)
			},
			"requests.nvidia.com/gpu=1": func() error {
				pod, one := bare("gpu"), corev1.ResourceList{"nvidia.com/gpu": resource.MustParse("1")}
				pod.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: one, Limits: one}
				return tryOut(ctx, client.CoreV1().Pods(namespace).Create, pod)
			},
			"services.loadbalancers=1": func() error {
				return tryOut(ctx, client.CoreV1().Services(namespace).Create, &corev1.Service{
					ObjectMeta: labelled("open"), Spec: corev1.ServiceSpec{
						Type: corev1.ServiceTypeLoadBalancer, LoadBalancerSourceRanges: []string{"203.0.113.0/24"},
						AllocateLoadBalancerNodePorts: new(false), Ports: []corev1.ServicePort{{Name: "http", Port: 80}},
					},
				})
			},
			"maximum storage usage per PersistentVolumeClaim is 5Gi": func() error {
				return tryOut(ctx, client.CoreV1().PersistentVolumeClaims(namespace).Create, &corev1.PersistentVolumeClaim{
					ObjectMeta: labelled("data"), Spec: corev1.PersistentVolumeClaimSpec{
						StorageClassName: new("do-block-storage-wait"), AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOnce},
						Resources: corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("6Gi")}},
					},
				})
			},
		} {
			err := try()
			require.True(t, apierrors.IsForbidden(err), "%s: %v", says, err)
			require.ErrorContains(t, err, says)
		}
	})
	step(t, "pods of ranks the tenant has are taken", func(t *testing.T, ctx context.Context) {
		for _, class := range []string{"ai-now-normal", "ai-now-batch"} {
			pod := bare("ranked")
			pod.Spec.PriorityClassName = class
			require.NoError(t, tryOut(ctx, client.CoreV1().Pods(namespace).Create, pod), class)
		}
	})
	step(t, "people may do what their role says", func(t *testing.T, ctx context.Context) {
		access, err := localcluster.Open(s.layout.Stack("dev").Clusters(), cluster)
		require.NoError(t, err)
		canI := func(args ...string) string {
			cmd := exec.CommandContext(ctx, filepath.Join(s.layout.Bin(), "kubectl"),
				append([]string{"--kubeconfig", access.Kubeconfig, "auth", "can-i", "--as", "somebody"}, args...)...)
			// It ends with an error where the answer is no.
			answer, _ := cmd.Output()
			return strings.TrimSpace(string(answer))
		}
		for _, tt := range []struct {
			verb, resource string
			who            string
		}{
			{"list", "pods", "leads makers support"},
			{"get", "namespace/" + namespace, "leads makers support"},
			{"get", "pods/log", "leads makers"},
			{"delete", "pods", "leads makers"},
			{"patch", "deployments.apps/scale", "leads makers"},
			{"patch", "deployments.apps", "leads"},
			{"create", "jobs.batch", "leads"},
			{"get", "secrets", ""},
			{"list", "secrets", ""},
			{"create", "pods/exec", ""},
			{"update", "resourcequotas", ""},
			{"delete", "networkpolicies.networking.k8s.io", ""},
			{"create", "rolebindings.rbac.authorization.k8s.io", ""},
			{"delete", "namespace/" + namespace, ""},
		} {
			for _, group := range []string{"leads", "makers", "support", "strangers"} {
				resource, subresource := tt.resource, ""
				if at := strings.Index(tt.resource, "/"); at > 0 && !strings.HasPrefix(tt.resource, "namespace/") {
					resource, subresource = tt.resource[:at], tt.resource[at+1:]
				}
				args := []string{"--namespace", namespace, "--as-group", group, tt.verb, resource}
				if subresource != "" {
					args = append(args, "--subresource", subresource)
				}
				want := "no"
				if strings.Contains(tt.who, group) {
					want = "yes"
				}
				require.Equal(t, want, canI(args...), "%s: %s %s", group, tt.verb, tt.resource)
			}
		}
		require.Equal(t, "no", canI("--namespace", "default", "--as-group", "leads", "list", "pods"), "in other namespaces they are strangers")
	})
	step(t, "declared egress leaves out the node's metadata service and the cluster", func(t *testing.T, ctx context.Context) {
		policy, err := client.NetworkingV1().NetworkPolicies(namespace).Get(ctx, "allow-declared-egress", metav1.GetOptions{})
		require.NoError(t, err)
		block := policy.Spec.Egress[0].To[0].IPBlock
		require.Equal(t, "0.0.0.0/0", block.CIDR)
		require.Len(t, block.Except, 4, "nodes, pods, services and what is local to the node")
		require.Contains(t, block.Except, "169.254.0.0/16")
	})
	require.Regexp(t, `Resources:\s+\d+ unchanged\n`, s.must(t, "up", "--config-file", file), "a second update changes nothing")
	require.Contains(t, s.must(t, "drift", "--config-file", file), "no drift in")
}

// tryOut asks the API server to make an object, and not to keep it.
func tryOut[T any](ctx context.Context, create func(context.Context, *T, metav1.CreateOptions) (*T, error), object *T) error {
	_, err := create(ctx, object, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	return err
}
