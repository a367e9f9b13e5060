package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsSecurityGroupType     = "aws:ec2/securityGroup:SecurityGroup"
	awsSecurityGroupRuleType = "aws:ec2/securityGroupRule:SecurityGroupRule"
)

var awsSecurityGroup = &Type{
	Token: awsSecurityGroupType, Noun: "security group",
	Does:             "refuses a second group of the same name in a VPC; cannot be deleted while a cluster, an endpoint, a mount target or another group's rule uses it",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Immutable:        []string{"name", "namePrefix", "description", "vpcId"},
	Defaults:         props.Object{"description": "Managed by Pulumi", "revokeRulesOnDelete": false},
	OptionalComputed: []string{"vpcId", "ingress", "egress", "namePrefix"},
	Computed:         []string{"arn", "ownerId"},
	Sets:             []string{"ingress", "egress"},
	WriteOnly:        []string{"revokeRulesOnDelete"},
	Create: func(c *Call) (string, error) {
		vpc, name := props.Str(c.Props, "vpcId"), props.Str(c.Props, "name")
		if vpc != "" {
			if _, err := awsFind(c, awsVPCType, vpc, "InvalidVpcID.NotFound"); err != nil {
				return "", err
			}
		}
		same, err := c.Others(awsSecurityGroupType, func(o *store.Object) bool {
			return props.Str(o.Properties, "vpcId") == vpc && props.Str(o.Properties, "name") == name
		})
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("InvalidGroup.Duplicate: the security group '%s' already exists for VPC '%s'", name, vpc)
		}
		id := awsID("sg")
		setDefaults(c.Props, props.Object{"ingress": []any{}, "egress": []any{}})
		set(c, "arn", awsARN(c.Env, "ec2", "security-group/"+id), "ownerId", awsAccount)
		return id, nil
	},
	Delete: func(c *Call) error {
		for t, property := range map[string]string{
			awsEKSClusterType: "vpcConfig.securityGroupIds", awsVPCEndpointType: "securityGroupIds", awsMountTargetType: "securityGroups",
			awsSecurityGroupRuleType: "sourceSecurityGroupId", awsIngressRuleType: "referencedSecurityGroupId", awsEgressRuleType: "referencedSecurityGroupId",
		} {
			if err := awsRefuse(c, t, property, "DependencyViolation"); err != nil {
				return err
			}
		}
		return nil
	},
}

var awsDefaultSecurityGroup = &Type{
	Token: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", Noun: "default security group",
	Does:             "takes over the group that its VPC came with; deleting it leaves the group where it is",
	Immutable:        []string{"vpcId"},
	Defaults:         props.Object{"revokeRulesOnDelete": false},
	OptionalComputed: []string{"vpcId"},
	Computed:         []string{"arn", "description", "name", "namePrefix", "ownerId"},
	Sets:             []string{"ingress", "egress"},
	WriteOnly:        []string{"revokeRulesOnDelete"},
	Create: func(c *Call) (string, error) {
		vpc, err := awsFind(c, awsVPCType, props.Str(c.Props, "vpcId"), "InvalidVpcID.NotFound")
		if err != nil {
			return "", err
		}
		id := props.Str(vpc.Properties, "defaultSecurityGroupId")
		set(c, "arn", awsARN(c.Env, "ec2", "security-group/"+id), "ownerId", awsAccount, "name", "default", "namePrefix", "", "description", "default VPC security group")
		return id, nil
	},
}

var awsSecurityGroupRule = &Type{
	Token: awsSecurityGroupRuleType, Noun: "security group rule", Untagged: true,
	Does:     "refuses groups that do not exist, and a second rule that is the same",
	Required: []string{"type", "securityGroupId", "protocol", "fromPort", "toPort"},
	Immutable: []string{
		"type", "securityGroupId", "protocol", "fromPort", "toPort", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "self", "sourceSecurityGroupId",
	},
	Defaults:         props.Object{"self": false},
	OptionalComputed: []string{"sourceSecurityGroupId"},
	Computed:         []string{"securityGroupRuleId"},
	Check: func(c *Call) []Failure {
		if t := props.Str(c.Props, "type"); t != "" && t != "ingress" && t != "egress" {
			return []Failure{{"type", fmt.Sprintf("%q is neither ingress nor egress", t)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		group := props.Str(c.Props, "securityGroupId")
		for _, k := range []string{"securityGroupId", "sourceSecurityGroupId"} {
			if id := props.Str(c.Props, k); id != "" && !awsGroupExists(c, id) {
				return "", c.Errorf("InvalidGroup.NotFound: the security group '%s' does not exist", id)
			}
		}
		id := fmt.Sprintf("sgrule-%d", uint32(hashed(group, awsRuleKey(c.Props))))
		if _, err := c.Store.Get(awsSecurityGroupRuleType, id); err == nil {
			return "", c.Errorf("InvalidPermission.Duplicate: the specified rule %q already exists in %s", awsRuleKey(c.Props), group)
		}
		set(c, "securityGroupRuleId", awsID("sgr"))
		return id, nil
	},
}

// awsRuleKey says what a rule lets through.
func awsRuleKey(o props.Object) string {
	var parts []string
	for _, k := range []string{"type", "protocol", "fromPort", "toPort", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "self", "sourceSecurityGroupId"} {
		if v := o[k]; v != nil && !empty(v) {
			parts = append(parts, fmt.Sprintf("%s=%v", k, v))
		}
	}
	return strings.Join(parts, " ")
}

// awsGroupExists looks also for the groups that VPCs and clusters come with.
func awsGroupExists(c *Call, id string) bool {
	if _, err := c.Store.Get(awsSecurityGroupType, id); err == nil {
		return true
	}
	for t, property := range map[string]string{awsVPCType: "defaultSecurityGroupId", awsEKSClusterType: "vpcConfig.clusterSecurityGroupId"} {
		found, err := c.Others(t, func(o *store.Object) bool { return props.Str(o.Properties, property) == id })
		if err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}
