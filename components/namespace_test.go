package components

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/check"
)

func TestWhatANamespaceMayHold(t *testing.T) {
	t.Parallel()
	t.Run("without more than the required settings there is no storage, GPU, load balancer or node port", func(t *testing.T) {
		t.Parallel()
		r := deployNamespace(t, namespaceArgs())
		require.Equal(t, map[string]any{
			"requests.cpu": "8", "requests.memory": "16Gi", "limits.memory": "16Gi", "pods": "50",
			"requests.storage": "0", "persistentvolumeclaims": "0", "requests.nvidia.com/gpu": "0", "requests.amd.com/gpu": "0",
			"services": "50", "services.loadbalancers": "0", "services.nodeports": "0",
			"configmaps": "100", "secrets": "100", "count/jobs.batch": "100", "count/cronjobs.batch": "20",
		}, r.One(t, "kubernetes:core/v1:ResourceQuota", "test").Value("spec.hard"))
	})
	t.Run("what is asked for is there, and a storage class of its own bound", func(t *testing.T) {
		t.Parallel()
		args := namespaceArgs()
		args.Quota.Storage, args.Quota.StorageByClass, args.Quota.GPUs = "100Gi", map[string]string{"gp3-fast": "20Gi", "efs": "0"}, 2
		args.Quota.Objects = Objects{Claims: 5, Services: 6, LoadBalancers: 1, ConfigMaps: 7, Secrets: 8, Jobs: 9, CronJobs: 10}
		hard := deployNamespace(t, args).One(t, "kubernetes:core/v1:ResourceQuota", "test").Value("spec.hard").(map[string]any)
		for amount, want := range map[string]string{
			"requests.storage": "100Gi", "gp3-fast.storageclass.storage.k8s.io/requests.storage": "20Gi", "efs.storageclass.storage.k8s.io/requests.storage": "0",
			"requests.nvidia.com/gpu": "2", "persistentvolumeclaims": "5", "services": "6", "services.loadbalancers": "1",
			"configmaps": "7", "secrets": "8", "count/jobs.batch": "9", "count/cronjobs.batch": "10",
		} {
			require.Equal(t, want, hard[amount], amount)
		}
	})
	t.Run("a container that names nothing gets little, a pod at most the quota, and a claim is bounded where there is storage", func(t *testing.T) {
		t.Parallel()
		args := namespaceArgs()
		args.Quota.Storage, args.Limits.Claim = "100Gi", "20Gi"
		limits := deployNamespace(t, args).One(t, "kubernetes:core/v1:LimitRange", "test")
		require.Equal(t, []any{
			map[string]any{
				"type": "Container", "defaultRequest": map[string]any{"cpu": "50m", "memory": "128Mi"},
				"default": map[string]any{"memory": "128Mi"}, "min": map[string]any{"cpu": "1m", "memory": "4Mi"},
			},
			map[string]any{"type": "Pod", "max": map[string]any{"memory": "16Gi"}},
			map[string]any{"type": "PersistentVolumeClaim", "min": map[string]any{"storage": "1Gi"}, "max": map[string]any{"storage": "20Gi"}},
		}, limits.Value("spec.limits"))
		without := deployNamespace(t, namespaceArgs()).One(t, "kubernetes:core/v1:LimitRange", "test")
		require.Len(t, without.Value("spec.limits"), 2)
	})
	t.Run("pods of a higher rank than the namespace has are refused", func(t *testing.T) {
		t.Parallel()
		for highest, want := range map[string][]any{
			"":               {"system-cluster-critical", "system-node-critical", "ai-now-critical", "ai-now-high"},
			PriorityCritical: {"system-cluster-critical", "system-node-critical"},
			PriorityBatch:    {"system-cluster-critical", "system-node-critical", "ai-now-critical", "ai-now-high", "ai-now-normal"},
		} {
			args := namespaceArgs()
			args.HighestPriority = highest
			quota := deployNamespace(t, args).One(t, "kubernetes:core/v1:ResourceQuota", "test-priority")
			require.Equal(t, map[string]any{"pods": "0"}, quota.Value("spec.hard"))
			require.Equal(t, want, quota.Value("spec.scopeSelector.matchExpressions[0].values"), highest)
		}
	})
}

func TestANamespaceSaysWhatItIsForAndStays(t *testing.T) {
	t.Parallel()
	args := namespaceArgs()
	args.Description, args.Contact, args.DeletionProtection = "The shop", "shop@example.com", true
	ns := deployNamespace(t, args).One(t, "kubernetes:core/v1:Namespace", "test")
	require.Equal(t, map[string]any{"ai-now.io/description": "The shop", "ai-now.io/contact": "shop@example.com"}, ns.Value("metadata.annotations"))
	require.Equal(t, "2000", ns.Value(`metadata.labels["ai-now.io/cost-center"]`))
	require.True(t, ns.Protect)
	require.False(t, deployNamespace(t, namespaceArgs()).One(t, "kubernetes:core/v1:Namespace", "test").Protect)
}

func TestRolesOfANamespace(t *testing.T) {
	t.Parallel()
	args := namespaceArgs()
	args.Access = NamespaceAccess{Owners: []string{"leads"}, Developers: []string{"shop", "checkout"}, Viewers: []string{"support"}}
	r := deployNamespace(t, args)
	may := func(role, group, resource, verb string) bool {
		rules, _ := r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:Role", "test-"+role).Value("rules").([]any)
		return slices.ContainsFunc(rules, func(rule any) bool {
			fields := rule.(map[string]any)
			has := func(key, what string) bool { return slices.Contains(fields[key].([]any), any(what)) }
			return has("apiGroups", group) && has("resources", resource) && has("verbs", verb)
		})
	}
	tests := []struct {
		name, group, resource, verb string
		roles                       []string
	}{
		{"everybody sees pods", "", "pods", "list", []string{"owner", "developer", "viewer"}},
		{"everybody sees who has which rights", rbacGroup, "rolebindings", "list", []string{"owner", "developer", "viewer"}},
		{"viewers do not read logs", "", "pods/log", "get", []string{"owner", "developer"}},
		{"developers restart pods", "", "pods", "delete", []string{"owner", "developer"}},
		{"developers scale", "apps", "deployments/scale", "patch", []string{"owner", "developer"}},
		{"owners alone change what runs", "apps", "deployments", "patch", []string{"owner"}},
		{"owners alone make Jobs", "batch", "jobs", "create", []string{"owner"}},
		{"nobody reads Secrets", "", "secrets", "get", nil},
		{"nobody lists Secrets", "", "secrets", "list", nil},
		{"nobody makes Secrets", "", "secrets", "create", nil},
		{"nobody enters pods", "", "pods/exec", "create", nil},
		{"nobody enters pods by a WebSocket", "", "pods/exec", "get", nil},
		{"nobody forwards ports", "", "pods/portforward", "create", nil},
		{"nobody makes pods without what manages them", "", "pods", "create", nil},
		{"nobody raises the quota", "", "resourcequotas", "patch", nil},
		{"nobody opens the network", "networking.k8s.io", "networkpolicies", "delete", nil},
		{"nobody publishes past the gateway", "networking.k8s.io", "ingresses", "create", nil},
		{"nobody gives rights", rbacGroup, "rolebindings", "create", nil},
		{"nobody makes tokens", "", "serviceaccounts/token", "create", nil},
		{"nobody deletes the namespace", "", "namespaces", "delete", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, role := range []string{"owner", "developer", "viewer"} {
				require.Equal(t, slices.Contains(tt.roles, role), may(role, tt.group, tt.resource, tt.verb), role)
			}
		})
	}
	t.Run("each is bound to its groups", func(t *testing.T) {
		t.Parallel()
		binding := r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "test-developer")
		require.Equal(t, map[string]any{"apiGroup": rbacGroup, "kind": "Role", "name": "developer"}, binding.Value("roleRef"))
		require.Equal(t, []any{
			map[string]any{"apiGroup": rbacGroup, "kind": "Group", "name": "shop"}, map[string]any{"apiGroup": rbacGroup, "kind": "Group", "name": "checkout"},
		}, binding.Value("subjects"))
	})
	t.Run("a role that nobody has is not made", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, deployNamespace(t, namespaceArgs()).Of("kubernetes:rbac.authorization.k8s.io/v1:Role"))
	})
}

func TestMistakesInANamespace(t *testing.T) {
	t.Parallel()
	const name, cidr = "egress[0].names[0]", "egress[0].cidr"
	to := func(e Egress) func(*SecureNamespaceArgs) {
		return func(a *SecureNamespaceArgs) { a.Egress = []Egress{e} }
	}
	https := []int{443}
	tests := []struct {
		name    string
		change  func(*SecureNamespaceArgs)
		path    string
		problem string
	}{
		{"a description of two lines", func(a *SecureNamespaceArgs) { a.Description = "a\nb" }, "description", "more than one line"},
		{"a rank that is none", func(a *SecureNamespaceArgs) { a.HighestPriority = "urgent" }, "highestPriority", "is not known"},
		{"a class with more storage than there is", func(a *SecureNamespaceArgs) { a.Quota.StorageByClass = map[string]string{"fast": "1Gi"} }, `quota.storageByClass["fast"]`, "more than quota.storage, 0"},
		{"fewer GPUs than none", func(a *SecureNamespaceArgs) { a.Quota.GPUs = -1 }, "quota.gpus", "less than nothing"},
		{"claims without storage", func(a *SecureNamespaceArgs) { a.Quota.Objects.Claims = 1 }, "quota.objects.claims", "has no storage"},
		{"more load balancers than Services", func(a *SecureNamespaceArgs) { a.Quota.Objects.LoadBalancers = 51 }, "quota.objects.loadBalancers", "more than all Services"},
		{"a default that no pod may have", func(a *SecureNamespaceArgs) { a.Limits = Limits{Memory: "2Gi", PodMemory: "1Gi"} }, "limits.memory", "more than what one pod may have, 1Gi"},
		{"a default that no container may have", func(a *SecureNamespaceArgs) { a.Limits.Memory = "1Mi" }, "limits.memory", "less than a container may ask for, 4Mi"},
		{"a pod that is larger than the quota", func(a *SecureNamespaceArgs) { a.Limits.PodMemory = "32Gi" }, "limits.podMemory", "more than quota.memory, 16Gi"},
		{"a claim without storage", func(a *SecureNamespaceArgs) { a.Limits.Claim = "1Gi" }, "limits.claim", "more than quota.storage, 0"},
		{"a group without a name", func(a *SecureNamespaceArgs) { a.Access.Viewers = []string{""} }, "access.viewers[0]", "is not the name of a group"},
		{"everybody as developers", func(a *SecureNamespaceArgs) { a.Access.Developers = []string{"system:authenticated"} }, "access.developers[0]", "a group of Kubernetes itself"},
		{"a group with two roles", func(a *SecureNamespaceArgs) {
			a.Access = NamespaceAccess{Owners: []string{"shop"}, Viewers: []string{"shop"}}
		}, "access.viewers[0]", "is named in access.owners[0] already"},
		{"a destination that is none", to(Egress{Ports: https}), "egress[0]", "does not name one destination"},
		{"a destination that is two", to(Egress{CIDR: "203.0.113.0/24", Namespace: "analytics", Ports: https}), "egress[0]", "does not name one destination"},
		{"a destination without ports", to(Egress{CIDR: "203.0.113.0/24"}), "egress[0].ports", "is required"},
		{"a port that is none", to(Egress{CIDR: "203.0.113.0/24", Ports: []int{0}}), "egress[0].ports[0]", "is not a port"},
		{"a port twice", to(Egress{CIDR: "203.0.113.0/24", Ports: []int{1, 1}}), "egress[0].ports[1]", "is named twice"},
		{"a protocol that is none", to(Egress{CIDR: "203.0.113.0/24", Ports: https, Protocol: "SCTP"}), "egress[0].protocol", "is not known"},
		{"an address without its length", to(Egress{CIDR: "203.0.113.7", Ports: https}), cidr, "is not a network"},
		{"a network in other words", to(Egress{CIDR: "::ffff:169.254.0.0/112", Ports: https}), cidr, "is not a network"},
		{"a network that begins within itself", to(Egress{CIDR: "203.0.113.7/24", Ports: https}), cidr, "does not begin with"},
		{"the metadata service of all clouds", to(Egress{CIDR: "169.254.169.254/32", Ports: https}), cidr, "the metadata service"},
		{"all that is local to the node", to(Egress{CIDR: "169.254.0.0/16", Ports: https}), cidr, "the metadata service"},
		{"the metadata service of EC2 by IPv6", to(Egress{CIDR: "fd00:ec2::254/128", Ports: https}), cidr, "the metadata service"},
		{"the metadata service of Google by IPv6", to(Egress{CIDR: "fd20:ce::254/128", Ports: https}), cidr, "the metadata service"},
		{"the metadata service by its name", to(Egress{Names: []string{"metadata.google.internal"}, Ports: https}), name, "the metadata service"},
		{"the metadata service by a pattern", to(Egress{Names: []string{"*.google.internal"}, Ports: https}), name, "the metadata service"},
		{"every name", to(Egress{Names: []string{"*"}, Ports: https}), name, "is not a full DNS name"},
		{"every name of a top-level domain", to(Egress{Names: []string{"*.com"}, Ports: https}), name, "is not a full DNS name"},
		{"names where policies know addresses alone", func(a *SecureNamespaceArgs) {
			a.DomainPolicies, a.Egress = false, []Egress{{Names: []string{"api.example.com"}, Ports: https}}
		}, "egress[0].names", "cannot be declared"},
		{"the namespace itself", to(Egress{Namespace: "shop", Ports: https}), "egress[0].namespace", "is the namespace itself"},
		{"a source without a name", func(a *SecureNamespaceArgs) { a.Ingress = []Ingress{{Ports: https}} }, "ingress[0].namespace", "is required"},
		{"a source without ports", func(a *SecureNamespaceArgs) { a.Ingress = []Ingress{{Namespace: "checkout"}} }, "ingress[0].ports", "is required"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			t.Parallel()
			args := namespaceArgs()
			args.DomainPolicies = true
			tt.change(args)
			mistakes := args.Mistakes()
			require.Len(t, mistakes, 1, "%v", mistakes)
			require.Equal(t, tt.path, mistakes[0].Path)
			require.Contains(t, mistakes[0].Problem, tt.problem)
			require.NotEmpty(t, mistakes[0].Hint)
		})
	}
}

func TestAmountsAreComparedAsQuantities(t *testing.T) {
	t.Parallel()
	var list check.List
	atMost(&list, "a", "1000m", "1", "b")
	atMost(&list, "a", "1024Mi", "1Gi", "b")
	atMost(&list, "a", "no quantity", "1Gi", "b")
	require.Empty(t, list.All())
	atMost(&list, "a", "1025Mi", "1Gi", "b")
	require.Len(t, list.All(), 1)
}
