package eks

import (
	"maps"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// network is the VPC of an EKS cluster. Each zone has a private subnet for nodes
// and pods, which reach the internet through a NAT gateway; a public one for
// load balancers and the NAT gateways themselves; and an intra subnet for the
// control plane's network interfaces, with no way out at all.
type network struct {
	pulumi.ResourceState

	vpc                    *ec2.Vpc
	public, private, intra pulumi.StringArray
	// routes are the route tables of all subnets.
	routes pulumi.StringArray
	// natAddresses are where the cluster's traffic to the internet comes from.
	natAddresses pulumi.StringArray
}

// The private subnets take a quarter of the VPC's range each. The last quarter
// is cut into eighths, of which the public subnets take the first three and the
// intra ones three of the second half.
const (
	quarters   = 2 // bits
	eighths    = 3 // bits
	firstIntra = 4
)

// createNetwork makes the VPC and everything in it that is there before the
// cluster.
func (p *Platform) createNetwork(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	n := &network{}
	if err := ctx.RegisterComponentResource("ai-now:clusters:EKSNetwork", p.name, n, opts...); err != nil {
		return err
	}
	p.network = n
	in := pulumi.Parent(n)
	vpc, err := ec2.NewVpc(ctx, p.name, &ec2.VpcArgs{
		CidrBlock: pulumi.String(p.args.Network.Nodes),
		// Both are needed to reach the API server's private endpoint, and those
		// of AWS's services, by name.
		EnableDnsHostnames: pulumi.Bool(true), EnableDnsSupport: pulumi.Bool(true),
		Tags: p.tags(p.name),
		// A new one, for another range, is refused before it is begun: EKS moves no
		// cluster to another VPC.
	}, in, p.keep())
	if err != nil {
		return err
	}
	n.vpc = vpc
	// Whatever is put into the VPC without a security group can talk to nobody:
	// a group managed here without rules has none. CIS AWS Foundations 5.4.
	if _, err := ec2.NewDefaultSecurityGroup(ctx, p.name, &ec2.DefaultSecurityGroupArgs{
		VpcId: vpc.ID(), Tags: p.tags(p.name + "-default"),
	}, in); err != nil {
		return err
	}
	if err := p.createSubnets(ctx, in); err != nil {
		return err
	}
	if err := p.createEndpoints(ctx, in); err != nil {
		return err
	}
	if err := p.createFlowLog(ctx, in); err != nil {
		return err
	}
	return ctx.RegisterResourceOutputs(n, pulumi.Map{"vpcId": vpc.ID()})
}

func (p *Platform) createSubnets(ctx *pulumi.Context, in pulumi.ResourceOption) error {
	n, name := p.network, p.name
	gateway, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{VpcId: n.vpc.ID(), Tags: p.tags(name)}, in)
	if err != nil {
		return err
	}
	publicRoutes, err := p.routeTable(ctx, name+"-public", in)
	if err != nil {
		return err
	}
	if _, err := ec2.NewRoute(ctx, name+"-public", &ec2.RouteArgs{
		RouteTableId: publicRoutes.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), GatewayId: gateway.ID(),
	}, in); err != nil {
		return err
	}
	// No route but the VPC's own: the control plane's interfaces talk to nodes.
	intraRoutes, err := p.routeTable(ctx, name+"-intra", in)
	if err != nil {
		return err
	}

	whole := netip.MustParsePrefix(p.args.Network.Nodes)
	last := spec.Part(whole, quarters, 1<<quarters-1)
	var nat *ec2.NatGateway
	for i, zone := range p.args.Zones {
		public, err := p.subnet(ctx, "public", zone, spec.Part(last, eighths, i), publicRoutes, map[string]string{"kubernetes.io/role/elb": "1"}, in)
		if err != nil {
			return err
		}
		n.public = append(n.public, public.ID())

		// A gateway per zone keeps the others going when one zone fails. One for
		// all is cheaper, and enough where that may happen.
		if nat == nil || p.args.HighlyAvailable {
			if nat, err = p.natGateway(ctx, name+"-"+zone, public, gateway, in); err != nil {
				return err
			}
		}
		privateRoutes, err := p.routeTable(ctx, name+"-private-"+zone, in)
		if err != nil {
			return err
		}
		if _, err := ec2.NewRoute(ctx, name+"-private-"+zone, &ec2.RouteArgs{
			RouteTableId: privateRoutes.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: nat.ID(),
		}, in); err != nil {
			return err
		}
		private, err := p.subnet(ctx, "private", zone, spec.Part(whole, quarters, i), privateRoutes,
			map[string]string{"kubernetes.io/role/internal-elb": "1"}, in)
		if err != nil {
			return err
		}
		n.private = append(n.private, private.ID())

		intra, err := p.subnet(ctx, "intra", zone, spec.Part(last, eighths, firstIntra+i), intraRoutes, nil, in)
		if err != nil {
			return err
		}
		n.intra = append(n.intra, intra.ID())
	}
	return nil
}

func (p *Platform) routeTable(ctx *pulumi.Context, name string, in pulumi.ResourceOption) (*ec2.RouteTable, error) {
	table, err := ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: p.network.vpc.ID(), Tags: p.tags(name)}, in)
	if err != nil {
		return nil, err
	}
	p.network.routes = append(p.network.routes, table.ID())
	return table, nil
}

// subnet makes a subnet. Where it has one of the roles, load balancers are put
// into it: https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
func (p *Platform) subnet(ctx *pulumi.Context, kind, zone string, cidr netip.Prefix, routes *ec2.RouteTable, roles map[string]string, in pulumi.ResourceOption) (*ec2.Subnet, error) {
	name := p.name + "-" + kind + "-" + zone
	tags := p.owner.AWS(name)
	tags["kubernetes.io/cluster/"+p.name] = "shared"
	maps.Copy(tags, roles)
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
		VpcId: p.network.vpc.ID(), AvailabilityZone: pulumi.String(zone), CidrBlock: pulumi.String(cidr.String()),
		// Nothing gets a public address unless it asks for one. CIS EKS 5.4.3.
		MapPublicIpOnLaunch: pulumi.Bool(false),
		Tags:                pulumi.ToStringMap(tags),
	}, in)
	if err != nil {
		return nil, err
	}
	_, err = ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
		SubnetId: subnet.ID(), RouteTableId: routes.ID(),
	}, in)
	return subnet, err
}

func (p *Platform) natGateway(ctx *pulumi.Context, name string, public *ec2.Subnet, gateway *ec2.InternetGateway, in pulumi.ResourceOption) (*ec2.NatGateway, error) {
	// Others put it on their lists of who may come in.
	address, err := ec2.NewEip(ctx, name, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: p.tags(name)}, in, p.keep())
	if err != nil {
		return nil, err
	}
	p.network.natAddresses = append(p.network.natAddresses, address.PublicIp)
	return ec2.NewNatGateway(ctx, name, &ec2.NatGatewayArgs{
		SubnetId: public.ID(), AllocationId: address.ID(), Tags: p.tags(name),
	}, in, pulumi.DependsOn([]pulumi.Resource{gateway}))
}
