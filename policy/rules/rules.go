// Package rules has the platform's policy rules, by what they look at: pods,
// namespaces, the clusters of each cloud, and the stack as a whole. It knows no
// protocol; what a rule is, package rule says.
//
// To add a rule: write a function that returns it beside the rules over the
// same thing, add it to the list in [All], add a file of good and bad cases to
// testdata, and regenerate the reference with `go test ./policy/... -update`.
package rules

import "github.com/ai-now/platform/policy/rule"

// All are the rules of the pack, in the order of the reference.
func All() []*rule.Rule {
	return []*rule.Rule{
		// Pods, whatever runs them.
		podPrivileged(),      // no container owns its node
		podNonRoot(),         // no process starts as root
		podEscalation(),      // no process gains rights after its start
		podHostNamespaces(),  // no pod sees the node's processes or network
		podHostPath(),        // no pod reads or writes the node's disk
		podImageTag(),        // every image names the version it is
		podResources(),       // every container says what it needs and may take
		podDefaultIdentity(), // a pod that was given no identity has none

		// Namespaces.
		namespacePodSecurity(), // the cluster itself refuses what the rules refuse

		// Clusters on AWS.
		eksControlPlaneLogs(),  // every log of the control plane is kept
		eksSecretsEncryption(), // secrets are encrypted with the owner's key
		eksEndpoint(),          // the API server is not open to the internet

		// Clusters on Google Cloud.
		gkePrivateNodes(),        // nodes have no public address
		gkeWorkloadIdentity(),    // pods get identities of their own
		gkeLegacyAuthorization(), // RBAC alone decides
		gkeControlPlaneAccess(),  // the API server is not open to the internet

		// Clusters on DigitalOcean.
		doksHighAvailability(),   // the control plane survives the loss of a part
		doksControlPlaneAccess(), // the API server is not open to the internet
		doksUpgrades(),           // nodes are replaced before they go

		// The stack as a whole.
		stackNamespaces(), // every namespace with workloads is bounded and closed
		stackZones(),      // production clusters survive the loss of a zone
	}
}
