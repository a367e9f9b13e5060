package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

func gkeReleaseChannel() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-release-channel",
		Title:    "GKE upgrades itself along a release channel",
		Severity: rule.Medium,
		On:       gkeClusters,
		Why: "In a channel Google upgrades the control plane and the nodes to versions that ran elsewhere " +
			"before, and maintenance windows and exclusions say when.",
		Fix: "Set releaseChannel.channel to one of the setting channels.",
		Controls: []rule.Control{
			cis(cisGKE, "5.5.4", "When creating New Clusters - Automate GKE version management using Release Channels"),
			heading(gkeHardening, "Upgrade your GKE infrastructure in a timely fashion"),
		},
		Settings: []rule.Setting{{
			Name: "channels", Type: rule.StringList, Default: []any{"RAPID", "REGULAR", "STABLE", "EXTENDED"},
			Allowed:     []string{"RAPID", "REGULAR", "STABLE", "EXTENDED"},
			Description: "Channels a cluster may follow.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			channel := r.Get("releaseChannel", "channel")
			q.Require(channel.OneOf(q.Settings.Strings("channels")).Or(r.Get("enableAutopilot").Is(true)), channel,
				"the release channel is %s", channel)
		}),
	}
}

func gkeMaintenanceWindow() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-maintenance-window",
		Title:    "GKE works on the cluster when it was told to",
		Severity: rule.Medium,
		On:       gkeClusters,
		Why:      "Without a window Google upgrades the control plane and drains nodes at any time, the busiest hour included.",
		Fix:      "Set maintenancePolicy.recurringWindow or dailyMaintenanceWindow, one of the two.",
		Controls: []rule.Control{
			heading(gkeHardening, "Upgrade your GKE infrastructure in a timely fashion"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			policy := r.Get("maintenancePolicy")
			q.Require(isSet(policy.Get("recurringWindow")).Or(isSet(policy.Get("dailyMaintenanceWindow"))), policy,
				"the cluster has no maintenance window")
		}),
	}
}

func gkeLogging() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-logging",
		Title:    "GKE keeps logs and metrics",
		Severity: rule.High,
		On:       gkeClusters,
		Why: "The control plane runs in Google's project: what it does not send to Cloud Logging and Cloud " +
			"Monitoring does not exist.",
		Fix: "Leave loggingConfig and monitoringConfig out, or name at least the components of the settings in " +
			"enableComponents.",
		Controls: []rule.Control{
			cis(cisGKE, "5.7.1", "Ensure Logging and Cloud Monitoring is Enabled"),
		},
		Settings: []rule.Setting{
			names("logs", []string{"SYSTEM_COMPONENTS", "WORKLOADS"}, "Components whose logs must be kept."),
			names("metrics", []string{"SYSTEM_COMPONENTS"}, "Components whose metrics must be kept."),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			// What is left out is GKE's default:
			// https://cloud.google.com/kubernetes-engine/docs/concepts/about-logs
			requireComponents(q, r.Get("loggingConfig", "enableComponents"), q.Settings.Strings("logs"),
				[]string{"SYSTEM_COMPONENTS", "WORKLOADS"}, "logs")
			requireComponents(q, r.Get("monitoringConfig", "enableComponents"), q.Settings.Strings("metrics"),
				[]string{"SYSTEM_COMPONENTS"}, "metrics")
			for _, service := range []string{"loggingService", "monitoringService"} {
				demand{service, isNot("none"), service + " is switched off"}.ask(q, r.Properties)
			}
		}),
	}
}

// requireComponents asks that a list of components has those wanted; byDefault
// are those of a list that is left out.
func requireComponents(q *rule.Inquiry, enabled rule.Value, wanted, byDefault []string, what string) {
	standard := rule.NewValue(list(byDefault))
	all := rule.True()
	var missing []string
	for _, component := range wanted {
		kept := enabled.Contains(component).Or(enabled.Present().Not().And(standard.Contains(component)))
		all = all.And(kept)
		if kept.IsFalse() {
			missing = append(missing, component)
		}
	}
	q.Require(all, enabled, "the %s of %s are not kept", what, strings.Join(missing, ", "))
}

func gkeDeletionProtection() *rule.Rule {
	return &rule.Rule{
		ID:           "gke-deletion-protection",
		Title:        "A production cluster on GKE is not deleted by mistake",
		Severity:     rule.High,
		On:           gkeClusters,
		Environments: production,
		Why:          "A renamed resource or a wrong stack is enough to delete a cluster and all that runs in it.",
		Fix:          "Leave deletionProtection out or set it to true; take it off in an update of its own before a cluster goes.",
		Check:        demands(demand{"deletionProtection", isNot(false), "the cluster may be deleted"}),
	}
}

func gkeCostAllocation() *rule.Rule {
	return &rule.Rule{
		ID:       "gke-cost-allocation",
		Title:    "The costs of a GKE cluster can be told apart by namespace",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       gkeClusters,
		Why:      "The bill names machines, not teams. With cost allocation it names namespaces and labels, without charge.",
		Fix:      "Set costManagementConfig.enabled to true.",
		Check:    demands(demand{"costManagementConfig.enabled", is(true), "costs are not allocated to namespaces"}),
	}
}

func gkeBackupAgent() *rule.Rule {
	return &rule.Rule{
		ID:           "gke-backup-agent",
		Title:        "Production clusters on GKE can be backed up",
		Severity:     rule.Medium,
		On:           gkeClusters,
		Environments: production,
		Why:          "Without the agent Backup for GKE cannot read the cluster's objects and volumes, and no plan works.",
		Fix:          "Set addonsConfig.gkeBackupAgentConfig.enabled to true.",
		Check:        demands(demand{"addonsConfig.gkeBackupAgentConfig.enabled", is(true), "the backup agent is off"}),
	}
}

func stackGKEBackupPlans() *rule.Rule {
	return &rule.Rule{
		ID:           "stack-gke-backup-plans",
		Title:        "Production clusters on GKE are backed up",
		Severity:     rule.Medium,
		On:           wholeStack,
		Environments: production,
		Why:          "A deleted namespace takes its volumes with it. Without a plan that runs by itself there is nothing to restore.",
		Fix:          "Add a gcp.gkebackup.BackupPlan for the cluster with backupSchedule.cronSchedule, and do not deactivate it.",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			plans := guard{"gcp:gkebackup/backupPlan:BackupPlan", "cluster", []string{"id"}, func(p *rule.Resource) rule.Truth {
				schedule := p.Get("backupSchedule")
				runs := isSet(schedule.Get("cronSchedule")).Or(isSet(schedule.Get("rpoConfig")))
				return runs.And(p.Get("deactivated").Is(true).Not(), schedule.Get("paused").Is(true).Not())
			}}
			for _, cluster := range s.Of(gkeClusters) {
				q.Require(plans.over(s, cluster), cluster.Get("name"), "the cluster has no backup plan that runs by itself")
			}
		}),
	}
}
