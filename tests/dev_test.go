package tests

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// TestDev takes dev through its life. Each step stands on the one before.
func TestDev(t *testing.T) {
	s := newSandbox(t)
	const cluster, namespace = "doks-dev", "playground"

	preview := s.must(t, "preview")
	require.Contains(t, preview, "to create")
	require.Empty(t, clustersOf(t, s, "dev"), "a preview makes nothing")

	up := s.must(t, "up")
	require.Regexp(t, `\+ \d+ created`, up)
	require.NotContains(t, up, "errored")
	client := s.client(t, "dev", cluster)

	step(t, "the nodes of the pool are there, ready and of its size", func(t *testing.T, ctx context.Context) {
		nodes, err := client.CoreV1().Nodes().List(ctx, metav1.ListOptions{LabelSelector: "ai-now.io/node-pool=general"})
		require.NoError(t, err)
		require.Len(t, nodes.Items, 2)
		for _, node := range nodes.Items {
			require.Equal(t, "s-2vcpu-4gb", node.Labels[corev1.LabelInstanceTypeStable])
			require.Equal(t, "fra1", node.Labels[corev1.LabelTopologyRegion])
			require.Equal(t, int64(2), node.Status.Capacity.Cpu().Value())
			require.True(t, ready(node), node.Name)
		}
	})
	step(t, "the tenant's namespace is labelled, bounded and closed", func(t *testing.T, ctx context.Context) {
		ns, err := client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, "restricted", ns.Labels["pod-security.kubernetes.io/enforce"])
		require.Equal(t, "dev", ns.Labels["ai-now.io/environment"])
		require.Equal(t, "platform", ns.Labels["ai-now.io/team"])

		quota, err := client.CoreV1().ResourceQuotas(namespace).Get(ctx, "quota", metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, "2", quota.Spec.Hard.Name(corev1.ResourceRequestsCPU, "").String())
		ranges, err := client.CoreV1().LimitRanges(namespace).List(ctx, metav1.ListOptions{})
		require.NoError(t, err)
		require.Len(t, ranges.Items, 1)

		policies, err := client.NetworkingV1().NetworkPolicies(namespace).List(ctx, metav1.ListOptions{})
		require.NoError(t, err)
		closed := false
		for _, policy := range policies.Items {
			closed = closed || len(policy.Spec.PodSelector.MatchLabels) == 0 && len(policy.Spec.PolicyTypes) == 2 &&
				len(policy.Spec.Ingress) == 0 && len(policy.Spec.Egress) == 0
		}
		require.True(t, closed, "one policy denies everything in both directions")
	})
	step(t, "the cluster refuses a pod that is not restricted", func(t *testing.T, ctx context.Context) {
		_, err := client.CoreV1().Pods(namespace).Create(ctx, &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "lax"},
			Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "lax", Image: "registry.k8s.io/pause:3.10"}}},
		}, metav1.CreateOptions{})
		require.True(t, apierrors.IsForbidden(err), "%v", err)
		require.ErrorContains(t, err, `violates PodSecurity "restricted`)
	})
	step(t, "the workload runs on its pool, hardened, behind a service", func(t *testing.T, ctx context.Context) {
		pods, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=hello"})
		require.NoError(t, err)
		require.Len(t, pods.Items, 1)
		pod := pods.Items[0]
		require.Equal(t, corev1.PodRunning, pod.Status.Phase)
		require.False(t, *pod.Spec.AutomountServiceAccountToken)
		container := pod.Spec.Containers[0]
		require.True(t, *container.SecurityContext.ReadOnlyRootFilesystem)
		require.Equal(t, []corev1.Capability{"ALL"}, container.SecurityContext.Capabilities.Drop)
		require.False(t, container.Resources.Requests.Cpu().IsZero())
		require.False(t, container.Resources.Limits.Memory().IsZero())
		service, err := client.CoreV1().Services(namespace).Get(ctx, "hello", metav1.GetOptions{})
		require.NoError(t, err)
		require.Equal(t, "http", service.Spec.Ports[0].Name)
	})

	require.Contains(t, s.must(t, "status"), cluster)
	again := s.must(t, "up")
	require.Regexp(t, `Resources:\s+\d+ unchanged\n`, again, "a second update changes nothing")
	require.Contains(t, again, "tools: reusing")
	require.NotContains(t, again, ": building")
	require.Contains(t, s.must(t, "drift"), "no drift in")

	// A hand edit, a deletion and an addition.
	ctx := context.Background()
	_, err := client.AppsV1().Deployments(namespace).Patch(ctx, "hello", types.MergePatchType, []byte(`{"spec":{"replicas":0}}`), metav1.PatchOptions{FieldManager: "somebody"})
	require.NoError(t, err)
	require.NoError(t, client.NetworkingV1().NetworkPolicies(namespace).Delete(ctx, "default-deny", metav1.DeleteOptions{}))
	code, output := s.run(t, "drift")
	require.Equal(t, exitcode.Drift, code, output)
	require.Regexp(t, `drift: update kubernetes:apps/v1:Deployment \S*hello: spec\.replicas \(1 => 0\)`, output)
	require.Regexp(t, `drift: delete kubernetes:networking.k8s.io/v1:NetworkPolicy \S*default-deny`, output)
	require.Contains(t, output, "2 resources differ")
	s.must(t, "up", "--repair")
	require.Contains(t, s.must(t, "drift"), "no drift in")
	deployment, err := client.AppsV1().Deployments(namespace).Get(ctx, "hello", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 1, *deployment.Spec.Replicas)

	step(t, "no secret of the cluster is anywhere in plain text", func(t *testing.T, _ context.Context) {
		access, err := localcluster.Open(s.layout.Stack("dev").Clusters(), cluster)
		require.NoError(t, err)
		for what, text := range map[string]string{"preview": preview, "first update": up, "second update": again, "drift": output} {
			require.NotContains(t, text, access.Token, what)
		}
		require.NoError(t, filepath.WalkDir(s.layout.State, func(path string, entry os.DirEntry, err error) error {
			// The simulated cloud holds what the cloud would hold.
			if err != nil || path == s.layout.Stack("dev").Cloud() {
				return filepath.SkipDir
			}
			if !entry.Type().IsRegular() {
				return nil
			}
			content, err := os.ReadFile(path)
			require.False(t, strings.Contains(string(content), access.Token), path)
			return err
		}))
	})

	step(t, "the secrets in the state open with the sandbox's passphrase and with no other", func(t *testing.T, ctx context.Context) {
		open := func(passphrase ...string) (string, error) {
			cmd := exec.CommandContext(ctx, filepath.Join(s.layout.Bin(), "pulumi"), "stack", "output", "kubeconfigs", "--stack", "dev", "--show-secrets", "--non-interactive")
			cmd.Dir = filepath.Join(s.layout.Stack("dev").Dir, "workspace")
			cmd.Env = append(os.Environ(), "PULUMI_HOME="+s.layout.PulumiHome(), "PULUMI_BACKEND_URL="+s.layout.Backend(), "PULUMI_SKIP_UPDATE_CHECK=true")
			cmd.Env = append(cmd.Env, passphrase...)
			output, err := cmd.CombinedOutput()
			return string(output), err
		}
		output, err := open("PULUMI_CONFIG_PASSPHRASE_FILE=" + s.layout.Passphrase())
		require.NoError(t, err, output)
		require.Contains(t, output, "https://127.0.0.1:")
		output, err = open("PULUMI_CONFIG_PASSPHRASE=")
		require.Error(t, err)
		require.NotContains(t, output, "https://127.0.0.1:")
	})

	s.must(t, "stop")
	require.Empty(t, s.processes(t), "stop ends every process")
	step(t, "a cluster whose port somebody else has is an error that says so", func(t *testing.T, _ context.Context) {
		access, err := localcluster.Open(s.layout.Stack("dev").Clusters(), cluster)
		require.NoError(t, err)
		squatter, err := net.Listen("tcp", strings.TrimPrefix(access.Server, "https://"))
		require.NoError(t, err)
		defer func() { _ = squatter.Close() }()
		code, output := s.run(t, "drift")
		require.Equal(t, exitcode.Failed, code, output)
		require.Contains(t, output, "is taken")
		require.Contains(t, output, "end the process that has it")
	})
	require.Contains(t, s.must(t, "drift"), "no drift in", "the next command starts the clusters again where they were")

	s.must(t, "destroy")
	require.Empty(t, s.processes(t), "destroy leaves no process")
	require.NoDirExists(t, s.layout.Stack("dev").Dir, "destroy leaves no state")
	leftovers, err := filepath.Glob(filepath.Join(s.layout.BackendDir(), ".pulumi", "stacks", "*", "dev*"))
	require.NoError(t, err)
	require.Empty(t, leftovers)
}

// step runs one look at a stack that is up.
func step(t *testing.T, sentence string, look func(t *testing.T, ctx context.Context)) {
	t.Helper()
	t.Run(sentence, func(t *testing.T) { look(t, t.Context()) })
}

func ready(node corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

func clustersOf(t *testing.T, s *sandbox, stack string) []string {
	t.Helper()
	names, err := localcluster.List(s.layout.Stack(stack).Clusters())
	require.NoError(t, err)
	return names
}
