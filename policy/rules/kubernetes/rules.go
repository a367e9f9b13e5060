// Package kubernetes has the rules over single Kubernetes objects: those in CEL,
// which the cluster enforces at admission as well, and those of the Pod Security
// Standards, which its Pod Security admission enforces.
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
		podPrivilegeRules(),
		podContentRules(),
		namespaceRules(),
	)
}
