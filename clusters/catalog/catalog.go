// Package catalog holds what the platform knows about each cloud without
// asking it: regions and their zones, the shape of instance type names, which
// settings a cluster there takes, and what its networks allow. It imports no
// cloud SDK, so that a configuration can be checked in milliseconds.
package catalog

import (
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strings"
)

// Names of the clouds, as written in the configuration.
const (
	AWS          = "aws"
	GCP          = "gcp"
	DigitalOcean = "digitalocean"
	Existing     = "existing"
)

// Cloud is one cloud's facts.
type Cloud struct {
	// Name as written in the configuration.
	Name string
	// Product is what the cloud calls its managed Kubernetes.
	Product string
	// Zones lists the zones of each region, the ones to prefer first. A region
	// with no zones means the cloud does not let one choose.
	Zones map[string][]string
	// MinZones is how many zones a cluster needs at least; 0 where the cloud
	// does not let one choose.
	MinZones int
	// Size matches the cloud's instance types by shape. Whether a type is sold
	// in a region, only the cloud knows.
	Size *regexp.Regexp
	// SizeExample is a small instance type, for messages.
	SizeExample string
	// Settings says which settings of a cluster this cloud takes.
	Settings map[string]Need
	// Ranges says what the address ranges of its networks must look like, by
	// setting: nodes, pods, services, controlPlane.
	Ranges map[string]Range
	// Reserved are ranges the cloud keeps for itself.
	Reserved []netip.Prefix
	// RFC1918 lists the settings whose ranges must be of RFC 1918, and not of the
	// shared space of RFC 6598.
	RFC1918 []string
	// PodAddressesPerNode is how many addresses of the pods' range one node
	// takes; 0 where pods have no range of their own.
	PodAddressesPerNode int
	// AddressesPerNode is how many addresses of the nodes' range one node takes,
	// where pods have no range of their own; 0 means its own.
	AddressesPerNode int
	// ReservedNodeAddresses is how many addresses of the nodes' range the cloud
	// keeps for itself.
	ReservedNodeAddresses int
	// EvenPools is true where a pool has the same number of nodes in every zone.
	EvenPools bool
	// OpenAPIServer is true where the API server is on the internet unless its
	// clients are listed.
	OpenAPIServer bool
	// Classes of node pools it has, by name.
	Classes map[string]Class
	// ManySizes is true where a pool may have nodes of several instance types.
	ManySizes bool
	// ChooseAutoscaler is true where the cloud brings no autoscaler for nodes.
	ChooseAutoscaler bool
	// UnneededAfter is true where one may say how long a node must not be
	// needed before it goes.
	UnneededAfter bool
	// OneMaintenanceDay is true where maintenance has one window a week.
	OneMaintenanceDay bool
	// RetentionDays is true for a number of days the cloud can keep the control
	// plane's logs for; nil where it keeps none.
	RetentionDays func(days int) bool
	// RetentionHint says which numbers those are.
	RetentionHint string
	// Offers lists what components can ask of it.
	Offers []string
	// KeepsImages is true where a registry has no rule for old images.
	KeepsImages bool
	// Grants lists the rights an identity can have there.
	Grants []string
	// GrantHint says what to do where a right cannot be granted.
	GrantHint string
}

// Need says whether a cloud takes a setting.
type Need int

// The zero value of Need refuses a setting: what a cloud does not list, it
// would ignore, and a setting that is silently ignored is a mistake.
const (
	Refused Need = iota
	Optional
	Required
)

// Range is what an address range must look like.
type Range struct {
	// Largest and Smallest are the shortest and the longest prefix allowed.
	Largest, Smallest int
	// Why names the rule the bounds come from.
	Why string
}

// Get returns the cloud of that name.
func Get(name string) (Cloud, bool) {
	c, ok := clouds[name]
	return c, ok
}

// Names returns the names of all clouds, sorted.
func Names() []string {
	return slices.Sorted(maps.Keys(clouds))
}

// Regions returns the cloud's regions, sorted.
func (c Cloud) Regions() []string {
	return slices.Sorted(maps.Keys(c.Zones))
}

// DefaultZones returns the zones a cluster gets when none are named: the first
// three of the region if it is to be highly available, else as few as the cloud
// allows. It is empty where the cloud does not let one choose.
func (c Cloud) DefaultZones(region string, highlyAvailable bool) []string {
	zones, want := c.Zones[region], c.MinZones
	if highlyAvailable {
		want = MaxZones
	}
	return slices.Clone(zones[:min(want, len(zones))])
}

// MaxZones is the largest number of zones a cluster is spread over. Three give
// every quorum in the cluster a majority when one zone fails; more cost traffic
// between zones and gain little.
const MaxZones = 3

// CloudOfSize returns the name of the cloud whose instance types look like
// size, and "" if none do.
func CloudOfSize(size string) string {
	for _, name := range Names() {
		if c := clouds[name]; c.Size != nil && c.Size.MatchString(size) {
			return name
		}
	}
	return ""
}

// RegionOfZone returns the region a zone belongs to, and "" if the cloud has no
// such zone.
func (c Cloud) RegionOfZone(zone string) string {
	for region, zones := range c.Zones {
		if slices.Contains(zones, zone) {
			return region
		}
	}
	return ""
}

// letters makes the zones of a region from its name and one letter each.
func letters(region, separator, suffixes string) []string {
	zones := make([]string, 0, len(suffixes))
	for _, suffix := range strings.Split(suffixes, "") {
		zones = append(zones, region+separator+suffix)
	}
	return zones
}
