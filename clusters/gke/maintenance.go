package gke

import (
	"strings"
	"time"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// firstWindow is the day the windows begin, a past one: only the time of day and
// the length of a window count, and a day that stays keeps previews empty.
const firstWindow = "2026-01-04"

// scopes of an exclusion, as Google names them.
var scopes = map[string]string{
	"":                      "NO_UPGRADES",
	spec.ScopeAll:           "NO_UPGRADES",
	spec.ScopeMinor:         "NO_MINOR_UPGRADES",
	spec.ScopeMinorAndNodes: "NO_MINOR_OR_NODE_UPGRADES",
}

// maintenancePolicy says when Google may work on the cluster. All times are
// written in UTC, because GKE answers in UTC and another spelling would be seen
// as a change for ever.
func maintenancePolicy(m spec.Maintenance) container.ClusterMaintenancePolicyArgs {
	// A validated start always parses.
	start, _ := time.Parse("2006-01-02T15:04", firstWindow+"T"+m.WindowStart())
	exclusions := container.ClusterMaintenancePolicyMaintenanceExclusionArray{}
	for _, e := range m.Exclusions {
		exclusions = append(exclusions, container.ClusterMaintenancePolicyMaintenanceExclusionArgs{
			ExclusionName: pulumi.String(e.Name), StartTime: pulumi.String(inUTC(e.From)), EndTime: pulumi.String(inUTC(e.Until)),
			ExclusionOptions: container.ClusterMaintenancePolicyMaintenanceExclusionExclusionOptionsArgs{Scope: pulumi.String(scopes[e.Scope])},
		})
	}
	return container.ClusterMaintenancePolicyArgs{
		// Of any length, on any days; a daily window would be four hours long.
		RecurringWindow: container.ClusterMaintenancePolicyRecurringWindowArgs{
			StartTime:  pulumi.String(start.Format(time.RFC3339)),
			EndTime:    pulumi.String(start.Add(time.Duration(m.WindowHours()) * time.Hour).Format(time.RFC3339)),
			Recurrence: pulumi.String(recurrence(m.Days)),
		},
		MaintenanceExclusions: exclusions,
	}
}

// recurrence is when a window comes back, as RFC 5545 writes it.
func recurrence(days []string) string {
	if len(days) == 0 {
		return "FREQ=DAILY"
	}
	var short []string
	for _, day := range spec.Weekdays { // in the order of the week, whatever was written
		for _, chosen := range days {
			if chosen == day {
				short = append(short, strings.ToUpper(day[:2]))
			}
		}
	}
	return "FREQ=WEEKLY;BYDAY=" + strings.Join(short, ",")
}

// inUTC rewrites a validated RFC 3339 time.
func inUTC(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return t.UTC().Format(time.RFC3339)
}
