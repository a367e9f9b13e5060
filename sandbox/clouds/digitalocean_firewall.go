package clouds

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	doFirewallType = "digitalocean:index/firewall:Firewall"
	doTagType      = "digitalocean:index/tag:Tag"
)

// doTagName is the form of a tag: ValidateTag in the provider.
var doTagName = regexp.MustCompile(`^[a-zA-Z0-9:\-_]{1,255}$`)

// doPorts is one port, a range of them, 0 or all.
var doPorts = regexp.MustCompile(`^(all|\d{1,5}(-\d{1,5})?)$`)

func doCheckTags(o props.Object, path string) []Failure {
	var f []Failure
	for i, t := range props.StrList(o, path) {
		if !doTagName.MatchString(t) {
			f = append(f, Failure{props.Index(path, i), fmt.Sprintf("%q is no tag: letters, digits, colons, hyphens and underscores", t)})
		}
	}
	return f
}

var doTag = &Type{
	Token: doTagType, Noun: "tag",
	Does:      "takes over a tag of the name, if resources brought it",
	Autoname:  &Autoname{Property: "name", MaxLength: 255},
	Immutable: []string{"name"},
	Computed:  []string{"databasesCount", "dropletsCount", "imagesCount", "totalResourceCount", "volumeSnapshotsCount", "volumesCount"},
	Check: func(c *Call) []Failure {
		if n := props.Str(c.Props, "name"); n != "" && !doTagName.MatchString(n) {
			return []Failure{{"name", fmt.Sprintf("%q is no tag: letters, digits, colons, hyphens and underscores", n)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		for _, k := range c.Type.Computed {
			c.Props[k] = 0
		}
		return props.Str(c.Props, "name"), nil
	},
}

var doFirewall = &Type{
	Token: doFirewallType, Noun: "firewall",
	Does:     "refuses a firewall without rules, rules without ports or addresses, and a name in use; carries no traffic",
	Autoname: &Autoname{Property: "name", MaxLength: 255},
	Computed: []string{"createdAt", "pendingChanges", "status"},
	Sets:     []string{"dropletIds", "inboundRules", "outboundRules", "tags"},
	Check: func(c *Call) []Failure {
		in, out := c.Props["inboundRules"], c.Props["outboundRules"]
		f := doCheckTags(c.Props, "tags")
		if (in == nil || empty(in)) && (out == nil || empty(out)) {
			f = append(f, Failure{"inboundRules", "a firewall needs a rule: inboundRules or outboundRules"})
		}
		// docs.digitalocean.com/products/networking/firewalls/details/limits
		if n, most := len(props.List(c.Props, "inboundRules"))+len(props.List(c.Props, "outboundRules")), 50; n > most {
			f = append(f, Failure{"inboundRules", fmt.Sprintf("%d rules: a firewall takes %d", n, most)})
		}
		f = append(f, doCheckRules(c.Props, "inboundRules", "source")...)
		return append(f, doCheckRules(c.Props, "outboundRules", "destination")...)
	},
	Create: func(c *Call) (string, error) {
		id := uuid()
		c.ID = id
		c.Props["status"], c.Props["pendingChanges"], c.Props["createdAt"] = "succeeded", []any{}, c.Timestamp()
		return id, doFirewallRefers(c)
	},
	Update: doFirewallRefers,
}

// doCheckRules follows the provider's schema and CustomizeDiff; end is source or destination.
func doCheckRules(o props.Object, path, end string) []Failure {
	var f []Failure
	for i, r := range props.Objects(o, path) {
		at := props.Index(path, i)
		f = append(f, oneOf(o, at+".protocol", "tcp", "udp", "icmp")...)
		protocol, ports := props.Str(r, "protocol"), props.Str(r, "portRange")
		switch {
		case protocol != "" && protocol != "icmp" && r["portRange"] == nil:
			f = append(f, Failure{at + ".portRange", "the protocol " + protocol + " needs portRange: a port, a range such as 8000-9000, or all"})
		case ports != "" && !doPorts.MatchString(ports):
			f = append(f, Failure{at + ".portRange", fmt.Sprintf("%q is no port, no range such as 8000-9000, and not all", ports)})
		}
		ends := 0
		for k, v := range r {
			if strings.HasPrefix(k, end) && v != nil && !empty(v) {
				ends++
			}
		}
		if ends == 0 {
			f = append(f, Failure{at, fmt.Sprintf("a rule needs one of %sAddresses, %sTags, %sDropletIds, %sLoadBalancerUids, %sKubernetesIds", end, end, end, end, end)})
		}
		f = append(f, doCheckTags(o, at+"."+end+"Tags")...)
	}
	return f
}

// doFirewallRefers refuses a name in use, and clusters that rules mention and that do not exist.
func doFirewallRefers(c *Call) error {
	same, err := c.Others(doFirewallType, func(o *store.Object) bool {
		return o.ID != c.ID && props.Str(o.Properties, "name") == props.Str(c.Props, "name")
	})
	if err != nil {
		return err
	}
	if len(same) > 0 {
		return c.Errorf("409 conflict: there is a firewall with the name %q", props.Str(c.Props, "name"))
	}
	for path, key := range map[string]string{"inboundRules": "sourceKubernetesIds", "outboundRules": "destinationKubernetesIds"} {
		for _, r := range props.Objects(c.Props, path) {
			for _, id := range props.StrList(r, key) {
				if _, err := c.Find(doClusterType, id, "404 not_found"); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
