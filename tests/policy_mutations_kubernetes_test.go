package tests

import pulumires "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Where a Deployment keeps its pod's spec and the first container.
const (
	inPod       = "spec.template.spec."
	inContainer = inPod + "containers[0]."
)

// secretly is a value that Pulumi keeps secret.
func secretly(text string) *pulumires.Secret {
	return &pulumires.Secret{Element: pulumires.NewProperty(text)}
}

// kubernetesMutations weaken what runs in prod's clusters.
var kubernetesMutations = []mutations{
	{"kubernetes:apps/v1:Deployment", "eks-eu-shop-cart", []mutation{
		// Privileges.
		{"a container runs privileged", to(inContainer+"securityContext.privileged", true), trips("pod-security-baseline"), nil},
		{"a container may gain rights", to(inContainer+"securityContext.allowPrivilegeEscalation", true), trips("pod-security-restricted"), nil},
		{"a container may run as root", to(inContainer+"securityContext.runAsNonRoot", false), trips("pod-security-restricted"), nil},
		{"a container has every capability", to(inContainer+"securityContext.capabilities.drop", []any{}), trips("pod-security-restricted"), nil},
		{"a pod shares the network of its node", to(inPod+"hostNetwork", true), trips("pod-security-baseline"), nil},
		{"a pod mounts the disk of its node", to(inPod+"volumes[0]", map[string]any{"name": "tmp", "hostPath": map[string]any{"path": "/"}}), trips("pod-security-baseline"), nil},
		{"a container writes to its own file system", to(inContainer+"securityContext.readOnlyRootFilesystem", false), trips("pod-read-only-root"), nil},
		{"containers see each other's processes", to(inPod+"shareProcessNamespace", true), trips("pod-process-namespace"), nil},
		{"a pod is told of all services", to(inPod+"enableServiceLinks", true), trips("pod-service-links"), nil},
		// Images.
		{"an image is the latest", to(inContainer+"image", "registry.k8s.io/e2e-test-images/agnhost:latest"), trips("pod-image-tag"), nil},
		{"an image is pinned by its digest", to(inContainer+"image", "registry.k8s.io/pause@sha256:278fb9dbcca9518083ad1e11276933a2e96f23de604a3a08cc3c80002767d24c"), nil, []string{"pod-image-digest"}},
		{"an image is anybody's", to(inContainer+"image", "docker.io/somebody/cart:1.4.2"), trips("pod-image-registry"), nil},
		{"an image is never pulled", to(inContainer+"imagePullPolicy", "Never"), trips("pod-image-pull-policy"), nil},
		// Resources.
		{"a container may take all memory", without(inContainer + "resources.limits.memory"), trips("pod-resources"), nil},
		{"a container says how much of the disk it takes", to(inContainer+`resources.limits["ephemeral-storage"]`, "1Gi"), nil, []string{"pod-ephemeral-storage"}},
		{"a volume may fill the disk", without(inPod + "volumes[0].emptyDir.sizeLimit"), trips("pod-empty-dir-size"), nil},
		// Secrets and identities.
		{"a password is in the environment", to(inContainer+"env[0]", map[string]any{"name": "DB_PASSWORD", "value": "correct horse"}), trips("pod-environment-secrets"), nil},
		{"a secret of the stack is in the environment", to(inContainer+"env[0].value", secretly("EUR")), trips("object-secret-values"), nil},
		{"a Secret is read into the environment", to(inContainer+"env[0]", map[string]any{
			"name": "DB_PASSWORD", "valueFrom": map[string]any{"secretKeyRef": map[string]any{"name": "db", "key": "password"}},
		}), trips("pod-secret-files"), nil},
		{"a pod carries a token it was not given", without(inPod + "automountServiceAccountToken"), trips("pod-token-automount"), nil},
		{"a pod has the namespace's account", all(without(inPod+"serviceAccountName"), without(inPod+"automountServiceAccountToken")), trips("pod-default-identity"), nil},
		{"a token lasts for a month", to(inPod+"volumes[1]", map[string]any{"name": "token", "projected": map[string]any{"sources": []any{
			map[string]any{"serviceAccountToken": map[string]any{"path": "token", "expirationSeconds": 2592000}},
		}}}), trips("pod-token-lifetime"), nil},
		// Scheduling.
		{"a pod has a priority", to(inPod+"priorityClassName", "shop"), nil, []string{"pod-priority"}},
		{"a pod pushes the cluster's own away", to(inPod+"priorityClassName", "system-node-critical"), trips("pod-system-priority"), []string{"pod-priority"}},
		{"a pod is bound to a node", to(inPod+"nodeName", "node-1"), trips("pod-node-name"), nil},
		{"a pod tolerates every taint", to(inPod+"tolerations", []any{map[string]any{"operator": "Exists"}}), trips("pod-tolerations"), nil},
		{"a pod is killed without time to finish", to(inPod+"terminationGracePeriodSeconds", 0), trips("pod-termination"), nil},
		{"a port has no name", without(inContainer + "ports[0].name"), trips("pod-named-ports"), nil},
		// Reliability.
		{"a workload has one pod", to("spec.replicas", 1), trips("workload-replicas"), nil},
		{"pods may all be on one node", without(inPod + "topologySpreadConstraints"), trips("workload-spread"), nil},
		{"requests go to pods that do not answer", without(inContainer + "readinessProbe"), trips("workload-probes"), nil},
		{"a pod that hangs stays", without(inContainer + "livenessProbe"), trips("workload-liveness"), nil},
		{"an update stops all pods", to("spec.strategy", map[string]any{"type": "Recreate"}), trips("workload-strategy"), nil},
		{"an update cannot be taken back", to("spec.revisionHistoryLimit", 0), trips("workload-history"), nil},
		{"a workload is in the namespace default", to("metadata.namespace", "default"), trips("stack-disruption-budgets", "workload-default-namespace"), nil},
		{"nobody knows whose a workload is", without(`metadata.labels["ai-now.io/team"]`), trips("object-labels"), nil},
		{"a workload of prod says that it is dev's", to(`metadata.labels["ai-now.io/environment"]`, "dev"), trips("object-environment"), nil},
	}},
	{"kubernetes:policy/v1:PodDisruptionBudget", "eks-eu-shop-cart", []mutation{
		{"a drain does not get through", to("spec.maxUnavailable", 0), trips("budget-allows-eviction"), nil},
		{"a drain takes all pods", nil, trips("stack-disruption-budgets"), nil},
	}},
	{"kubernetes:core/v1:ServiceAccount", "eks-eu-shop-cart", []mutation{
		{"an account hands out tokens unasked", to("automountServiceAccountToken", true), trips("service-account-token"), nil},
	}},
	{"kubernetes:core/v1:Secret", "doks-eu-shop-storefront-cloud", []mutation{
		{"a Secret is a token without an end", to("type", "kubernetes.io/service-account-token"), trips("secret-account-token"), nil},
	}},
	{"kubernetes:core/v1:Service", "eks-eu-shop-cart", []mutation{
		{"a Service opens a port on every node", to("spec.type", "NodePort"), trips("service-node-port"), nil},
		{"the internet reaches a load balancer", to("spec.type", "LoadBalancer"), trips("service-load-balancer-ranges"), nil},
		{"a Service takes the traffic of others", to("spec.externalIPs", []any{"203.0.113.7"}), trips("service-external-ips"), nil},
		{"a Service is another name for a host", all(to("spec.type", "ExternalName"), to("spec.externalName", "db.example.com")), trips("service-external-name"), nil},
	}},
	{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "eks-eu-shop-allow-same-namespace", []mutation{
		{"every pod of the cluster may come in", to("spec.ingress[0].from", []any{map[string]any{"namespaceSelector": map[string]any{}}}), trips("network-policy-open-ingress"), nil},
		{"the internet may come in past the gateway", to("spec.ingress[0].from", []any{map[string]any{"ipBlock": map[string]any{"cidr": "0.0.0.0/0"}}}), trips("network-policy-internet"), nil},
		{"pods may go anywhere", to("spec.egress[0].to", []any{}), trips("network-policy-open-egress"), nil},
		{"pods reach the credentials of their node", to("spec.egress[0].to", []any{map[string]any{"ipBlock": map[string]any{"cidr": "169.254.0.0/16"}}}), trips("network-policy-metadata"), nil},
		{"rules for egress are ignored", to("spec.policyTypes", []any{"Ingress"}), trips("network-policy-types"), nil},
	}},
	{"kubernetes:storage.k8s.io/v1:StorageClass", "eks-eu-gp3", []mutation{
		{"volumes are not encrypted", to("parameters.encrypted", "false"), trips("storage-class-encryption"), nil},
		{"volumes are made before their pod has a node", to("volumeBindingMode", "Immediate"), trips("storage-class-binding"), nil},
		{"volumes cannot grow", to("allowVolumeExpansion", false), trips("storage-class-expansion"), nil},
	}},
	{"kubernetes:core/v1:Namespace", "eks-eu-shop", []mutation{
		{"a namespace takes any pod", to(`metadata.labels["pod-security.kubernetes.io/enforce"]`, "privileged"), trips("namespace-pod-security"), nil},
		{"nobody answers for a namespace", without(`metadata.labels["ai-now.io/team"]`), trips("namespace-owner"), nil},
	}},
	{"kubernetes:core/v1:ResourceQuota", "eks-eu-shop", []mutation{
		{"a namespace takes the memory of all", without(`spec.hard["limits.memory"]`), trips("resource-quota-limits"), nil},
	}},
	{"kubernetes:core/v1:LimitRange", "eks-eu-shop", []mutation{
		{"a container that says nothing gets all memory", all(without("spec.limits[0].default"), without("spec.limits[0].defaultRequest.memory")), trips("limit-range-defaults"), nil},
		{"a namespace has no LimitRange", nil, trips("stack-namespace-limits"), nil},
	}},
	{"kubernetes:helm.sh/v4:Chart", "eks-eu-karpenter", []mutation{
		{"a chart has no version", without("version"), trips("chart-version"), nil},
		{"a chart is anybody's", to("chart", "oci://registry.example.com/charts/karpenter"), trips("chart-repository"), nil},
		{"a password is in the values of a chart", to("values.adminPassword", "correct horse"), trips("chart-secrets"), nil},
	}},
}
