package clusters

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// gkeNetwork is the VPC of a GKE cluster: one subnet with ranges of its own for
// pods and services, and a NAT through which nodes without public addresses
// reach the internet.
type gkeNetwork struct {
	pulumi.ResourceState

	vpc    *compute.Network
	subnet *compute.Subnetwork
}

// Names of the subnet's secondary ranges.
const (
	gkePodsRange     = "pods"
	gkeServicesRange = "services"
)

func newGKENetwork(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*gkeNetwork, error) {
	n := &gkeNetwork{}
	if err := ctx.RegisterComponentResource("ai-now:clusters:GKENetwork", name, n, opts...); err != nil {
		return nil, err
	}
	in, project, region := pulumi.Parent(n), pulumi.String(args.Project), pulumi.String(args.Region)
	var err error
	if n.vpc, err = compute.NewNetwork(ctx, name, &compute.NetworkArgs{
		Name: pulumi.String(name), Project: project,
		// A network that makes its own subnets takes ranges in every region.
		AutoCreateSubnetworks: pulumi.Bool(false),
		RoutingMode:           pulumi.String("REGIONAL"),
	}, in); err != nil {
		return nil, err
	}
	if n.subnet, err = compute.NewSubnetwork(ctx, name, &compute.SubnetworkArgs{
		Name: pulumi.String(name), Project: project, Region: region,
		Network:     n.vpc.ID(),
		IpCidrRange: pulumi.String(args.Network.Nodes),
		SecondaryIpRanges: compute.SubnetworkSecondaryIpRangeArray{
			compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(gkePodsRange), IpCidrRange: pulumi.String(args.Network.Pods)},
			compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(gkeServicesRange), IpCidrRange: pulumi.String(args.Network.Services)},
		},
		// Google's own APIs are reached without leaving its network.
		PrivateIpGoogleAccess: pulumi.Bool(true),
		// Who talked to whom, for investigations: half of the flows, summed up
		// over five minutes, tell enough at a fraction of the cost of all.
		LogConfig: compute.SubnetworkLogConfigArgs{
			AggregationInterval: pulumi.String("INTERVAL_5_MIN"),
			FlowSampling:        pulumi.Float64(0.5),
			Metadata:            pulumi.String("INCLUDE_ALL_METADATA"),
		},
	}, in); err != nil {
		return nil, err
	}
	router, err := compute.NewRouter(ctx, name, &compute.RouterArgs{
		Name: pulumi.String(name), Project: project, Region: region, Network: n.vpc.ID(),
	}, in)
	if err != nil {
		return nil, err
	}
	if _, err := compute.NewRouterNat(ctx, name, &compute.RouterNatArgs{
		Name: pulumi.String(name), Project: project, Region: region, Router: router.Name,
		NatIpAllocateOption:           pulumi.String("AUTO_ONLY"),
		SourceSubnetworkIpRangesToNat: pulumi.String("ALL_SUBNETWORKS_ALL_IP_RANGES"),
		LogConfig:                     compute.RouterNatLogConfigArgs{Enable: pulumi.Bool(true), Filter: pulumi.String("ERRORS_ONLY")},
	}, in); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"network": n.vpc.SelfLink})
}
