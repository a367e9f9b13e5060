package eks

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// stsAudience is whom the tokens of service accounts are for.
const stsAudience = "sts.amazonaws.com"

// nodePolicies are all a node needs: to join and to pull images. Its pods have
// identities of their own, the CNI among them, so the node's role can neither
// change network interfaces nor read buckets or secrets.
//
// AmazonEKSWorkerNodeMinimalPolicy would be less still, but does not let
// Bottlerocket ask EC2 for the name its node registers with:
// https://github.com/bottlerocket-os/bottlerocket/issues/4382
// https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html
var nodePolicies = []string{
	"AmazonEKSWorkerNodePolicy",
	"AmazonEC2ContainerRegistryPullOnly", // CIS EKS 5.1.3
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

// policyDocument and statement are an IAM policy.
type policyDocument struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

type statement struct {
	Sid       string                         `json:"Sid,omitempty"`
	Effect    string                         `json:"Effect"`
	Principal map[string]string              `json:"Principal,omitempty"`
	Action    []string                       `json:"Action"`
	Resource  []string                       `json:"Resource,omitempty"`
	Condition map[string]map[string][]string `json:"Condition,omitempty"`
}

// document writes a policy. A statement without an effect allows.
func document(statements ...statement) (string, error) {
	for i := range statements {
		if statements[i].Effect == "" {
			statements[i].Effect = "Allow"
		}
	}
	text, err := json.Marshal(policyDocument{Version: "2012-10-17", Statement: statements})
	return string(text), err
}

// equals is the condition that a key has one value.
func equals(key, value string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {key: {value}}}
}

// serviceTrust lets a service of AWS take a role, on behalf of this account and
// of nobody else (the confused deputy).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func (p *Platform) serviceTrust(service string) pulumi.StringOutput {
	return p.account.ApplyT(func(account string) (string, error) {
		return document(statement{
			Principal: map[string]string{"Service": service},
			Action:    []string{"sts:AssumeRole"},
			Condition: equals("aws:SourceAccount", account),
		})
	}).(pulumi.StringOutput)
}

// podTrust lets EKS Pod Identity hand a role to the pods of one service account
// of one cluster, and to no others. EKS names all three as tags of the session:
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
func podTrust(cluster, namespace, serviceAccount string) (string, error) {
	return document(statement{
		Principal: map[string]string{"Service": "pods.eks.amazonaws.com"},
		Action:    []string{"sts:AssumeRole", "sts:TagSession"},
		Condition: map[string]map[string][]string{"StringEquals": {
			"aws:RequestTag/eks-cluster-name":           {cluster},
			"aws:RequestTag/kubernetes-namespace":       {namespace},
			"aws:RequestTag/kubernetes-service-account": {serviceAccount},
		}},
	})
}

// createNodeRole makes the role all nodes of the cluster have.
func (p *Platform) createNodeRole(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	// EC2 takes roles for its machines without naming a source, so there is
	// nothing to bind the trust to.
	policy, err := document(statement{Principal: map[string]string{"Service": "ec2.amazonaws.com"}, Action: []string{"sts:AssumeRole"}})
	if err != nil {
		return err
	}
	p.nodeRole, p.nodeRights, err = p.role(ctx, p.name+"-node", "Nodes of the EKS cluster "+p.name, pulumi.String(policy), nodePolicies, opts...)
	return err
}

// role makes a role with managed policies of AWS. Whoever uses it waits for the
// attachments, without which it can do nothing.
func (p *Platform) role(ctx *pulumi.Context, name, description string, trust pulumi.StringInput, policies []string, opts ...pulumi.ResourceOption) (*iam.Role, []pulumi.Resource, error) {
	name = short(name)
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		Description:      pulumi.String(description),
		AssumeRolePolicy: trust,
		Tags:             p.tags(name),
	}, opts...)
	if err != nil {
		return nil, nil, err
	}
	var attachments []pulumi.Resource
	for _, policy := range policies {
		base := policy[strings.LastIndex(policy, "/")+1:]
		attachment, err := iam.NewRolePolicyAttachment(ctx, name+"-"+base, &iam.RolePolicyAttachmentArgs{
			Role:      role.Name,
			PolicyArn: pulumi.String("arn:" + p.partition + ":iam::aws:policy/" + policy),
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		attachments = append(attachments, attachment)
	}
	return role, attachments, nil
}

// podRole makes a role for the pods of one service account of the cluster.
func (p *Platform) podRole(ctx *pulumi.Context, name, description, namespace, serviceAccount string, policies []string, opts ...pulumi.ResourceOption) (*iam.Role, []pulumi.Resource, error) {
	policy, err := podTrust(p.name, namespace, serviceAccount)
	if err != nil {
		return nil, nil, err
	}
	return p.role(ctx, name, description, pulumi.String(policy), policies, opts...)
}
