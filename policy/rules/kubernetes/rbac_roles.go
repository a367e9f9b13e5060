package kubernetes

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

const rbacGroup = "rbac.authorization.k8s.io"

var (
	roles        = rule.Target{Kinds: []rule.Kind{{Group: rbacGroup, Name: "Role"}, {Group: rbacGroup, Name: "ClusterRole"}}}
	clusterRoles = rule.Target{Kinds: []rule.Kind{{Group: rbacGroup, Name: "ClusterRole"}}}
)

const (
	// granted are the rules of a Role or ClusterRole. The API server shows those of
	// an aggregated one that are not filled in yet as null.
	granted = `(dyn(object.?rules.orValue([])) != null ? object.?rules.orValue([]) : [])`
	// grantTitle names one of them, r.
	grantTitle = `'the rule for ' + (r.?resources.orValue([]) + r.?nonResourceURLs.orValue([])).join(', ')`
)

// eachGrant is a validation that no rule of a role may break.
func eachGrant(holds, says string) rule.Validation {
	return rule.Each(granted, "r", holds, grantTitle, says)
}

// grants is a condition on r, one rule of a role: it grants one of the verbs on
// one of the resources of an API group. All verbs are the verb too; all resources
// are not the resource, for what a wildcard grants is for the rules over wildcards
// to say.
func grants(group string, resources, verbs []string) string {
	return `(r.?apiGroups.orValue([]).exists(g, g in ['*', '` + group + `']) && ` +
		`r.?resources.orValue([]).exists(x, x in ['` + strings.Join(resources, `', '`) + `']) && ` +
		`r.?verbs.orValue([]).exists(v, v in ['*', '` + strings.Join(verbs, `', '`) + `']))`
}

// unnamed is a condition on r: it holds for objects of every name. A rule that
// names objects gives what somebody thought of.
const unnamed = `size(r.?resourceNames.orValue([])) == 0`

func rbacRoleRules() []*rule.Rule {
	return []*rule.Rule{
		rbacWildcardVerbs(),     // a role says what may be done
		rbacWildcardResources(), // and with what
		rbacEscalation(),        // nobody gives himself more
		rbacSecrets(),           // nobody reads every secret of the cluster
		rbacRoleSecrets(),       // nor of a namespace
	}
}

func rbacWildcardVerbs() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-wildcard-verbs",
		Title:    "Roles name the verbs they grant",
		Severity: rule.High,
		On:       roles,
		Why: "All verbs are also those nobody thought of: delete, escalate, impersonate, and whatever the " +
			"next release of Kubernetes brings.",
		Fix: "Replace * under verbs by the verbs that are needed, such as get, list, watch.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.3", "Minimize wildcard use in Roles and ClusterRoles"),
			controls.Control(controls.CISEKS, "4.1.3", "Minimize wildcard use in Roles and ClusterRoles"),
			controls.Control(controls.CISGKE, "4.1.3", "Minimize wildcard use in Roles and ClusterRoles"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(`!r.?verbs.orValue([]).exists(v, v == '*')`, "grants every verb")},
	}
}

func rbacWildcardResources() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-wildcard-resources",
		Title:    "Roles name the resources they are for",
		Severity: rule.High,
		On:       roles,
		Why: "All resources include Secrets, and so does every resource of the API group \"\"; those of all API " +
			"groups include what will be installed tomorrow.",
		Fix: "Replace * under apiGroups, resources and nonResourceURLs by the names of what is needed.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.3", "Minimize wildcard use in Roles and ClusterRoles"),
			controls.Control(controls.CISEKS, "4.1.3", "Minimize wildcard use in Roles and ClusterRoles"),
			controls.Control(controls.CISGKE, "4.1.3", "Minimize wildcard use in Roles and ClusterRoles"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{
			// "*/scale" is the subresource of every resource.
			eachGrant(`!r.?resources.orValue([]).exists(x, x == '*' || x.startsWith('*/'))`, "is for every resource"),
			eachGrant(`!r.?apiGroups.orValue([]).exists(g, g == '*')`, "is for every API group"),
			eachGrant(`!r.?nonResourceURLs.orValue([]).exists(u, u == '*' || u == '/*')`, "is for every URL"),
		},
	}
}

func rbacEscalation() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-escalation",
		Title:    "Nobody may give himself rights he does not have",
		Severity: rule.Critical,
		On:       roles,
		Why: "Kubernetes lets nobody grant what he does not have himself, except with escalate or bind; with " +
			"impersonate one acts as anybody. Each of the three is the whole cluster by a detour.",
		Fix: "Remove escalate, bind and impersonate from verbs, and * where the resource is roles, clusterroles, " +
			"users, groups or serviceaccounts. Let a person with these rights make the roles.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.8", "Limit use of the Bind, Impersonate and Escalate permissions in the Kubernetes cluster"),
			controls.Control(controls.CISEKS, "4.1.8", "Limit use of the Bind, Impersonate and Escalate permissions in the Kubernetes cluster"),
			controls.Control(controls.CISGKE, "4.1.7", "Limit use of the Bind, Impersonate and Escalate permissions in the Kubernetes cluster"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(
			// Constrained impersonation has verbs that begin so, such as
			// impersonate:user-info (KEP-5284).
			`!r.?verbs.orValue([]).exists(v, v in ['escalate', 'bind'] || v.startsWith('impersonate')) && `+
				`!`+grants(rbacGroup, []string{"roles", "clusterroles"}, []string{"escalate", "bind"})+` && `+
				`!`+grants("", []string{"users", "groups", "serviceaccounts"}, []string{"impersonate"}),
			"lets its holder take rights he does not have")},
	}
}

func rbacSecrets() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-secrets",
		Title:    "No ClusterRole reads all Secrets",
		Severity: rule.High,
		On:       clusterRoles,
		Why: "Who lists Secrets gets their contents, those of every namespace among them: passwords, keys, and " +
			"the tokens of accounts with more rights.",
		Fix: "Grant get on named Secrets (resourceNames), with a Role in the namespace they are in. Mount a " +
			"Secret a pod needs instead of letting it read the API.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.2", "Minimize access to secrets"),
			controls.Control(controls.CISEKS, "4.1.2", "Minimize access to secrets"),
			controls.Control(controls.CISGKE, "4.1.2", "Minimize access to secrets"),
			controls.Heading(controls.NSAHardening, "Secrets"),
		},
		Check: rule.Expressions{readsSecrets("reads the Secrets of every namespace")},
	}
}

func rbacRoleSecrets() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-role-secrets",
		Title:    "Roles read the Secrets they name",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       rule.Target{Kinds: []rule.Kind{{Group: rbacGroup, Name: "Role"}}},
		Why: "An account that reads all Secrets of its namespace also reads those of its neighbours there, " +
			"and those that come later.",
		Fix: "Name the Secrets under resourceNames, and grant get alone: a list shows the contents.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.2", "Minimize access to secrets"),
			controls.Control(controls.CISEKS, "4.1.2", "Minimize access to secrets"),
			controls.Control(controls.CISGKE, "4.1.2", "Minimize access to secrets"),
			controls.Heading(controls.NSAHardening, "Secrets"),
		},
		Check: rule.Expressions{readsSecrets("reads all Secrets of the namespace")},
	}
}

func readsSecrets(says string) rule.Validation {
	return eachGrant(`!(`+grants("", []string{"secrets"}, []string{"get", "list", "watch"})+` && `+unnamed+`)`, says)
}
