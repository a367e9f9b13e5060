package tests

// granting gives the first rule of a role one verb on one resource of the core API.
func granting(verb, resource string) change {
	return all(to("rules[0].verbs", []any{verb}), to("rules[0].resources", []any{resource}))
}

// accessMutations weaken what people may do in prod's namespaces.
var accessMutations = []mutations{
	{"kubernetes:rbac.authorization.k8s.io/v1:Role", "eks-eu-shop-viewer", []mutation{
		{"a role grants every verb", granting("*", "namespaces"), trips("rbac-wildcard-verbs"), nil},
		{"a role is for every resource", granting("get", "*"), trips("rbac-wildcard-resources"), nil},
		{"a role lets its holder take more rights", granting("escalate", "namespaces"), trips("rbac-escalation"), nil},
		{"a role reads every Secret of its namespace", granting("get", "secrets"), trips("rbac-role-secrets"), nil},
		{"a role makes pods", granting("create", "pods"), trips("rbac-pod-creation"), nil},
		{"a role enters pods", granting("create", "pods/exec"), trips("rbac-pod-exec"), nil},
		{"a role makes tokens", granting("create", "serviceaccounts/token"), trips("rbac-token-creation"), nil},
	}},
	{"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "eks-eu-shop-viewer", []mutation{
		{"a group may do everything in a namespace", all(to("roleRef.kind", "ClusterRole"), to("roleRef.name", "cluster-admin")), trips("rbac-cluster-admin"), nil},
		{"a binding is for the masters", to("subjects[0].name", "system:masters"), trips("rbac-masters"), nil},
		{"a binding is for whoever comes", to("subjects[0].name", "system:unauthenticated"), trips("rbac-anonymous"), nil},
		{"a binding is for whoever is known", to("subjects[0].name", "system:authenticated"), trips("rbac-authenticated"), nil},
		{"a binding is for pods that name no account", to("subjects[0]", map[string]any{
			"kind": "ServiceAccount", "name": "default", "namespace": "shop",
		}), trips("rbac-default-account"), nil},
	}},
}
