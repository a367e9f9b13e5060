package spec

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Engines that choose the number of nodes on AWS; elsewhere the cloud does.
const (
	EngineKarpenter         = "karpenter"
	EngineClusterAutoscaler = "cluster-autoscaler"
)

// Engines lists them.
var Engines = []string{EngineKarpenter, EngineClusterAutoscaler}

// Profiles of autoscaling.
const (
	// ProfileBalanced takes a node away when it is empty or all but so.
	ProfileBalanced = "balanced"
	// ProfileThrifty also moves pods together so that nodes become empty.
	ProfileThrifty = "thrifty"
)

// Profiles lists them.
var Profiles = []string{ProfileBalanced, ProfileThrifty}

// Autoscaling says how the number of nodes follows the pods.
type Autoscaling struct {
	// Engine on AWS: karpenter or cluster-autoscaler; empty means karpenter.
	Engine string
	// Profile is balanced or thrifty; empty means balanced.
	Profile string
	// UnneededAfter is how long a node must not be needed before it goes; 0
	// means [DefaultUnneededAfter]. Google Cloud chooses itself.
	UnneededAfter time.Duration
	// Headroom is room that is kept free, so that new pods need not wait for
	// a node.
	Headroom Headroom
}

// DefaultUnneededAfter is the Cluster Autoscaler's own default:
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
const DefaultUnneededAfter = 10 * time.Minute

// Headroom is kept free by pods of the lowest priority, which give way to any
// other.
type Headroom struct {
	// CPU and Memory of each such pod, as Kubernetes quantities.
	CPU, Memory string
	// Replicas is how many there are; 0 means no headroom.
	Replicas int
}

// EngineOf returns the engine on a cloud, "" where the cloud has its own.
func (a Autoscaling) EngineOf(cloud catalog.Cloud) string {
	switch {
	case !cloud.ChooseAutoscaler:
		return ""
	case a.Engine == "":
		return EngineKarpenter
	}
	return a.Engine
}

// Thrifty is true for the profile of that name.
func (a Autoscaling) Thrifty() bool { return a.Profile == ProfileThrifty }

// Unneeded is how long a node must not be needed before it goes.
func (a Autoscaling) Unneeded() time.Duration {
	if a.UnneededAfter == 0 {
		return DefaultUnneededAfter
	}
	return a.UnneededAfter
}

func (c *Cluster) checkAutoscaling(list *check.List, cloud catalog.Cloud) {
	a, path := c.Autoscaling, catalog.SettingAutoscaling
	if cloud.Settings[path] == catalog.Refused {
		return
	}
	if a.Engine != "" {
		if cloud.ChooseAutoscaler {
			list.OneOf(path+".engine", a.Engine, Engines)
		} else {
			list.Add(path+".engine", a.Engine, "has no meaning on "+cloud.Name, "remove it: "+cloud.Product+" brings its own autoscaler")
		}
	}
	if a.Profile != "" {
		list.OneOf(path+".profile", a.Profile, Profiles)
	}
	switch {
	case a.UnneededAfter != 0 && !cloud.UnneededAfter:
		list.Add(path+".unneededAfter", a.UnneededAfter, "has no meaning on "+cloud.Name, "remove it: choose a profile")
	case a.UnneededAfter < 0 || a.UnneededAfter > 24*time.Hour || a.UnneededAfter%time.Second != 0:
		list.Add(path+".unneededAfter", a.UnneededAfter, "is not a time between one second and a day", "write whole seconds, minutes or hours, such as 10m")
	}
	if h := a.Headroom; h != (Headroom{}) {
		for _, q := range []struct{ name, value string }{{"cpu", h.CPU}, {"memory", h.Memory}} {
			at := path + ".headroom." + q.name
			if q.value == "" {
				list.Missing(at, "say how much each of the pods keeps free")
			} else if parsed, err := resource.ParseQuantity(q.value); err != nil || parsed.Sign() <= 0 {
				list.Add(at, q.value, "is not a quantity above zero", `write it in quotes, such as "500m" or 1Gi`)
			}
		}
		if h.Replicas < 1 {
			list.Add(path+".headroom.replicas", h.Replicas, "keeps nothing free", "use 1 or more, or remove headroom")
		}
	}
}

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

// Audit says what becomes of the control plane's logs.
type Audit struct {
	// RetentionDays is how long they are kept; 0 means [DefaultRetentionDays].
	RetentionDays int
	// Notify lists e-mail addresses that are told of sensitive events.
	Notify []string
}

// DefaultRetentionDays keeps the logs for a year: PCI DSS 4.0, requirement
// 10.5.1, asks for twelve months.
const DefaultRetentionDays = 365

// Retention is how many days the logs are kept.
func (a Audit) Retention() int {
	if a.RetentionDays == 0 {
		return DefaultRetentionDays
	}
	return a.RetentionDays
}

func (c *Cluster) checkAudit(list *check.List, cloud catalog.Cloud) {
	a, path := c.Audit, catalog.SettingAudit
	if cloud.Settings[path] == catalog.Refused {
		return
	}
	if days := a.RetentionDays; days != 0 && !cloud.RetentionDays(days) {
		list.Add(path+".retentionDays", days, fmt.Sprintf("is not a time %s keeps logs for", cloud.Name), cloud.RetentionHint)
	}
	for i, address := range a.Notify {
		if parsed, err := mail.ParseAddress(address); err != nil || parsed.Address != address {
			list.Add(fmt.Sprintf("%s.notify[%d]", path, i), address, "is not an e-mail address", "write it as security@example.com")
		}
	}
}

// Edge bounds what the internet may send to the cluster's gateways.
type Edge struct {
	// Firewall makes a web application firewall for them.
	Firewall bool
	// RateLimit is how many requests one client address may send in five
	// minutes; 0 means [DefaultRateLimit].
	RateLimit int
	// Blocked lists networks that are refused, in CIDR notation.
	Blocked []string
}

// DefaultRateLimit is nearly seven requests a second, more than a person
// browsing sends.
const DefaultRateLimit = 2000

// Limit is how many requests one client address may send in five minutes.
func (e Edge) Limit() int {
	if e.RateLimit == 0 {
		return DefaultRateLimit
	}
	return e.RateLimit
}

func (c *Cluster) checkEdge(list *check.List, cloud catalog.Cloud) {
	e, path := c.Edge, catalog.SettingEdge
	if cloud.Settings[path] == catalog.Refused {
		return
	}
	// AWS WAF counts at least 10, Cloud Armor at least 1 and at most 1,000,000:
	// https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html
	// https://cloud.google.com/armor/docs/rate-limiting-overview
	if e.RateLimit != 0 && (e.RateLimit < 10 || e.RateLimit > 1_000_000) {
		list.Add(path+".rateLimit", e.RateLimit, "is not between 10 and 1000000", "it counts the requests of one client address in five minutes")
	}
	if !e.Firewall && (e.RateLimit != 0 || len(e.Blocked) > 0) {
		list.Add(path+".firewall", false, "turns off what rateLimit and blocked ask for", "set it to true, or remove them")
	}
	for i, cidr := range e.Blocked {
		at := fmt.Sprintf("%s.blocked[%d]", path, i)
		if prefix, ok := parseCIDR(list, at, cidr); ok && prefix.Bits() == 0 {
			list.Add(at, cidr, "is the whole internet", "name the networks to refuse")
		}
	}
}
