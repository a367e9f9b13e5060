package eks

import (
	"fmt"
	"maps"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/charts"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/spec"
)

// Bounds of how long a machine of Karpenter's lives.
const (
	// nodeLifetime is after how long it is replaced whatever it runs: nothing on
	// it is older than a month, which is within the time PCI DSS 4.0,
	// requirement 6.3.3, gives for a critical patch.
	nodeLifetime = "720h"
	// nodeFarewell is how long its pods have to leave. One that never would, by a
	// disruption budget that allows nothing, must not keep the machine.
	nodeFarewell = "24h"
)

// systemVolumeGiB is Bottlerocket's own volume. A node group takes the size from
// the image; Karpenter must be told, and has this one itself.
// https://karpenter.sh/v1.14/concepts/nodeclasses/#specblockdevicemappings
const systemVolumeGiB = 4

// createKarpenterPool makes the pool as Karpenter knows it: the class of its
// machines, and what it may make of them.
func (p *Platform) createKarpenterPool(ctx *pulumi.Context, pool *spec.NodePool, profile *iam.InstanceProfile, in []pulumi.ResourceOption) error {
	name := p.name + "-" + pool.Name
	metadata := metav1.ObjectMetaArgs{
		Name: pulumi.String(pool.Name), Labels: pulumi.ToStringMap(p.autoscalerLabels("karpenter", charts.Karpenter.App)),
	}
	class, err := apiextensions.NewCustomResource(ctx, name+"-class", &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("karpenter.k8s.aws/v1"), Kind: pulumi.String("EC2NodeClass"), Metadata: metadata,
		OtherFields: kubernetes.UntypedArgs{"spec": p.nodeClass(name, profile)},
	}, in...)
	if err != nil {
		return err
	}
	_, err = apiextensions.NewCustomResource(ctx, name+"-pool", &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("karpenter.sh/v1"), Kind: pulumi.String("NodePool"), Metadata: metadata,
		OtherFields: kubernetes.UntypedArgs{"spec": p.karpenterPool(pool)},
	}, with(in, pulumi.DependsOn([]pulumi.Resource{class}))...)
	return err
}

// nodeClass says what the machines are: as those of the node groups.
// https://karpenter.sh/v1.14/concepts/nodeclasses/
func (p *Platform) nodeClass(name string, profile *iam.InstanceProfile) pulumi.Map {
	disk := func(device string, gibibytes int) pulumi.Map {
		return pulumi.Map{"deviceName": pulumi.String(device), "ebs": pulumi.Map{
			"volumeType": pulumi.String("gp3"), "volumeSize": pulumi.String(fmt.Sprintf("%dGi", gibibytes)),
			"encrypted": pulumi.Bool(true), "deleteOnTermination": pulumi.Bool(true),
		}}
	}
	subnets := pulumi.Array{}
	for _, subnet := range p.network.private {
		subnets = append(subnets, pulumi.Map{"id": subnet})
	}
	return pulumi.Map{
		// The newest image for the cluster's version. A pin would hold back
		// patches, and stop at the first upgrade that its images are not built
		// for; what a new image replaces, and when, the pool's budgets say.
		"amiSelectorTerms": pulumi.Array{pulumi.Map{"alias": pulumi.String("bottlerocket@latest")}},
		"instanceProfile":  profile.Name,
		// By their ids, which no tag on something else can add to.
		"subnetSelectorTerms":        subnets,
		"securityGroupSelectorTerms": pulumi.Array{pulumi.Map{"id": p.nodeSecurityGroup}},
		"associatePublicIPAddress":   pulumi.Bool(false),
		"metadataOptions": pulumi.Map{
			"httpEndpoint": pulumi.String("enabled"), "httpProtocolIPv6": pulumi.String("disabled"),
			"httpTokens": pulumi.String("required"), // IMDSv2: a forged request from inside gets no credentials
			// One hop ends at the node: pods cannot borrow the node's role.
			"httpPutResponseHopLimit": pulumi.Int(1),
		},
		// Bottlerocket itself, and what runs on it.
		"blockDeviceMappings": pulumi.Array{disk("/dev/xvda", systemVolumeGiB), disk("/dev/xvdb", nodeVolumeGiB)},
		// What Karpenter counts with, and what the nodes are told besides.
		"kubelet":  pulumi.Map{"maxPods": pulumi.Int(maxPods)},
		"userData": pulumi.String(nodeSettings),
		"tags":     p.tags(name),
	}
}

// karpenterPool says what Karpenter may make for a pool.
// https://karpenter.sh/v1.14/concepts/nodepools/
func (p *Platform) karpenterPool(pool *spec.NodePool) pulumi.Map {
	template := pulumi.Map{
		"nodeClassRef": pulumi.Map{
			"group": pulumi.String("karpenter.k8s.aws"), "kind": pulumi.String("EC2NodeClass"), "name": pulumi.String(pool.Name),
		},
		"requirements": p.requirements(pool),
		"expireAfter":  pulumi.String(nodeLifetime), "terminationGracePeriod": pulumi.String(nodeFarewell),
	}
	if len(pool.Taints) > 0 {
		taints := pulumi.Array{}
		for _, t := range pool.Taints {
			taint := pulumi.Map{"key": pulumi.String(t.Key), "effect": pulumi.String(t.Effect)}
			if t.Value != "" {
				taint["value"] = pulumi.String(t.Value)
			}
			taints = append(taints, taint)
		}
		template["taints"] = taints
	}
	return pulumi.Map{
		"template": pulumi.Map{
			"metadata": pulumi.Map{"labels": pulumi.ToStringMap(maps.Clone(pool.Labels))},
			"spec":     template,
		},
		// The node group has the rest.
		"limits":     pulumi.Map{"nodes": pulumi.String(strconv.Itoa(pool.Nodes.Max - pool.Nodes.Min))},
		"disruption": p.disruption(),
		"weight":     pulumi.Int(p.weight(pool)),
	}
}

// requirements are what a machine of the pool must be.
func (p *Platform) requirements(pool *spec.NodePool) pulumi.Array {
	in := func(key string, values ...string) pulumi.Map {
		return pulumi.Map{"key": pulumi.String(key), "operator": pulumi.String("In"), "values": pulumi.ToStringArray(values)}
	}
	architecture, capacity := "amd64", "on-demand"
	if processorOf(pool.Size).arm { // and so are its other sizes
		architecture = "arm64"
	}
	if pool.Class == catalog.ClassSpot {
		capacity = "spot"
	}
	return pulumi.Array{
		in("kubernetes.io/os", "linux"),
		in("kubernetes.io/arch", architecture),
		in("karpenter.sh/capacity-type", capacity),
		in("node.kubernetes.io/instance-type", sizes(pool)...),
		in("topology.kubernetes.io/zone", p.args.Zones...),
	}
}

// disruption says when Karpenter may take a machine away that nothing is wrong
// with.
// https://karpenter.sh/v1.14/concepts/disruption/
func (p *Platform) disruption() pulumi.Map {
	policy := "WhenEmpty"
	if p.args.Autoscaling.Thrifty() {
		policy = "WhenEmptyOrUnderutilized"
	}
	return pulumi.Map{
		"consolidationPolicy": pulumi.String(policy),
		"consolidateAfter":    pulumi.String(p.args.Autoscaling.Unneeded().String()),
		"budgets": pulumi.Array{
			// A tenth at once, and one at least.
			pulumi.Map{"nodes": pulumi.String("10%")},
			// A new image, or a change of the class, comes at night (UTC).
			pulumi.Map{
				"nodes": pulumi.String("0"), "reasons": pulumi.ToStringArray([]string{"Drifted"}),
				"schedule": pulumi.String("0 5 * * *"), "duration": pulumi.String("18h"),
			},
		},
	}
}

// weight sends a pod that names no pool to the others before the first one,
// which is the cluster's own services'.
func (p *Platform) weight(pool *spec.NodePool) int {
	if pool.Name == p.pools[0].Name {
		return 1
	}
	return 10
}
