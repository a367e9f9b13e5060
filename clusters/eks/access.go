package eks

import (
	"strings"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Access policies of EKS, which stand for roles in the cluster. The view policy
// leaves secrets out; AmazonEKSAdminViewPolicy would show them.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
const (
	adminPolicy  = "AmazonEKSClusterAdminPolicy" // CIS EKS 4.1.1: only for who is named
	viewerPolicy = "AmazonEKSViewPolicy"         // CIS EKS 4.1.2
)

// createAccess lets in who is named. Whoever creates the cluster is an
// administrator from the start, by an entry of EKS's own: the update needs it to
// make objects in the cluster, so it must not be named again. Nodes have an
// entry that the component makes.
func (p *Platform) createAccess(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
	for _, group := range []struct {
		kind, policy string
		principals   []string
	}{
		{"admin", adminPolicy, p.args.Access.Admins},
		{"viewer", viewerPolicy, p.args.Access.Viewers},
	} {
		for _, principal := range group.principals {
			if err := p.allowPrincipal(ctx, group.kind, group.policy, principal, opts...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Platform) allowPrincipal(ctx *pulumi.Context, kind, policy, principal string, opts ...pulumi.ResourceOption) error {
	// Named by who it is, so that the order of the list means nothing.
	_, who, _ := strings.Cut(principal, ":iam::")
	name := p.name + "-" + kind + "-" + strings.NewReplacer(":", "-", "/", "-").Replace(who)
	entry, err := awseks.NewAccessEntry(ctx, name, &awseks.AccessEntryArgs{
		ClusterName: p.eksName, PrincipalArn: pulumi.String(principal), Tags: p.tags(name),
	}, opts...)
	if err != nil {
		return err
	}
	_, err = awseks.NewAccessPolicyAssociation(ctx, name, &awseks.AccessPolicyAssociationArgs{
		ClusterName: p.eksName, PrincipalArn: entry.PrincipalArn,
		PolicyArn:   pulumi.String("arn:" + p.partition + ":eks::aws:cluster-access-policy/" + policy),
		AccessScope: awseks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
	}, opts...)
	return err
}
