package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func podCredentialRules() []*rule.Rule {
	return []*rule.Rule{
		podDefaultIdentity(),  // a pod that was given no identity has none
		podTokenAutomount(),   // one that was given one says whether it calls the API server
		podTokenLifetime(),    // its tokens expire
		serviceAccountToken(), // and an account hands out none unasked
	}
}

// ownAccount is the name of the pod's service account in CEL, "default" when it
// has none of its own. serviceAccount is the old name of serviceAccountName.
const ownAccount = `(variables.podSpec.?serviceAccountName.orValue('') != '' ? variables.podSpec.serviceAccountName : ` +
	`variables.podSpec.?serviceAccount.orValue('') != '' ? variables.podSpec.serviceAccount : 'default')`

func podDefaultIdentity() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-default-identity",
		Title:    "Pods that were given no identity carry no credentials",
		Severity: rule.Medium,
		Level:    rule.Remediate,
		On:       rule.Workloads(),
		Why: "Every pod without a service account of its own gets the namespace's default one and its " +
			"token. Nobody meant it to call the API server, and a right granted to the default account " +
			"is granted to every such pod.",
		Fix: "Give the pod a service account of its own when it calls the API server; otherwise set " +
			"automountServiceAccountToken to false. At level remediate the pack sets it where the " +
			"program says nothing.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.5", "Ensure that default service accounts are not actively used"),
			controls.Control(controls.CISEKS, "4.1.5", "Ensure that default service accounts are not actively used."),
			controls.Control(controls.CISGKE, "4.1.4", "Ensure that default service accounts are not actively used"),
			controls.Control(controls.CISKubernetes, "5.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISEKS, "4.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISGKE, "4.1.5", "Ensure that Service Account Tokens are only mounted where necessary"),
			nsa("Protecting Pod service account tokens"),
		},
		Check: rule.Expressions{{
			Holds:   ownAccount + ` != 'default' || variables.podSpec.?automountServiceAccountToken.orValue(true) == false`,
			Message: "the pod carries the token of the namespace's default service account",
		}},
		Remedy: mountNoToken(rule.True()),
	}
}

func podTokenAutomount() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-token-automount",
		Title:    "Pods with a service account say whether they call the API server",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "A service account is often there for the cloud's rights alone. Its token for the API server is mounted " +
			"all the same unless somebody says no, and is there for whoever breaks in.",
		Fix: "Set automountServiceAccountToken to false, or to true when the pod calls the API server. At level " +
			"remediate the pack sets it to false where the program says nothing.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISEKS, "4.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISGKE, "4.1.5", "Ensure that Service Account Tokens are only mounted where necessary"),
			nsa("Protecting Pod service account tokens"),
		},
		Check: rule.Expressions{{
			Holds:   `variables.podSpec.?automountServiceAccountToken.hasValue() || ` + ownAccount + ` == 'default'`,
			Message: "the pod carries a token for the API server, and nothing says that it needs one",
		}},
		Remedy: mountNoToken(rule.False()),
	}
}

// mountNoToken sets automountServiceAccountToken to false, in pods of the
// namespace's default account or in all others. What the program says itself is a
// violation to report, not to overrule.
func mountNoToken(ofDefault rule.Truth) rule.Remedy {
	return func(_ *rule.Inquiry, r *rule.Resource) []rule.Edit {
		token := r.Pod().Spec.Get("automountServiceAccountToken")
		meant := usesDefaultAccount(r.Pod())
		if ofDefault.IsFalse() {
			meant = meant.Not()
		}
		if !meant.And(token.Present().Not()).IsTrue() {
			return nil
		}
		return []rule.Edit{{At: token, To: false}}
	}
}

func usesDefaultAccount(pod *rule.Pod) rule.Truth {
	name, old := pod.Spec.Get("serviceAccountName"), pod.Spec.Get("serviceAccount")
	return name.Is("default").Or(name.Empty().And(old.Empty().Or(old.Is("default"))))
}

func podTokenLifetime() *rule.Rule {
	// https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/serviceaccount/claims.go: what every pod gets lasts an hour
	// and seven seconds.
	least, most := 3607.0, 4294967296.0
	return &rule.Rule{
		ID:       "pod-token-lifetime",
		Title:    "Tokens of service accounts expire within a day",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "A token is good until it expires, whoever has it. The kubelet renews it long before, so nothing is gained " +
			"by a long life.",
		Fix: "Remove expirationSeconds from the projected volume, which means an hour, or lower it.",
		Controls: []rule.Control{
			nsa("Protecting Pod service account tokens"),
		},
		Settings: []rule.Setting{{
			Name: "seconds", Type: rule.Integer, Min: &least, Max: &most,
			// What EKS mounts for the identities of pods lasts a day:
			// https://github.com/aws/amazon-eks-pod-identity-webhook#readme
			Default:     86400.0,
			Description: "Longest life of a token, in seconds.",
		}},
		Check: rule.Expressions{rule.Each(podVolumes, "v",
			`v.?projected.?sources.orValue([]).all(s, !s.?serviceAccountToken.hasValue() || `+
				`s.serviceAccountToken.?expirationSeconds.orValue(3600) <= settings.seconds)`,
			`'volume ' + v.name`, "has a token that is good for too long")},
	}
}

func serviceAccountToken() *rule.Rule {
	return &rule.Rule{
		ID:       "service-account-token",
		Title:    "Service accounts hand out no token unasked",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       kinds("core", "ServiceAccount"),
		Why: "Every pod of the account gets a token for the API server unless the account or the pod says no. With the " +
			"account's no, a pod that needs one asks for it, and a reviewer sees it.",
		Fix: "Set automountServiceAccountToken to false on the account, and to true on the pods that call the API server.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISGKE, "4.1.5", "Ensure that Service Account Tokens are only mounted where necessary"),
			nsa("Protecting Pod service account tokens"),
		},
		Check: rule.Expressions{{
			Holds:   `object.?automountServiceAccountToken.orValue(true) == false`,
			Message: "every pod of the account gets its token",
		}},
	}
}
