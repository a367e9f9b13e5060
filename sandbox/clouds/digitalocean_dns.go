package clouds

import (
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	doDomainType = "digitalocean:index/domain:Domain"
	doRecordType = "digitalocean:index/dnsRecord:DnsRecord"
)

var doDomain = &Type{
	Token: doDomainType, Noun: "domain",
	Does:      "refuses a name in use; its records go with it; answers no queries",
	Required:  []string{"name"},
	Immutable: []string{"name", "ipAddress"},
	Computed:  []string{"domainUrn", "ttl"},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if _, err := c.Store.Get(doDomainType, name); err == nil {
			return "", c.Errorf("422 unprocessable_entity: the domain %s exists", name)
		}
		c.Props["domainUrn"], c.Props["ttl"] = "do:domain:"+name, 1800
		return name, nil
	},
	Delete: func(c *Call) error {
		records, err := c.Others(doRecordType, func(o *store.Object) bool { return props.Str(o.Properties, "domain") == c.ID })
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := c.Store.Delete(r.Type, r.ID); err != nil {
				return c.Errorf("%v", err)
			}
		}
		return nil
	},
}

var doRecord = &Type{
	Token: doRecordType, Noun: "DNS record",
	Does:             "refuses a domain that does not exist, and a CNAME beside other records",
	Autoname:         &Autoname{Property: "name", MaxLength: 63},
	Required:         []string{"domain", "type", "value"},
	Immutable:        []string{"domain", "type"},
	OptionalComputed: []string{"ttl"},
	Computed:         []string{"fqdn"},
	Check: func(c *Call) []Failure {
		o := c.Props
		f := oneOf(o, "type", "A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT", "SRV", "SOA")
		f = append(f, oneOf(o, "tag", "issue", "issuewild", "iodef")...)
		// The provider's CustomizeDiff.
		needs := map[string][]string{"MX": {"priority"}, "SRV": {"priority", "weight"}, "CAA": {"flags", "tag"}}
		typ := props.Str(o, "type")
		for _, k := range needs[typ] {
			if props.Get(o, k) == nil {
				f = append(f, Failure{k, "a record of the type " + typ + " needs " + k})
			}
		}
		if v := props.Str(o, "value"); (typ == "CNAME" || typ == "MX" || typ == "NS") && v != "" && v != "@" && !strings.HasSuffix(v, ".") {
			f = append(f, Failure{"value", "the name " + v + " must end with a dot"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		domain, err := c.Find(doDomainType, props.Str(c.Props, "domain"), "404 not_found")
		if err != nil {
			return "", err
		}
		name, typ := props.Str(c.Props, "name"), props.Str(c.Props, "type")
		beside, err := c.Others(doRecordType, func(o *store.Object) bool {
			return props.Str(o.Properties, "domain") == domain.ID && props.Str(o.Properties, "name") == name &&
				(typ == "CNAME" || props.Str(o.Properties, "type") == "CNAME")
		})
		if err != nil {
			return "", err
		}
		if len(beside) > 0 {
			return "", c.Errorf("422 unprocessable_entity: %s.%s has a record of the type %s: a CNAME stands alone", name, domain.ID, props.Str(beside[0].Properties, "type"))
		}
		setDefaults(c.Props, props.Object{"ttl": 1800})
		doFQDN(c)
		return randomDigits(9), nil
	},
	Update: func(c *Call) error { doFQDN(c); return nil },
}

func doFQDN(c *Call) {
	name, domain := props.Str(c.Props, "name"), props.Str(c.Props, "domain")
	c.Props["fqdn"] = name + "." + domain
	if name == "@" {
		c.Props["fqdn"] = domain
	}
}
