package clusters

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// stsAudience is whom the tokens of service accounts are for.
const stsAudience = "sts.amazonaws.com"

// nodePolicies are all a node needs: to join, to give pods addresses, to pull
// images. https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
var nodePolicies = []string{
	"AmazonEKSWorkerNodePolicy",
	"AmazonEKS_CNI_Policy",
	"AmazonEC2ContainerRegistryReadOnly",
}

// partition returns the AWS partition of a region, a part of every ARN:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// policyDocument and statement are an IAM policy, as far as trust needs it.
type policyDocument struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Effect    string                       `json:"Effect"`
	Principal map[string]string            `json:"Principal"`
	Action    string                       `json:"Action"`
	Condition map[string]map[string]string `json:"Condition,omitempty"`
}

// trust writes a policy that lets a principal take a role.
func trust(s statement) (string, error) {
	s.Effect = "Allow"
	text, err := json.Marshal(policyDocument{Version: "2012-10-17", Statement: []statement{s}})
	return string(text), err
}

// createNodeRole makes the role all nodes of the cluster have.
func (p *eksPlatform) createNodeRole(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	policy, err := trust(statement{Principal: map[string]string{"Service": "ec2.amazonaws.com"}, Action: "sts:AssumeRole"})
	if err != nil {
		return err
	}
	p.nodeRole, err = p.role(ctx, p.name+"-node", "Nodes of the EKS cluster "+p.name, pulumi.String(policy), nodePolicies, opts...)
	return err
}

// role makes a role with managed policies of AWS.
func (p *eksPlatform) role(ctx *pulumi.Context, name, description string, trust pulumi.StringInput, policies []string, opts ...pulumi.ResourceOption) (*iam.Role, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Description:      pulumi.String(description),
		AssumeRolePolicy: trust,
		Tags:             p.tags(name),
	}, opts...)
	if err != nil {
		return nil, err
	}
	for _, policy := range policies {
		short := policy[strings.LastIndex(policy, "/")+1:]
		attachment, err := iam.NewRolePolicyAttachment(ctx, name+"-"+short, &iam.RolePolicyAttachmentArgs{
			Role:      role.Name,
			PolicyArn: pulumi.Sprintf("arn:%s:iam::aws:policy/%s", partition(p.region), policy),
		}, opts...)
		if err != nil {
			return nil, err
		}
		p.attachments = append(p.attachments, attachment)
	}
	return role, nil
}

// serviceAccountTrust lets one service account of the cluster, and no other,
// take a role.
func (p *eksPlatform) serviceAccountTrust(namespace, account string) pulumi.StringOutput {
	return pulumi.All(p.identity.Arn, p.issuer).ApplyT(func(v []any) (string, error) {
		issuer := strings.TrimPrefix(v[1].(string), "https://")
		return trust(statement{
			Principal: map[string]string{"Federated": v[0].(string)},
			Action:    "sts:AssumeRoleWithWebIdentity",
			Condition: map[string]map[string]string{"StringEquals": {
				issuer + ":aud": stsAudience,
				issuer + ":sub": "system:serviceaccount:" + namespace + ":" + account,
			}},
		})
	}).(pulumi.StringOutput)
}
