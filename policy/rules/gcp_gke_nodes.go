package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

var gkeNodePools = types(gkeNodePool)

func gkeDefaultPool() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-default-pool",
		Title:    "All nodes of GKE are in node pools of their own",
		Severity: rule.Medium,
		On:       gkeClusters,
		Why: "The pool that comes with a cluster runs as the project's default service account, and cannot be " +
			"changed without the cluster. The rules on node pools do not see it.",
		Fix:   "Set removeDefaultNodePool to true and make gcp.container.NodePool resources.",
		Check: withoutAutopilot(demand{"removeDefaultNodePool", is(true), "the cluster keeps its default pool"}),
	}
}

func gkeNodeBoot() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-node-boot",
		Title:    "GKE nodes boot only what is signed, and it is checked",
		Severity: rule.High,
		On:       gkeNodePools,
		Why: "Secure boot refuses a changed kernel, and integrity monitoring tells of one. The first is off " +
			"by default.",
		Fix: "Set nodeConfig.shieldedInstanceConfig.enableSecureBoot to true and leave enableIntegrityMonitoring " +
			"out or true. A change replaces the pool.",
		Controls: []rule.Control{
			cis(cisGKE, "5.5.6", "Ensure Integrity Monitoring for Shielded GKE Nodes is Enabled"),
			cis(cisGKE, "5.5.7", "Ensure Secure Boot for Shielded GKE Nodes is Enabled"),
		},
		Check: demands(
			demand{"nodeConfig.shieldedInstanceConfig.enableSecureBoot", is(true), "nodes boot what is not signed"},
			demand{"nodeConfig.shieldedInstanceConfig.enableIntegrityMonitoring", isNot(false), "nobody is told of a changed boot"},
		),
	}
}

func gkeNodeImage() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-node-image",
		Title:    "GKE nodes run Container-Optimized OS",
		Severity: rule.Medium,
		On:       gkeNodePools,
		Why: "Its root file system is read-only and checked, it has no package manager, and Google keeps it up " +
			"to date.",
		Fix: "Leave nodeConfig.imageType out or set it to COS_CONTAINERD.",
		Controls: []rule.Control{
			cis(cisGKE, "5.5.1", "Ensure Container-Optimized OS (cos_containerd) is used for GKE node images"),
		},
		Settings: []rule.Setting{names("images", []string{"COS_CONTAINERD"}, "Images nodes may run.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			image := r.Get("nodeConfig", "imageType")
			allowed := q.Settings.Strings("images")
			// Google Cloud takes the name in any case.
			q.Require(image.Present().Not().Or(image.Matches(func(s string) bool {
				return rule.NewValue(list(allowed)).Contains(strings.ToUpper(s)).IsTrue()
			})), image, "nodes run the image %s", image)
		}),
	}
}

func gkeNodeMaintenance() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-node-maintenance",
		Title:    "GKE repairs and upgrades nodes by itself",
		Severity: rule.Medium,
		On:       gkeNodePools,
		Why:      "A node that is broken or out of date stays so until somebody looks. In a release channel GKE insists on both.",
		Fix:      "Leave management out, or set autoRepair and autoUpgrade to true.",
		Controls: []rule.Control{
			cis(cisGKE, "5.5.2", "Ensure Node Auto-Repair is enabled for GKE nodes"),
			cis(cisGKE, "5.5.3", "Ensure Node Auto-Upgrade is enabled for GKE nodes"),
			heading(gkeHardening, "Upgrade your GKE infrastructure in a timely fashion"),
		},
		Check: demands(
			demand{"management.autoRepair", isNot(false), "broken nodes are not repaired"},
			demand{"management.autoUpgrade", isNot(false), "nodes are not upgraded"},
		),
	}
}

func gkeNodeUpgrades() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-node-upgrades",
		Title:    "GKE replaces nodes before it takes them away",
		Severity: rule.Medium,
		On:       gkeNodePools,
		Why: "With nodes that may be missing, an upgrade drains them before their successors exist, and pods that " +
			"fit nowhere else are down meanwhile.",
		Fix: "Leave upgradeSettings out, set maxSurge to 1 or more and maxUnavailable to 0, or choose the strategy BLUE_GREEN.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			settings := r.Get("upgradeSettings")
			missing := settings.Get("maxUnavailable")
			none := missing.Present().Not().Or(missing.Is(0), settings.Get("strategy").Is("BLUE_GREEN"))
			q.Require(none, missing, "%s nodes may be missing during an upgrade", missing)
		}),
	}
}

func gkeNodeIdentity() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-node-identity",
		Title:    "GKE nodes run as a service account of their own",
		Severity: rule.High,
		On:       gkeNodePools,
		Why: "A pool that names no account runs as the project's default one, which many projects made an editor " +
			"of everything.",
		Fix: "Set nodeConfig.serviceAccount to an account with roles/container.defaultNodeServiceAccount only.",
		Controls: []rule.Control{
			cis(cisGKE, "5.2.1", "Ensure GKE clusters are not running using the Compute Engine default service account"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			account := r.Get("nodeConfig", "serviceAccount")
			standard := account.Empty().Or(account.Is("default"), account.Matches(func(s string) bool {
				// https://cloud.google.com/compute/docs/access/service-accounts#default_service_account
				return strings.HasSuffix(s, "-compute@developer.gserviceaccount.com")
			}))
			q.Require(standard.Not(), account, "the nodes run as the default service account")
		}),
	}
}

func gkeLegacyMetadata() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-legacy-metadata",
		Title:    "GKE nodes do not answer old requests for metadata",
		Severity: rule.High,
		On:       gkeNodePools,
		Why: "The old metadata endpoints answer without the header that a forged request cannot set. GKE switches " +
			"them off, unless a program sets metadata and leaves that out.",
		Fix: "Leave nodeConfig.metadata out, or set disable-legacy-endpoints in it to the text true.",
		Controls: []rule.Control{
			cis(cisGKE, "5.4.1", "Ensure the GKE Metadata Server is Enabled"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			metadata := r.Get("nodeConfig", "metadata")
			off := metadata.Get("disable-legacy-endpoints")
			q.Require(metadata.Empty().Or(off.Is("true")), off, "the old metadata endpoints answer")
		}),
	}
}

func gkeBootDiskKey() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-boot-disk-key",
		Title:    "Disks of GKE nodes are encrypted with a key of the owner",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       gkeNodePools,
		Why:      "Google encrypts every disk with keys of its own. With one's own, its use is logged and can be withdrawn.",
		Fix:      "Set nodeConfig.bootDiskKmsKey to a Cloud KMS key that the Compute Engine service agent may use. A change replaces the pool.",
		Controls: []rule.Control{
			cis(cisGKE, "5.9.2", "Enable Customer-Managed Encryption Keys (CMEK) for Boot Disks"),
		},
		Check: demands(demand{"nodeConfig.bootDiskKmsKey", isSet, "the disks are not encrypted with a key of the owner"}),
	}
}
