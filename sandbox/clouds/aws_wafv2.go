package clouds

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsWebACLType            = "aws:wafv2/webAcl:WebAcl"
	awsIPSetType             = "aws:wafv2/ipSet:IpSet"
	awsWebACLAssociationType = "aws:wafv2/webAclAssociation:WebAclAssociation"
)

// awsWAFARN is the ARN of something in AWS WAF.
func awsWAFARN(c *Call, kind, name, id string) string {
	scope := "regional"
	if props.Str(c.Props, "scope") == "CLOUDFRONT" {
		scope = "global"
	}
	return awsARN(c.Env, "wafv2", strings.Join([]string{scope, kind, name, id}, "/"))
}

func awsCheckScope(c *Call) []Failure {
	f := awsOneOf(c.Props, "scope", "REGIONAL", "CLOUDFRONT")
	if props.Str(c.Props, "scope") == "CLOUDFRONT" && c.Region != "us-east-1" {
		f = append(f, Failure{"scope", "WAFInvalidParameterException: CLOUDFRONT is for a provider of us-east-1, and this is of " + c.Region})
	}
	return f
}

// awsWAFName refuses a name that something of the type has in the same scope.
func awsWAFName(c *Call) error {
	same, err := awsHere(c.Env, c.Type.Token, func(o *store.Object) bool {
		return props.Equal(o.Properties["name"], c.Props["name"]) && props.Equal(o.Properties["scope"], c.Props["scope"])
	})
	if err != nil || len(same) == 0 {
		return err
	}
	return c.Errorf("WAFDuplicateItemException: there is a %s with the name %s already: %s", c.Type.Noun, props.Str(c.Props, "name"), same[0].ID)
}

var awsWebACL = &Type{
	Token: awsWebACLType, Noun: "web ACL",
	Does: "refuses rules of one priority or name, managed rule groups that do not exist, and more than 5000 units of capacity; " +
		"cannot be deleted while associated; blocks nothing",
	Autoname:         &Autoname{Property: "name", MaxLength: 128},
	Required:         []string{"scope", "defaultAction", "visibilityConfig", "visibilityConfig.metricName"},
	Immutable:        []string{"name", "namePrefix", "scope"},
	OptionalComputed: []string{"namePrefix"},
	Computed:         []string{"applicationIntegrationUrl", "arn", "capacity", "lockToken"},
	ComputedByUpdate: []string{"lockToken"},
	Sets:             []string{"customResponseBodies", "rules", "tokenDomains"},
	Check: func(c *Call) []Failure {
		f := append(awsCheckScope(c), awsConflict(c.Props, "ruleJson", "rules")...)
		f = append(f, awsOneKey(c.Props, "defaultAction", "allow", "block")...)
		return append(f, awsCheckWebRules(c.Props)...)
	},
	Create: func(c *Call) (string, error) {
		id := uuid()
		set(c, "arn", awsWAFARN(c, "webacl", props.Str(c.Props, "name"), id), "applicationIntegrationUrl", "")
		if err := awsWAFName(c); err != nil {
			return "", err
		}
		return id, awsPutWebACL(c)
	},
	Update: awsPutWebACL,
	Delete: func(c *Call) error { return awsRefuseARN(c, awsWebACLAssociationType, "webAclArn") },
}

// awsOneKey finds an object with none or several of its alternatives. They may be empty objects.
func awsOneKey(o props.Object, path string, keys ...string) []Failure {
	m, n := props.Map(o, path), 0
	for _, k := range keys {
		if m[k] != nil {
			n++
		}
	}
	if m == nil || n == 1 {
		return nil
	}
	return []Failure{{path, "WAFInvalidParameterException: it must have exactly one of " + strings.Join(keys, ", ")}}
}

func awsRefuseARN(c *Call, typ, property string) error {
	users, err := c.Others(typ, func(o *store.Object) bool { return props.Equal(o.Properties[property], c.Props["arn"]) })
	if err != nil || len(users) == 0 {
		return err
	}
	return c.Errorf("WAFAssociatedItemException: the %s %s is used by %s", c.Type.Noun, c.ID, users[0].ID)
}

func awsPutWebACL(c *Call) error {
	capacity := 0
	for _, r := range props.Objects(c.Props, "rules") {
		s := props.Map(r, "statement")
		capacity += awsWebCapacity(s)
		for _, arn := range awsIPSetsIn(s) {
			if err := awsARNExists(c, awsIPSetType, arn, "WAFNonexistentItemException"); err != nil {
				return err
			}
		}
	}
	if capacity > 5000 { // docs.aws.amazon.com/waf/latest/developerguide/limits.html
		return c.Errorf("WAFLimitsExceededException: the rules need %d units of capacity: 5000 at most", capacity)
	}
	set(c, "capacity", capacity, "lockToken", uuid())
	return nil
}

var awsWebACLAssociation = &Type{
	Token: awsWebACLAssociationType, Noun: "association of a web ACL", Untagged: true,
	Does:      "refuses network load balancers, a web ACL that does not exist, and a second one of a resource",
	Required:  []string{"resourceArn", "webAclArn"},
	Immutable: []string{"resourceArn", "webAclArn"},
	Check: func(c *Call) []Failure {
		for _, kind := range []string{"loadbalancer/net/", "loadbalancer/gwy/"} {
			if a := props.Str(c.Props, "resourceArn"); strings.Contains(a, kind) {
				return []Failure{{"resourceArn", fmt.Sprintf("WAFInvalidParameterException: %s: of the load balancers only application load balancers have a web ACL", a)}}
			}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		acl, resource := props.Str(c.Props, "webAclArn"), props.Str(c.Props, "resourceArn")
		if err := awsARNExists(c, awsWebACLType, acl, "WAFNonexistentItemException"); err != nil {
			return "", err
		}
		same, err := c.Others(awsWebACLAssociationType, func(o *store.Object) bool { return props.Str(o.Properties, "resourceArn") == resource })
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("the resource %s has a web ACL already: two associations would undo each other: %s", resource, same[0].ID)
		}
		return acl + "," + resource, nil
	},
}

var awsWebACLLogging = &Type{
	Token: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", Noun: "log of a web ACL", Untagged: true,
	Does:      "refuses destinations whose names do not begin with aws-waf-logs-, and log groups that do not exist; logs nothing",
	Required:  []string{"logDestinationConfigs", "resourceArn"},
	Immutable: []string{"logDestinationConfigs", "resourceArn"},
	Sets:      []string{"logDestinationConfigs", "loggingFilter.filters"},
	Check: func(c *Call) []Failure {
		var f []Failure
		to := props.StrList(c.Props, "logDestinationConfigs")
		if len(to) > 1 { // docs.aws.amazon.com/waf/latest/APIReference/API_LoggingConfiguration.html
			f = append(f, Failure{"logDestinationConfigs", fmt.Sprintf("a web ACL has one destination of its log, not %d", len(to))})
		}
		for i, arn := range to {
			if !slices.ContainsFunc([]string{":log-group:", ":s3:::", ":deliverystream/"}, func(k string) bool { return strings.Contains(arn, k+"aws-waf-logs-") }) {
				f = append(f, Failure{props.Index("logDestinationConfigs", i), fmt.Sprintf("WAFInvalidParameterException: %s: "+
					"it must be a log group, a bucket or a delivery stream whose name begins with aws-waf-logs-", arn)})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		arn := props.Str(c.Props, "resourceArn")
		if err := awsARNExists(c, awsWebACLType, arn, "WAFNonexistentItemException"); err != nil {
			return "", err
		}
		for _, to := range props.StrList(c.Props, "logDestinationConfigs") {
			if strings.Contains(to, ":log-group:") {
				if err := awsLogGroupExists(c, to, "WAFLogDestinationPermissionIssueException"); err != nil {
					return "", err
				}
			}
		}
		return arn, awsFree(c, arn, "the web ACL %s has a log already, and to delete either ends both: to replace one, delete it first (DeleteBeforeReplace)", arn)
	},
}

var awsIPSet = &Type{
	Token: awsIPSetType, Noun: "IP set",
	Does:             "refuses addresses without a prefix or of the other version, and deletion while a web ACL uses it",
	Autoname:         &Autoname{Property: "name", MaxLength: 128},
	Required:         []string{"ipAddressVersion", "scope"},
	Immutable:        []string{"ipAddressVersion", "name", "namePrefix", "scope"},
	OptionalComputed: []string{"namePrefix"},
	Computed:         []string{"arn", "lockToken"},
	ComputedByUpdate: []string{"lockToken"},
	Sets:             []string{"addresses"},
	Check: func(c *Call) []Failure {
		f := append(awsCheckScope(c), awsOneOf(c.Props, "ipAddressVersion", "IPV4", "IPV6")...)
		for i, a := range props.List(c.Props, "addresses") {
			s, _ := a.(string)
			if props.HasUnknown(a) {
				continue
			}
			p, err := netip.ParsePrefix(s)
			if err != nil || p.Bits() == 0 || p.Addr().Is4() != (props.Str(c.Props, "ipAddressVersion") == "IPV4") {
				f = append(f, Failure{props.Index("addresses", i), fmt.Sprintf("WAFInvalidParameterException: %q is no range of %s with a prefix from 1", s, props.Str(c.Props, "ipAddressVersion"))})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		id := uuid()
		set(c, "arn", awsWAFARN(c, "ipset", props.Str(c.Props, "name"), id), "lockToken", uuid())
		return id, awsWAFName(c)
	},
	Update: func(c *Call) error { set(c, "lockToken", uuid()); return nil },
	Delete: func(c *Call) error {
		arn := props.Str(c.Props, "arn")
		users, err := c.Others(awsWebACLType, func(o *store.Object) bool {
			return slices.ContainsFunc(props.Objects(o.Properties, "rules"), func(r props.Object) bool {
				return slices.Contains(awsIPSetsIn(props.Map(r, "statement")), arn)
			})
		})
		if err != nil || len(users) == 0 {
			return err
		}
		return c.Errorf("WAFAssociatedItemException: the IP set %s is used by the web ACL %s", c.ID, users[0].ID)
	},
}
