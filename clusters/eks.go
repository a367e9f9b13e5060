package clusters

import (
	"errors"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
)

// eksPlatform makes a cluster on AWS with the pulumi-eks component. Node groups
// and add-ons are resources of their own, not the component's, so that the
// autoscaler's and AWS's changes to them can be left alone.
type eksPlatform struct {
	name, region string
	owner        labels.Owner
	provider     *aws.Provider
	network      *eksNetwork
	nodeRole     *iam.Role
	identity     *iam.OpenIdConnectProvider
	issuer       pulumi.StringOutput
	// eksName is the cluster's name as an output, so that what uses it waits
	// for the cluster.
	eksName pulumi.StringOutput
	groups  []pulumi.Resource
	cni     pulumi.Resource
	// attachments give the roles their rights; nodes without them cannot join.
	attachments []pulumi.Resource
}

// eksLogTypes are all there are: without audit and authenticator nobody can
// tell later who did what.
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
var eksLogTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// eksLogDays keeps control-plane logs for a year. AWS would keep them for ever,
// and bill them.
const eksLogDays = 365

// kmsDeletionDays is the longest time AWS lets one take back the deletion of a
// key. A cluster whose key is gone is lost.
const kmsDeletionDays = 30

func (p *eksPlatform) create(ctx *pulumi.Context, c *Cluster, args *ClusterArgs) error {
	p.name, p.region, p.owner = c.Name, c.Region, args.Owner
	var err error
	if p.provider, err = aws.NewProvider(ctx, c.Name, &aws.ProviderArgs{Region: pulumi.String(c.Region)}, pulumi.Parent(c)); err != nil {
		return err
	}
	in := []pulumi.ResourceOption{pulumi.Parent(c), pulumi.Provider(p.provider)}
	if p.network, err = newEKSNetwork(ctx, c.Name, args, in...); err != nil {
		return err
	}
	if err := p.createNodeRole(ctx, in...); err != nil {
		return err
	}

	// Secrets are encrypted in etcd with a key of our own: whoever reads the
	// disk reads nothing, and access to the key is logged.
	key, err := kms.NewKey(ctx, c.Name+"-secrets", &kms.KeyArgs{
		Description:          pulumi.Sprintf("Kubernetes secrets of the EKS cluster %s", c.Name),
		EnableKeyRotation:    pulumi.Bool(true), // yearly, by AWS, without re-encryption
		DeletionWindowInDays: pulumi.Int(kmsDeletionDays),
		Tags:                 p.tags(c.Name + "-secrets"),
	}, in...)
	if err != nil {
		return err
	}
	if _, err := kms.NewAlias(ctx, c.Name+"-secrets", &kms.AliasArgs{
		Name: pulumi.String("alias/" + c.Name + "-secrets"), TargetKeyId: key.KeyId,
	}, in...); err != nil {
		return err
	}
	// EKS would make the group itself, without an end to its retention.
	logs, err := cloudwatch.NewLogGroup(ctx, c.Name+"-control-plane", &cloudwatch.LogGroupArgs{
		Name:            pulumi.String("/aws/eks/" + c.Name + "/cluster"),
		RetentionInDays: pulumi.Int(eksLogDays),
		Tags:            p.tags(""),
	}, in...)
	if err != nil {
		return err
	}

	component, err := eks.NewCluster(ctx, c.Name, &eks.ClusterArgs{
		Name:             pulumi.String(c.Name),
		Version:          pulumi.String(args.Version),
		VpcId:            p.network.vpc.ID(),
		PublicSubnetIds:  p.network.public,
		PrivateSubnetIds: p.network.private,
		// Node groups are NodePool components.
		SkipDefaultNodeGroup:         pulumi.BoolRef(true),
		NodeAssociatePublicIpAddress: pulumi.BoolRef(false),
		InstanceRole:                 p.nodeRole,
		// The component would read the issuer's certificate over the internet
		// during the update; the provider below does not have to.
		CreateOidcProvider: pulumi.Bool(false),
		// Access entries instead of the deprecated aws-auth ConfigMap: who may
		// enter is seen and changed through the AWS API, even if the cluster is ill.
		AuthenticationMode: authenticationMode(eks.AuthenticationModeApi),
		// The VPC CNI is an add-on below; the component's own cannot enforce
		// network policies.
		UseDefaultVpcCni:                pulumi.BoolRef(true),
		KubernetesServiceIpAddressRange: pulumi.String(args.Network.Services),
		EnabledClusterLogTypes:          pulumi.ToStringArray(eksLogTypes),
		EncryptionConfigKeyArn:          key.Arn,
		// Nodes talk to the API server inside the VPC.
		EndpointPrivateAccess: pulumi.Bool(true),
		// From the internet only who is named may, and nobody unless named.
		EndpointPublicAccess: pulumi.Bool(len(args.APIServerAccess) > 0),
		PublicAccessCidrs:    pulumi.ToStringArray(args.APIServerAccess),
		Tags:                 p.tags(""),
	}, pulumi.Parent(c), pulumi.Providers(p.provider), pulumi.DependsOn([]pulumi.Resource{logs, p.network}))
	if err != nil {
		return err
	}
	cluster := component.EksCluster
	p.eksName = cluster.Name()

	p.issuer = cluster.Identities().Index(pulumi.Int(0)).Oidcs().Index(pulumi.Int(0)).Issuer().Elem()
	// Trust in this issuer is what lets a service account act as an IAM role.
	if p.identity, err = iam.NewOpenIdConnectProvider(ctx, c.Name, &iam.OpenIdConnectProviderArgs{
		Url:           p.issuer,
		ClientIdLists: pulumi.StringArray{pulumi.String(stsAudience)},
		Tags:          p.tags(c.Name),
	}, in...); err != nil {
		return err
	}

	c.Version, c.Endpoint = cluster.Version(), cluster.Endpoint()
	c.storageClasses[General] = eksStorageClass
	c.Kubeconfig = pulumi.All(p.eksName, cluster.Endpoint(), cluster.CertificateAuthority().Data()).ApplyT(
		func(v []any) (string, error) {
			ca, _ := v[2].(*string)
			if ca == nil {
				return "", errors.New("EKS returned no certificate authority")
			}
			return execKubeconfig(c.Name, v[1].(string), *ca, execCommand{
				Command:     "aws",
				Args:        []string{"eks", "get-token", "--cluster-name", v[0].(string), "--output", "json", "--region", c.Region},
				InstallHint: "install the AWS command line interface: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
			})
		}).(pulumi.StringOutput)

	// Network policies are enforced by the CNI, and only if asked to. It comes
	// before the nodes, so that no pod ever runs without them.
	p.cni, err = p.addon(ctx, "vpc-cni", &awseks.AddonArgs{
		ConfigurationValues: pulumi.String(`{"enableNetworkPolicy":"true"}`),
	}, in...)
	return err
}

// addon adds one of EKS's own add-ons in its default version for the cluster.
func (p *eksPlatform) addon(ctx *pulumi.Context, name string, args *awseks.AddonArgs, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	args.AddonName = pulumi.String(name)
	args.ClusterName = p.eksName
	// EKS installs these unmanaged with every cluster; the add-on takes them over.
	args.ResolveConflictsOnCreate = pulumi.String("OVERWRITE")
	args.ResolveConflictsOnUpdate = pulumi.String("OVERWRITE")
	args.Tags = p.tags("")
	return awseks.NewAddon(ctx, p.name+"-"+name, args, opts...)
}

func (p *eksPlatform) complete(ctx *pulumi.Context, c *Cluster, _ *ClusterArgs) error {
	// Add-ons with pods of their own become active when nodes run them.
	in := []pulumi.ResourceOption{pulumi.Parent(c), pulumi.Provider(p.provider), pulumi.DependsOn(p.groups)}
	for _, name := range []string{"kube-proxy", "coredns"} {
		if _, err := p.addon(ctx, name, &awseks.AddonArgs{}, in...); err != nil {
			return err
		}
	}
	return p.addStorage(ctx, c, in...)
}

// nodeVolumeGiB is the root volume of a node: images, logs and emptyDirs. The
// default of 20 GiB is soon full.
const nodeVolumeGiB = 50

func (p *eksPlatform) addPool(ctx *pulumi.Context, pool *NodePool, spec *NodePoolSpec) error {
	name := p.name + "-" + spec.Name
	in := []pulumi.ResourceOption{pulumi.Parent(pool), pulumi.Provider(p.provider)}
	template, err := ec2.NewLaunchTemplate(ctx, name, &ec2.LaunchTemplateArgs{
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"), // IMDSv2: a forged request from inside gets no credentials
			// One hop ends at the node: pods cannot borrow the node's role.
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{ec2.LaunchTemplateBlockDeviceMappingArgs{
			DeviceName: pulumi.String("/dev/xvda"), // root device of Amazon Linux 2023
			Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
				VolumeType: pulumi.String("gp3"), VolumeSize: pulumi.Int(nodeVolumeGiB),
				Encrypted: pulumi.String("true"), DeleteOnTermination: pulumi.String("true"),
			},
		}},
		// A node group's tags do not reach its machines; the template's do.
		TagSpecifications: ec2.LaunchTemplateTagSpecificationArray{
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("instance"), Tags: p.tags(name)},
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("volume"), Tags: p.tags(name)},
		},
		Tags: p.tags(name),
	}, in...)
	if err != nil {
		return err
	}
	taints := awseks.NodeGroupTaintArray{}
	for _, t := range spec.Taints {
		taints = append(taints, awseks.NodeGroupTaintArgs{
			Key: pulumi.String(t.Key), Value: pulumi.String(t.Value), Effect: pulumi.String(upperTaintEffect[t.Effect]),
		})
	}
	group, err := awseks.NewNodeGroup(ctx, name, &awseks.NodeGroupArgs{
		ClusterName:   p.eksName,
		NodeRoleArn:   p.nodeRole.Arn,
		SubnetIds:     p.network.private,
		AmiType:       pulumi.String(eksImage(spec.Size)),
		InstanceTypes: pulumi.StringArray{pulumi.String(spec.Size)},
		CapacityType:  pulumi.String("ON_DEMAND"),
		ScalingConfig: awseks.NodeGroupScalingConfigArgs{
			DesiredSize: pulumi.Int(spec.Nodes.Initial), MinSize: pulumi.Int(spec.Nodes.Min), MaxSize: pulumi.Int(spec.Nodes.Max),
		},
		// One node at a time, so that disruption budgets can be kept.
		UpdateConfig: awseks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(1)},
		LaunchTemplate: awseks.NodeGroupLaunchTemplateArgs{
			Id:      template.ID(),
			Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		Labels: pulumi.ToStringMap(spec.Labels),
		Taints: taints,
		Tags:   p.tags(name),
	}, append(in,
		pulumi.DependsOn(append([]pulumi.Resource{p.cni}, p.attachments...)),
		// The number of nodes is the autoscaler's from here on.
		pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"}))...)
	p.groups = append(p.groups, group)
	return err
}

// upperTaintEffect spells effects the way the APIs of AWS and Google Cloud do.
var upperTaintEffect = map[string]string{
	"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE",
}

// graviton matches the instance types with ARM processors: a 'g' among the
// attributes behind the generation, and the first ones, a1.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
var graviton = regexp.MustCompile(`^(a1|[a-z]+[0-9]+[a-z-]*g[a-z-]*)\.`)

// eksImage returns the AMI type for an instance type: Amazon Linux 2023, as EKS
// offers no Amazon Linux 2 image from Kubernetes 1.33 on.
// https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
func eksImage(size string) string {
	if graviton.MatchString(size) {
		return "AL2023_ARM_64_STANDARD"
	}
	return "AL2023_x86_64_STANDARD"
}

func (p *eksPlatform) tags(name string) pulumi.StringMap {
	return pulumi.ToStringMap(p.owner.AWS(name))
}

func authenticationMode(mode eks.AuthenticationMode) *eks.AuthenticationMode { return &mode }
