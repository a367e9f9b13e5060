package clouds

import (
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsInternetGatewayType = "aws:ec2/internetGateway:InternetGateway"
	awsEIPType             = "aws:ec2/eip:Eip"
	awsNATGatewayType      = "aws:ec2/natGateway:NatGateway"
)

var awsInternetGateway = &Type{
	Token: awsInternetGatewayType, Noun: "internet gateway",
	Does:             "refuses a VPC that has one",
	OptionalComputed: []string{"vpcId"},
	Computed:         []string{"arn", "ownerId"},
	Create: func(c *Call) (string, error) {
		id := awsID("igw")
		set(c, "arn", awsARN(c.Env, "ec2", "internet-gateway/"+id), "ownerId", awsAccount)
		return id, awsAttachGateway(c, id)
	},
	Update: func(c *Call) error { return awsAttachGateway(c, c.ID) },
}

func awsAttachGateway(c *Call, id string) error {
	vpc := props.Str(c.Props, "vpcId")
	if vpc == "" {
		return nil
	}
	if _, err := awsFind(c, awsVPCType, vpc, "InvalidVpcID.NotFound"); err != nil {
		return err
	}
	has, err := c.Others(awsInternetGatewayType, func(o *store.Object) bool { return props.Str(o.Properties, "vpcId") == vpc && o.ID != id })
	if err != nil || len(has) == 0 {
		return err
	}
	return c.Errorf("Resource.AlreadyAssociated: the VPC %s is already attached to an internet gateway, %s", vpc, has[0].ID)
}

var awsEIP = &Type{
	Token: awsEIPType, Noun: "Elastic IP",
	Does:             "gets an address of 203.0.113.0/24, which is kept for documentation; cannot be released while a NAT gateway uses it",
	Immutable:        []string{"domain", "address", "publicIpv4Pool", "networkBorderGroup", "customerOwnedIpv4Pool", "ipamPoolId"},
	OptionalComputed: []string{"domain", "instance", "networkInterface", "networkBorderGroup", "publicIpv4Pool", "vpc", "ipamPoolId"},
	Computed: []string{
		"allocationId", "arn", "associationId", "carrierIp", "customerOwnedIp", "privateDns", "privateIp", "ptrRecord", "publicDns", "publicIp",
	},
	Create: func(c *Call) (string, error) {
		id := awsID("eipalloc")
		setDefaults(c.Props, props.Object{"domain": "vpc", "networkBorderGroup": c.Region, "publicIpv4Pool": "amazon", "instance": "", "networkInterface": "", "vpc": true})
		ip := address(prefix("203.0.113.0/24"), hashed(id)) // RFC 5737
		set(c, "allocationId", id, "arn", awsARN(c.Env, "ec2", "elastic-ip/"+id), "publicIp", ip.String(), "associationId", "", "carrierIp", "", "customerOwnedIp", "",
			"publicDns", fmt.Sprintf("ec2-%s.%s.compute.amazonaws.com", dashed(ip.String()), c.Region), "privateIp", "", "privateDns", "", "ptrRecord", "")
		return id, nil
	},
	Delete: func(c *Call) error { return awsRefuse(c, awsNATGatewayType, "allocationId", "InvalidIPAddress.InUse") },
}

var awsNATGateway = &Type{
	Token: awsNATGatewayType, Noun: "NAT gateway",
	Does:             "refuses an Elastic IP that another one uses",
	Required:         []string{"subnetId"},
	Immutable:        []string{"subnetId", "allocationId", "connectivityType", "privateIp"},
	Defaults:         props.Object{"connectivityType": "public"},
	OptionalComputed: []string{"privateIp", "secondaryAllocationIds", "secondaryPrivateIpAddressCount", "secondaryPrivateIpAddresses"},
	Computed:         []string{"associationId", "networkInterfaceId", "publicIp"},
	Check: func(c *Call) []Failure {
		if props.Str(c.Props, "connectivityType") == "public" && c.Props["allocationId"] == nil {
			return []Failure{{"allocationId", "a public NAT gateway needs the allocationId of an Elastic IP"}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		subnet, err := awsFind(c, awsSubnetType, props.Str(c.Props, "subnetId"), "InvalidSubnetID.NotFound")
		if err != nil {
			return "", err
		}
		id := awsID("nat")
		set(c, "networkInterfaceId", awsID("eni"), "publicIp", "", "associationId", "")
		setDefaults(c.Props, props.Object{"privateIp": address(prefix(props.Str(subnet.Properties, "cidrBlock")), hashed(id)).String()})
		allocation := props.Str(c.Props, "allocationId")
		if allocation == "" {
			return id, nil
		}
		eip, err := awsFind(c, awsEIPType, allocation, "InvalidAllocationID.NotFound")
		if err != nil {
			return "", err
		}
		users, err := c.Others(awsNATGatewayType, func(o *store.Object) bool { return props.Str(o.Properties, "allocationId") == allocation })
		if err != nil {
			return "", err
		}
		if len(users) > 0 {
			return "", c.Errorf("Resource.AlreadyAssociated: the Elastic IP address [%s] is already associated, with %s", allocation, users[0].ID)
		}
		set(c, "publicIp", props.Str(eip.Properties, "publicIp"), "associationId", awsID("eipassoc"))
		return id, nil
	},
}
