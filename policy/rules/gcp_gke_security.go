package rules

import "github.com/ai-now/platform/policy/rule"

func gkeShieldedNodes() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-shielded-nodes",
		Title:    "GKE nodes prove who they are",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "Without Shielded Nodes a pod that reads its node's metadata can pass itself off as a node to " +
			"the control plane.",
		Fix: "Leave enableShieldedNodes out or set it to true.",
		Controls: []rule.Control{
			cis(cisGKE, "5.5.5", "Ensure Shielded GKE Nodes are Enabled"),
		},
		Check: demands(demand{"enableShieldedNodes", isNot(false), "Shielded Nodes are switched off"}),
	}
}

func gkeSecretsEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-secrets-encryption",
		Title:    "GKE encrypts Kubernetes secrets with a key of the owner",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "Google encrypts its disks, but whoever reads the cluster's database reads the secrets. With a " +
			"key of its own the organisation decides who may decrypt, sees every use, and can withdraw the key.",
		Fix: "Set databaseEncryption.state to ENCRYPTED and keyName to a Cloud KMS key that the GKE service " +
			"agent may use.",
		Controls: []rule.Control{
			cis(cisGKE, "5.3.1", "Ensure Kubernetes Secrets are encrypted using keys managed in Cloud KMS"),
		},
		Check: demands(
			demand{"databaseEncryption.state", is("ENCRYPTED"), "Kubernetes secrets are not encrypted: the state is {}"},
			demand{"databaseEncryption.keyName", isSet, "Kubernetes secrets have no key of the owner"},
		),
	}
}

func gkeBinaryAuthorization() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-binary-authorization",
		Title:    "GKE asks whether an image may run",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "Without Binary Authorization any image from anywhere runs. With it the project's policy decides, " +
			"and what it lets through by way of exception is logged.",
		Fix: "Set binaryAuthorization.evaluationMode to PROJECT_SINGLETON_POLICY_ENFORCE.",
		Controls: []rule.Control{
			cis(cisGKE, "5.1.4", "Ensure only trusted container images are used"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			mode, old := r.Get("binaryAuthorization", "evaluationMode"), r.Get("binaryAuthorization", "enabled")
			// enabled is the old way to say the same.
			q.Require(mode.Is("PROJECT_SINGLETON_POLICY_ENFORCE").Or(mode.Empty().And(old.Is(true))), mode,
				"images are not checked: the evaluation mode is %s", mode)
		}),
	}
}

func gcpBinaryAuthorizationPolicy() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-binary-authorization-policy",
		Title:    "The policy for images refuses what it does not know",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       types("gcp:binaryauthorization/policy:Policy"),
		Why: "A policy whose default allows everything, or only notes what it would refuse, is a log and no gate. " +
			"It is a good beginning: tighten it when the images of every workload are attested.",
		Fix: "Set defaultAdmissionRule.evaluationMode to REQUIRE_ATTESTATION or ALWAYS_DENY and enforcementMode " +
			"to ENFORCED_BLOCK_AND_AUDIT_LOG.",
		Controls: []rule.Control{
			cis(cisGKE, "5.1.4", "Ensure only trusted container images are used"),
		},
		Check: demands(
			demand{"defaultAdmissionRule.evaluationMode", isNot("ALWAYS_ALLOW"), "images that nothing is known of are allowed"},
			demand{"defaultAdmissionRule.enforcementMode", isNot("DRYRUN_AUDIT_LOG_ONLY"), "refused images run all the same"},
		),
	}
}

func gkeSecurityPosture() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-security-posture",
		Title:    "GKE looks for mistakes in what runs",
		Severity: rule.Medium,
		On:       gkeClusters,
		Why: "The security posture dashboard compares workloads with the Pod Security Standards and the bulletins " +
			"of GKE, without charge.",
		Fix: "Set securityPostureConfig.mode to BASIC or ENTERPRISE.",
		Controls: []rule.Control{
			cis(cisGKE, "5.10.4", "Enable Security Posture"),
		},
		Check: demands(demand{"securityPostureConfig.mode", isOneOf("BASIC", "ENTERPRISE"), "the security posture's mode is {}"}),
	}
}
func gkeClientCertificate() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-client-certificate",
		Title:    "GKE issues no client certificate",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "The certificate cannot be revoked and does not say who uses it. Whoever has it is in until the " +
			"cluster's authority is replaced.",
		Fix: "Leave masterAuth out, or set clientCertificateConfig.issueClientCertificate to false.",
		Controls: []rule.Control{
			cis(cisGKE, "5.8.1", "Ensure authentication using Client Certificates is Disabled"),
		},
		Check: demands(demand{
			"masterAuth.clientCertificateConfig.issueClientCertificate", isNot(true), "a client certificate is issued",
		}),
	}
}

func gkeAlphaFeatures() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-alpha-features",
		Title:    "GKE runs without alpha features",
		Severity: rule.High,
		On:       gkeClusters,
		Why:      "A cluster with alpha features gets no support and no upgrades, and Google deletes it after a month.",
		Fix:      "Leave enableKubernetesAlpha out or set it to false. A change replaces the cluster.",
		Controls: []rule.Control{
			cis(cisGKE, "5.10.2", "Ensure that Alpha clusters are not used for production workloads"),
		},
		Check: demands(demand{"enableKubernetesAlpha", isNot(true), "alpha features are on"}),
	}
}
