package kubernetes

import "github.com/ai-now/platform/policy/rule"

func workloadUpdateRules() []*rule.Rule {
	return []*rule.Rule{
		workloadStrategy(),     // an update is no outage
		workloadHistory(),      // and can be taken back
		budgetAllowsEviction(), // a drain gets through
		autoscalerBounds(),     // an autoscaler has room
	}
}

// updated are the kinds that replace their pods when the template changes.
var updated = kinds("apps", "Deployment", "StatefulSet", "DaemonSet")

func workloadStrategy() *rule.Rule {
	const most = `object.?spec.?strategy.?rollingUpdate.?maxUnavailable.or(object.?spec.?updateStrategy.?rollingUpdate.?maxUnavailable).orValue(0)`
	return &rule.Rule{
		ID:       "workload-strategy",
		Title:    "Updates replace pods step by step",
		Severity: rule.Medium,
		On:       updated,
		Why: "Recreate, or a rolling update that may take all pods at once, is an outage at every update. OnDelete is the " +
			"other way round: a fix is deployed and runs nowhere until somebody deletes the pods.",
		Fix: "Use RollingUpdate with a maxUnavailable that leaves some pods. A Deployment of one pod may use Recreate, " +
			"as it must when its volume can be mounted once.",
		Check: rule.Expressions{
			{
				Holds: `object.?spec.?strategy.?type.orValue('RollingUpdate') != 'Recreate' || ` +
					`object.?spec.?replicas.orValue(1) < 2`,
				Message: "an update stops all pods before it starts new ones",
			},
			{
				Holds:   `object.?spec.?updateStrategy.?type.orValue('RollingUpdate') != 'OnDelete'`,
				Message: "an update waits until somebody deletes the pods",
			},
			{
				// How many pods a DaemonSet has, nobody knows before.
				Holds: most + ` != '100%' && (object.kind == 'DaemonSet' || type(` + most + `) != int || ` +
					most + ` < 1 || object.?spec.?replicas.orValue(1) < 2 || ` + most + ` < object.?spec.?replicas.orValue(1))`,
				Message: "an update may take all pods at once",
			},
		},
	}
}

func workloadHistory() *rule.Rule {
	return &rule.Rule{
		ID:       "workload-history",
		Title:    "Updates can be taken back",
		Severity: rule.Low,
		On:       updated,
		Why:      "With no history the version before is gone when the new one turns out to be wrong: there is nothing that `kubectl rollout undo` could go back to.",
		Fix:      "Remove revisionHistoryLimit, which means 10, or set it to 1 or more.",
		Check: rule.Expressions{{
			Holds:   `object.?spec.?revisionHistoryLimit.orValue(10) > 0`,
			Message: "no earlier revision is kept",
		}},
	}
}

func budgetAllowsEviction() *rule.Rule {
	return &rule.Rule{
		ID:       "budget-allows-eviction",
		Title:    "Disruption budgets let a node be drained",
		Severity: rule.Medium,
		On:       kinds("policy", "PodDisruptionBudget"),
		Why: "A budget that allows no disruption keeps its node from being drained: upgrades of the cluster wait until " +
			"they give up, and then take the pods without asking.",
		Fix: "Set maxUnavailable to 1 or more, or minAvailable to less than all pods.",
		Check: rule.Expressions{{
			// https://kubernetes.io/docs/tasks/run-application/configure-pdb/#think-about-how-your-application-reacts-to-disruptions
			Holds: `object.?spec.?maxUnavailable.orValue(1) != 0 && object.?spec.?maxUnavailable.orValue(1) != '0%' && ` +
				`object.?spec.?minAvailable.orValue(0) != '100%'`,
			Message: "the budget lets no pod be taken away",
		}},
	}
}

func autoscalerBounds() *rule.Rule {
	least := 1.0
	return &rule.Rule{
		ID:           "autoscaler-bounds",
		Title:        "Autoscalers of production workloads have room on both sides",
		Severity:     rule.Medium,
		On:           kinds("autoscaling", "HorizontalPodAutoscaler"),
		Environments: production,
		Why: "An autoscaler whose least is one pod makes a single point of failure whenever it is quiet, one whose least " +
			"is its most does not scale.",
		Fix: "Set minReplicas to 2 or more, and maxReplicas to more than that.",
		Settings: []rule.Setting{{
			Name: "minimum", Type: rule.Integer, Default: 2.0, Min: &least,
			Description: "Fewest pods an autoscaler may leave.",
		}},
		Check: rule.Expressions{
			{
				Holds: `object.?spec.?minReplicas.orValue(1) >= settings.minimum`,
				Otherwise: `'the autoscaler may leave ' + string(object.?spec.?minReplicas.orValue(1)) + ' of the pods, the least is ' + ` +
					`string(settings.minimum)`,
				Message: "the autoscaler may leave too few pods",
			},
			{
				Holds:   `object.?spec.?maxReplicas.orValue(1) > object.?spec.?minReplicas.orValue(1)`,
				Message: "the autoscaler's most is not above its least",
			},
		},
	}
}
