package eks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// endpointServices are the services of AWS that nodes and what runs on them for
// the cluster cannot do without: registry, identities, machines, logs.
// https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html
var endpointServices = []string{"ecr.api", "ecr.dkr", "sts", "ec2", "logs", "eks", "eks-auth"}

// autoscalerServices are what each engine calls besides.
var autoscalerServices = map[string]string{
	spec.EngineKarpenter:         "sqs", // where interruptions are announced
	spec.EngineClusterAutoscaler: "autoscaling",
}

// createEndpoints gives the VPC ways to services of AWS that do not lead over
// the internet. Their policies stay open: images of AWS's own registries come
// from buckets of accounts that AWS does not name.
func (p *Platform) createEndpoints(ctx *pulumi.Context, in pulumi.ResourceOption) error {
	n := p.network
	// It costs nothing, and takes the layers of all images off the NAT gateways.
	if _, err := ec2.NewVpcEndpoint(ctx, p.name+"-s3", &ec2.VpcEndpointArgs{
		VpcId: n.vpc.ID(), ServiceName: pulumi.String(p.endpointName("s3")),
		VpcEndpointType: pulumi.String("Gateway"),
		RouteTableIds:   n.routes,
		Tags:            p.tags(p.name + "-s3"),
	}, in); err != nil {
		return err
	}
	// The others are billed by the hour in each zone. They keep nodes going while
	// the way to the internet is down, which is asked for with high availability
	// only. China names some of them differently: there the NAT gateways must do.
	if !p.args.HighlyAvailable || p.partition == "aws-cn" {
		return nil
	}
	group, err := p.endpointGroup(ctx, in)
	if err != nil {
		return err
	}
	for _, service := range slices.Concat(endpointServices, []string{autoscalerServices[p.engine()]}) {
		name := p.name + "-" + strings.ReplaceAll(service, ".", "-")
		if _, err := ec2.NewVpcEndpoint(ctx, name, &ec2.VpcEndpointArgs{
			VpcId: n.vpc.ID(), ServiceName: pulumi.String(p.endpointName(service)),
			VpcEndpointType: pulumi.String("Interface"),
			// The service's usual name leads to the endpoint.
			PrivateDnsEnabled: pulumi.Bool(true),
			SubnetIds:         n.private,
			SecurityGroupIds:  pulumi.StringArray{group.ID()},
			Tags:              p.tags(name),
		}, in); err != nil {
			return err
		}
	}
	return nil
}

// endpointGroup lets the VPC in, over TLS, and nothing out: endpoints answer.
func (p *Platform) endpointGroup(ctx *pulumi.Context, in pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	name := p.name + "-endpoints"
	group, err := ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
		VpcId:       p.network.vpc.ID(),
		Description: pulumi.String("Endpoints of AWS services for the EKS cluster " + p.name),
		Tags:        p.tags(name),
	}, in)
	if err != nil {
		return nil, err
	}
	_, err = vpc.NewSecurityGroupIngressRule(ctx, name, &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: group.ID(), Description: pulumi.String("TLS from the VPC"),
		IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(443), ToPort: pulumi.Int(443),
		CidrIpv4: pulumi.String(p.args.Network.Nodes),
		Tags:     p.tags(name),
	}, in)
	return group, err
}

func (p *Platform) endpointName(service string) string {
	return fmt.Sprintf("com.amazonaws.%s.%s", p.region, service)
}
