package eks

import (
	"encoding/json"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// addon is one of EKS's own add-ons.
type addon struct {
	name string
	// settings it takes: aws eks describe-addon-configuration lists them.
	settings any
	// serviceAccount in kube-system whose pods call AWS, and the managed
	// policies that let them. An identity of its own keeps the rights off the
	// node's role, which every pod on the node is close to. CIS EKS 5.2.1.
	//
	// It comes by Pod Identity and not by the OIDC provider: the trust names
	// cluster and account, and stays right when the cluster is made anew.
	serviceAccount string
	policies       []string
	// rights are one more policy, for what AWS's do not know.
	rights pulumi.StringInput
}

// podIdentityAgent hands out the identities.
const podIdentityAgent = "eks-pod-identity-agent"

// nodeAddons are what makes a machine a node. They are DaemonSets, so they are
// active without one, and a node never begins without them.
func nodeAddons() []addon {
	return []addon{
		{name: podIdentityAgent},
		{
			name: "vpc-cni",
			settings: map[string]any{
				// The CNI enforces network policies only if asked to.
				// CIS EKS 4.3.1, 5.4.4.
				"enableNetworkPolicy": "true",
				"env": map[string]string{
					// Addresses by sixteen: as many pods as the node can run, and
					// fewer calls to EC2. One block is kept at hand.
					// https://docs.aws.amazon.com/eks/latest/userguide/cni-increase-ip-addresses.html
					"ENABLE_PREFIX_DELEGATION": "true",
					"WARM_PREFIX_TARGET":       "1",
				},
			},
			serviceAccount: "aws-node", policies: []string{"AmazonEKS_CNI_Policy"},
		},
		{name: "kube-proxy"},
	}
}

// clusterAddons have pods of their own and become active when nodes run them.
func (p *Platform) clusterAddons() []addon {
	return []addon{
		{
			name: "coredns",
			// Two at least, and more as the cluster grows.
			// https://docs.aws.amazon.com/eks/latest/userguide/coredns-autoscaling.html
			settings: map[string]any{"autoScaling": map[string]any{"enabled": true, "minReplicas": 2, "maxReplicas": 10}},
		},
		{
			name: "aws-ebs-csi-driver",
			// Volumes say whose they are, as everything else does.
			settings:       map[string]any{"controller": map[string]any{"extraVolumeTags": p.owner.AWS("")}},
			serviceAccount: "ebs-csi-controller-sa", policies: []string{"service-role/AmazonEBSCSIDriverPolicy"},
			rights: p.storageKey.Arn.ApplyT(p.volumeKeyRights).(pulumi.StringOutput),
		},
		{
			name:           "aws-efs-csi-driver",
			serviceAccount: "efs-csi-controller-sa", policies: []string{"service-role/AmazonEFSCSIDriverPolicy"},
		},
		{name: "snapshot-controller"},
	}
}

// installAddons installs add-ons and returns them by name.
func (p *Platform) installAddons(ctx *pulumi.Context, addons []addon, opts ...pulumi.ResourceOption) (map[string]pulumi.Resource, error) {
	installed := map[string]pulumi.Resource{}
	for _, a := range addons {
		made, err := p.addon(ctx, a, opts...)
		if err != nil {
			return nil, err
		}
		installed[a.name] = made
	}
	return installed, nil
}

func (p *Platform) addon(ctx *pulumi.Context, a addon, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	name := p.name + "-" + a.name
	args := &awseks.AddonArgs{
		AddonName:   pulumi.String(a.name),
		ClusterName: p.eksName,
		// The version AWS tests with this one of Kubernetes: it follows the
		// cluster's upgrades, and brings fixes with any update.
		AddonVersion: awseks.GetAddonVersionOutput(ctx, awseks.GetAddonVersionOutputArgs{
			AddonName: pulumi.String(a.name), KubernetesVersion: p.version,
		}, pulumi.Provider(p.provider)).Version(),
		// What somebody changed by hand is changed back.
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"),
		ResolveConflictsOnUpdate: pulumi.String("OVERWRITE"),
		Tags:                     p.tags(name),
	}
	if a.settings != nil {
		settings, err := json.Marshal(a.settings)
		if err != nil {
			return nil, err
		}
		args.ConfigurationValues = pulumi.String(string(settings))
	}
	if a.serviceAccount != "" {
		role, rights, err := p.podRole(ctx, name, "Add-on "+a.name+" of the EKS cluster "+p.name, "kube-system", a.serviceAccount, a.policies, opts...)
		if err != nil {
			return nil, err
		}
		if a.rights != nil {
			more, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{Role: role.Name, Policy: a.rights}, opts...)
			if err != nil {
				return nil, err
			}
			rights = append(rights, more)
		}
		args.PodIdentityAssociations = awseks.AddonPodIdentityAssociationArray{awseks.AddonPodIdentityAssociationArgs{
			ServiceAccount: pulumi.String(a.serviceAccount), RoleArn: role.Arn,
		}}
		opts = with(opts, pulumi.DependsOn(rights))
	}
	return awseks.NewAddon(ctx, name, args, opts...)
}
