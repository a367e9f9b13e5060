package clusters

import (
	"encoding/binary"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// eksNetwork is the VPC of an EKS cluster: per zone a private subnet for nodes
// and pods, which reach the internet through a NAT gateway, and a small public
// one for load balancers and the gateways themselves.
type eksNetwork struct {
	pulumi.ResourceState

	vpc             *ec2.Vpc
	public, private pulumi.StringArray
}

// Of the VPC's range the private subnets take a quarter each; the last quarter
// is divided the same way among the public ones.
const subnetBits = 2

func newEKSNetwork(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*eksNetwork, error) {
	n := &eksNetwork{}
	if err := ctx.RegisterComponentResource("ai-now:clusters:EKSNetwork", name, n, opts...); err != nil {
		return nil, err
	}
	in := pulumi.Parent(n)
	tags := func(name string, more map[string]string) pulumi.StringMap {
		all := args.Owner.AWS(name)
		for key, value := range more {
			all[key] = value
		}
		return pulumi.ToStringMap(all)
	}
	vpc, err := ec2.NewVpc(ctx, name, &ec2.VpcArgs{
		CidrBlock: pulumi.String(args.Network.Nodes),
		// Both are needed to reach the API server's private endpoint by name.
		EnableDnsHostnames: pulumi.Bool(true), EnableDnsSupport: pulumi.Bool(true),
		Tags: tags(name, nil),
	}, in)
	if err != nil {
		return nil, err
	}
	n.vpc = vpc
	// Whatever is put into the VPC without a security group can talk to nobody.
	if _, err := ec2.NewDefaultSecurityGroup(ctx, name, &ec2.DefaultSecurityGroupArgs{
		VpcId: vpc.ID(), Tags: tags(name+"-default", nil),
	}, in); err != nil {
		return nil, err
	}
	gateway, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{VpcId: vpc.ID(), Tags: tags(name, nil)}, in)
	if err != nil {
		return nil, err
	}
	publicRoutes, err := n.routeTable(ctx, name+"-public", tags(name+"-public", nil), in)
	if err != nil {
		return nil, err
	}
	if _, err := ec2.NewRoute(ctx, name+"-public", &ec2.RouteArgs{
		RouteTableId: publicRoutes.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), GatewayId: gateway.ID(),
	}, in); err != nil {
		return nil, err
	}

	whole := netip.MustParsePrefix(args.Network.Nodes)
	last := subrange(whole, subnetBits, 1<<subnetBits-1)
	cluster := "kubernetes.io/cluster/" + name
	var nat *ec2.NatGateway
	for i, zone := range args.Zones {
		public, err := n.subnet(ctx, name+"-public-"+zone, zone, subrange(last, subnetBits, i), publicRoutes,
			// Load balancers for the internet are put where this tag is:
			// https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
			tags(name+"-public-"+zone, map[string]string{cluster: "shared", "kubernetes.io/role/elb": "1"}), in)
		if err != nil {
			return nil, err
		}
		n.public = append(n.public, public.ID())

		// A gateway per zone keeps the others going when one zone fails. One for
		// all is cheaper, and enough where that may happen.
		if nat == nil || args.HighlyAvailable {
			if nat, err = n.natGateway(ctx, name+"-"+zone, public, gateway, tags(name+"-"+zone, nil), in); err != nil {
				return nil, err
			}
		}
		privateRoutes, err := n.routeTable(ctx, name+"-private-"+zone, tags(name+"-private-"+zone, nil), in)
		if err != nil {
			return nil, err
		}
		if _, err := ec2.NewRoute(ctx, name+"-private-"+zone, &ec2.RouteArgs{
			RouteTableId: privateRoutes.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: nat.ID(),
		}, in); err != nil {
			return nil, err
		}
		private, err := n.subnet(ctx, name+"-private-"+zone, zone, subrange(whole, subnetBits, i), privateRoutes,
			tags(name+"-private-"+zone, map[string]string{cluster: "shared", "kubernetes.io/role/internal-elb": "1"}), in)
		if err != nil {
			return nil, err
		}
		n.private = append(n.private, private.ID())
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": vpc.ID()})
}

func (n *eksNetwork) routeTable(ctx *pulumi.Context, name string, tags pulumi.StringMap, in pulumi.ResourceOption) (*ec2.RouteTable, error) {
	return ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: n.vpc.ID(), Tags: tags}, in)
}

func (n *eksNetwork) subnet(ctx *pulumi.Context, name, zone string, cidr netip.Prefix, routes *ec2.RouteTable, tags pulumi.StringMap, in pulumi.ResourceOption) (*ec2.Subnet, error) {
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
		VpcId: n.vpc.ID(), AvailabilityZone: pulumi.String(zone), CidrBlock: pulumi.String(cidr.String()),
		// Nothing gets a public address unless it asks for one.
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                tags,
	}, in)
	if err != nil {
		return nil, err
	}
	_, err = ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
		SubnetId: subnet.ID(), RouteTableId: routes.ID(),
	}, in)
	return subnet, err
}

func (n *eksNetwork) natGateway(ctx *pulumi.Context, name string, public *ec2.Subnet, gateway *ec2.InternetGateway, tags pulumi.StringMap, in pulumi.ResourceOption) (*ec2.NatGateway, error) {
	address, err := ec2.NewEip(ctx, name, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: tags}, in)
	if err != nil {
		return nil, err
	}
	return ec2.NewNatGateway(ctx, name, &ec2.NatGatewayArgs{
		SubnetId: public.ID(), AllocationId: address.ID(), Tags: tags,
	}, in, pulumi.DependsOn([]pulumi.Resource{gateway}))
}

// subrange returns the index-th of the 2^bits equal parts of a range.
func subrange(whole netip.Prefix, bits, index int) netip.Prefix {
	a := whole.Addr().As4()
	length := whole.Bits() + bits
	offset := uint32(index) << (32 - length) //nolint:gosec // an index is small and never negative
	binary.BigEndian.PutUint32(a[:], binary.BigEndian.Uint32(a[:])+offset)
	return netip.PrefixFrom(netip.AddrFrom4(a), length)
}
