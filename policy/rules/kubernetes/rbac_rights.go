package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

// rbacRightRules are about rights that are more than they look.
func rbacRightRules() []*rule.Rule {
	return []*rule.Rule{
		rbacPodCreation(),         // who makes pods may be any account
		rbacPodExec(),             // or use those that run
		rbacTokenCreation(),       // or has its token
		rbacNodeProxy(),           // or asks the node, past the API server
		rbacPersistentVolumes(),   // or reads the node's disk
		rbacWebhooks(),            // or changes what others make
		rbacCertificateApproval(), // or signs who he is
	}
}

func rbacPodCreation() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-pod-creation",
		Title:    "Few may make pods",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       roles,
		Why: "Whoever makes a pod gives it any service account and any Secret of the namespace, and so has " +
			"the rights of all of them.",
		Fix: "Grant create on pods and on what makes pods only to what delivers software; keep accounts with " +
			"more rights in namespaces of their own.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.4", "Minimize access to create pods"),
			controls.Control(controls.CISEKS, "4.1.4", "Minimize access to create pods"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(
			`!`+grants("", []string{"pods", "replicationcontrollers"}, []string{"create"})+` && `+
				`!`+grants("apps", []string{"deployments", "statefulsets", "daemonsets", "replicasets"}, []string{"create"})+` && `+
				`!`+grants("batch", []string{"jobs", "cronjobs"}, []string{"create"}),
			"makes pods, and so has every account of their namespace")},
	}
}

func rbacPodExec() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-pod-exec",
		Title:    "Few may enter running pods",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       roles,
		Why: "A shell in a pod has the pod's token, its Secrets and its way past network policies, and leaves " +
			"no trace of what was typed.",
		Fix: "Remove pods/exec, pods/attach, pods/portforward, pods/proxy and pods/ephemeralcontainers; give them " +
			"for the time of an incident.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Role-based access control")},
		Check: rule.Expressions{eachGrant(
			// Over a WebSocket exec is a get; an ephemeral container is an update.
			`!`+grants("", []string{"pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "pods/ephemeralcontainers"},
				[]string{"create", "get", "update", "patch"}),
			"enters running pods")},
	}
}

func rbacTokenCreation() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-token-creation",
		Title:    "Nobody makes tokens of any service account",
		Severity: rule.High,
		On:       roles,
		Why: "A token is the account: whoever makes tokens of all accounts has the rights of the strongest, " +
			"and the audit log says that it was that account.",
		Fix: "Name the accounts under resourceNames, or remove serviceaccounts/token: the kubelet makes the " +
			"tokens of pods.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.13", "Minimize access to the service account token creation"),
			controls.Control(controls.CISEKS, "4.1.12", "Minimize access to the service account token creation"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(
			`!(`+grants("", []string{"serviceaccounts/token"}, []string{"create"})+` && `+unnamed+`)`,
			"makes tokens of every service account")},
	}
}

func rbacNodeProxy() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-node-proxy",
		Title:    "Nobody speaks to kubelets through the API server",
		Severity: rule.High,
		On:       clusterRoles,
		Why: "The kubelet runs commands in every pod of its node. Through nodes/proxy they pass by admission, " +
			"and the audit log shows a request to a node, not to a pod.",
		Fix: "Remove nodes/proxy. For metrics grant get on nodes/metrics, for health on nodes/healthz.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.10", "Minimize access to the proxy sub-resource of nodes"),
			controls.Control(controls.CISEKS, "4.1.10", "Minimize access to the proxy sub-resource of Node objects"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(
			`!`+grants("", []string{"nodes/proxy"}, []string{"get", "create", "update", "patch", "delete"}),
			"speaks to the kubelet of every node")},
	}
}

func rbacPersistentVolumes() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-persistent-volumes",
		Title:    "Few may make PersistentVolumes",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       clusterRoles,
		Why: "A PersistentVolume can be a directory of a node or the disk of another team; a claim then mounts " +
			"it where the pod alone would have been refused.",
		Fix: "Remove create on persistentvolumes: a claim with a storage class gets its volume from the driver.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.9", "Minimize access to create persistent volumes"),
			controls.Control(controls.CISEKS, "4.1.9", "Minimize access to create PersistentVolume objects"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(
			`!`+grants("", []string{"persistentvolumes"}, []string{"create"}), "makes volumes of whatever a node holds")},
	}
}

func rbacWebhooks() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-webhooks",
		Title:    "Few may change what admits objects",
		Severity: rule.High,
		Level:    rule.Advisory,
		On:       clusterRoles,
		Why: "A webhook reads every object that is made, Secrets included, and may change it; who deletes an " +
			"admission policy has switched it off.",
		Fix: "Name the configurations under resourceNames (create and deletecollection have no names), or remove the rule.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.12", "Minimize access to webhook configuration objects"),
			controls.Control(controls.CISEKS, "4.1.11", "Minimize access to webhook configuration objects"),
			controls.Heading(controls.NSAHardening, "Role-based access control"),
		},
		Check: rule.Expressions{eachGrant(
			`!(`+grants("admissionregistration.k8s.io", []string{
				"validatingwebhookconfigurations", "mutatingwebhookconfigurations",
				"validatingadmissionpolicies", "validatingadmissionpolicybindings",
				"mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
			}, []string{"create", "update", "patch", "delete", "deletecollection"})+` && `+unnamed+`)`,
			"changes what the cluster admits")},
	}
}

func rbacCertificateApproval() *rule.Rule {
	return &rule.Rule{
		ID:       "rbac-certificate-approval",
		Title:    "Nobody approves certificates for the cluster",
		Severity: rule.High,
		On:       clusterRoles,
		Why: "A client certificate says who its holder is. Whoever approves requests has himself signed as " +
			"anybody, and certificates cannot be revoked.",
		Fix: "Remove certificatesigningrequests/approval, and approve and sign on signers; name the one signer " +
			"of a controller under resourceNames.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.11", "Minimize access to the approval sub-resource of certificatesigningrequests objects"),
			controls.Heading(controls.NSAHardening, "Authentication"),
		},
		Check: rule.Expressions{eachGrant(
			`!`+grants("certificates.k8s.io", []string{"certificatesigningrequests/approval"}, []string{"update", "patch"})+` && `+
				`!(`+grants("certificates.k8s.io", []string{"signers"}, []string{"approve", "sign"})+` && `+unnamed+`)`,
			"approves certificates for anybody")},
	}
}
