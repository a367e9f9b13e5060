// Package rules has the platform's policy rules, by what they look at: the
// resources of each cloud, Helm charts and the stack as a whole; those over
// Kubernetes objects are in the packages kubernetes and podsecurity below it. It knows no
// protocol; what a rule is, package rule says.
//
// A rule's file has the name of its cloud and of the service it is about:
// aws_eks_nodes.go, gcp_network.go, digitalocean_doks.go. Rules that need more
// than one resource have an id that begins with "stack" and are in the file of
// their service, or in stack_*.go when they are about several clouds.
//
// To add a rule: write a function that returns it beside the rules over the
// same thing, add it to the list in [All], add a file of good and bad cases to
// testdata, and regenerate the reference with `go test ./policy/rules -update`.
package rules

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/kubernetes"
	"github.com/ai-now/platform/policy/rules/podsecurity"
)

// All are the rules of the pack, in the order of the reference.
func All() []*rule.Rule {
	return slices.Concat(podsecurity.All(), kubernetes.All(), overClouds())
}

func overClouds() []*rule.Rule {
	return []*rule.Rule{
		// All clouds.
		resourceOwnerTags(),   // every resource says whose it is
		resourceEnvironment(), // and is of the stack's environment

		// EKS: the cluster, who may enter it, its add-ons and nodes.
		eksControlPlaneLogs(),        // every log of the control plane is kept
		eksSecretsEncryption(),       // secrets are encrypted with the owner's key
		eksEndpoint(),                // the API server is not open to the internet
		eksVersion(),                 // the release is supported
		eksUpgradePolicy(),           // and no extended support is paid for unseen
		eksAuthenticationMode(),      // access entries alone let people in
		eksCreatorAdmin(),            // and not who happened to create it
		eksNetworkPolicy(),           // NetworkPolicies are enforced
		eksNodeSSH(),                 // no node has an SSH key
		eksNodeLaunchTemplate(),      // nodes are made from a template
		eksNodeUpdates(),             // few nodes go at a time
		eksLogRetention(),            // audit logs are kept for a year
		awsLaunchTemplateMetadata(),  // pods do not get the node's credentials
		awsLaunchTemplateVolumes(),   // disks are encrypted
		awsLaunchTemplateAddresses(), // nodes have no public address

		// AWS: networks, identities, data, and the edge.
		awsDefaultSecurityGroup(), // the group nobody chose lets nothing through
		awsIngressPorts(),         // the internet reaches web ports only
		awsIngressProtocols(),     // and nobody reaches everything
		awsSubnetAddresses(),      // no subnet gives out public addresses
		awsOIDCAudience(),         // tokens for others are not for AWS
		awsRoleTrust(),            // a role trusts one service account
		awsIAMActions(),           // policies name actions
		awsIAMResources(),         // and resources
		awsIAMManagedPolicies(),   // no role is an administrator
		awsResourcePolicies(),     // no resource is everybody's
		awsKeyRotation(),          // keys rotate
		awsKeyDeletion(),          // and are not lost
		awsSecretEncryption(),     // secrets have the owner's key
		awsSecretRecovery(),       // and can be brought back
		awsBucketPublicAccess(),   // buckets cannot become public
		awsBucketACLs(),           // policies alone give access
		awsBucketVersioning(),     // what is overwritten can be brought back
		awsBucketEncryption(),     // objects have the owner's key
		awsFileSystemEncryption(), // and so have files
		awsQueueEncryption(),      // queues are encrypted
		awsTopicEncryption(),      // and so are topics
		awsLogRetention(),         // logs have an end
		awsLogEncryption(),        // and the owner's key
		awsRegistryTags(),         // tags do not move
		awsRegistryScanning(),     // images are scanned
		awsRegistryEncryption(),   // and have the owner's key
		awsWebACLManagedRules(),   // known attacks are blocked
		awsWebACLRateLimit(),      // one client cannot take all
		awsWebACLMetrics(),        // and it can be seen

		// GKE: the cluster, its network, operations and nodes.
		gkePrivateNodes(),        // nodes have no public address
		gkeWorkloadIdentity(),    // pods get identities of their own
		gkeLegacyAuthorization(), // RBAC alone decides
		gkeControlPlaneAccess(),  // the API server is not open to the internet
		gkeShieldedNodes(),       // nodes prove who they are
		gkeSecretsEncryption(),   // secrets are encrypted with the owner's key
		gkeBinaryAuthorization(), // images are asked for
		gkeSecurityPosture(),     // mistakes in what runs are found
		gkeClientCertificate(),   // no certificate that cannot be revoked
		gkeAlphaFeatures(),       // no features without support
		gkeNetworkPolicy(),       // NetworkPolicies are enforced
		gkeVPCNative(),           // pods have addresses of the VPC
		gkeIntranodeVisibility(), // traffic inside a node is seen
		gkeGlobalAccess(),        // the private endpoint answers its region
		gkeReleaseChannel(),      // upgrades come by themselves
		gkeMaintenanceWindow(),   // when they were told to
		gkeLogging(),             // logs and metrics are kept
		gkeDeletionProtection(),  // no cluster is deleted by mistake
		gkeCostAllocation(),      // costs are told apart
		gkeBackupAgent(),         // what runs can be backed up
		gkeDefaultPool(),         // no pool that no rule sees
		gkeNodeBoot(),            // nodes boot what is signed
		gkeNodeImage(),           // and hardened
		gkeNodeMaintenance(),     // they are repaired and upgraded
		gkeNodeUpgrades(),        // and replaced before they go
		gkeNodeIdentity(),        // as an account of their own
		gkeLegacyMetadata(),      // which no forged request gets
		gkeBootDiskKey(),         // disks have the owner's key

		// Google Cloud: networks, identities, data, and the edge.
		gcpNetworkMode(),               // subnets are those that were planned
		gcpFlowLogs(),                  // who talked to whom is known
		gcpPrivateAccess(),             // Google's services are reached privately
		gcpIngressPorts(),              // the internet reaches web ports only
		gcpNATLogging(),                // a full gateway says so
		gcpPublicMembers(),             // nothing is everybody's
		gcpBasicRoles(),                // nobody is an owner or editor
		gcpImpersonation(),             // nobody may act as every account
		gcpWorkloadMembers(),           // an account is lent to one service account
		gcpAccountKeys(),               // and has no key
		gcpBucketAccess(),              // buckets cannot become public
		gcpBucketVersioning(),          // what is overwritten can be brought back
		gcpBucketEncryption(),          // objects have the owner's key
		gcpKeyRotation(),               // keys rotate
		gcpKeyDestruction(),            // and are not lost
		gcpRegistryTags(),              // tags do not move
		gcpBinaryAuthorizationPolicy(), // unknown images are refused
		gcpDNSSEC(),                    // answers cannot be forged
		gcpAdaptiveProtection(),        // floods are recognised
		gcpArmorRateLimit(),            // one client cannot take all

		// DigitalOcean.
		doksHighAvailability(),         // the control plane survives the loss of a part
		doksControlPlaneAccess(),       // the API server is not open to the internet
		doksUpgrades(),                 // nodes are replaced before they go
		doksMaintenanceWindow(),        // when they were told to
		doksVPC(),                      // the network is the cluster's own
		doksRegistry(),                 // images are pulled without copied passwords
		doksAssociatedResources(),      // data outlives the cluster
		digitaloceanIngressPorts(),     // the internet reaches web ports only
		digitaloceanBucketAccess(),     // buckets are not public
		digitaloceanBucketVersioning(), // what is overwritten can be brought back
		digitaloceanRegistryTier(),     // the registry has room

		// Helm charts.
		chartVersion(),    // what is installed is one version
		chartRepository(), // from where it is trusted
		chartSecrets(),    // without secrets in its values
		chartRelease(),    // and every object of it is seen

		// The stack as a whole.
		stackNamespaces(),             // every namespace is bounded and closed
		stackNamespaceLimits(),        // and what comes into it is too
		stackExemptionExpired(),       // nobody breaks a rule longer than was agreed
		stackExemptionSoon(),          // and hears of it before
		stackDisruptionBudgets(),      // replicas do not go all at once
		stackReferences(),             // environments do not depend on each other
		stackImageSignatures(),        // signatures are verified
		stackEncryption(),             // what is stored is encrypted
		stackZones(),                  // production clusters survive the loss of a zone
		stackPoolBounds(),             // and grow when they must
		stackNodeCeiling(),            // within what may be paid
		stackNetworkRanges(),          // networks can be connected
		stackAuditLogs(),              // what was done is known for a year
		stackAuditAlarms(),            // somebody is told what the audit log says
		stackGKEDataAccess(),          // which says who did what
		stackEKSAddons(),              // EKS has what workloads count on
		stackEKSNodeRoles(),           // nodes have the rights of nodes
		stackEKSCNIIdentity(),         // and not of the network
		stackEKSPrivateNodes(),        // and no way in from the internet
		stackEKSPrivateControlPlane(), // nor has the control plane
		stackVPCFlowLogs(),            // who talked to whom is known
		stackNATZones(),               // every zone has its own way out
		stackVPCEndpoints(),           // and one to AWS that stays inside
		stackBucketGuards(),           // no bucket is forgotten
		stackECRLifecycle(),           // no image stays for ever
		stackWebACLLogging(),          // what was blocked is known
		stackRoute53Zones(),           // names are signed
		stackGKEBackupPlans(),         // there is something to restore
	}
}
