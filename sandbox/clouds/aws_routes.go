package clouds

import (
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsRouteTableType            = "aws:ec2/routeTable:RouteTable"
	awsRouteType                 = "aws:ec2/route:Route"
	awsRouteTableAssociationType = "aws:ec2/routeTableAssociation:RouteTableAssociation"
)

var awsRouteTable = &Type{
	Token: awsRouteTableType, Noun: "route table",
	Does:             "cannot be deleted while associated with a subnet",
	Required:         []string{"vpcId"},
	Immutable:        []string{"vpcId"},
	OptionalComputed: []string{"routes", "propagatingVgws"},
	Computed:         []string{"arn", "ownerId"},
	Sets:             []string{"routes", "propagatingVgws"},
	Create: func(c *Call) (string, error) {
		if _, err := awsFind(c, awsVPCType, props.Str(c.Props, "vpcId"), "InvalidVpcID.NotFound"); err != nil {
			return "", err
		}
		id := awsID("rtb")
		setDefaults(c.Props, props.Object{"routes": []any{}, "propagatingVgws": []any{}})
		set(c, "arn", awsARN(c.Env, "ec2", "route-table/"+id), "ownerId", awsAccount)
		return id, nil
	},
	Delete: func(c *Call) error {
		return awsRefuse(c, awsRouteTableAssociationType, "routeTableId", "DependencyViolation")
	},
}

// awsDestinations and awsTargets are the inputs of a route of which exactly one is set.
var (
	awsDestinations = []string{"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"}
	awsTargets      = []string{
		"carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId", "natGatewayId",
		"networkInterfaceId", "transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId",
	}
)

var awsRoute = &Type{
	Token: awsRouteType, Noun: "route", Untagged: true,
	Does:             "refuses a second route to one destination, and gateways that do not exist",
	Required:         []string{"routeTableId"},
	Immutable:        append([]string{"routeTableId"}, awsDestinations...),
	OptionalComputed: []string{"networkInterfaceId"},
	Computed:         []string{"instanceId", "instanceOwnerId", "origin", "state"},
	Check: func(c *Call) []Failure {
		var f []Failure
		for _, one := range [][]string{awsDestinations, awsTargets} {
			n := 0
			for _, k := range one {
				if c.Props[k] != nil {
					n++
				}
			}
			if n != 1 {
				f = append(f, Failure{one[0], fmt.Sprintf("exactly one of %s must be set, not %d", strings.Join(one, ", "), n)})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		table := props.Str(c.Props, "routeTableId")
		if err := awsRouteTargets(c); err != nil {
			return "", err
		}
		destination := ""
		for _, d := range awsDestinations {
			if s := props.Str(c.Props, d); s != "" {
				destination = s // there is exactly one: see Check
			}
		}
		id := fmt.Sprintf("r-%s%d", table, crc32.ChecksumIEEE([]byte(destination)))
		if _, err := c.Store.Get(awsRouteType, id); err == nil {
			return "", c.Errorf("RouteAlreadyExists: the route identified by %s already exists in %s", destination, table)
		}
		set(c, "origin", "CreateRoute", "state", "active", "instanceId", "", "instanceOwnerId", "")
		return id, nil
	},
	Update: awsRouteTargets,
}

func awsRouteTargets(c *Call) error {
	if _, err := awsFind(c, awsRouteTableType, props.Str(c.Props, "routeTableId"), "InvalidRouteTableID.NotFound"); err != nil {
		return err
	}
	if id := props.Str(c.Props, "natGatewayId"); id != "" {
		if _, err := awsFind(c, awsNATGatewayType, id, "InvalidNatGatewayID.NotFound"); err != nil {
			return err
		}
	}
	if id := props.Str(c.Props, "gatewayId"); strings.HasPrefix(id, "igw-") {
		if _, err := awsFind(c, awsInternetGatewayType, id, "InvalidInternetGatewayID.NotFound"); err != nil {
			return err
		}
	}
	return nil
}

var awsRouteTableAssociation = &Type{
	Token: awsRouteTableAssociationType, Noun: "association of a route table", Untagged: true,
	Does:      "refuses a subnet that has another route table",
	Required:  []string{"routeTableId"},
	Immutable: []string{"subnetId", "gatewayId"},
	Create: func(c *Call) (string, error) {
		if _, err := awsFind(c, awsRouteTableType, props.Str(c.Props, "routeTableId"), "InvalidRouteTableID.NotFound"); err != nil {
			return "", err
		}
		if subnet := props.Str(c.Props, "subnetId"); subnet != "" {
			if _, err := awsFind(c, awsSubnetType, subnet, "InvalidSubnetID.NotFound"); err != nil {
				return "", err
			}
			has, err := c.Others(awsRouteTableAssociationType, func(o *store.Object) bool { return props.Str(o.Properties, "subnetId") == subnet })
			if err != nil {
				return "", err
			}
			if len(has) > 0 {
				return "", c.Errorf("Resource.AlreadyAssociated: the subnet %s is already associated, with %s", subnet, props.Str(has[0].Properties, "routeTableId"))
			}
		}
		return awsID("rtbassoc"), nil
	},
}
