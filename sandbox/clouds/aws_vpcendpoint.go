package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsVPCEndpointType = "aws:ec2/vpcEndpoint:VpcEndpoint"

// awsGatewayServices have endpoints of type Gateway: docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html.
var awsGatewayServices = []string{"dynamodb", "s3"}

// awsInterfaceServices are those with interface endpoints that clusters and what runs in them use.
// Source: docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html.
var awsInterfaceServices = []string{
	"acm-pca", "aps", "aps-workspaces", "autoscaling", "backup", "bedrock", "bedrock-runtime", "cloudformation", "cloudtrail", "dynamodb", "ec2",
	"ec2messages", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticfilesystem", "elasticloadbalancing", "events", "fsx", "guardduty-data",
	"kinesis-firehose", "kinesis-streams", "kms", "lambda", "logs", "monitoring", "rds", "s3", "sagemaker.api", "sagemaker.runtime",
	"secretsmanager", "sns", "sqs", "ssm", "ssmmessages", "states", "sts", "xray",
}

var awsVPCEndpoint = &Type{
	Token: awsVPCEndpointType, Noun: "VPC endpoint",
	Does: "refuses services of another region or type, a second private DNS name of one service, and private DNS in a VPC without DNS host names; " +
		"a gateway's routes are not in the route tables",
	Required:  []string{"vpcId"},
	Immutable: []string{"resourceConfigurationArn", "serviceName", "serviceNetworkArn", "serviceRegion", "vpcEndpointType", "vpcId"},
	Defaults:  props.Object{"vpcEndpointType": "Gateway"},
	OptionalComputed: []string{
		"dnsOptions", "ipAddressType", "policy", "privateDnsEnabled", "routeTableIds", "securityGroupIds", "serviceRegion", "subnetConfigurations", "subnetIds",
	},
	Computed: []string{"arn", "cidrBlocks", "dnsEntries", "networkInterfaceIds", "ownerId", "prefixListId", "requesterManaged", "state"},
	Sets:     []string{"routeTableIds", "securityGroupIds", "subnetIds", "subnetConfigurations"},
	Check: func(c *Call) []Failure {
		f := awsExactlyOne(c.Props, "serviceName", "resourceConfigurationArn", "serviceNetworkArn")
		f = append(f, awsOneOf(c.Props, "vpcEndpointType", "Gateway", "GatewayLoadBalancer", "Interface", "Resource", "ServiceNetwork")...)
		f = append(f, awsOneOf(c.Props, "ipAddressType", "ipv4", "dualstack", "ipv6")...)
		f = append(f, awsCheckResourcePolicy(c.Props, "policy")...)
		kind := props.Str(c.Props, "vpcEndpointType")
		for path, of := range map[string]string{"routeTableIds": "Gateway", "subnetIds": "Interface", "securityGroupIds": "Interface", "privateDnsEnabled": "Interface"} {
			if v := c.Props[path]; kind != of && (kind == "Gateway" || kind == "Interface") && v != nil && v != false && !empty(v) {
				f = append(f, Failure{path, fmt.Sprintf("is for endpoints of type %s, and this is of type %s", of, kind)})
			}
		}
		return append(f, awsCheckService(c, kind)...)
	},
	Create: func(c *Call) (string, error) {
		id := awsID("vpce")
		kind := props.Str(c.Props, "vpcEndpointType")
		dns := "ipv4"
		if kind == "Gateway" {
			dns = "service-defined" // docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DnsOptions.html
		}
		setDefaults(c.Props, props.Object{
			"routeTableIds": []any{}, "subnetIds": []any{}, "securityGroupIds": []any{}, "subnetConfigurations": []any{}, "privateDnsEnabled": false,
			"policy":        `{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`,
			"ipAddressType": "ipv4", "serviceRegion": c.Region, "dnsOptions": props.Object{"dnsRecordIpType": dns},
		})
		set(c, "arn", awsARN(c.Env, "ec2", "vpc-endpoint/"+id), "ownerId", awsAccount, "requesterManaged", false, "state", "available", "networkInterfaceIds", []any{},
			"dnsEntries", []any{}, "cidrBlocks", []any{}, "prefixListId", "")
		c.ID = id
		return id, awsPlaceEndpoint(c)
	},
	Update: awsPlaceEndpoint,
	Replaced: func(old, inputs props.Object) []string {
		// The provider replaces an endpoint that is no interface when this changes.
		if props.Str(inputs, "vpcEndpointType") != "Interface" && !props.Equal(old["privateDnsEnabled"], inputs["privateDnsEnabled"]) {
			return []string{"privateDnsEnabled"}
		}
		return nil
	},
}

// awsCheckService finds a service of another region, or one without endpoints of the type.
func awsCheckService(c *Call, kind string) []Failure {
	name := props.Str(c.Props, "serviceName")
	short, ours := strings.CutPrefix(name, "com.amazonaws.")
	if !ours || strings.HasPrefix(short, "vpce.") || kind != "Gateway" && kind != "Interface" {
		return nil // somebody's own service
	}
	region := props.StrOr(c.Props, "serviceRegion", c.Region)
	service, here := strings.CutPrefix(short, region+".")
	known := map[string][]string{"Gateway": awsGatewayServices, "Interface": awsInterfaceServices}[kind]
	switch {
	case !here:
		return []Failure{{"serviceName", fmt.Sprintf("InvalidServiceName: %q is no service of %s: it begins with com.amazonaws.%s.", name, region, region)}}
	case !slices.Contains(known, service) && kind == "Gateway" && slices.Contains(awsInterfaceServices, service):
		return []Failure{{"vpcEndpointType", fmt.Sprintf("the endpoint type Gateway does not match the types of %s: it has Interface", name)}}
	case !slices.Contains(known, service):
		return []Failure{{"serviceName", fmt.Sprintf("InvalidServiceName: %q has no endpoints of type %s that the sandbox knows: com.amazonaws.%s. and one of %s", name, kind, region, strings.Join(known, ", "))}}
	}
	return nil
}

// awsPlaceEndpoint checks where an endpoint is and gives it its interfaces and names.
func awsPlaceEndpoint(c *Call) error {
	vpc, err := awsFind(c, awsVPCType, props.Str(c.Props, "vpcId"), "InvalidVpcID.NotFound")
	if err != nil {
		return err
	}
	name := props.Str(c.Props, "serviceName")
	if props.Str(c.Props, "vpcEndpointType") == "Gateway" {
		return awsPlaceGateway(c, vpc, name)
	}
	if err := awsEndpointDNS(c, vpc, name); err != nil {
		return err
	}
	if err := awsEndpointGroups(c, vpc); err != nil {
		return err
	}
	zones, interfaces, hash := map[string]string{}, []any{}, hashedName(8, alphanumeric, c.ID)
	service := name[strings.LastIndex(name, c.Region+".")+len(c.Region)+1:]
	regional := strings.Join([]string{c.ID + "-" + hash, service, c.Region, "vpce.amazonaws.com"}, ".")
	entries := []any{props.Object{"dnsName": regional, "hostedZoneId": awsZoneIDOf(c.Region, "vpce")}}
	for _, id := range props.StrList(c.Props, "subnetIds") {
		s, err := awsFind(c, awsSubnetType, id, "InvalidSubnetId.NotFound")
		if err != nil {
			return err
		}
		zone := props.Str(s.Properties, "availabilityZone")
		switch other := zones[zone]; {
		case props.Str(s.Properties, "vpcId") != vpc.ID:
			return c.Errorf("InvalidParameter: the subnet %s is not in the VPC %s", id, vpc.ID)
		case other != "":
			return c.Errorf("DuplicateSubnetsInSameZone: the subnets %s and %s are both in %s: an endpoint has one in each zone", other, id, zone)
		}
		zones[zone] = id
		interfaces = append(interfaces, "eni-0"+hashedName(16, "0123456789abcdef", c.ID, id))
		entries = append(entries, props.Object{"dnsName": strings.Replace(regional, hash, hash+"-"+zone, 1), "hostedZoneId": awsZoneIDOf(c.Region, "vpce")})
	}
	if props.Bool(c.Props, "privateDnsEnabled") {
		entries = append(entries, props.Object{"dnsName": service + "." + c.Region + ".amazonaws.com", "hostedZoneId": awsZoneIDOf(c.ID, "private")})
	}
	set(c, "networkInterfaceIds", interfaces, "dnsEntries", entries)
	return nil
}

func awsPlaceGateway(c *Call, vpc *store.Object, name string) error {
	for _, id := range props.StrList(c.Props, "routeTableIds") {
		if id == props.Str(vpc.Properties, "mainRouteTableId") {
			continue
		}
		t, err := awsFind(c, awsRouteTableType, id, "InvalidRouteTableId.NotFound")
		if err != nil {
			return err
		}
		if props.Str(t.Properties, "vpcId") != vpc.ID {
			return c.Errorf("InvalidParameter: the route table %s is not in the VPC %s", id, vpc.ID)
		}
		same, err := awsHere(c.Env, awsVPCEndpointType, func(o *store.Object) bool {
			return o.ID != c.ID && props.Str(o.Properties, "serviceName") == name && awsMentions(o.Properties["routeTableIds"], id)
		})
		if err != nil {
			return err
		}
		if len(same) > 0 {
			return c.Errorf("RouteAlreadyExists: the route table %s has a route to %s already, of %s", id, name, same[0].ID)
		}
	}
	list := awsPrefixLists(c.Env)[name]
	set(c, "prefixListId", list.id, "cidrBlocks", props.Strings(list.cidrs))
	return nil
}

// awsEndpointDNS refuses private DNS where the VPC or another endpoint is in its way.
func awsEndpointDNS(c *Call, vpc *store.Object, name string) error {
	if !props.Bool(c.Props, "privateDnsEnabled") {
		return nil
	}
	if !props.Bool(vpc.Properties, "enableDnsSupport") || !props.Bool(vpc.Properties, "enableDnsHostnames") {
		return c.Errorf("InvalidParameter: enabling private DNS requires both enableDnsSupport and enableDnsHostnames of the VPC %s to be true", vpc.ID)
	}
	same, err := awsHere(c.Env, awsVPCEndpointType, func(o *store.Object) bool {
		return o.ID != c.ID && props.Str(o.Properties, "vpcId") == vpc.ID && props.Str(o.Properties, "serviceName") == name && props.Bool(o.Properties, "privateDnsEnabled")
	})
	if err != nil || len(same) == 0 {
		return err
	}
	return c.Errorf("InvalidParameter: private DNS cannot be enabled: %s has the DNS name of %s in the VPC %s already", same[0].ID, name, vpc.ID)
}

func awsEndpointGroups(c *Call, vpc *store.Object) error {
	if empty(c.Props["securityGroupIds"]) {
		c.Props["securityGroupIds"] = []any{vpc.Properties["defaultSecurityGroupId"]}
	}
	for _, id := range props.StrList(c.Props, "securityGroupIds") {
		if !awsGroupExists(c, id) {
			return c.Errorf("InvalidGroup.NotFound: the security group %s does not exist", id)
		}
	}
	return nil
}

// awsZoneIDOf is the id of a hosted zone that is the same for the same parts.
func awsZoneIDOf(parts ...any) string {
	return "Z" + hashedName(19, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", parts...)
}
