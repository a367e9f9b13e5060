package clouds

import (
	"fmt"
	"strings"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// What GKE asks of windows and exclusions.
// Source: cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions.
const (
	gkeWindow         = 4 * time.Hour       // the shortest window
	gkeWindows        = 48 * time.Hour      // the time that windows leave in 32 days
	gkeNoUpgrades     = 30 * 24 * time.Hour // the longest exclusion of all upgrades
	gkeMostExclusions = 20
)

// gkeCheckMaintenance finds policies that GKE or the provider refuses.
func gkeCheckMaintenance(o props.Object) []Failure {
	const at = "maintenancePolicy"
	if props.Map(o, at) == nil {
		return nil
	}
	f := exactlyOne(o, at+".dailyMaintenanceWindow", at+".recurringWindow")
	if s := props.Str(o, at+".dailyMaintenanceWindow.startTime"); s != "" {
		if _, err := time.Parse("15:04", s); err != nil {
			f = append(f, Failure{at + ".dailyMaintenanceWindow.startTime", fmt.Sprintf("%q is no time of a day such as 03:00", s)})
		}
	}
	if props.Map(o, at+".recurringWindow") != nil {
		f = append(f, gkeCheckWindow(o)...)
	}
	seen := map[string]bool{}
	exclusions := props.List(o, at+".maintenanceExclusions")
	if len(exclusions) > gkeMostExclusions {
		f = append(f, Failure{at + ".maintenanceExclusions", fmt.Sprintf("%d exclusions: a cluster takes %d", len(exclusions), gkeMostExclusions)})
	}
	for i := range exclusions {
		path := props.Index(at+".maintenanceExclusions", i)
		if n := props.Str(o, path+".exclusionName"); n != "" {
			if seen[n] {
				f = append(f, Failure{path + ".exclusionName", fmt.Sprintf("two exclusions have the name %q", n)})
			}
			seen[n] = true
		}
		f = append(f, gkeCheckExclusion(o, path)...)
	}
	return f
}

func gkeCheckWindow(o props.Object) []Failure {
	const at = "maintenancePolicy.recurringWindow"
	length, f := gkeSpan(o, at)
	rule := props.Str(o, at+".recurrence")
	if length <= 0 || rule == "" {
		return f
	}
	if length < gkeWindow {
		f = append(f, Failure{at + ".endTime", fmt.Sprintf("a window of %s is shorter than %s", length, gkeWindow)})
	}
	var times int // how often the window comes in 32 days, at least
	switch {
	case strings.HasPrefix(rule, "FREQ=DAILY"):
		times = 32
	case strings.HasPrefix(rule, "FREQ=WEEKLY"):
		_, days, _ := strings.Cut(rule, "BYDAY=")
		days, _, _ = strings.Cut(days, ";")
		times = 4 * (1 + strings.Count(days, ","))
	default:
		return append(f, Failure{at + ".recurrence", fmt.Sprintf("%q is no rule such as FREQ=DAILY or FREQ=WEEKLY;BYDAY=SA,SU", rule)})
	}
	if open := time.Duration(times) * length; open < gkeWindows {
		f = append(f, Failure{at, fmt.Sprintf("the windows leave %s in 32 days: GKE needs %s, so make them longer or more", open, gkeWindows)})
	}
	return f
}

func gkeCheckExclusion(o props.Object, at string) []Failure {
	length, f := gkeSpan(o, at)
	f = append(f, oneOf(o, at+".exclusionOptions.scope", "NO_UPGRADES", "NO_MINOR_UPGRADES", "NO_MINOR_OR_NODE_UPGRADES")...)
	scope := props.StrOr(o, at+".exclusionOptions.scope", "NO_UPGRADES")
	switch {
	case scope == "NO_UPGRADES" && length > gkeNoUpgrades:
		f = append(f, Failure{at, fmt.Sprintf("%.0f days without any upgrade: GKE allows 30; the scope NO_MINOR_UPGRADES lasts longer", length.Hours()/24)})
	case scope != "NO_UPGRADES" && props.Str(o, "releaseChannel.channel") == "UNSPECIFIED":
		f = append(f, Failure{at + ".exclusionOptions.scope", "the scope " + scope + " needs a release channel"})
	}
	return f
}

// gkeSpan is the time between startTime and endTime, 0 as long as one of them is not known.
func gkeSpan(o props.Object, at string) (time.Duration, []Failure) {
	var ends [2]time.Time
	for i, k := range []string{".startTime", ".endTime"} {
		s := props.Str(o, at+k)
		if s == "" {
			if props.Get(o, at+k) == nil {
				return 0, []Failure{{at + k, "must be set, in the form 2006-01-02T15:04:05Z"}}
			}
			return 0, nil
		}
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return 0, []Failure{{at + k, fmt.Sprintf("%q is no time in the form 2006-01-02T15:04:05Z", s)}}
		}
		ends[i] = t
	}
	if !ends[1].After(ends[0]) {
		return 0, []Failure{{at + ".endTime", "the end is not after the start"}}
	}
	return ends[1].Sub(ends[0]), nil
}
