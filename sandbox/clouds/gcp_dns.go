package clouds

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpZoneType   = "gcp:dns/managedZone:ManagedZone"
	gcpRecordType = "gcp:dns/recordSet:RecordSet"
)

var gcpZone = &Type{
	Token: gcpZoneType, Noun: "DNS zone", Untagged: true,
	Does:      "has four name servers; cannot be deleted with records in it, unless forceDestroy is on; answers no queries",
	Autoname:  &Autoname{Property: "name", MaxLength: 255},
	Required:  []string{"dnsName"},
	Immutable: []string{"name", "dnsName", "project", "visibility", "reverseLookup", "serviceDirectoryConfig"},
	Defaults: props.Object{
		"description": "Managed by Pulumi", "visibility": "public", "forceDestroy": false, "dnssecConfig.kind": "dns#managedZoneDnsSecConfig",
	},
	OptionalComputed: []string{"project", "cloudLoggingConfig", "dnssecConfig.nonExistence", "dnssecConfig.defaultKeySpecs"},
	Computed:         []string{"creationTime", "managedZoneId", "nameServers"},
	Secret:           gcpLabelOutputs,
	WriteOnly:        []string{"forceDestroy"},
	Check: func(c *Call) []Failure {
		o := c.Props
		f := append(gcpCheckName(o), gcpCheckLabels(o, "labels")...)
		f = append(f, oneOf(o, "visibility", "private", "public")...)
		f = append(f, oneOf(o, "dnssecConfig.state", "off", "on", "transfer")...)
		f = append(f, oneOf(o, "dnssecConfig.nonExistence", "nsec", "nsec3")...)
		f = append(f, gcpCheckDNSName(o, "dnsName")...)
		private := props.Str(o, "visibility") == "private"
		if private && props.Str(o, "dnssecConfig.state") == "on" {
			f = append(f, Failure{"dnssecConfig", "a private zone has no DNSSEC"})
		}
		if !private && props.Get(o, "privateVisibilityConfig") != nil {
			f = append(f, Failure{"privateVisibilityConfig", "privateVisibilityConfig goes with visibility private"})
		}
		return f
	},
	Known: gcpLabelled(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/managedZones/%s", "project", "name")
		if err != nil {
			return "", err
		}
		for _, n := range props.Objects(c.Props, "privateVisibilityConfig.networks") {
			if _, err := gcpResolve(c, gcpNetworkType, props.Str(n, "networkUrl")); err != nil {
				return "", err
			}
		}
		setDefaults(c.Props, props.Object{"cloudLoggingConfig": props.Object{"enableLogging": false}})
		// Each zone is on one of five groups of servers: cloud.google.com/dns/docs/update-name-servers.
		group := hashedName(1, "abcde", id)
		servers := make([]any, 4)
		for i := range servers {
			servers[i] = fmt.Sprintf("ns-cloud-%s%d.googledomains.com.", group, i+1)
		}
		if props.Str(c.Props, "visibility") == "private" {
			servers = []any{"ns-gcp-private.googledomains.com."}
		}
		number, err := strconv.Atoi(hashedName(15, "123456789", id))
		if err != nil {
			return "", c.Errorf("%v", err)
		}
		c.Props["nameServers"], c.Props["creationTime"], c.Props["managedZoneId"] = servers, c.Timestamp(), number
		return id, nil
	},
	Delete: func(c *Call) error {
		records, err := gcpRecords(c, props.Str(c.Props, "project"), props.Str(c.Props, "name"))
		if err != nil || len(records) == 0 || props.Bool(c.Props, "forceDestroy") {
			return err
		}
		return c.Errorf("containerNotEmpty: the zone %s has records, such as %s: delete them, or set forceDestroy", c.ID, props.Str(records[0].Properties, "name"))
	},
}

func gcpCheckDNSName(o props.Object, path string) []Failure {
	if n := props.Str(o, path); n != "" && !strings.HasSuffix(n, ".") {
		return []Failure{{path, fmt.Sprintf("%q must end with a dot: %s.", n, n)}}
	}
	return nil
}

func gcpRecords(c *Call, project, zone string) ([]*store.Object, error) {
	return c.Others(gcpRecordType, func(o *store.Object) bool {
		return props.Str(o.Properties, "project") == project && gcpLast(props.Str(o.Properties, "managedZone")) == zone
	})
}

var gcpRecord = &Type{
	Token: gcpRecordType, Noun: "DNS record set", Untagged: true,
	Does:             "refuses a name outside its zone, and a CNAME beside other records",
	Required:         []string{"managedZone", "name", "type"},
	Immutable:        []string{"managedZone", "name", "project"},
	OptionalComputed: []string{"project"},
	Check: func(c *Call) []Failure {
		f := append(gcpCheckDNSName(c.Props, "name"), exactlyOne(c.Props, "rrdatas", "routingPolicy")...)
		if t := props.Str(c.Props, "type"); t == "CNAME" && len(props.List(c.Props, "rrdatas")) > 1 {
			f = append(f, Failure{"rrdatas", "a CNAME has one target"})
		}
		return f
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		zone, err := gcpNamed(c, gcpZoneType, "projects/%s/managedZones/%s", "project", "managedZone")
		if err != nil {
			return "", err
		}
		o, err := c.Find(gcpZoneType, zone, "notFound")
		if err != nil {
			return "", err
		}
		name, typ, under := props.Str(c.Props, "name"), props.Str(c.Props, "type"), props.Str(o.Properties, "dnsName")
		if name != under && !strings.HasSuffix(name, "."+under) {
			return "", c.Errorf("invalidZoneApex: %s is not in the zone %s", name, under)
		}
		records, err := gcpRecords(c, props.Str(c.Props, "project"), gcpLast(zone))
		if err != nil {
			return "", err
		}
		for _, r := range records {
			other := props.Str(r.Properties, "type")
			if props.Str(r.Properties, "name") == name && other != typ && (other == "CNAME" || typ == "CNAME") {
				return "", c.Errorf("cnameResourceRecordSetConflict: %s has a record of the type %s: a CNAME stands alone", name, other)
			}
		}
		id := fmt.Sprintf("%s/rrsets/%s/%s", zone, name, typ)
		return id, gcpFree(c, id)
	},
}
