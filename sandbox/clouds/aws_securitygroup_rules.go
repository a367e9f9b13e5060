package clouds

import (
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsIngressRuleType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	awsEgressRuleType  = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
)

var (
	awsIngressRule = awsGroupRule(awsIngressRuleType, "ingress rule of a security group")
	awsEgressRule  = awsGroupRule(awsEgressRuleType, "egress rule of a security group")
)

// awsRulePeers are the other ends of a rule, of which it has one.
var awsRulePeers = []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"}

func awsGroupRule(token, noun string) *Type {
	return &Type{
		Token: token, Noun: noun,
		Does:      "refuses groups that do not exist, a second rule that is the same, and ports where all protocols are meant",
		Required:  []string{"securityGroupId", "ipProtocol"},
		Immutable: []string{"securityGroupId"},
		Computed:  []string{"arn", "securityGroupRuleId"},
		Check: func(c *Call) []Failure {
			f := append(awsExactlyOne(c.Props, awsRulePeers...), checkCIDR(c.Props, "cidrIpv4", 0, 32)...)
			switch protocol := props.Str(c.Props, "ipProtocol"); protocol {
			case "-1":
				if c.Props["fromPort"] != nil || c.Props["toPort"] != nil {
					f = append(f, Failure{"fromPort", "ipProtocol -1 means all ports of all protocols: leave fromPort and toPort out"})
				}
			case "tcp", "udp", "icmp", "icmpv6":
				if c.Props["fromPort"] == nil || c.Props["toPort"] == nil {
					f = append(f, Failure{"fromPort", fmt.Sprintf("a rule for %s needs fromPort and toPort", protocol)})
				}
			}
			from, ok := props.Int(c.Props, "fromPort")
			to, ok2 := props.Int(c.Props, "toPort")
			if ok && ok2 && from > to && from >= 0 && to >= 0 && props.Str(c.Props, "ipProtocol") != "icmp" {
				f = append(f, Failure{"toPort", fmt.Sprintf("the ports %d to %d are no range", from, to)})
			}
			return f
		},
		Create: func(c *Call) (string, error) {
			id := awsID("sgr")
			set(c, "arn", awsARN(c.Env, "ec2", "security-group-rule/"+id), "securityGroupRuleId", id)
			c.ID = id
			return id, awsPlaceRule(c)
		},
		Update: awsPlaceRule,
	}
}

func awsPlaceRule(c *Call) error {
	for _, k := range []string{"securityGroupId", "referencedSecurityGroupId"} {
		if id := props.Str(c.Props, k); id != "" && !awsGroupExists(c, id) {
			return c.Errorf("InvalidGroup.NotFound: the security group '%s' does not exist", id)
		}
	}
	same, err := awsHere(c.Env, c.Type.Token, func(o *store.Object) bool {
		for _, k := range append([]string{"securityGroupId", "ipProtocol", "fromPort", "toPort"}, awsRulePeers...) {
			if !props.Equal(o.Properties[k], c.Props[k]) {
				return false
			}
		}
		return o.ID != c.ID
	})
	if err != nil || len(same) == 0 {
		return err
	}
	return c.Errorf("InvalidPermission.Duplicate: the specified rule already exists in %s: %s", props.Str(c.Props, "securityGroupId"), same[0].ID)
}
