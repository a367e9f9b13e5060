package clouds

import (
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpAddressType       = "gcp:compute/address:Address"
	gcpGlobalAddressType = "gcp:compute/globalAddress:GlobalAddress"
)

var gcpAddress = &Type{
	Token: gcpAddressType, Noun: "address", Untagged: true,
	Does:             "gets an address of 198.51.100.0/24, which is kept for documentation, or of its subnetwork; cannot be released while a NAT uses it",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Immutable:        []string{"name", "address", "addressType", "description", "ipVersion", "ipv6EndpointType", "network", "networkTier", "prefixLength", "purpose", "region", "subnetwork", "project"},
	Defaults:         props.Object{"addressType": "EXTERNAL"},
	OptionalComputed: []string{"address", "networkTier", "prefixLength", "purpose", "region", "subnetwork", "project"},
	Computed:         []string{"creationTimestamp", "labelFingerprint", "selfLink", "users"},
	Secret:           gcpLabelOutputs,
	Check: func(c *Call) []Failure {
		f := append(gcpCheckAddress(c.Props), gcpCheckRegion(c.Props)...)
		return append(f, oneOf(c.Props, "networkTier", "PREMIUM", "STANDARD")...)
	},
	Known: gcpLabelled(true),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/regions/%s/addresses/%s", "project", "region", "name")
		if err != nil {
			return "", err
		}
		within := gcpPublicRange
		if props.Str(c.Props, "addressType") == "INTERNAL" {
			sub, err := gcpResolve(c, gcpSubnetworkType, props.Str(c.Props, "subnetwork"))
			if err != nil {
				return "", err
			}
			within = props.Str(sub.Properties, "ipCidrRange")
			setDefaults(c.Props, props.Object{"purpose": "GCE_ENDPOINT"})
		} else {
			setDefaults(c.Props, props.Object{"networkTier": "PREMIUM"})
		}
		return id, gcpTakeAddress(c, id, within)
	},
	Delete: func(c *Call) error {
		users, err := c.Others(gcpNATType, func(o *store.Object) bool {
			for _, ref := range props.StrList(o.Properties, "natIps") {
				if gcpSame(ref, c.ID) {
					return true
				}
			}
			return false
		})
		if err != nil || len(users) == 0 {
			return err
		}
		return c.Errorf("resourceInUseByAnotherResource: the address '%s' is already being used by '%s'", c.ID, users[0].ID)
	},
}

var gcpGlobalAddress = &Type{
	Token: gcpGlobalAddressType, Noun: "global address", Untagged: true,
	Does:             "gets an address of 198.51.100.0/24, which is kept for documentation; an internal one is a range for VPC peering",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Immutable:        []string{"name", "address", "addressType", "description", "ipVersion", "network", "prefixLength", "purpose", "project"},
	Defaults:         props.Object{"addressType": "EXTERNAL"},
	OptionalComputed: []string{"address", "prefixLength", "project"},
	Computed:         []string{"creationTimestamp", "labelFingerprint", "selfLink"},
	Secret:           gcpLabelOutputs,
	Check: func(c *Call) []Failure {
		f := gcpCheckAddress(c.Props)
		internal := props.Str(c.Props, "addressType") == "INTERNAL"
		// cloud.google.com/compute/docs/reference/rest/v1/globalAddresses
		if internal && props.Get(c.Props, "purpose") == nil {
			f = append(f, Failure{"purpose", "an internal global address needs purpose: VPC_PEERING or PRIVATE_SERVICE_CONNECT"})
		}
		if internal && props.Get(c.Props, "network") == nil {
			f = append(f, Failure{"network", "an internal global address needs network"})
		}
		return append(f, oneOf(c.Props, "purpose", "VPC_PEERING", "PRIVATE_SERVICE_CONNECT")...)
	},
	Known: gcpLabelled(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/global/addresses/%s", "project", "name")
		if err != nil {
			return "", err
		}
		within := gcpPublicRange
		if ref := props.Str(c.Props, "network"); ref != "" {
			if _, err := gcpResolve(c, gcpNetworkType, ref); err != nil {
				return "", err
			}
			within = "10.255.0.0/16" // of 10.0.0.0/8 where nothing else is
		}
		return id, gcpTakeAddress(c, id, within)
	},
}

// gcpPublicRange is TEST-NET-2 of RFC 5737.
const gcpPublicRange = "198.51.100.0/24"

func gcpCheckAddress(o props.Object) []Failure {
	f := append(gcpCheckName(o), gcpCheckLabels(o, "labels")...)
	f = append(f, oneOf(o, "addressType", "INTERNAL", "EXTERNAL")...)
	f = append(f, oneOf(o, "ipVersion", "IPV4", "IPV6")...)
	if props.Str(o, "addressType") == "EXTERNAL" && props.Get(o, "subnetwork") != nil {
		f = append(f, Failure{"subnetwork", "only an address of the type INTERNAL is in a subnetwork"})
	}
	return f
}

// gcpTakeAddress gives an address that no other resource has, and the outputs around it.
func gcpTakeAddress(c *Call, id, within string) error {
	taken := map[string]bool{}
	for _, t := range []string{gcpAddressType, gcpGlobalAddressType} {
		others, err := c.Others(t, func(*store.Object) bool { return true })
		if err != nil {
			return err
		}
		for _, o := range others {
			taken[props.Str(o.Properties, "address")] = true
		}
	}
	want := props.Str(c.Props, "address")
	if taken[want] {
		return c.Errorf("invalid: the address %s of '%s' is in use", want, id)
	}
	for n := hashed(id); want == ""; n++ {
		if a := address(prefix(within), n).String(); !taken[a] || n-hashed(id) > 1<<16 {
			want = a
		}
	}
	c.Props["address"], c.Props["selfLink"], c.Props["creationTimestamp"] = want, gcpCompute+id, c.Timestamp()
	c.Props["labelFingerprint"] = hashedName(8, "0123456789abcdef", id)
	if c.Type.Token == gcpAddressType {
		c.Props["users"] = []any{}
	}
	return nil
}

// gcpAddressesExist refuses addresses of a NAT that were never made.
func gcpAddressesExist(c *Call) error {
	for _, ref := range props.StrList(c.Props, "natIps") {
		if _, err := gcpResolve(c, gcpAddressType, ref); err != nil {
			return err
		}
	}
	return nil
}

// gcpCheckNAT finds what Compute Engine refuses in a NAT. cloud.google.com/nat/docs/ports-and-addresses.
func gcpCheckNAT(o props.Object) []Failure {
	f := oneOf(o, "sourceSubnetworkIpRangesToNat", "ALL_SUBNETWORKS_ALL_IP_RANGES", "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES", "LIST_OF_SUBNETWORKS")
	f = append(f, oneOf(o, "natIpAllocateOption", "MANUAL_ONLY", "AUTO_ONLY")...)
	f = append(f, oneOf(o, "logConfig.filter", "ERRORS_ONLY", "TRANSLATIONS_ONLY", "ALL")...)
	option, addresses := props.Str(o, "natIpAllocateOption"), o["natIps"]
	if option == "MANUAL_ONLY" && (addresses == nil || empty(addresses)) {
		f = append(f, Failure{"natIps", "natIpAllocateOption MANUAL_ONLY needs natIps"})
	}
	if option == "AUTO_ONLY" && addresses != nil && !empty(addresses) {
		f = append(f, Failure{"natIps", "natIpAllocateOption AUTO_ONLY takes no natIps: use MANUAL_ONLY"})
	}
	list := props.Str(o, "sourceSubnetworkIpRangesToNat")
	if given := o["subnetworks"] != nil && !empty(o["subnetworks"]); list != "" && given != (list == "LIST_OF_SUBNETWORKS") {
		f = append(f, Failure{"subnetworks", fmt.Sprintf("subnetworks go with LIST_OF_SUBNETWORKS, not with %s: set both or neither", list)})
	}
	if props.Bool(o, "enableDynamicPortAllocation") && props.Bool(o, "enableEndpointIndependentMapping") {
		f = append(f, Failure{"enableEndpointIndependentMapping", "cannot be on together with enableDynamicPortAllocation"})
	}
	return f
}
