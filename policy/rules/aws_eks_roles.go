package rules

import "github.com/ai-now/platform/policy/rule"

func stackEKSNodeRoles() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-eks-node-roles",
		Title:    "Nodes of EKS have the rights of nodes",
		Severity: rule.High,
		On:       wholeStack,
		Why: "Whatever a node may do, everything on the node may do that reaches its credentials. Rights of " +
			"workloads belong to roles of their service accounts.",
		Fix: "Detach the policy from the role that the node group names, and give it to a role for the " +
			"service account that needs it.",
		Controls: []rule.Control{
			cis(cisEKS, "5.1.3", "Minimize cluster access to read-only for Amazon ECR"),
			cis(cisEKS, "5.2.1", "Prefer using dedicated Amazon EKS Service Accounts"),
		},
		Settings: []rule.Setting{names("policies", []string{
			"AmazonEKSWorkerNodePolicy", "AmazonEKSWorkerNodeMinimalPolicy",
			"AmazonEC2ContainerRegistryReadOnly", "AmazonEC2ContainerRegistryPullOnly",
			"AmazonSSMManagedInstanceCore", eksCNIPolicy,
		}, "Names of the policies the role of a node may have.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			eachNodePolicy(s, func(attachment *rule.Resource, ofNode rule.Truth) {
				arn := attachment.Get("policyArn")
				q.Require(ofNode.Not().Or(matchesAny(arn, q.Settings.Strings("policies"))), arn, "a node gets the rights of %s", arn)
			})
		}),
	}
}

// eksCNIPolicy lets the VPC CNI attach addresses to every instance of the
// account.
const eksCNIPolicy = "AmazonEKS_CNI_Policy"

func stackEKSCNIIdentity() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-eks-cni-identity",
		Title:    "The VPC CNI has an identity of its own",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       wholeStack,
		Why: "With " + eksCNIPolicy + " on the node's role, everything that reaches the node's credentials may " +
			"change the network interfaces of the account.",
		Fix: "Give the add-on vpc-cni a role by serviceAccountRoleArn or podIdentityAssociations, and detach the " +
			"policy from the node's role.",
		Controls: []rule.Control{
			cis(cisEKS, "5.2.1", "Prefer using dedicated Amazon EKS Service Accounts"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			eachNodePolicy(s, func(attachment *rule.Resource, ofNode rule.Truth) {
				arn := attachment.Get("policyArn")
				q.Require(ofNode.And(matchesAny(arn, []string{eksCNIPolicy})).Not(), arn, "the node has the rights of the CNI")
			})
		}),
	}
}

// eachNodePolicy calls f for every policy attached to a role, with whether a
// node group has the role.
func eachNodePolicy(s *rule.Stack, f func(attachment *rule.Resource, ofNode rule.Truth)) {
	groups := s.Of(types(eksNodeGroup))
	for _, role := range s.Of(types(awsRole)) {
		ofNode := rule.False()
		for _, group := range groups {
			ofNode = ofNode.Or(link(s, group, "nodeRoleArn", role, "arn"))
		}
		for _, attachment := range s.Of(types(awsAttachment)) {
			f(attachment, ofNode.And(link(s, attachment, "role", role, "name", "id")))
		}
	}
}
