package rules

import (
	"slices"

	"github.com/ai-now/platform/policy/rule"
)

func digitaloceanIngressPorts() *rule.Rule {
	return &rule.Rule{
		ID:       "digitalocean-ingress-ports",
		Title:    "Firewalls on DigitalOcean are open to the internet on web ports only",
		Severity: rule.Critical,
		On:       types("digitalocean:index/firewall:Firewall"),
		Why: "What the whole internet can reach is scanned within minutes, and nodes of DOKS have public " +
			"addresses. Load balancers reach them through the VPC.",
		Fix: "Name networks, load balancers, tags or clusters as the source. The ports that may be open to all are " +
			"the setting publicPorts.",
		Settings: []rule.Setting{publicPortsSetting(), shortestPrefixSetting()},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			q.Each(r.Get("inboundRules"), func(in rule.Value) {
				narrow := in.Get("sourceAddresses").All(func(a rule.Value) rule.Truth {
					return isNarrow(a, q.Settings.Int(shortestPrefix))
				})
				ports := in.Get("portRange")
				web := in.Get("protocol").Is("icmp").Or(ports.Matches(func(s string) bool {
					return slices.Contains(q.Settings.Strings(publicPorts), s)
				}))
				q.Require(narrow.Or(web), ports, "the internet may come in on %s %s", in.Get("protocol"), ports)
			})
		}),
	}
}
