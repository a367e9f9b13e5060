package spec

import (
	"fmt"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

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
