package clouds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsZoneType   = "aws:route53/zone:Zone"
	awsRecordType = "aws:route53/record:Record"
)

var awsDomain = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])\.?$`)

var awsZone = &Type{
	Token: awsZoneType, Noun: "hosted zone",
	Does:             "gets four name servers; cannot be deleted with key-signing keys in it, nor with records unless forceDestroy is on",
	Autoname:         &Autoname{Property: "name", MaxLength: 255, Lower: true},
	Immutable:        []string{"delegationSetId", "name"},
	Defaults:         props.Object{"comment": "Managed by Pulumi", "forceDestroy": false},
	OptionalComputed: []string{"vpcs.vpcRegion"},
	Computed:         []string{"arn", "nameServers", "primaryNameServer", "zoneId"},
	Sets:             []string{"vpcs"},
	WriteOnly:        []string{"forceDestroy"},
	Check: func(c *Call) []Failure {
		f := awsConflict(c.Props, "delegationSetId", "vpcs")
		if n := props.Str(c.Props, "name"); n != "" && !awsDomain.MatchString(n) {
			f = append(f, Failure{"name", fmt.Sprintf("InvalidDomainName: %q is no domain such as example.org, in lower case", n)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		for i, v := range props.Objects(c.Props, "vpcs") {
			vpc, err := c.Find(awsVPCType, props.Str(v, "vpcId"), "InvalidVPCId")
			if err != nil {
				return "", err
			}
			if r := props.StrOr(v, "vpcRegion", c.Region); r != vpc.Region {
				return "", c.Errorf("InvalidVPCId: vpcs[%d]: the VPC %s is in %s, not in %s", i, vpc.ID, vpc.Region, r)
			}
		}
		id := awsZoneIDOf(randomHex(32))
		servers := []any{}
		if len(props.List(c.Props, "vpcs")) == 0 { // docs.aws.amazon.com/Route53/latest/DeveloperGuide/GetInfoAboutHostedZone.html
			for i, tld := range []string{"co.uk", "com", "net", "org"} {
				n := hashed(id, i) % 512
				servers = append(servers, fmt.Sprintf("ns-%d.awsdns-%02d.%s", n+512*uint64(i), n%64, tld))
			}
			slices.SortFunc(servers, func(a, b any) int { return strings.Compare(a.(string), b.(string)) }) //nolint:forcetypeassert // made above
		}
		primary := ""
		if len(servers) > 0 {
			primary, _ = servers[0].(string)
		}
		set(c, "arn", "arn:aws:route53:::hostedzone/"+id, "zoneId", id, "nameServers", servers, "primaryNameServer", primary)
		return id, nil
	},
	Delete: func(c *Call) error {
		if !props.Bool(c.Props, "forceDestroy") {
			if err := awsRefuse(c, awsRecordType, "zoneId", "HostedZoneNotEmpty"); err != nil {
				return err
			}
		}
		return awsRefuse(c, awsSigningKeyType, "hostedZoneId", "HostedZoneNotEmpty")
	},
}

var awsRecordTypes = []string{"A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT"}

// awsRoutingPolicies need a setIdentifier.
var awsRoutingPolicies = []string{
	"cidrRoutingPolicy", "failoverRoutingPolicies", "geolocationRoutingPolicies", "geoproximityRoutingPolicy", "latencyRoutingPolicies",
	"multivalueAnswerRoutingPolicy", "weightedRoutingPolicies",
}

var awsRecord = &Type{
	Token: awsRecordType, Noun: "DNS record", Untagged: true,
	Does:             "refuses a second record of a name and type, and a CNAME beside others or at the top of its zone; nobody can resolve it",
	Required:         []string{"zoneId", "name", "type"},
	Immutable:        []string{"name", "zoneId"},
	OptionalComputed: []string{"allowOverwrite"},
	Computed:         []string{"fqdn"},
	Sets:             []string{"records"},
	WriteOnly:        []string{"allowOverwrite"},
	Check: func(c *Call) []Failure {
		f := awsExactlyOne(c.Props, "aliases", "records")
		f = append(f, awsOneOf(c.Props, "type", awsRecordTypes...)...)
		f = append(f, awsConflict(c.Props, "ttl", "aliases")...)
		if c.Props["records"] != nil && c.Props["ttl"] == nil {
			f = append(f, Failure{"ttl", "a record with records needs it"})
		}
		for _, p := range awsRoutingPolicies {
			if c.Props[p] != nil && c.Props["setIdentifier"] == nil {
				f = append(f, Failure{"setIdentifier", p + " needs it"})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		zone, err := c.Find(awsZoneType, props.Str(c.Props, "zoneId"), "NoSuchHostedZone")
		if err != nil {
			return "", err
		}
		domain := strings.TrimSuffix(props.Str(zone.Properties, "name"), ".")
		name := strings.TrimSuffix(strings.ToLower(props.Str(c.Props, "name")), ".")
		fqdn := name
		if name != domain && !strings.HasSuffix(name, "."+domain) { // the provider completes a name that is not in the zone
			if fqdn = domain; name != "" {
				fqdn = name + "." + domain
			}
		}
		set(c, "fqdn", fqdn)
		kind := props.Str(c.Props, "type")
		if kind == "CNAME" && fqdn == domain {
			return "", c.Errorf("InvalidChangeBatch: RRSet of type CNAME with DNS name %s. is not permitted at apex in zone %s.", fqdn, domain)
		}
		id := zone.ID + "_" + name + "_" + kind
		if s := props.Str(c.Props, "setIdentifier"); s != "" {
			id += "_" + s
		}
		return id, awsRecordIsFree(c, zone.ID, fqdn, kind)
	},
}

func awsRecordIsFree(c *Call, zone, fqdn, kind string) error {
	others, err := c.Others(awsRecordType, func(o *store.Object) bool {
		return props.Str(o.Properties, "zoneId") == zone && props.Str(o.Properties, "fqdn") == fqdn
	})
	if err != nil {
		return err
	}
	for _, o := range others {
		other := props.Str(o.Properties, "type")
		if other == kind && (props.Bool(c.Props, "allowOverwrite") || c.Props["setIdentifier"] != nil && !props.Equal(o.Properties["setIdentifier"], c.Props["setIdentifier"])) {
			continue
		}
		if other == kind || other == "CNAME" || kind == "CNAME" {
			return c.Errorf("InvalidChangeBatch: tried to create resource record set [name='%s.', type='%s'] but there is one of type %s already: %s", fqdn, kind, other, o.ID)
		}
	}
	return nil
}

// Source of the rules: docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html.
var awsQueryLog = &Type{
	Token: "aws:route53/queryLog:QueryLog", Noun: "query log of a hosted zone", Untagged: true,
	Does:      "refuses private zones, log groups outside us-east-1, and those that Route 53 may not write to; logs nothing",
	Required:  []string{"cloudwatchLogGroupArn", "zoneId"},
	Immutable: []string{"cloudwatchLogGroupArn", "zoneId"},
	Computed:  []string{"arn"},
	Check: func(c *Call) []Failure {
		if a := props.Str(c.Props, "cloudwatchLogGroupArn"); a != "" && !strings.HasPrefix(a, "arn:aws:logs:us-east-1:") {
			return []Failure{{"cloudwatchLogGroupArn", fmt.Sprintf("InvalidInput: %s: the log group must be in us-east-1", a)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		zone, err := c.Find(awsZoneType, props.Str(c.Props, "zoneId"), "NoSuchHostedZone")
		if err != nil {
			return "", err
		}
		if len(props.List(zone.Properties, "vpcs")) > 0 {
			return "", c.Errorf("InvalidInput: the zone %s is private: only queries of public zones are logged", zone.ID)
		}
		if err := awsLogGroupExists(c, props.Str(c.Props, "cloudwatchLogGroupArn"), "NoSuchCloudWatchLogsLogGroup"); err != nil {
			return "", err
		}
		allowed, err := c.Others(awsLogResourcePolicyType, func(o *store.Object) bool {
			return o.Region == "us-east-1" && awsTrusts(props.Str(o.Properties, "policyDocument"), "route53.amazonaws.com")
		})
		if err != nil {
			return "", err
		}
		if len(allowed) == 0 {
			return "", c.Errorf("InsufficientCloudWatchLogsResourcePolicy: no resource policy of CloudWatch Logs in us-east-1 lets route53.amazonaws.com write: make one first")
		}
		same, err := c.Others(c.Type.Token, func(o *store.Object) bool { return props.Str(o.Properties, "zoneId") == zone.ID })
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("QueryLoggingConfigAlreadyExists: the zone %s has one already: %s", zone.ID, same[0].ID)
		}
		id := uuid()
		set(c, "arn", "arn:aws:route53:::queryloggingconfig/"+id)
		return id, nil
	},
}
