package kubernetes

import "github.com/ai-now/platform/policy/rule"

func jobRules() []*rule.Rule {
	return []*rule.Rule{
		jobBounds(),          // every job ends
		jobCleanup(),         // and goes
		cronJobConcurrency(), // before it begins again
		cronJobHistory(),     // and leaves a trace
	}
}

// jobSpec is the spec of a Job in CEL, which a CronJob has in a template.
const jobSpec = `(object.kind == 'CronJob' ? object.?spec.?jobTemplate.?spec : object.?spec)`

func jobBounds() *rule.Rule {
	least := 0.0
	return &rule.Rule{
		ID:       "job-bounds",
		Title:    "Jobs end, whatever happens",
		Severity: rule.Medium,
		On:       kinds("batch", "Job", "CronJob"),
		Why: "A job that hangs holds its node and its locks until somebody notices. One that fails and is tried again " +
			"without end does its damage each time.",
		Fix: "Set activeDeadlineSeconds to more than the job ever took, and backoffLimit to at most the setting retries.",
		Settings: []rule.Setting{{
			Name: "retries", Type: rule.Integer, Default: 6.0, Min: &least,
			Description: "Most times a job, or each index of an indexed one, is tried again.",
		}},
		Check: rule.Expressions{
			{
				Holds:   jobSpec + `.?activeDeadlineSeconds.hasValue()`,
				Message: "the job may run for ever",
			},
			{
				// 6 is the default, of which a job with backoffLimitPerIndex has none:
				// https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index
				Holds:   jobSpec + `.?backoffLimitPerIndex.or(` + jobSpec + `.?backoffLimit).orValue(6) <= settings.retries`,
				Message: "the job is tried again too often",
			},
		},
	}
}

func jobCleanup() *rule.Rule {
	return &rule.Rule{
		ID:       "job-cleanup",
		Title:    "Jobs that are done are removed",
		Severity: rule.Low,
		On:       kinds("batch", "Job"),
		Why: "A job that is done stays, with its pods and their logs on the node, until somebody deletes it. They count " +
			"against quotas and slow down whoever lists them.",
		Fix: "Set ttlSecondsAfterFinished, as to 86400. The jobs of a CronJob go by its history limits.",
		Check: rule.Expressions{{
			Holds:   controlled + ` || object.?spec.?ttlSecondsAfterFinished.hasValue()`,
			Message: "the job stays when it is done",
		}},
	}
}

func cronJobConcurrency() *rule.Rule {
	return &rule.Rule{
		ID:       "cron-job-concurrency",
		Title:    "A CronJob does not run beside itself",
		Severity: rule.Medium,
		On:       kinds("batch", "CronJob"),
		Why: "Allow, the default, starts the next run whether or not the last one has ended. Two runs work on the same " +
			"data, and slow runs pile up until the quota is full.",
		Fix: "Set concurrencyPolicy to Forbid, or to Replace when the newest run is the one that counts.",
		Check: rule.Expressions{{
			Holds:   `object.?spec.?concurrencyPolicy.orValue('Allow') != 'Allow'`,
			Message: "a run may start beside one that has not ended",
		}},
	}
}

func cronJobHistory() *rule.Rule {
	least := 1.0
	return &rule.Rule{
		ID:       "cron-job-history",
		Title:    "CronJobs keep a few runs",
		Severity: rule.Low,
		On:       kinds("batch", "CronJob"),
		Why: "Of a run that failed and was not kept nobody sees why. Hundreds that were kept are what everybody has to " +
			"look through.",
		Fix: "Remove failedJobsHistoryLimit and successfulJobsHistoryLimit, which means 1 and 3, or set them to at most " +
			"the setting most, the first to 1 or more.",
		Settings: []rule.Setting{{
			Name: "most", Type: rule.Integer, Default: 10.0, Min: &least,
			Description: "Most runs of either kind that are kept.",
		}},
		Check: rule.Expressions{
			{
				Holds:   `object.?spec.?failedJobsHistoryLimit.orValue(1) > 0`,
				Message: "no run that failed is kept",
			},
			{
				Holds: `object.?spec.?failedJobsHistoryLimit.orValue(1) <= settings.most && ` +
					`object.?spec.?successfulJobsHistoryLimit.orValue(3) <= settings.most`,
				Message: "too many runs are kept",
			},
		},
	}
}
