package spec

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Network is a cluster's address ranges, private and in CIDR notation.
type Network struct {
	// Nodes is the range of the network the nodes are in.
	Nodes string
	// Pods is the range pods take addresses from; on AWS they take them from
	// Nodes.
	Pods string
	// Services is the range of virtual addresses of Services.
	Services string
	// ControlPlane is the /28 the control plane is in; Google Cloud only.
	ControlPlane string
}

// Range is one address range of a network and its setting's name.
type Range struct{ Setting, CIDR string }

// Ranges returns the ranges that are set, with their names.
func (n Network) Ranges() []Range {
	all := []Range{
		{catalog.RangeNodes, n.Nodes},
		{catalog.RangePods, n.Pods},
		{catalog.RangeServices, n.Services},
		{catalog.RangeControlPlane, n.ControlPlane},
	}
	return slices.DeleteFunc(all, func(r Range) bool { return r.CIDR == "" })
}

// checkNetwork checks the address ranges one by one; overlaps are a matter of
// the whole stack.
func (c *Cluster) checkNetwork(list *check.List, cloud catalog.Cloud) {
	if cloud.Settings[catalog.SettingNetwork] == catalog.Refused {
		return
	}
	for _, name := range check.Keys(cloud.Ranges) {
		if !slices.ContainsFunc(c.Network.Ranges(), func(r Range) bool { return r.Setting == name }) {
			list.Missing(catalog.SettingNetwork+"."+name, fmt.Sprintf("a cluster on %s needs it", cloud.Name))
		}
	}
	for _, r := range c.Network.Ranges() {
		path := catalog.SettingNetwork + "." + r.Setting
		rule, used := cloud.Ranges[r.Setting]
		if !used {
			list.Add(path, r.CIDR, "has no meaning on "+cloud.Name, "remove it")
			continue
		}
		prefix, ok := parseCIDR(list, path, r.CIDR)
		if !ok {
			continue
		}
		if !IsPrivate(prefix) {
			list.Add(path, r.CIDR, "is not a private range",
				"use a range within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) or 100.64.0.0/10 (RFC 6598)")
		}
		if sharedSpace.Overlaps(prefix) && slices.Contains(cloud.RFC1918, r.Setting) {
			list.Add(path, r.CIDR, "is of RFC 6598, which "+cloud.Name+" does not take here",
				"use a range within 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918)")
		}
		for _, reserved := range cloud.Reserved {
			if reserved.Overlaps(prefix) {
				list.Add(path, r.CIDR, fmt.Sprintf("overlaps %s, which %s keeps for itself", reserved, cloud.Name), "choose another range, or another network.block")
				break
			}
		}
		switch {
		case prefix.Bits() > rule.Smallest:
			list.Add(path, r.CIDR, "is too small: "+rule.Why, fmt.Sprintf("use a /%d or larger", rule.Smallest))
		case prefix.Bits() < rule.Largest:
			list.Add(path, r.CIDR, "is too large: "+rule.Why, fmt.Sprintf("use a /%d or smaller", rule.Largest))
		default:
			c.checkCapacity(list, cloud, r, prefix)
		}
	}
}

// checkCapacity makes sure that all nodes the pools may grow to find addresses.
func (c *Cluster) checkCapacity(list *check.List, cloud catalog.Cloud, r Range, prefix netip.Prefix) {
	nodes := 0
	for _, pool := range c.NodePools {
		nodes += pool.Nodes.Max
	}
	need := 0
	switch r.Setting {
	case catalog.RangeNodes:
		need = nodes*max(1, cloud.AddressesPerNode) + cloud.ReservedNodeAddresses
	case catalog.RangePods:
		need = nodes * cloud.PodAddressesPerNode
	}
	if host := prefix.Addr().BitLen() - prefix.Bits(); need > 1<<host {
		fits := prefix.Addr().BitLen() - bits.Len(uint(need-1))
		list.Add(catalog.SettingNetwork+"."+r.Setting, r.CIDR,
			fmt.Sprintf("is too small: the pools may grow to %d nodes, which need %d addresses", nodes, need),
			fmt.Sprintf("use a /%d or larger, or lower the pools' nodes.max", fits))
	}
}

// sharedSpace is the range of RFC 6598, which not every cloud takes everywhere.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), sharedSpace,
}

// IsPrivate is true for ranges of RFC 1918 and RFC 6598.
func IsPrivate(prefix netip.Prefix) bool {
	return slices.ContainsFunc(privateRanges, func(private netip.Prefix) bool {
		return private.Bits() <= prefix.Bits() && private.Contains(prefix.Addr())
	})
}

// parseCIDR reads an IPv4 range and insists on its first address, so that two
// ways to write one range do not hide that they are the same.
func parseCIDR(list *check.List, path, cidr string) (netip.Prefix, bool) {
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || !prefix.Addr().Is4():
		list.Add(path, cidr, "is not an IPv4 range in CIDR notation", "write it as 10.0.0.0/16")
		return netip.Prefix{}, false
	case prefix != prefix.Masked():
		list.Add(path, cidr, "does not begin with the range's first address",
			fmt.Sprintf("write %s", prefix.Masked()))
		return netip.Prefix{}, false
	}
	return prefix, true
}
