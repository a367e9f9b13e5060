package spec

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Maintenance is when the cloud may work on the cluster, in UTC.
type Maintenance struct {
	// Days of the week, in lower case; empty means every day on Google Cloud,
	// sunday on DigitalOcean.
	Days []string
	// Start is the time of day, such as 03:00, its default.
	Start string
	// Hours is how long the window is; 0 means 4, the only length DigitalOcean
	// has.
	Hours int
	// Exclusions are times in which nothing is upgraded; Google Cloud only.
	Exclusions []Exclusion
}

// Exclusion is a time in which the cloud does not upgrade.
type Exclusion struct {
	// Name of the exclusion, unique in the cluster.
	Name string
	// From and Until, as RFC 3339 times.
	From, Until string
	// Scope is what is excluded: all, minor (of the control plane and the
	// nodes) or minorAndNodes; empty means all.
	Scope string
}

// Scopes of an exclusion. Google limits all to 30 days:
// https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
const (
	ScopeAll           = "all"
	ScopeMinor         = "minor"
	ScopeMinorAndNodes = "minorAndNodes"
)

// Scopes lists them.
var Scopes = []string{ScopeAll, ScopeMinor, ScopeMinorAndNodes}

// Weekdays as the configuration writes them.
var Weekdays = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}

// Defaults of a maintenance window: at night, where most of a European or
// American cluster's users are.
const (
	DefaultMaintenanceStart = "03:00"
	DefaultMaintenanceHours = 4
	DefaultMaintenanceDay   = "sunday" // where there is but one
)

var timeOfDay = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

func (c *Cluster) checkMaintenance(list *check.List, cloud catalog.Cloud) {
	m, path := c.Maintenance, catalog.SettingMaintenance
	if cloud.Settings[path] == catalog.Refused {
		return
	}
	for i, day := range m.Days {
		at := fmt.Sprintf("%s.days[%d]", path, i)
		list.OneOf(at, day, Weekdays)
		if slices.Contains(m.Days[:i], day) {
			list.Add(at, day, "is named twice", "name each day once")
		}
	}
	if m.Start != "" && !timeOfDay.MatchString(m.Start) {
		list.Add(path+".start", m.Start, "is not a time of day", `write hours and minutes in UTC, in quotes: "03:00"`)
	}
	if m.Hours != 0 && (m.Hours < DefaultMaintenanceHours || m.Hours > 24) {
		list.Add(path+".hours", m.Hours, "is not a window of 4 to 24 hours", "use 4 or more")
	}
	if cloud.OneMaintenanceDay {
		if len(m.Days) > 1 {
			list.Add(path+".days", m.Days, cloud.Product+" has one window a week", "name one day")
		}
		if m.Hours > DefaultMaintenanceHours {
			list.Add(path+".hours", m.Hours, cloud.Product+" has a window of 4 hours", "remove it")
		}
		if len(m.Exclusions) > 0 {
			list.Add(path+".exclusions", nil, "has no meaning on "+cloud.Name, "remove it")
		}
		return
	}
	// At least 48 hours in every 32 days, which hold four of each weekday:
	// https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
	if hours := m.WindowHours() * 4 * len(m.Days); len(m.Days) > 0 && hours < 48 {
		list.Add(path+".days", m.Days, fmt.Sprintf("leave %d hours in 32 days, and %s needs 48", hours, cloud.Product), "name more days or more hours")
	}
	m.checkExclusions(list, path+".exclusions")
}

// WindowHours is how long the window is.
func (m Maintenance) WindowHours() int {
	if m.Hours == 0 {
		return DefaultMaintenanceHours
	}
	return m.Hours
}

// WindowStart is the time of day the window begins, in UTC.
func (m Maintenance) WindowStart() string {
	if m.Start == "" {
		return DefaultMaintenanceStart
	}
	return m.Start
}

func (m Maintenance) checkExclusions(list *check.List, path string) {
	// Limits of Google: at most 20 in all, three of the scope all, which last
	// at most 30 days (the page above).
	const most, mostAll = 20, 3
	all, names := 0, map[string]bool{}
	for i, e := range m.Exclusions {
		at := fmt.Sprintf("%s[%d]", path, i)
		list.DNSLabel(at+".name", e.Name, 63)
		if names[e.Name] {
			list.Add(at+".name", e.Name, "is the name of another exclusion", "rename one of them")
		}
		names[e.Name] = true
		if e.Scope != "" {
			list.OneOf(at+".scope", e.Scope, Scopes)
		}
		from, errFrom := time.Parse(time.RFC3339, e.From)
		until, errUntil := time.Parse(time.RFC3339, e.Until)
		for _, bad := range []struct {
			name, value string
			err         error
		}{{"from", e.From, errFrom}, {"until", e.Until, errUntil}} {
			if bad.err != nil {
				list.Add(at+"."+bad.name, bad.value, "is not a time", `write it as "2026-12-18T00:00:00Z"`)
			}
		}
		if errFrom != nil || errUntil != nil {
			continue
		}
		if !until.After(from) {
			list.Add(at+".until", e.Until, "is not after from", "swap them")
		}
		if e.Scope == "" || e.Scope == ScopeAll {
			all++
			if until.Sub(from) > 30*24*time.Hour {
				list.Add(at+".until", e.Until, "is more than 30 days after from, the longest time without any upgrade", "shorten it, or use the scope minor")
			}
		}
	}
	if all > mostAll || len(m.Exclusions) > most {
		list.Add(path, nil, fmt.Sprintf("has %d of the scope all and %d in all; 3 and 20 are allowed", all, len(m.Exclusions)), "remove some")
	}
}
