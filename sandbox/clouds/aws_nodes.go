package clouds

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
)

// eksSubnet is where a node can be.
type eksSubnet struct {
	zone string
	cidr netip.Prefix
}

// eksRealizeNodeGroup makes the nodes of a group.
//
// Labels: docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html and
// the AWS cloud controller manager.
func eksRealizeNodeGroup(ctx context.Context, c *Call) error {
	lt, err := eksTemplate(c)
	if err != nil {
		return err
	}
	machine, err := eksMachine(c, lt)
	if err != nil {
		return err
	}
	machine.DiskGiB = eksDisk(c, lt)
	if props.Str(c.Props, "amiType") != "CUSTOM" {
		machine.MaxPods = nodes.EKSMaxPods(machine, eksPrefixDelegation(c, props.Str(c.Props, "clusterName")))
	}
	subnets, err := eksSubnets(c)
	if err != nil {
		return err
	}
	cluster, group := props.Str(c.Props, "clusterName"), props.Str(c.Props, "nodeGroupName")
	// The group's region, also when a provider of another region reads it.
	region := c.Region
	labels := props.StrMap(c.Props, "labels")
	labels["eks.amazonaws.com/capacityType"] = props.StrOr(c.Props, "capacityType", "ON_DEMAND")
	if lt != nil {
		labels["eks.amazonaws.com/sourceLaunchTemplateId"] = lt.ID
		labels["eks.amazonaws.com/sourceLaunchTemplateVersion"] = props.StrOr(c.Props, "launchTemplate.version", "1")
	}
	places := make([]nodes.Place, props.IntOr(c.Props, "scalingConfig.desiredSize", 0))
	for i := range places {
		places[i].Zone = subnets[i%len(subnets)].zone
	}
	_, err = applyPool(ctx, c, cluster, nodes.Pool{
		Selector: eksSelector(group), Machine: machine, Nodes: places, Region: region, Labels: labels, Taints: taints(c.Props, "taints"),
		Allocatable: nodes.EKSAllocatable,
		Identity: func(i, attempt int) nodes.Identity {
			s := subnets[i%len(subnets)]
			ip := address(s.cidr, hashed(cluster, group, i)+uint64(attempt)) //nolint:gosec // a small number
			return nodes.Identity{
				Name: eksNodeName(region, ip), InternalIP: ip.String(),
				ProviderID: fmt.Sprintf("aws:///%s/i-0%s", s.zone, hashedName(16, "0123456789abcdef", cluster, group, i, attempt)),
				Labels:     map[string]string{"topology.k8s.aws/zone-id": awsZoneID(region, s.zone)},
			}
		},
	})
	return err
}

// eksNodeName is the private DNS name of an instance: docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html.
func eksNodeName(region string, ip netip.Addr) string {
	if region == "us-east-1" {
		return "ip-" + dashed(ip.String()) + ".ec2.internal"
	}
	return "ip-" + dashed(ip.String()) + "." + region + ".compute.internal"
}

func eksSubnets(c *Call) ([]eksSubnet, error) {
	var out []eksSubnet
	for _, id := range props.StrList(c.Props, "subnetIds") {
		s, err := c.Find(awsSubnetType, id, "InvalidParameterException")
		if err != nil {
			return nil, err
		}
		out = append(out, eksSubnet{props.Str(s.Properties, "availabilityZone"), prefix(props.Str(s.Properties, "cidrBlock"))})
	}
	if len(out) == 0 {
		return nil, c.Errorf("InvalidParameterException: the node group has no subnets")
	}
	return out, nil
}
