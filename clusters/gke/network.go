package gke

import (
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// network is the VPC of a GKE cluster: one subnet with ranges of its own for
// pods and services, and a NAT through which nodes without public addresses
// reach the internet.
type network struct {
	pulumi.ResourceState

	vpc    *compute.Network
	subnet *compute.Subnetwork
	// addresses are those the cluster has on the internet, empty where Google
	// chooses and changes them.
	addresses pulumi.StringOutput
}

// Names of the subnet's secondary ranges.
const (
	podsRange     = "pods"
	servicesRange = "services"
)

func (p *Platform) createNetwork(ctx *pulumi.Context) error {
	n, name := &network{}, p.name
	p.network = n
	if err := ctx.RegisterComponentResource("ai-now:clusters:GKENetwork", name, n, p.in()); err != nil {
		return err
	}
	in := pulumi.Parent(n)
	var err error
	if n.vpc, err = compute.NewNetwork(ctx, name, &compute.NetworkArgs{
		Name: pulumi.String(name), Project: pulumi.String(p.project),
		// No description: a change of it would replace the network.
		// A network that makes its own subnets takes ranges in every region.
		AutoCreateSubnetworks: pulumi.Bool(false),
		RoutingMode:           pulumi.String("REGIONAL"),
	}, in, pulumi.DependsOn([]pulumi.Resource{p.services["compute"]})); err != nil {
		return err
	}
	if n.subnet, err = compute.NewSubnetwork(ctx, name, &compute.SubnetworkArgs{
		Name: pulumi.String(name), Project: pulumi.String(p.project), Region: pulumi.String(p.args.Region),
		Network:     n.vpc.ID(),
		IpCidrRange: pulumi.String(p.args.Network.Nodes),
		SecondaryIpRanges: compute.SubnetworkSecondaryIpRangeArray{
			compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(podsRange), IpCidrRange: pulumi.String(p.args.Network.Pods)},
			compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(servicesRange), IpCidrRange: pulumi.String(p.args.Network.Services)},
		},
		// Google's own APIs are reached without leaving its network.
		PrivateIpGoogleAccess: pulumi.Bool(true),
		// Who talked to whom, for investigations: half of the flows, summed up
		// over five minutes, tell enough at a fraction of the cost of all.
		// CIS GKE 5.6.1
		LogConfig: compute.SubnetworkLogConfigArgs{
			AggregationInterval: pulumi.String("INTERVAL_5_MIN"),
			FlowSampling:        pulumi.Float64(0.5),
			Metadata:            pulumi.String("INCLUDE_ALL_METADATA"),
		},
	}, in); err != nil {
		return err
	}
	if err := p.createNAT(ctx, in); err != nil {
		return err
	}
	if err := p.createFirewall(ctx, in); err != nil {
		return err
	}
	return ctx.RegisterResourceOutputs(n, pulumi.Map{"network": n.vpc.SelfLink})
}

// staticAddresses is how many a highly available cluster has: each gives 64512
// connections to one destination.
// https://cloud.google.com/nat/docs/ports-and-addresses
const staticAddresses = 2

// createNAT makes the way out. What leaves is not filtered here, because a
// firewall of the VPC knows neither pods nor names: network policies in the
// cluster are for that. Every connection is logged instead.
func (p *Platform) createNAT(ctx *pulumi.Context, in pulumi.ResourceOption) error {
	n, project, region := p.network, pulumi.String(p.project), pulumi.String(p.args.Region)
	router, err := compute.NewRouter(ctx, p.name, &compute.RouterArgs{
		Name: pulumi.String(p.name), Project: project, Region: region, Network: n.vpc.ID(),
		Description: p.description("Cloud NAT of the GKE cluster " + p.name),
	}, in)
	if err != nil {
		return err
	}
	args := &compute.RouterNatArgs{
		Name: pulumi.String(p.name), Project: project, Region: region, Router: router.Name,
		NatIpAllocateOption:           pulumi.String("AUTO_ONLY"),
		SourceSubnetworkIpRangesToNat: pulumi.String("ALL_SUBNETWORKS_ALL_IP_RANGES"),
		// A busy node gets more ports, a quiet one keeps few. Powers of two, and
		// not together with mapping that does not look at the destination:
		// https://cloud.google.com/nat/docs/ports-and-addresses#dynamic-port
		EnableDynamicPortAllocation:      pulumi.Bool(true),
		EnableEndpointIndependentMapping: pulumi.Bool(false),
		MinPortsPerVm:                    pulumi.Int(64), MaxPortsPerVm: pulumi.Int(4096),
		LogConfig: compute.RouterNatLogConfigArgs{Enable: pulumi.Bool(true), Filter: pulumi.String("ALL")},
	}
	n.addresses = pulumi.String("").ToStringOutput()
	if p.args.HighlyAvailable {
		// Addresses that stay: others put them on their lists of who may come in.
		var links, numbers pulumi.StringArray
		for _, end := range []string{"a", "b"}[:staticAddresses] {
			address, err := compute.NewAddress(ctx, p.name+"-nat-"+end, &compute.AddressArgs{
				// Cluster names have at most 40 characters, these names 63.
				Name: pulumi.String(p.name + "-nat-" + end), Project: project, Region: region,
				AddressType: pulumi.String("EXTERNAL"),
				Labels:      p.labels(),
			}, in, p.protect())
			if err != nil {
				return err
			}
			links, numbers = append(links, address.SelfLink), append(numbers, address.Address)
		}
		args.NatIpAllocateOption, args.NatIps = pulumi.String("MANUAL_ONLY"), links
		n.addresses = numbers.ToStringArrayOutput().ApplyT(func(all []string) string { return strings.Join(all, ",") }).(pulumi.StringOutput)
	}
	_, err = compute.NewRouterNat(ctx, p.name, args, in)
	return err
}
