package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var roleBindings = rule.Target{Kinds: []rule.Kind{
	{Group: rbacGroup, Name: "RoleBinding"}, {Group: rbacGroup, Name: "ClusterRoleBinding"},
}}

const (
	subjects     = `object.?subjects.orValue([])`
	subjectTitle = `'the binding to ' + s.?name.orValue('')`
)

func rbacBindingRules() []*rule.Rule {
	return []*rule.Rule{
		rbacClusterAdmin(),   // nobody may do everything
		rbacMasters(),        // least of all for good
		rbacAnonymous(),      // who is nobody may do nothing
		rbacAuthenticated(),  // and who is somebody nothing by that alone
		rbacDefaultAccount(), // nor may a pod that was given no account
	}
}

func rbacClusterAdmin() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-cluster-admin",
		Title:    "Nobody is bound to cluster-admin",
		Severity: rule.Critical,
		On:       roleBindings,
		Why: "The role cluster-admin may do everything with everything, and whoever takes over its holder too. In one " +
			"namespace it still reads every Secret there and gives the rights to others.",
		Fix: "Bind to a role that names what is needed. Let administrators of the cluster come from the cloud's " +
			"own access, which is logged and can be taken back.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.1", "Ensure that the cluster-admin role is only used where required"),
			controls.Control(controls.CISEKS, "4.1.1", "Ensure that the cluster-admin role is only used where required"),
			controls.Control(controls.CISGKE, "4.1.1", "Ensure that the cluster-admin role is only used where required"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Settings: []rule.Setting{{
			Name: "roles", Type: rule.StringList, Default: []any{"cluster-admin"},
			Description: "ClusterRoles that nobody may be bound to.",
		}},
		Check: rule.Expressions{{
			Holds:     `object.?roleRef.?kind.orValue('') != 'ClusterRole' || !(object.?roleRef.?name.orValue('') in settings.roles)`,
			Otherwise: `'the binding grants ' + object.?roleRef.?name.orValue('') + ' to ' + ` + subjects + `.map(s, s.?name.orValue('')).join(', ')`,
			Message:   "the binding grants a role that nobody may be bound to",
		}},
	}
}

func rbacMasters() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-masters",
		Title:    "The group system:masters is not used",
		Severity: rule.Critical,
		On:       roleBindings,
		Why: "The API server asks RBAC nothing about system:masters: its members may do everything, and no " +
			"binding takes it from them. A binding to the group means that somebody is in it.",
		Fix: "Bind to a group of the cloud's or the identity provider's, and let nobody be in system:masters.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.7", "Avoid use of system:masters group"),
			controls.Control(controls.CISGKE, "4.1.6", "Avoid use of system:masters group"),
		},
		Check: rule.Expressions{rule.Each(subjects, "s", `!(s.?kind.orValue('') == 'Group' && s.?name.orValue('') == 'system:masters')`,
			subjectTitle, "counts on members that RBAC does not bind")},
	}
}

func rbacAnonymous() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-anonymous",
		Title:    "Nobody is given rights without saying who he is",
		Severity: rule.Critical,
		On:       roleBindings,
		Why: "The names system:anonymous and system:unauthenticated stand for whoever reaches the API server, and many are " +
			"reached from the internet.",
		Fix: "Bind to a user, a group or a service account.",
		Controls: []rule.Control{
			controls.Control(controls.CISGKE, "4.1.8", "Avoid bindings to system:anonymous"),
			controls.Control(controls.CISGKE, "4.1.9", "Avoid non-default bindings to system:unauthenticated"),
			controls.Heading(controls.NSAHardening, "Authentication"),
		},
		Check: rule.Expressions{rule.Each(subjects, "s",
			`!(s.?kind.orValue('') == 'User' && s.?name.orValue('') == 'system:anonymous' || `+
				`s.?kind.orValue('') == 'Group' && s.?name.orValue('') == 'system:unauthenticated')`,
			subjectTitle, "is for whoever reaches the API server")},
	}
}

func rbacAuthenticated() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-authenticated",
		Title:    "Nobody is given rights merely for being known",
		Severity: rule.High,
		On:       roleBindings,
		Why: "The group system:authenticated is every user and every pod; on GKE everybody with a Google account was " +
			"among them. system:serviceaccounts is every pod of the cluster.",
		Fix: "Bind to the groups or service accounts that need it.",
		Controls: []rule.Control{
			controls.Control(controls.CISGKE, "4.1.10", "Avoid non-default bindings to system:authenticated"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Settings: []rule.Setting{{
			Name: "roles", Type: rule.StringList,
			// Kubernetes itself binds these to it:
			// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
			Default:     []any{"system:basic-user", "system:discovery", "system:public-info-viewer"},
			Description: "ClusterRoles that everybody may be bound to.",
		}},
		Check: rule.Expressions{rule.Each(subjects, "s",
			`!(s.?kind.orValue('') == 'Group' && s.?name.orValue('') in ['system:authenticated', 'system:serviceaccounts']) || `+
				`(object.?roleRef.?kind.orValue('') == 'ClusterRole' && object.?roleRef.?name.orValue('') in settings.roles)`,
			subjectTitle, "is for everybody the cluster knows")},
	}
}

func rbacDefaultAccount() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-default-account",
		Title:    "Default service accounts have no rights",
		Severity: rule.High,
		On:       roleBindings,
		Why: "The account default belongs to every pod of its namespace that names none. A right for it is one " +
			"for pods that nobody has written yet.",
		Fix: "Make a service account for the workload that needs the right, and bind to that.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.5", "Ensure that default service accounts are not actively used"),
			controls.Control(controls.CISEKS, "4.1.5", "Ensure that default service accounts are not actively used."),
			controls.Control(controls.CISGKE, "4.1.4", "Ensure that default service accounts are not actively used"),
			controls.Heading(controls.NSAHardening, "Protecting Pod service account tokens"),
		},
		Check: rule.Expressions{rule.Each(subjects, "s",
			// The last is the same account by its user name.
			`!(s.?kind.orValue('') == 'ServiceAccount' && s.?name.orValue('') == 'default' || `+
				`s.?kind.orValue('') == 'User' && s.?name.orValue('').matches('^system:serviceaccount:[^:]+:default$'))`,
			subjectTitle, "is for every pod that names no account")},
	}
}
