package rules

import (
	"net/netip"

	"github.com/ai-now/platform/policy/rule"
)

const shortestPrefix = "shortestPrefix"

func shortestPrefixSetting() rule.Setting {
	least, most := 1.0, 128.0
	return rule.Setting{
		Name:    shortestPrefix,
		Type:    rule.Integer,
		Default: 8.0,
		Min:     &least,
		Max:     &most,
		Description: "Prefix length in bits from which a network is narrower than the internet: with 8, " +
			"10.0.0.0/8 is, and 0.0.0.0/1 is not.",
	}
}

const publicPorts = "publicPorts"

func publicPortsSetting() rule.Setting {
	return names(publicPorts, []string{"80", "443"}, "Ports that may be open to the whole internet.")
}

// isNarrow asks whether a CIDR is a part of the internet and not all of it. What
// cannot be read as a CIDR is left to the cloud to refuse.
func isNarrow(cidr rule.Value, shortest int) rule.Truth {
	return cidr.Matches(func(s string) bool {
		prefix, err := netip.ParsePrefix(s)
		return err != nil || prefix.Bits() >= shortest
	})
}

// openTo says in words whom a list of CIDRs lets in.
func openTo(cidrs rule.Value) string {
	if cidrs.Empty().IsTrue() {
		return "the whole internet"
	}
	return cidrs.String()
}

func list(strings []string) []any {
	out := make([]any, len(strings))
	for i, s := range strings {
		out[i] = s
	}
	return out
}
