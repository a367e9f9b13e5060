package rules

import "github.com/ai-now/platform/policy/rule"

const (
	gkeCluster  = "gcp:container/cluster:Cluster"
	gkeNodePool = "gcp:container/nodePool:NodePool"
)

var gkeClusters = rule.Target{Types: []string{gkeCluster}}

func gkePrivateNodes() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-private-nodes",
		Title:    "GKE nodes have no public address",
		Severity: rule.High,
		On:       rule.Target{Types: []string{gkeCluster, gkeNodePool}},
		Why: "A node with a public address is one firewall rule away from the internet; without one it " +
			"is reached through the VPC only and leaves through Cloud NAT.",
		Fix: "Set privateClusterConfig.enablePrivateNodes to true on the cluster and leave " +
			"networkConfig.enablePrivateNodes of its node pools out or true.",
		Controls: []rule.Control{
			cis(cisGKE, "5.6.5", "Ensure clusters are created with Private Nodes"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			if r.Type == gkeNodePool {
				private := r.Get("networkConfig", "enablePrivateNodes")
				q.Require(private.Is(false).Not(), private, "the nodes of the pool get public addresses")
				return
			}
			private := r.Get("privateClusterConfig", "enablePrivateNodes")
			q.Require(private.Is(true), private, "the cluster's nodes get public addresses")
		}),
	}
}

func gkeWorkloadIdentity() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-workload-identity",
		Title:    "Pods on GKE get identities of their own",
		Severity: rule.High,
		On:       rule.Target{Types: []string{gkeCluster, gkeNodePool}},
		Why: "Without Workload Identity every pod on a node can ask the metadata server for the node's " +
			"service account and act as it.",
		Fix: "Set workloadIdentityConfig.workloadPool to PROJECT.svc.id.goog on the cluster, and leave " +
			"nodeConfig.workloadMetadataConfig.mode of its node pools out or GKE_METADATA.",
		Controls: []rule.Control{
			cis(cisGKE, "5.2.2", "Prefer using dedicated GCP Service Accounts and Workload Identity"),
			cis(cisGKE, "5.4.1", "Ensure the GKE Metadata Server is Enabled"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			if r.Type == gkeNodePool {
				mode := r.Get("nodeConfig", "workloadMetadataConfig", "mode")
				q.Require(mode.Present().Not().Or(mode.Is("GKE_METADATA")), mode,
					"pods of the pool reach the node's own identity: the metadata mode is %s", mode)
				return
			}
			pool := r.Get("workloadIdentityConfig", "workloadPool")
			// Autopilot has Workload Identity always on.
			q.Require(pool.Empty().Not().Or(r.Get("enableAutopilot").Is(true)), pool,
				"the cluster has no workload pool, so pods act as their node")
		}),
	}
}

func gkeLegacyAuthorization() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-legacy-authorization",
		Title:    "GKE decides by RBAC alone",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "Legacy authorization (ABAC) gives every service account fixed, wide rights that no Role " +
			"can take away.",
		Fix: "Leave enableLegacyAbac out or set it to false.",
		Controls: []rule.Control{
			cis(cisGKE, "5.8.3", "Ensure Legacy Authorization (ABAC) is Disabled"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			legacy := r.Get("enableLegacyAbac")
			q.Require(legacy.Is(true).Not(), legacy, "legacy authorization is on")
		}),
	}
}

func gkeControlPlaneAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-control-plane-access",
		Title:    "The API server of GKE is not open to the internet",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "Without authorized networks the control plane's public endpoint answers the whole " +
			"internet, and a stolen token or a flaw in the API server is all that is missing.",
		Fix: "Set privateClusterConfig.enablePrivateEndpoint to true, or masterAuthorizedNetworksConfig " +
			"with the networks that administer the cluster (none at all means the nodes only).",
		Controls: []rule.Control{
			cis(cisGKE, "5.6.3", "Ensure Control Plane Authorized Networks is Enabled"),
			cis(cisGKE, "5.6.4", "Ensure clusters are created with Private Endpoint Enabled and Public Access Disabled"),
		},
		Settings: []rule.Setting{shortestPrefixSetting()},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			private := r.Get("privateClusterConfig", "enablePrivateEndpoint")
			authorized := r.Get("masterAuthorizedNetworksConfig")
			networks := authorized.Get("cidrBlocks")
			narrow := networks.All(func(n rule.Value) rule.Truth {
				return isNarrow(n.Get("cidrBlock"), q.Settings.Int(shortestPrefix))
			})
			q.Require(private.Is(true).Or(authorized.Present().And(narrow)), networks,
				"the API server's public endpoint answers %s", openTo(networks))
		}),
	}
}
