package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// createFlowLog records who talked to whom in the VPC. Accepted traffic is kept
// as well as refused: after a break-in the former is what one looks for.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
func (p *Platform) createFlowLog(ctx *pulumi.Context, in pulumi.ResourceOption) error {
	name := p.name + "-flow-logs"
	group, err := p.logGroup(ctx, name, "/aws/vpc/"+p.name+"/flow-logs", in)
	if err != nil {
		return err
	}
	role, _, err := p.role(ctx, name, "Flow logs of the VPC of the EKS cluster "+p.name, p.serviceTrust("vpc-flow-logs.amazonaws.com"), nil, in)
	if err != nil {
		return err
	}
	policy := group.Arn.ApplyT(func(arn string) (string, error) {
		return document(statement{
			// The group is there, so the service need not make one, nor look at
			// those of others.
			Action:   []string{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"},
			Resource: []string{arn, arn + ":*"},
		})
	}).(pulumi.StringOutput)
	rights, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{Role: role.Name, Policy: policy}, in)
	if err != nil {
		return err
	}
	_, err = ec2.NewFlowLog(ctx, name, &ec2.FlowLogArgs{
		VpcId:              p.network.vpc.ID(),
		TrafficType:        pulumi.String("ALL"),
		LogDestinationType: pulumi.String("cloud-watch-logs"),
		LogDestination:     group.Arn,
		IamRoleArn:         role.Arn,
		Tags:               p.tags(name),
	}, in, pulumi.DependsOn([]pulumi.Resource{rights}))
	return err
}
