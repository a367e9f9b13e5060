package stacks

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
)

var update = flag.Bool("update", false, "write the golden files and the generated reference instead of comparing them")

// golden compares text with a file, or writes it with -update.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with: go test ./stacks -update")
	require.Equal(t, string(want), got, "%s is stale; write it with: go test ./stacks -update", path)
}

// asConfig returns the configuration of a file the way Pulumi hands it to a
// program: structured values as JSON text.
func asConfig(t *testing.T, values map[string]any) map[string]string {
	t.Helper()
	config := map[string]string{}
	for key, value := range values {
		if text, ok := value.(string); ok {
			config[key] = text
			continue
		}
		raw, err := json.Marshal(value)
		require.NoError(t, err)
		config[key] = string(raw)
	}
	return config
}

// deployStack runs the program with the configuration of one of the project's
// stacks.
func deployStack(t *testing.T, stack string) *clustertest.Recorder {
	t.Helper()
	r := &clustertest.Recorder{Stack: stack, Config: asConfig(t, read(t, "../Pulumi."+stack+".yaml").Config)}
	require.NoError(t, r.Run(Deploy))
	return r
}

// listing is a line for each resource, and below it, for those of the clouds, their settings: what a reviewer of a
// change has to see. Tags and labels, which are the same everywhere, are left out, and long texts are cut.
func listing(r *clustertest.Recorder) string {
	var b strings.Builder
	for _, res := range r.All() {
		fmt.Fprintf(&b, "%s %s\n", res.Type, res.Name)
		cloud, _, _ := strings.Cut(res.Type, ":")
		if slices.Contains([]string{"aws", "eks", "gcp", "digitalocean"}, cloud) {
			writeSettings(&b, "  ", res.Inputs.Mappable())
		}
	}
	return b.String()
}

func writeSettings(b *strings.Builder, indent string, settings map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if slices.Contains([]string{"tags", "labels", "resourceLabels", "userLabels", "tagSpecifications", "description"}, key) {
			continue
		}
		switch value := settings[key].(type) {
		case nil:
		case map[string]any:
			fmt.Fprintf(b, "%s%s:\n", indent, key)
			writeSettings(b, indent+"  ", value)
		default:
			raw, err := json.Marshal(value)
			if err != nil {
				raw = []byte(err.Error())
			}
			text := []rune(string(raw))
			const longest = 160
			if len(text) > longest {
				text = append(text[:longest], '…')
			}
			fmt.Fprintf(b, "%s%s: %s\n", indent, key, string(text))
		}
	}
}

func TestDevIsOneSmallCluster(t *testing.T) {
	t.Parallel()
	r := deployStack(t, "dev")
	golden(t, "testdata/golden/dev.txt", listing(r))
	require.Len(t, r.Of("ai-now:clusters:Cluster"), 1)
	require.Empty(t, r.Of("digitalocean:index/kubernetesNodePool:KubernetesNodePool"), "one pool, the cluster's own")
	cluster := r.One(t, "digitalocean:index/kubernetesCluster:KubernetesCluster", "doks-dev")
	require.Equal(t, false, cluster.Value("ha"))
	require.Equal(t, 2.0, cluster.Value("nodePool.nodeCount"))
}

func TestProdIsThreeHighlyAvailableClusters(t *testing.T) {
	t.Parallel()
	r := deployStack(t, "prod")
	golden(t, "testdata/golden/prod.txt", listing(r))
	require.Len(t, r.Of("ai-now:clusters:Cluster"), 3)
	require.Len(t, r.Of("ai-now:clusters:NodePool"), 8)
	require.Len(t, r.Of("ai-now:components:SecureNamespace"), 6, "shop on three clusters, analytics on two, headroom on one")
	require.Len(t, r.Of("ai-now:components:Workload"), 10)
	require.Equal(t, true, r.One(t, "digitalocean:index/kubernetesCluster:KubernetesCluster", "doks-eu").Value("ha"))
	require.Equal(t, "europe-west1", r.One(t, "gcp:container/cluster:Cluster", "gke-eu").Value("location"))
	zones := map[any]bool{}
	for _, subnet := range r.Of("aws:ec2/subnet:Subnet") {
		zones[subnet.Value("availabilityZone")] = true
	}
	require.Len(t, zones, 3)
	require.Equal(t, "shop", r.One(t, "kubernetes:core/v1:Namespace", "eks-eu-shop").Value(`metadata.labels["ai-now.io/team"]`))
	require.Equal(t, "confidential", r.One(t, "kubernetes:core/v1:Namespace", "eks-eu-shop").Value(`metadata.labels["ai-now.io/data-classification"]`), "inherited from the stack")
}

const localKubeconfig = `apiVersion: v1
kind: Config
current-context: kind
clusters: [{name: kind, cluster: {server: "https://127.0.0.1:6443"}}, {name: other, cluster: {server: "https://other.example.com"}}]
contexts: [{name: kind, context: {cluster: kind, user: kind}}, {name: other, context: {cluster: other, user: other}}]
users: [{name: kind, user: {token: not-for-eyes}}, {name: other, user: {token: somebody-elses}}]
`

func TestLocalUsesTheClusterOfKubectl(t *testing.T) { // sets the environment: not parallel
	path := filepath.Join(t.TempDir(), "config")
	require.NoError(t, os.WriteFile(path, []byte(localKubeconfig), 0o600))
	t.Setenv("KUBECONFIG", path)
	r := deployStack(t, "local")
	golden(t, "testdata/golden/local.txt", listing(r))
	provider := r.One(t, "pulumi:providers:kubernetes", "local")
	require.True(t, provider.Secret("kubeconfig"))
	require.Contains(t, provider.Value("kubeconfig"), "https://127.0.0.1:6443")
	require.NotContains(t, provider.Value("kubeconfig"), "somebody-elses", "only what this cluster needs")
	for _, res := range r.All() {
		if res.Type == "pulumi:providers:kubernetes" {
			continue
		}
		raw, err := json.Marshal(res.Inputs.Mappable())
		require.NoError(t, err)
		require.NotContains(t, string(raw), "not-for-eyes", "%s %s", res.Type, res.Name)
	}
}

func TestLocalWithoutAKubeconfigSaysWhatToDo(t *testing.T) { // sets the environment: not parallel
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "missing"))
	t.Setenv("HOME", t.TempDir())
	r := &clustertest.Recorder{Stack: "local", Config: asConfig(t, read(t, "../Pulumi.local.yaml").Config)}
	require.ErrorContains(t, r.Run(Deploy), "there is no kubeconfig: set KUBECONFIG")
	require.Empty(t, r.All(), "nothing is half-made")
}

func TestDeployRefusesAWrongConfigurationBeforeTheFirstResource(t *testing.T) {
	t.Parallel()
	config := asConfig(t, base(t, map[string]any{"ai-now:environment": "Dev"}))
	r := &clustertest.Recorder{Config: config}
	require.ErrorContains(t, r.Run(Deploy), `ai-now:environment = "Dev": is not a DNS label`)
	require.Empty(t, r.All())
}

func TestDeployRefusesUnknownTopLevelKeysUnderALanguageHost(t *testing.T) { // sets the environment: not parallel
	config := asConfig(t, base(t, nil))
	config["ai-now:workload"] = "[]"
	raw, err := json.Marshal(config)
	require.NoError(t, err)
	t.Setenv(pulumi.EnvConfig, string(raw))
	r := &clustertest.Recorder{Config: config}
	require.ErrorContains(t, r.Run(Deploy), `ai-now:workload: is not a setting`)
}

func TestWorkloadsTolerateTheTaintsOfTheirPool(t *testing.T) {
	t.Parallel()
	r := &clustertest.Recorder{Config: asConfig(t, base(t, map[string]any{
		"ai-now:clusters": []any{map[string]any{
			"name": "main", "cloud": "digitalocean", "region": "fra1",
			"nodePools": []any{
				map[string]any{"name": "general", "size": "s-2vcpu-4gb", "nodes": map[string]any{"max": 2}},
				map[string]any{"name": "batch", "size": "s-2vcpu-4gb", "nodes": map[string]any{"max": 2}, "taints": []any{map[string]any{"key": "batch", "value": "only", "effect": "NoSchedule"}}},
			},
		}},
		"ai-now:workloads": []any{map[string]any{"name": "job", "tenant": "shop", "image": "registry.k8s.io/pause:3.10", "nodePool": "batch"}},
	}))}
	require.NoError(t, r.Run(Deploy))
	job := r.One(t, "kubernetes:apps/v1:Deployment", "main-shop-job")
	require.Equal(t, []any{map[string]any{"key": "batch", "operator": "Equal", "value": "only", "effect": "NoSchedule"}}, job.Value("spec.template.spec.tolerations"))
}
