package clouds

import (
	"fmt"
	"net/netip"
	"regexp"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpNetworkType    = "gcp:compute/network:Network"
	gcpSubnetworkType = "gcp:compute/subnetwork:Subnetwork"
	gcpRouterType     = "gcp:compute/router:Router"
	gcpNATType        = "gcp:compute/routerNat:RouterNat"
)

// gcpName is the form of Compute Engine's names, RFC 1035. cloud.google.com/compute/docs/naming-resources.
var gcpName = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)

func gcpCheckName(o props.Object) []Failure {
	if n := props.Str(o, "name"); n != "" && !gcpName.MatchString(n) {
		return []Failure{{"name", fmt.Sprintf("%q is no name for Google Cloud: lower-case letters, digits and hyphens, a letter first, 63 characters at most", n)}}
	}
	return nil
}

func gcpAutoname() *Autoname { return &Autoname{Property: "name", MaxLength: 63, Lower: true} }

var gcpNetwork = &Type{
	Token: gcpNetworkType, Noun: "network", Untagged: true,
	Does:      "refuses a second network of the same name, and the deletion of one that subnetworks, routers, firewall rules or clusters are in",
	Autoname:  gcpAutoname(),
	Immutable: []string{"name", "autoCreateSubnetworks", "description", "internalIpv6Range", "project", "networkFirewallPolicyEnforcementOrder"},
	Defaults: props.Object{
		"autoCreateSubnetworks": true, "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
	},
	OptionalComputed: []string{"routingMode", "mtu", "internalIpv6Range", "project"},
	Computed:         []string{"gatewayIpv4", "selfLink", "numericId"},
	WriteOnly:        []string{"deleteDefaultRoutesOnCreate"},
	Check:            func(c *Call) []Failure { return gcpCheckName(c.Props) },
	Known:            gcpPlace(false),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, false); err != nil {
			return "", err
		}
		id := fmt.Sprintf("projects/%s/global/networks/%s", props.Str(c.Props, "project"), props.Str(c.Props, "name"))
		if err := gcpFree(c, id); err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{"routingMode": "REGIONAL", "mtu": 1460, "internalIpv6Range": ""}) // cloud.google.com/vpc/docs/mtu
		c.Props["selfLink"], c.Props["numericId"], c.Props["gatewayIpv4"] = gcpCompute+id, randomDigits(19), ""
		return id, nil
	},
	Delete: func(c *Call) error {
		for _, t := range []string{gcpSubnetworkType, gcpRouterType, gcpClusterType, gcpFirewallType, gcpGlobalAddressType} {
			if err := gcpUsers(c, t, "network"); err != nil {
				return err
			}
		}
		return nil
	},
}

// gcpFree refuses an id that exists.
func gcpFree(c *Call, id string) error {
	if _, err := c.Store.Get(c.Type.Token, id); err == nil {
		return c.Errorf("alreadyExists: the resource '%s' already exists", id)
	} else if !isNotExist(err) {
		return c.Errorf("%v", err)
	}
	return nil
}

// gcpSame says whether a reference, which may be a self link, an id or a name, means the resource id.
func gcpSame(ref, id string) bool {
	if ref == "" {
		return false
	}
	return ref == id || ref == gcpCompute+id || ref == gcpLast(id)
}

// gcpResolve finds the resource of a type that a reference means.
func gcpResolve(c *Call, typ, ref string) (*store.Object, error) {
	found, err := c.Others(typ, func(o *store.Object) bool { return gcpSame(ref, o.ID) })
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, c.Errorf("notFound: %s: the resource '%s' was not found", typ, ref)
	}
	return found[0], nil
}

var gcpSubnetwork = &Type{
	Token: gcpSubnetworkType, Noun: "subnetwork", Untagged: true,
	Does:             "refuses ranges, primary or secondary, that overlap with another range of the network, and the deletion of one that a cluster is in",
	Autoname:         gcpAutoname(),
	Required:         []string{"network"},
	Immutable:        []string{"name", "network", "description", "region", "project", "externalIpv6Prefix", "purpose"},
	Defaults:         props.Object{"logConfig.aggregationInterval": "INTERVAL_5_SEC", "logConfig.filterExpr": "true", "logConfig.flowSampling": 0.5, "logConfig.metadata": "INCLUDE_ALL_METADATA"},
	OptionalComputed: []string{"region", "project", "purpose", "privateIpGoogleAccess", "privateIpv6GoogleAccess", "stackType", "secondaryIpRanges"},
	Computed:         []string{"creationTimestamp", "fingerprint", "gatewayAddress", "selfLink", "ipv6CidrRange", "internalIpv6Prefix"},
	WriteOnly:        []string{"sendSecondaryIpRangeIfEmpty"},
	Replaced: func(old, in props.Object) []string {
		// IsShrinkageIpCidr: a range can grow in place, and nothing else.
		if !within(prefix(props.Str(old, "ipCidrRange")), prefix(props.Str(in, "ipCidrRange"))) {
			return []string{"ipCidrRange"}
		}
		return nil
	},
	Check: func(c *Call) []Failure {
		f := append(gcpCheckName(c.Props), gcpCheckRegion(c.Props)...)
		// cloud.google.com/vpc/docs/subnets: a primary range is between /4 and /29.
		f = append(f, checkCIDR(c.Props, "ipCidrRange", 4, 29)...)
		for i := range props.List(c.Props, "secondaryIpRanges") {
			f = append(f, checkCIDR(c.Props, props.Index("secondaryIpRanges", i)+".ipCidrRange", 4, 29)...)
		}
		return f
	},
	Known: gcpPlace(true),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, true); err != nil {
			return "", err
		}
		network, err := gcpResolve(c, gcpNetworkType, props.Str(c.Props, "network"))
		if err != nil {
			return "", err
		}
		id := fmt.Sprintf("projects/%s/regions/%s/subnetworks/%s", props.Str(c.Props, "project"), props.Str(c.Props, "region"), props.Str(c.Props, "name"))
		if err := gcpFree(c, id); err != nil {
			return "", err
		}
		if err := gcpRangesFree(c, network, id); err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{"privateIpGoogleAccess": false, "purpose": "PRIVATE", "stackType": "IPV4_ONLY", "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS"})
		c.Props["gatewayAddress"] = prefix(props.Str(c.Props, "ipCidrRange")).Addr().Next().String()
		c.Props["creationTimestamp"], c.Props["selfLink"], c.Props["fingerprint"] = c.Timestamp(), gcpCompute+id, ""
		return id, nil
	},
	Update: func(c *Call) error {
		network, err := gcpResolve(c, gcpNetworkType, props.Str(c.Props, "network"))
		if err != nil {
			return err
		}
		return gcpRangesFree(c, network, c.ID)
	},
	Delete: func(c *Call) error {
		for _, t := range []string{gcpClusterType, gcpAddressType} {
			if err := gcpUsers(c, t, "subnetwork"); err != nil {
				return err
			}
		}
		return nil
	},
}

// gcpRanges lists the ranges of a subnetwork.
func gcpRanges(o props.Object) []netip.Prefix {
	out := []netip.Prefix{prefix(props.Str(o, "ipCidrRange"))}
	for _, r := range props.Objects(o, "secondaryIpRanges") {
		out = append(out, prefix(props.Str(r, "ipCidrRange")))
	}
	return out
}

// gcpRangesFree refuses ranges that overlap with each other or with those of another subnetwork of the network.
func gcpRangesFree(c *Call, network *store.Object, id string) error {
	mine := gcpRanges(c.Props)
	for i, a := range mine {
		for _, b := range mine[i+1:] {
			if a.Overlaps(b) {
				return c.Errorf("invalid: the ranges %s and %s of the subnetwork '%s' overlap", a, b, id)
			}
		}
	}
	others, err := c.Others(gcpSubnetworkType, func(o *store.Object) bool {
		return o.ID != id && gcpSame(props.Str(o.Properties, "network"), network.ID)
	})
	if err != nil {
		return err
	}
	for _, o := range others {
		for _, theirs := range gcpRanges(o.Properties) {
			for _, m := range mine {
				if m.Overlaps(theirs) {
					return c.Errorf("invalid: the range %s conflicts with the existing range %s of the subnetwork '%s'", m, theirs, o.ID)
				}
			}
		}
	}
	return nil
}

var gcpRouter = &Type{
	Token: gcpRouterType, Noun: "router", Untagged: true,
	Autoname:         gcpAutoname(),
	Required:         []string{"network"},
	Immutable:        []string{"name", "network", "region", "project", "encryptedInterconnectRouter"},
	Defaults:         props.Object{"bgp.advertiseMode": "DEFAULT", "bgp.keepaliveInterval": 20},
	OptionalComputed: []string{"region", "project"},
	Computed:         []string{"creationTimestamp", "selfLink"},
	Check: func(c *Call) []Failure {
		return append(gcpCheckName(c.Props), gcpCheckRegion(c.Props)...)
	},
	Known: gcpPlace(true),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, true); err != nil {
			return "", err
		}
		if _, err := gcpResolve(c, gcpNetworkType, props.Str(c.Props, "network")); err != nil {
			return "", err
		}
		id := fmt.Sprintf("projects/%s/regions/%s/routers/%s", props.Str(c.Props, "project"), props.Str(c.Props, "region"), props.Str(c.Props, "name"))
		c.Props["creationTimestamp"], c.Props["selfLink"] = c.Timestamp(), gcpCompute+id
		return id, gcpFree(c, id)
	},
}

var gcpRouterNat = &Type{
	Token: gcpNATType, Noun: "NAT of a router", Untagged: true,
	Does:      "refuses a router that does not exist in its region, addresses that do not exist, and settings that exclude each other",
	Autoname:  gcpAutoname(),
	Required:  []string{"router", "sourceSubnetworkIpRangesToNat"},
	Immutable: []string{"name", "router", "region", "project", "endpointTypes", "type"},
	Defaults: props.Object{
		"icmpIdleTimeoutSec": 30, "tcpEstablishedIdleTimeoutSec": 1200, "tcpTimeWaitTimeoutSec": 120,
		"tcpTransitoryIdleTimeoutSec": 30, "udpIdleTimeoutSec": 30, "type": "PUBLIC",
	},
	OptionalComputed: []string{"region", "project", "autoNetworkTier", "endpointTypes", "minPortsPerVm", "enableEndpointIndependentMapping", "enableDynamicPortAllocation"},
	Sets:             []string{"natIps", "subnetworks", "drainNatIps"},
	Known:            gcpPlace(true),
	Check: func(c *Call) []Failure {
		f := append(gcpCheckName(c.Props), gcpCheckRegion(c.Props)...)
		return append(f, gcpCheckNAT(c.Props)...)
	},
	Update: gcpAddressesExist,
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, true); err != nil {
			return "", err
		}
		if err := gcpAddressesExist(c); err != nil {
			return "", err
		}
		project, region, router := props.Str(c.Props, "project"), props.Str(c.Props, "region"), gcpLast(props.Str(c.Props, "router"))
		if _, err := gcpResolve(c, gcpRouterType, fmt.Sprintf("projects/%s/regions/%s/routers/%s", project, region, router)); err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{"autoNetworkTier": "PREMIUM", "endpointTypes": []any{"ENDPOINT_TYPE_VM"}})
		id := fmt.Sprintf("%s/%s/%s/%s", project, region, router, props.Str(c.Props, "name"))
		return id, gcpFree(c, id)
	},
}
