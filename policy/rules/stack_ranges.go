package rules

import (
	"net/netip"

	"github.com/ai-now/platform/policy/rule"
)

func stackNetworkRanges() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-network-ranges",
		Title:    "The networks of a stack do not overlap",
		Severity: rule.High,
		On:       wholeStack,
		Why: "Two networks with the same addresses can never be connected: not for a mesh over clusters, not for a " +
			"move, not for a company's network. No range can be changed later.",
		Fix: "Give every VPC, subnet, pod range, service range and control plane a range of its own.",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			ranges := networkRanges(s)
			for i, later := range ranges {
				for _, earlier := range ranges[:i] {
					q.Require(apart(earlier, later), later, "the range %s overlaps %s of %s",
						later, earlier, earlier.Resource().Name)
				}
			}
		}),
	}
}

// networkRanges are the ranges of the stack's networks that the program chose.
// Ranges that a cluster takes from a subnet are the subnet's.
func networkRanges(s *rule.Stack) []rule.Value {
	var ranges []rule.Value
	add := func(v rule.Value) {
		if !v.Empty().IsTrue() {
			ranges = append(ranges, v)
		}
	}
	for _, r := range s.Resources {
		switch r.Type {
		case awsVPC:
			add(r.Get("cidrBlock"))
		case eksCluster:
			add(r.Get("kubernetesNetworkConfig", "serviceIpv4Cidr"))
		case gcpSubnet:
			add(r.Get("ipCidrRange"))
			for _, secondary := range r.Get("secondaryIpRanges").OneOrMore() {
				add(secondary.Get("ipCidrRange"))
			}
		case gkeCluster:
			add(r.Get("privateClusterConfig", "masterIpv4CidrBlock"))
		case "digitalocean:index/vpc:Vpc":
			add(r.Get("ipRange"))
		case doksCluster:
			add(r.Get("clusterSubnet"))
			add(r.Get("serviceSubnet"))
		}
	}
	return ranges
}

// apart asks whether two ranges have no address in common. What is no range is
// left to the cloud to refuse.
func apart(a, b rule.Value) rule.Truth {
	text, known := a.Text()
	if !known {
		return a.Present()
	}
	first, err := netip.ParsePrefix(text)
	return b.Matches(func(s string) bool {
		second, wrong := netip.ParsePrefix(s)
		return err != nil || wrong != nil || !first.Overlaps(second)
	})
}
