package components

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

var owner = labels.Owner{Environment: "dev", Team: "shop", CostCenter: "2000", DataClassification: "internal"}

func namespaceArgs() *SecureNamespaceArgs {
	return &SecureNamespaceArgs{Namespace: "shop", Owner: owner, Quota: Quota{CPU: "8", Memory: "16Gi", Pods: 50}}
}

func workloadArgs() *WorkloadArgs {
	return &WorkloadArgs{
		Name: "storefront", Owner: owner, Image: "registry.example.com:5000/shop/storefront:1.2",
		Env: map[string]string{"B": "2", "A": "1"}, Ports: []Port{{Name: "http", Number: 8080}, {Name: "metrics", Number: 9090}},
		NodePool: "batch", Taints: []clusters.Taint{{Key: "example.com/batch", Value: "true", Effect: "NoSchedule"}},
		RolloutTimeout: "5m",
	}
}

func deployNamespace(t *testing.T, args *SecureNamespaceArgs) *clustertest.Recorder {
	t.Helper()
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := NewSecureNamespace(ctx, "test", args)
		return err
	}))
	return r
}

func deployWorkload(t *testing.T, args *WorkloadArgs) (*clustertest.Recorder, *Workload) {
	t.Helper()
	r := &clustertest.Recorder{}
	var w *Workload
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		namespace, err := NewSecureNamespace(ctx, "test", namespaceArgs())
		require.NoError(t, err)
		args.Namespace = namespace
		w, err = NewWorkload(ctx, "test-storefront", args)
		return err
	}))
	return r, w
}

func TestSecureNamespace(t *testing.T) {
	t.Parallel()
	r := deployNamespace(t, namespaceArgs())

	t.Run("pods below Pod Security restricted are refused, audited and warned about", func(t *testing.T) {
		t.Parallel()
		ns := r.One(t, "kubernetes:core/v1:Namespace", "test")
		for _, mode := range []string{"enforce", "audit", "warn"} {
			require.Equal(t, "restricted", ns.Value(`metadata.labels["pod-security.kubernetes.io/`+mode+`"]`))
		}
		require.Equal(t, "shop", ns.Value("metadata.name"))
		require.Equal(t, "shop", ns.Value(`metadata.labels["ai-now.io/team"]`))
	})
	t.Run("all traffic is denied both ways", func(t *testing.T) {
		t.Parallel()
		deny := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "test-default-deny")
		require.Equal(t, []any{"Ingress", "Egress"}, deny.Value("spec.policyTypes"))
		require.Equal(t, map[string]any{}, deny.Value("spec.podSelector"), "of every pod")
		require.Nil(t, deny.Value("spec.ingress"))
		require.Nil(t, deny.Value("spec.egress"))
	})
	t.Run("only DNS and neighbours are open", func(t *testing.T) {
		t.Parallel()
		require.Len(t, r.Of("kubernetes:networking.k8s.io/v1:NetworkPolicy"), 3)
		dns := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "test-allow-dns")
		require.Equal(t, []any{
			map[string]any{"protocol": "UDP", "port": 53.0}, map[string]any{"protocol": "TCP", "port": 53.0},
		}, dns.Value("spec.egress[0].ports"))
		require.Equal(t, "kube-system", dns.Value(`spec.egress[0].to[0].namespaceSelector.matchLabels["kubernetes.io/metadata.name"]`))
		require.Equal(t, map[string]any{"k8s-app": "node-local-dns"}, dns.Value("spec.egress[0].to[1].podSelector.matchLabels"), "the cache on GKE's nodes")
		same := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "test-allow-same-namespace")
		require.Equal(t, []any{map[string]any{"podSelector": map[string]any{}}}, same.Value("spec.ingress[0].from"))
		require.Equal(t, []any{map[string]any{"podSelector": map[string]any{}}}, same.Value("spec.egress[0].to"))
	})
	t.Run("the default service account gives pods no token", func(t *testing.T) {
		t.Parallel()
		account := r.One(t, "kubernetes:core/v1:ServiceAccountPatch", "test-default")
		require.Equal(t, "default", account.Value("metadata.name"))
		require.Equal(t, false, account.Value("automountServiceAccountToken"))
	})
}

func TestWorkload(t *testing.T) {
	t.Parallel()
	r, w := deployWorkload(t, workloadArgs())
	d := r.One(t, "kubernetes:apps/v1:Deployment", "test-storefront")

	t.Run("its pods meet Pod Security restricted and have a read-only root", func(t *testing.T) {
		t.Parallel()
		for path, want := range map[string]any{
			"spec.template.spec.automountServiceAccountToken":                           false,
			"spec.template.spec.securityContext.runAsNonRoot":                           true,
			"spec.template.spec.securityContext.runAsUser":                              65532.0,
			"spec.template.spec.securityContext.seccompProfile.type":                    "RuntimeDefault",
			"spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation": false,
			"spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem":   true,
			"spec.template.spec.containers[0].securityContext.capabilities":             map[string]any{"drop": []any{"ALL"}},
			"spec.template.spec.containers[0].resources.requests":                       map[string]any{"cpu": "100m", "memory": "128Mi"},
			"spec.template.spec.containers[0].resources.limits":                         map[string]any{"memory": "128Mi"},
			"spec.template.spec.containers[0].volumeMounts[0].mountPath":                "/tmp",
			"spec.template.spec.containers[0].readinessProbe.tcpSocket.port":            "http",
			"spec.template.spec.containers[0].env":                                      []any{map[string]any{"name": "A", "value": "1"}, map[string]any{"name": "B", "value": "2"}},
			"spec.template.spec.topologySpreadConstraints[0].topologyKey":               "topology.kubernetes.io/zone",
			"spec.replicas": 2.0,
			`metadata.labels["app.kubernetes.io/version"]`: "1.2",
		} {
			require.Equal(t, want, d.Value(path), path)
		}
	})
	t.Run("it runs on its pool and tolerates the pool's taints", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, map[string]any{"ai-now.io/node-pool": "batch"}, d.Value("spec.template.spec.nodeSelector"))
		require.Equal(t, []any{map[string]any{"key": "example.com/batch", "operator": "Equal", "value": "true", "effect": "NoSchedule"}}, d.Value("spec.template.spec.tolerations"))
	})
	t.Run("an update waits as long as it is told", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "5m", d.CreateTimeout)
		require.Equal(t, 300.0, d.Value("spec.progressDeadlineSeconds"))
	})
	t.Run("the Service, the budget and the Deployment select the same pods", func(t *testing.T) {
		t.Parallel()
		want := map[string]any{"app.kubernetes.io/name": "storefront"}
		require.Equal(t, want, d.Value("spec.selector.matchLabels"))
		require.Equal(t, want, r.One(t, "kubernetes:core/v1:Service", "test-storefront").Value("spec.selector"))
		budget := r.One(t, "kubernetes:policy/v1:PodDisruptionBudget", "test-storefront")
		require.Equal(t, want, budget.Value("spec.selector.matchLabels"))
		require.Equal(t, 1.0, budget.Value("spec.maxUnavailable"))
	})
	t.Run("it has an address inside the cluster", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "storefront.shop.svc.cluster.local", w.Address)
		require.Equal(t, "ClusterIP", r.One(t, "kubernetes:core/v1:Service", "test-storefront").Value("spec.type"))
	})
}

func TestWorkloadWithoutPortsHasNoServiceAndNoProbes(t *testing.T) {
	t.Parallel()
	args := workloadArgs()
	args.Ports = nil
	r, _ := deployWorkload(t, args)
	require.Empty(t, r.Of("kubernetes:core/v1:Service"))
	require.Nil(t, r.One(t, "kubernetes:apps/v1:Deployment", "test-storefront").Value("spec.template.spec.containers[0].livenessProbe"))
}

func TestWorkloadWithAHealthPathIsAskedOverHTTP(t *testing.T) {
	t.Parallel()
	args := workloadArgs()
	args.HealthPath = "/healthz"
	r, _ := deployWorkload(t, args)
	d := r.One(t, "kubernetes:apps/v1:Deployment", "test-storefront")
	require.Equal(t, map[string]any{"path": "/healthz", "port": "http"}, d.Value("spec.template.spec.containers[0].livenessProbe.httpGet"))
}

func TestMistakesComeTogetherBeforeTheFirstResource(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		run  func(*pulumi.Context) error
		want []string
	}{
		{"a namespace without anything", func(ctx *pulumi.Context) error {
			_, err := NewSecureNamespace(ctx, "x", nil)
			return err
		}, []string{"namespace", "quota.cpu", "quota.memory", "quota.pods"}},
		{"a namespace with quantities that are none", func(ctx *pulumi.Context) error {
			_, err := NewSecureNamespace(ctx, "x", &SecureNamespaceArgs{Namespace: "Shop", Quota: Quota{CPU: "eight", Memory: "-1Gi", Pods: 1, Storage: "1 GB"}})
			return err
		}, []string{"namespace", "quota.cpu", "quota.memory", "quota.storage"}},
		{"a workload without anything", func(ctx *pulumi.Context) error {
			_, err := NewWorkload(ctx, "x", nil)
			return err
		}, []string{"name", "image", "namespace"}},
		{"a workload with everything wrong", func(ctx *pulumi.Context) error {
			_, err := NewWorkload(ctx, "x", &WorkloadArgs{
				Name: "a_b", Image: "nginx", Replicas: -1, HealthPath: "healthz", RolloutTimeout: "soon", Namespace: &SecureNamespace{},
				Resources: Resources{CPU: "0", Memory: "lots"}, Env: map[string]string{"1 A": "x"},
				Ports: []Port{{"http", 80}, {"http", 8080}, {"a-name-that-is-too-long", 8080}},
			})
			return err
		}, []string{
			"name", "image", "replicas", "resources.cpu", "resources.memory", `env["1 A"]`,
			"ports[0].port", "ports[1].name", "ports[2].name", "ports[2].port", "healthPath", "rolloutTimeout",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			t.Parallel()
			clustertest.RequireRefused(t, tt.run, tt.want)
		})
	}
}

func TestImages(t *testing.T) {
	t.Parallel()
	const digest = "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	tests := []struct{ name, image, problem string }{
		{"a tag is enough", "registry.k8s.io/pause:3.10", ""},
		{"a port is not a tag", "localhost:5000/pause", "names no version"},
		{"a port and a tag", "localhost:5000/pause:3.10", ""},
		{"a digest without a tag", "nginx" + digest, ""},
		{"a digest with latest", "nginx:latest" + digest, ""},
		{"no tag is refused", "nginx", "names no version"},
		{"latest is refused", "nginx:latest", "means another image tomorrow"},
		{"a short digest is refused", "nginx@sha256:0123", "has a digest that is not"},
		{"capital letters in the repository are refused", "registry.k8s.io/Pause:3.10", "is not an image reference"},
		{"spaces are refused", "nginx :1", "is not an image reference"},
		{"a broken tag is refused", "nginx:1?", "has a tag that is none"},
		{"nothing is refused", "", "is required"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var list check.List
			checkImage(&list, "image", tt.image)
			if tt.problem == "" {
				require.Empty(t, list.All())
				return
			}
			require.Len(t, list.All(), 1)
			require.Contains(t, list.All()[0].Problem, tt.problem)
		})
	}
}

func TestAWorkloadWithAnIdentityReachesItAndNothingElseOfTheNode(t *testing.T) {
	t.Parallel()
	keys := pulumi.ToSecret(pulumi.StringMap{"AWS_SECRET_ACCESS_KEY": pulumi.String("not-for-eyes")}.ToStringMapOutput()).(pulumi.StringMapOutput)
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		namespace, err := NewSecureNamespace(ctx, "shop", &SecureNamespaceArgs{Namespace: "shop", Owner: clustertest.Owner, Quota: Quota{CPU: "1", Memory: "1Gi", Pods: 4}})
		require.NoError(t, err)
		_, err = NewWorkload(ctx, "cart", &WorkloadArgs{
			Name: "cart", Namespace: namespace, Owner: clustertest.Owner, Image: "registry.k8s.io/pause:3.10",
			Identity: &clusters.Identity{Identity: spec.Identity{
				Annotations: pulumi.StringMap{"iam.gke.io/gcp-service-account": pulumi.String("cart@example.iam.gserviceaccount.com")}.ToStringMapOutput(),
				Credentials: &keys, Sources: []spec.Source{{CIDR: "169.254.169.254/32", Port: 80}},
			}},
		})
		return err
	}))
	require.Equal(t, "cart@example.iam.gserviceaccount.com", r.One(t, "kubernetes:core/v1:ServiceAccount", "cart").Value(`metadata.annotations["iam.gke.io/gcp-service-account"]`))
	policy := r.One(t, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "cart-cloud")
	require.Equal(t, []any{"169.254.0.0/16"}, policy.Value("spec.egress[0].to[0].ipBlock.except"), "HTTPS does not lead to the node's own services")
	require.Equal(t, 443.0, policy.Value("spec.egress[0].ports[0].port"))
	require.Equal(t, "169.254.169.254/32", policy.Value("spec.egress[1].to[0].ipBlock.cidr"))
	require.Equal(t, 80.0, policy.Value("spec.egress[1].ports[0].port"))
	require.Equal(t, map[string]any{"app.kubernetes.io/name": "cart"}, policy.Value("spec.podSelector.matchLabels"), "the others of the namespace do not")
	require.True(t, r.One(t, "kubernetes:core/v1:Secret", "cart-cloud").Secret("stringData"), "keys are secret")
	require.Equal(t, "cart-cloud", r.One(t, "kubernetes:apps/v1:Deployment", "cart").Value("spec.template.spec.containers[0].envFrom[0].secretRef.name"))
}

func TestHeadroomGivesWayToEverything(t *testing.T) {
	t.Parallel()
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := NewHeadroom(ctx, "room", &HeadroomArgs{Owner: clustertest.Owner, CPU: "500m", Memory: "1Gi", Replicas: 2})
		return err
	}))
	class := r.One(t, "kubernetes:scheduling.k8s.io/v1:PriorityClass", "room")
	require.Equal(t, -10.0, class.Value("value"))
	require.Equal(t, "Never", class.Value("preemptionPolicy"))
	deployment := r.One(t, "kubernetes:apps/v1:Deployment", "room")
	require.Equal(t, "headroom", deployment.Value("spec.template.spec.priorityClassName"))
	require.Equal(t, "true", deployment.Value(`metadata.annotations["pulumi.com/skipAwait"]`), "that its pods wait is what they are for")
	quota := r.One(t, "kubernetes:core/v1:ResourceQuota", "room")
	require.Equal(t, "1500m", quota.Value(`spec.hard["requests.cpu"]`), "two, and one while they are replaced")
	require.Equal(t, "3Gi", quota.Value(`spec.hard["requests.memory"]`))
}
