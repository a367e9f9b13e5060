package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

const eksCluster = "aws:eks/cluster:Cluster"

var eksClusters = types(eksCluster)

// eksLogTypes are the logs of the control plane that EKS can keep.
// Source: EKS User Guide, "Send control plane logs to CloudWatch Logs".
var eksLogTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

func eksControlPlaneLogs() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-control-plane-logs",
		Title:    "EKS keeps the logs of the control plane",
		Severity: rule.High,
		On:       eksClusters,
		Why: "The control plane runs in AWS's account: a log that is not sent to CloudWatch does not " +
			"exist. Without the audit log nobody can say who did what.",
		Fix: "Set enabledClusterLogTypes to [" + strings.Join(eksLogTypes, ", ") + "].",
		Controls: []rule.Control{
			cis(cisEKS, "2.1.1", "Enable audit Logs"),
			cis(cisEKS, "2.1.2", "Ensure audit logs are collected and managed"),
			hub("EKS.8", "EKS clusters should have audit logging enabled"),
		},
		Settings: []rule.Setting{{
			Name:        "logTypes",
			Type:        rule.StringList,
			Default:     list(eksLogTypes),
			Allowed:     eksLogTypes,
			Description: "Logs that must be kept.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			kept := r.Get("enabledClusterLogTypes")
			all := rule.True()
			var missing []string
			for _, logType := range q.Settings.Strings("logTypes") {
				has := kept.Contains(logType)
				all = all.And(has)
				if has.IsFalse() {
					missing = append(missing, logType)
				}
			}
			q.Require(all, kept, "the control plane's logs are not kept: %s", strings.Join(missing, ", "))
		}),
	}
}

func eksSecretsEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-secrets-encryption",
		Title:    "EKS encrypts Kubernetes secrets with a key of the owner",
		Severity: rule.High,
		On:       eksClusters,
		Why: "With a key of its own the organisation decides who may decrypt the cluster's secrets, " +
			"sees every use in CloudTrail, and can withdraw the key. It can be set but never removed later.",
		Fix: "Set encryptionConfig with resources [secrets] and provider.keyArn, the ARN of a KMS key " +
			"with rotation.",
		Controls: []rule.Control{
			cis(cisEKS, "5.3.1", "Ensure Kubernetes Secrets are encrypted using Customer Master Keys (CMKs) managed in AWS KMS"),
			hub("EKS.3", "EKS clusters should use encrypted Kubernetes secrets"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			encryption := r.Get("encryptionConfig")
			key := encryption.Get("provider", "keyArn")
			q.Require(encryption.Get("resources").Contains("secrets").And(key.Empty().Not()), encryption,
				"Kubernetes secrets are not encrypted with a KMS key of the owner")
		}),
	}
}

func eksEndpoint() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-endpoint-access",
		Title:    "The API server of EKS is not open to the internet",
		Severity: rule.Critical,
		On:       eksClusters,
		Why: "By default EKS answers the whole internet, and a stolen token or a flaw in the API server " +
			"is all that is missing. Nodes without the private endpoint leave the VPC to reach their own " +
			"control plane.",
		Fix: "Set vpcConfig.endpointPrivateAccess to true, and either vpcConfig.endpointPublicAccess to " +
			"false or vpcConfig.publicAccessCidrs to the networks that administer the cluster.",
		Controls: []rule.Control{
			cis(cisEKS, "5.4.1", "Restrict Access to the Control Plane Endpoint"),
			cis(cisEKS, "5.4.2", "Ensure clusters are created with Private Endpoint Enabled and Public Access Disabled"),
			hub("EKS.1", "EKS cluster endpoints should not be publicly accessible"),
		},
		Settings: []rule.Setting{shortestPrefixSetting()},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			vpc := r.Get("vpcConfig")
			cidrs := vpc.Get("publicAccessCidrs")
			public := vpc.Get("endpointPublicAccess")
			// A list that is left out means 0.0.0.0/0.
			narrow := cidrs.Empty().Not().And(cidrs.All(func(c rule.Value) rule.Truth {
				return isNarrow(c, q.Settings.Int(shortestPrefix))
			}))
			q.Require(public.Is(false).Or(narrow), cidrs,
				"the API server's public endpoint answers %s", openTo(cidrs))
			private := vpc.Get("endpointPrivateAccess")
			q.Require(private.Is(true), private, "the API server has no endpoint inside the VPC")
		}),
	}
}
