package eks

import (
	"encoding/base64"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

const (
	// nodeVolumeGiB is a node's volume for images, logs and emptyDirs. The
	// default of 20 GiB is soon full.
	nodeVolumeGiB = 50
	// maxPods is what Kubernetes is built for, and what all types can have: with
	// addresses by sixteen, no longer the number that network interfaces limit.
	// https://kubernetes.io/docs/setup/best-practices/cluster-large/
	maxPods = 110
	// unavailablePercent of a pool are renewed at once: as many as a zone that
	// fails takes away. One at a time would take hours in a large pool.
	unavailablePercent = 33
)

// nodeSettings are Bottlerocket's own settings, to which EKS adds those by which
// nodes find the cluster. The control container lets people in through Systems
// Manager; nobody may, and the node's role has no right to it either.
// https://bottlerocket.dev/en/os/latest/#/api/settings/kubernetes/
var nodeSettings = fmt.Sprintf(`[settings.kubernetes]
max-pods = %d
seccomp-default = true

[settings.host-containers.control]
enabled = false
`, maxPods)

// AddPool makes a managed node group. With Karpenter it holds the pool's base
// load, what the pool never shrinks below, and is not there without one.
func (p *Platform) AddPool(ctx *pulumi.Context, parent pulumi.Resource, pool *spec.NodePool) error {
	if err := check.Err(fmt.Sprintf("node pool %q", pool.Name), poolMistakes(*pool)); err != nil {
		return err
	}
	p.pools = append(p.pools, pool)
	nodes := pool.Nodes
	var choosesNumber []string
	switch {
	case p.engine() == spec.EngineKarpenter:
		nodes = spec.NodeCount{Initial: nodes.Min, Min: nodes.Min, Max: nodes.Min}
		if nodes.Max == 0 {
			return nil
		}
	case pool.Scales():
		// The number of nodes is the autoscaler's from here on. It finds the
		// group by tags that EKS puts there:
		// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
		choosesNumber = []string{"scalingConfig.desiredSize"}
	}

	name := p.name + "-" + pool.Name
	in := p.below(parent)
	template, err := p.launchTemplate(ctx, name, pool, in...)
	if err != nil {
		return err
	}
	group, err := awseks.NewNodeGroup(ctx, name, &awseks.NodeGroupArgs{
		ClusterName: p.eksName,
		// A name that ends at random: what cannot be changed makes a new group
		// beside the old one, whose nodes are drained when its are ready. The
		// cluster's name is left out, for with it 63 characters may not do.
		NodeGroupNamePrefix: pulumi.String(pool.Name + "-"),
		NodeRoleArn:         p.nodeRole.Arn,
		// One in each zone. CIS EKS 5.4.3.
		SubnetIds:     p.network.private,
		AmiType:       pulumi.String(processorOf(pool.Size).image()),
		InstanceTypes: instanceTypes(pool),
		CapacityType:  pulumi.String(capacityType(pool)),
		// Nodes follow the control plane. Left out, they would stay behind.
		Version: p.version,
		ScalingConfig: awseks.NodeGroupScalingConfigArgs{
			DesiredSize: pulumi.Int(nodes.Initial), MinSize: pulumi.Int(nodes.Min), MaxSize: pulumi.Int(nodes.Max),
		},
		// New nodes come first, then so many old ones are drained, and
		// disruption budgets kept: an update that cannot keep them fails.
		UpdateConfig: awseks.NodeGroupUpdateConfigArgs{MaxUnavailablePercentage: pulumi.Int(unavailablePercent)},
		// A node that stays unready is replaced:
		// https://docs.aws.amazon.com/eks/latest/userguide/node-repair.html
		NodeRepairConfig: awseks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
		LaunchTemplate: awseks.NodeGroupLaunchTemplateArgs{
			Id:      template.ID(),
			Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		Labels: pulumi.ToStringMap(pool.Labels),
		Taints: taints(pool),
		Tags:   p.tags(name),
	}, with(in, pulumi.DependsOn(p.beforeNodes), pulumi.IgnoreChanges(choosesNumber))...)
	p.groups = append(p.groups, group)
	return err
}

// launchTemplate says how the pool's machines are made. A change makes a new
// version, to which EKS moves the group node by node.
func (p *Platform) launchTemplate(ctx *pulumi.Context, name string, pool *spec.NodePool, in ...pulumi.ResourceOption) (*ec2.LaunchTemplate, error) {
	return ec2.NewLaunchTemplate(ctx, name, &ec2.LaunchTemplateArgs{
		InstanceType: templateType(pool),
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"), // IMDSv2: a forged request from inside gets no credentials
			// One hop ends at the node: pods cannot borrow the node's role.
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		// No key: nobody logs in. The first volume is Bottlerocket's own, as
		// large as its image, the second holds all that nodes write.
		// https://github.com/bottlerocket-os/bottlerocket#default-volumes
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{
			volume("/dev/xvda", nil), volume("/dev/xvdb", pulumi.Int(nodeVolumeGiB)),
		},
		UserData: pulumi.String(base64.StdEncoding.EncodeToString([]byte(nodeSettings))),
		// A node group's tags do not reach its machines; the template's do.
		TagSpecifications: ec2.LaunchTemplateTagSpecificationArray{
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("instance"), Tags: p.tags(name)},
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("volume"), Tags: p.tags(name)},
			ec2.LaunchTemplateTagSpecificationArgs{ResourceType: pulumi.String("network-interface"), Tags: p.tags(name)},
		},
		Tags: p.tags(name),
	}, in...)
}

// volume is a disk of a node. It is encrypted with the account's key for disks:
// nothing that outlives the node is on it.
func volume(device string, size pulumi.IntPtrInput) ec2.LaunchTemplateBlockDeviceMappingArgs {
	return ec2.LaunchTemplateBlockDeviceMappingArgs{
		DeviceName: pulumi.String(device),
		Ebs: ec2.LaunchTemplateBlockDeviceMappingEbsArgs{
			VolumeType: pulumi.String("gp3"), VolumeSize: size,
			Encrypted: pulumi.String("true"), DeleteOnTermination: pulumi.String("true"),
		},
	}
}

// templateType is the pool's only instance type. In the template it can be
// changed without replacing the group, in the group it cannot.
func templateType(pool *spec.NodePool) pulumi.StringPtrInput {
	if len(pool.OtherSizes) > 0 {
		return nil
	}
	return pulumi.String(pool.Size)
}

// instanceTypes are the types of a pool with several, which a template does not
// take; EKS refuses to have them in both places.
// https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
func instanceTypes(pool *spec.NodePool) pulumi.StringArrayInput {
	if len(pool.OtherSizes) == 0 {
		return nil
	}
	return pulumi.ToStringArray(sizes(pool))
}

// sizes are all instance types of a pool.
func sizes(pool *spec.NodePool) []string {
	return append([]string{pool.Size}, pool.OtherSizes...)
}

// capacityType is how the pool's machines are bought.
func capacityType(pool *spec.NodePool) string {
	if pool.Class == catalog.ClassSpot {
		return "SPOT"
	}
	return "ON_DEMAND"
}

func taints(pool *spec.NodePool) awseks.NodeGroupTaintArray {
	all := awseks.NodeGroupTaintArray{}
	for _, t := range pool.Taints {
		all = append(all, awseks.NodeGroupTaintArgs{
			Key: pulumi.String(t.Key), Value: pulumi.String(t.Value), Effect: pulumi.String(spec.UpperTaintEffects[t.Effect]),
		})
	}
	return all
}
