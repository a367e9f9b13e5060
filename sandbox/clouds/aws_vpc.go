package clouds

import (
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsVPCType    = "aws:ec2/vpc:Vpc"
	awsSubnetType = "aws:ec2/subnet:Subnet"
)

var awsVPC = &Type{
	Token: awsVPCType, Noun: "VPC",
	Does:             "brings a default security group and a main route table; cannot be deleted with subnets, gateways, endpoints, route tables or security groups in it",
	Immutable:        []string{"cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"},
	Defaults:         props.Object{"instanceTenancy": "default", "enableDnsSupport": true},
	OptionalComputed: []string{"cidrBlock", "enableDnsHostnames", "enableNetworkAddressUsageMetrics", "ipv6CidrBlock", "ipv6CidrBlockNetworkBorderGroup"},
	Computed:         []string{"arn", "defaultNetworkAclId", "defaultRouteTableId", "defaultSecurityGroupId", "dhcpOptionsId", "ipv6AssociationId", "mainRouteTableId", "ownerId"},
	Check: func(c *Call) []Failure {
		// docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
		f := checkCIDR(c.Props, "cidrBlock", 16, 28)
		if c.Props["cidrBlock"] == nil && c.Props["ipv4IpamPoolId"] == nil {
			f = append(f, Failure{"cidrBlock", "a VPC needs cidrBlock, or ipv4IpamPoolId"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		id := awsID("vpc")
		setDefaults(c.Props, props.Object{"enableDnsHostnames": false, "enableNetworkAddressUsageMetrics": false, "ipv6CidrBlock": "", "ipv6CidrBlockNetworkBorderGroup": ""})
		table := awsID("rtb")
		set(c, "arn", awsARN(c.Env, "ec2", "vpc/"+id), "ownerId", awsAccount, "defaultNetworkAclId", awsID("acl"), "defaultRouteTableId", table,
			"mainRouteTableId", table, "defaultSecurityGroupId", awsID("sg"), "dhcpOptionsId", awsID("dopt"), "ipv6AssociationId", "")
		return id, nil
	},
	Delete: func(c *Call) error {
		for _, t := range []string{awsSubnetType, awsInternetGatewayType, awsRouteTableType, awsSecurityGroupType, awsVPCEndpointType} {
			if err := awsRefuse(c, t, "vpcId", "DependencyViolation"); err != nil {
				return err
			}
		}
		return nil
	},
}

// set writes outputs: a key and a value in turn.
func set(c *Call, kv ...any) {
	for i := 0; i+1 < len(kv); i += 2 {
		c.Props[kv[i].(string)] = kv[i+1] //nolint:forcetypeassert // keys are literals
	}
}

var awsSubnet = &Type{
	Token: awsSubnetType, Noun: "subnet",
	Does:      "refuses ranges outside its VPC or overlapping with another subnet, and zones of another region; cannot be deleted with NAT gateways, endpoints, mount targets, clusters or node groups in it",
	Required:  []string{"vpcId"},
	Immutable: []string{"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"},
	Defaults: props.Object{
		"mapPublicIpOnLaunch": false, "assignIpv6AddressOnCreation": false, "enableDns64": false, "ipv6Native": false,
		"enableResourceNameDnsARecordOnLaunch": false, "enableResourceNameDnsAaaaRecordOnLaunch": false,
	},
	OptionalComputed: []string{"availabilityZone", "availabilityZoneId", "privateDnsHostnameTypeOnLaunch"},
	Computed:         []string{"arn", "ownerId", "ipv6CidrBlockAssociationId"},
	Check: func(c *Call) []Failure {
		return append(checkCIDR(c.Props, "cidrBlock", 16, 28), awsCheckZone(c)...)
	},
	Create: func(c *Call) (string, error) {
		vpc, err := awsFind(c, awsVPCType, props.Str(c.Props, "vpcId"), "InvalidVpcID.NotFound")
		if err != nil {
			return "", err
		}
		if err := awsSubnetFits(c, vpc); err != nil {
			return "", err
		}
		zones := awsZonesOf(c.Region)
		if len(zones) > 0 {
			setDefaults(c.Props, props.Object{"availabilityZone": zones[0]})
		}
		id := awsID("subnet")
		setDefaults(c.Props, props.Object{"availabilityZoneId": awsZoneID(c.Region, props.Str(c.Props, "availabilityZone")), "privateDnsHostnameTypeOnLaunch": "ip-name"})
		set(c, "arn", awsARN(c.Env, "ec2", "subnet/"+id), "ownerId", awsAccount, "ipv6CidrBlockAssociationId", "")
		return id, nil
	},
	Delete: func(c *Call) error {
		for t, property := range map[string]string{
			awsNATGatewayType: "subnetId", awsEKSClusterType: "vpcConfig.subnetIds", awsNodeGroupType: "subnetIds", awsVPCEndpointType: "subnetIds", awsMountTargetType: "subnetId",
		} {
			if err := awsRefuse(c, t, property, "DependencyViolation"); err != nil {
				return err
			}
		}
		return nil
	},
}

func awsSubnetFits(c *Call, vpc *store.Object) error {
	mine, outer := prefix(props.Str(c.Props, "cidrBlock")), props.Str(vpc.Properties, "cidrBlock")
	if !mine.IsValid() {
		return nil // an IPv6-only subnet
	}
	if !within(mine, prefix(outer)) {
		return c.Errorf("InvalidSubnet.Range: the CIDR %q is invalid: it is not within %s of the VPC %s", mine, outer, vpc.ID)
	}
	others, err := c.Others(awsSubnetType, func(o *store.Object) bool { return props.Str(o.Properties, "vpcId") == vpc.ID })
	if err != nil {
		return err
	}
	for _, o := range others {
		if mine.Overlaps(prefix(props.Str(o.Properties, "cidrBlock"))) {
			return c.Errorf("InvalidSubnet.Conflict: the CIDR %q conflicts with another subnet: %s %s", mine, o.ID, props.Str(o.Properties, "cidrBlock"))
		}
	}
	return nil
}
