package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

const eksAddon = "aws:eks/addon:Addon"

func eksNetworkPolicy() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-network-policy",
		Title:    "The network of EKS enforces NetworkPolicies",
		Severity: rule.High,
		On:       types(eksAddon),
		Why: "The VPC CNI accepts NetworkPolicies and by default ignores them: whoever wrote one believes " +
			"in a wall that is not there.",
		Fix: "Set configurationValues of the add-on vpc-cni to JSON with enableNetworkPolicy \"true\".",
		Controls: []rule.Control{
			cis(cisEKS, "4.3.1", "Ensure CNI plugin supports network policies"),
			cis(cisEKS, "5.4.4", "Ensure Network Policy is Enabled and set as appropriate"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			enabled := r.Get("configurationValues").Parsed().Get("enableNetworkPolicy")
			q.Require(r.Get("addonName").Is("vpc-cni").Not().Or(enabled.Is("true"), enabled.Is(true)), enabled,
				"the add-on does not enforce NetworkPolicies: enableNetworkPolicy is %s", enabled)
		}),
	}
}

func stackEKSAddons() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-eks-addons",
		Title:    "EKS clusters have the add-ons the platform counts on",
		Severity: rule.Medium,
		On:       wholeStack,
		Why: "What EKS installs by itself has no version that the program knows and is never upgraded. " +
			"Without the Pod Identity agent or a storage driver, workloads that need them wait for ever.",
		Fix: "Add an aws.eks.Addon for each name in the setting addons.",
		Settings: []rule.Setting{names("addons", []string{
			"vpc-cni", "coredns", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent",
		}, "Add-ons every cluster must have.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, cluster := range s.Of(eksClusters) {
				all := rule.True()
				var missing []string
				for _, name := range q.Settings.Strings("addons") {
					present := guard{eksAddon, "clusterName", []string{"name"}, func(addon *rule.Resource) rule.Truth {
						return addon.Get("addonName").Is(name)
					}}.over(s, cluster)
					all = all.And(present)
					if present.IsFalse() {
						missing = append(missing, name)
					}
				}
				q.Require(all, cluster.Get("name"), "the cluster lacks the add-ons %s", strings.Join(missing, ", "))
			}
		}),
	}
}
