package clouds

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpFirewallType = "gcp:compute/firewall:Firewall"

// gcpPorts is one port or a range of them.
var gcpPorts = regexp.MustCompile(`^\d{1,5}(-\d{1,5})?$`)

var gcpFirewall = &Type{
	Token: gcpFirewallType, Noun: "firewall rule", Untagged: true,
	Does:             "refuses a rule without a source, and sources by tag and by service account in one rule; carries no traffic",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Required:         []string{"network"},
	Immutable:        []string{"name", "direction", "project"},
	Defaults:         props.Object{"priority": 1000},
	OptionalComputed: []string{"direction", "project", "destinationRanges", "enableLogging"},
	Computed:         []string{"creationTimestamp", "selfLink"},
	Sets:             []string{"allows", "denies", "sourceRanges", "destinationRanges", "sourceTags", "targetTags", "sourceServiceAccounts", "targetServiceAccounts"},
	Check:            gcpCheckFirewall,
	Known:            gcpPlace(false),
	Create: func(c *Call) (string, error) {
		if _, err := gcpResolve(c, gcpNetworkType, props.Str(c.Props, "network")); err != nil {
			return "", err
		}
		id, err := gcpMake(c, "projects/%s/global/firewalls/%s", "project", "name")
		if err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{"direction": "INGRESS", "destinationRanges": []any{}})
		c.Props["creationTimestamp"], c.Props["selfLink"] = c.Timestamp(), gcpCompute+id
		return id, nil
	},
}

// gcpCheckFirewall follows resourceComputeFirewallSourceFieldsCustomizeDiff and the conflicts in the schema.
func gcpCheckFirewall(c *Call) []Failure {
	o := c.Props
	f := append(gcpCheckName(o), exactlyOne(o, "allows", "denies")...)
	f = append(f, oneOf(o, "direction", "INGRESS", "EGRESS")...)
	f = append(f, oneOf(o, "logConfig.metadata", "EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA")...)
	f = append(f, between(o, "priority", 0, 65535)...)
	for _, accounts := range []string{"sourceServiceAccounts", "targetServiceAccounts"} {
		for _, tags := range []string{"sourceTags", "targetTags"} {
			f = append(f, atMostOne(o, accounts, tags)...)
		}
	}
	sources := []string{"sourceRanges", "sourceTags", "sourceServiceAccounts"}
	given := slices.DeleteFunc(slices.Clone(sources), func(k string) bool { return o[k] == nil })
	egress := props.Str(o, "direction") == "EGRESS"
	switch {
	case egress && len(given) > 0:
		f = append(f, Failure{given[0], "a rule for EGRESS has destinationRanges and no source"})
	case !egress && len(given) == 0 && !props.IsUnknown(o["direction"]):
		f = append(f, Failure{"sourceRanges", "one of sourceRanges, sourceTags or sourceServiceAccounts must be set"})
	}
	for _, k := range []string{"sourceRanges", "destinationRanges"} {
		f = append(f, gcpCheckRanges(o, k)...)
	}
	for _, k := range []string{"allows", "denies"} {
		for i, r := range props.Objects(o, k) {
			f = append(f, gcpCheckPorts(r, props.Index(k, i))...)
		}
	}
	return f
}

// gcpCheckPorts finds ports where a protocol has none. cloud.google.com/firewall/docs/firewalls.
func gcpCheckPorts(rule props.Object, at string) []Failure {
	ports, protocol := props.StrList(rule, "ports"), props.Str(rule, "protocol")
	if len(ports) > 0 && protocol != "" && !slices.Contains([]string{"tcp", "udp", "sctp", "6", "17", "132"}, protocol) {
		return []Failure{{at + ".ports", fmt.Sprintf("the protocol %s has no ports: only tcp, udp and sctp have", protocol)}}
	}
	for _, p := range ports {
		if !gcpPorts.MatchString(p) {
			return []Failure{{at + ".ports", fmt.Sprintf("%q is no port such as 443 and no range such as 8000-9000", p)}}
		}
	}
	return nil
}

// gcpCheckRanges finds elements of a list that are no ranges of addresses.
func gcpCheckRanges(o props.Object, path string) []Failure {
	var f []Failure
	for i, s := range props.StrList(o, path) {
		if r := prefix(s); !r.IsValid() || r.Masked() != r {
			f = append(f, Failure{props.Index(path, i), fmt.Sprintf("%q is no range of addresses such as 10.0.0.0/16", s)})
		}
	}
	return f
}
