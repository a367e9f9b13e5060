// Package kubernetes has the rules over single Kubernetes objects that are written
// in CEL, which the cluster enforces at admission as well. Those of the Pod
// Security Standards, which its Pod Security Admission enforces, are in package
// podsecurity.
//
// A rule's file has the name of what it looks at. Each group of rules is a
// function that returns it, in its file; [All] puts the groups together.
package kubernetes

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

// All are the rules over Kubernetes objects, in the order of the reference.
func All() []*rule.Rule {
	return slices.Concat(
		imageRules(),
		podResourceRules(),
		secretRules(),
		podCredentialRules(),
		podHardeningRules(),
		podSchedulingRules(),
		workloadAvailabilityRules(),
		workloadUpdateRules(),
		workloadObjectRules(),
		jobRules(),
		rbacRoleRules(),
		rbacRightRules(),
		rbacBindingRules(),
		serviceRules(),
		ingressRules(),
		gatewayRules(),
		networkPolicyRules(),
		volumeRules(),
		storageClassRules(),
		namespaceRules(),
		quotaRules(),
		webhookRules(),
	)
}
