package eks

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// Identity makes a role for one service account, with the rights granted and no
// others.
//
// It is handed out by EKS Pod Identity and not through the OIDC provider (IRSA),
// which is there for what brings its own role: the trust then names cluster,
// namespace and account without the address of an issuer, which a new cluster
// changes; pods need no annotation, so a chart needs no setting; and every
// session carries tags that CloudTrail shows.
// https://docs.aws.amazon.com/eks/latest/userguide/service-accounts.html#service-accounts-iam
func (p *Platform) Identity(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.IdentityArgs) (*spec.Identity, error) {
	role, ready, err := p.podIdentity(ctx, name, args.Name+" in the EKS cluster "+p.name, args.Namespace, args.ServiceAccount,
		p.granted(args.Grants), p.below(parent)...)
	if err != nil {
		return nil, err
	}
	return &spec.Identity{
		Name: role.Name, Annotations: pulumi.StringMap{}.ToStringMapOutput(), Ready: ready,
		// The Pod Identity agent of each node:
		// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
		Sources: []spec.Source{{CIDR: "169.254.170.23/32", Port: 80}},
	}, nil
}

// podIdentity makes a role with a policy of its own and binds it to a service
// account. Pods that start before all of it is ready have no rights until they
// are restarted.
func (p *Platform) podIdentity(ctx *pulumi.Context, name, description, namespace, account string, policy pulumi.StringInput, opts ...pulumi.ResourceOption) (*iam.Role, []pulumi.Resource, error) {
	name = short(name)
	role, _, err := p.podRole(ctx, name, description, namespace, account, nil, opts...)
	if err != nil {
		return nil, nil, err
	}
	rights, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{Role: role.Name, Policy: policy}, opts...)
	if err != nil {
		return nil, nil, err
	}
	association, err := eks.NewPodIdentityAssociation(ctx, name, &eks.PodIdentityAssociationArgs{
		ClusterName: p.eksName, Namespace: pulumi.String(namespace), ServiceAccount: pulumi.String(account),
		RoleArn: role.Arn, Tags: p.tags(name),
	}, opts...)
	return role, []pulumi.Resource{association, rights}, err
}

// granted is the policy of grants.
func (p *Platform) granted(grants []spec.Grant) pulumi.StringOutput {
	unresolved := []any{p.account}
	for i := range grants {
		target, key := p.reference(&grants[i])
		unresolved = append(unresolved, target, key)
	}
	return pulumi.All(unresolved...).ApplyT(func(v []any) (string, error) {
		at := place{p.partition, p.region, v[0].(string), p.domain()}
		var all []statement
		for i := range grants {
			some, err := at.statements(right{grants[i].Action, v[1+2*i].(string), v[2+2*i].(string)})
			if err != nil {
				return "", err
			}
			all = append(all, some...)
		}
		return document(all...)
	}).(pulumi.StringOutput)
}

// reference returns what a grant names, and the key that is encrypted with.
func (p *Platform) reference(g *spec.Grant) (target, key pulumi.StringInput) {
	none := pulumi.String("")
	keyOf := func(k *spec.Key) pulumi.StringInput {
		if k == nil {
			return none
		}
		return k.ID
	}
	switch {
	case g.Bucket != nil:
		return g.Bucket.ID, keyOf(g.Bucket.Key)
	case g.Zone != nil:
		return g.Zone.Reference, none
	case g.Registry != nil:
		// ECR opens its own images: who pulls needs no right to the key.
		return g.Registry.References[g.Repository], none
	case g.Key != nil:
		return g.Key.ID, none
	}
	return pulumi.String(g.Prefix), keyOf(p.keyOfSecrets(g.Prefix))
}

// maxName leaves room for a random end of eight characters within the 64 that
// names of roles and of EventBridge's rules may have.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
const maxName = 56

// short cuts a name that is too long. What is cut off is told apart by a hash.
func short(name string) string {
	if len(name) <= maxName {
		return name
	}
	hash := sha256.Sum256([]byte(name))
	end := "-" + hex.EncodeToString(hash[:])[:7]
	return name[:maxName-len(end)] + end
}
