package clusters

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
)

// doksPlatform makes a cluster on DigitalOcean.
type doksPlatform struct {
	name    string
	owner   labels.Owner
	cluster *digitalocean.KubernetesCluster
	// first is the pool DOKS takes with the cluster, because it makes no
	// cluster without one.
	first string
}

// doksMaintenance is when DigitalOcean may work on the cluster, in UTC: the
// night with the least traffic for most.
const (
	doksMaintenanceDay  = "sunday"
	doksMaintenanceTime = "03:00"
)

func (p *doksPlatform) create(ctx *pulumi.Context, c *Cluster, args *ClusterArgs) error {
	p.name, p.owner, p.first = c.Name, args.Owner, args.NodePools[0].Name
	in := pulumi.Parent(c)
	version, err := doksVersion(ctx, args.Version, in)
	if err != nil {
		return err
	}
	vpc, err := digitalocean.NewVpc(ctx, c.Name, &digitalocean.VpcArgs{
		Name: pulumi.String(c.Name), Region: pulumi.String(c.Region),
		IpRange: pulumi.String(args.Network.Nodes),
		// A VPC has no tags; its description says whose it is.
		Description: pulumi.String("DOKS cluster " + c.Name + "; " + strings.Join(p.owner.DigitalOcean(), " ")),
	}, in)
	if err != nil {
		return err
	}
	pool := poolWithLabel(args.NodePools[0])
	cluster := &digitalocean.KubernetesClusterArgs{
		Name: pulumi.String(c.Name), Region: pulumi.String(c.Region), Version: pulumi.String(version),
		VpcUuid:       vpc.ID(),
		ClusterSubnet: pulumi.String(args.Network.Pods),
		ServiceSubnet: pulumi.String(args.Network.Services),
		// Cannot be turned off again, so it is a decision of the configuration.
		Ha: pulumi.Bool(args.HighlyAvailable),
		// Patches of Kubernetes close holes: they come by themselves, in the window.
		AutoUpgrade: pulumi.Bool(true),
		MaintenancePolicy: digitalocean.KubernetesClusterMaintenancePolicyArgs{
			Day: pulumi.String(doksMaintenanceDay), StartTime: pulumi.String(doksMaintenanceTime),
		},
		// A new node comes before an old one goes.
		SurgeUpgrade: pulumi.Bool(true),
		// Volumes and load balancers outlive the cluster: data is not deleted by mistake.
		DestroyAllAssociatedResources: pulumi.Bool(false),
		NodePool: digitalocean.KubernetesClusterNodePoolArgs{
			Name: pulumi.String(pool.Name), Size: pulumi.String(pool.Size),
			NodeCount: pulumi.Int(pool.Nodes.Initial),
			AutoScale: pulumi.Bool(pool.scales()),
			MinNodes:  pool.whenScaling(pool.Nodes.Min), MaxNodes: pool.whenScaling(pool.Nodes.Max),
			Labels: pulumi.ToStringMap(pool.Labels),
			Tags:   pulumi.ToStringArray(p.owner.DigitalOcean()),
		},
		Tags: pulumi.ToStringArray(p.owner.DigitalOcean()),
	}
	if len(args.APIServerAccess) > 0 {
		cluster.ControlPlaneFirewall = digitalocean.KubernetesClusterControlPlaneFirewallArgs{
			Enabled: pulumi.Bool(true), AllowedAddresses: pulumi.ToStringArray(args.APIServerAccess),
		}
	}
	opts := []pulumi.ResourceOption{in} // the SDK marks kubeConfigs as secret
	if pool.scales() {
		// The number of nodes is the autoscaler's from here on.
		opts = append(opts, pulumi.IgnoreChanges([]string{"nodePool.nodeCount"}))
	}
	if p.cluster, err = digitalocean.NewKubernetesCluster(ctx, c.Name, cluster, opts...); err != nil {
		return err
	}

	c.Version, c.Endpoint = p.cluster.Version, p.cluster.Endpoint
	c.storageClasses[General] = "do-block-storage" // brought by DOKS
	c.Kubeconfig = p.cluster.KubeConfigs.Index(pulumi.Int(0)).RawConfig().ApplyT(func(raw *string) (string, error) {
		if raw == nil {
			return "", errors.New("DOKS returned no kubeconfig")
		}
		return *raw, nil
	}).(pulumi.StringOutput)
	return nil
}

// doksVersion returns DigitalOcean's name for the newest patch of a minor
// version, such as 1.35.1-do.0.
func doksVersion(ctx *pulumi.Context, minor string, in pulumi.InvokeOption) (string, error) {
	found, err := digitalocean.GetKubernetesVersions(ctx, &digitalocean.GetKubernetesVersionsArgs{
		VersionPrefix: pulumi.StringRef(minor + "."),
	}, in)
	if err != nil {
		return "", fmt.Errorf("asking DigitalOcean for its versions of Kubernetes: %w", err)
	}
	if found.LatestVersion == "" {
		return "", fmt.Errorf("version %q is not offered by DigitalOcean (offered: %s); choose one of `doctl kubernetes options versions`",
			minor, strings.Join(found.ValidVersions, ", "))
	}
	return found.LatestVersion, nil
}

// complete has nothing to add: DOKS brings DNS, network and storage itself.
func (p *doksPlatform) complete(*pulumi.Context, *Cluster, *ClusterArgs) error { return nil }

func (p *doksPlatform) addPool(ctx *pulumi.Context, pool *NodePool, spec *NodePoolSpec) error {
	if spec.Name == p.first {
		return nil // came with the cluster
	}
	taints := digitalocean.KubernetesNodePoolTaintArray{}
	for _, t := range spec.Taints {
		taints = append(taints, digitalocean.KubernetesNodePoolTaintArgs{
			Key: pulumi.String(t.Key), Value: pulumi.String(t.Value), Effect: pulumi.String(t.Effect),
		})
	}
	opts := []pulumi.ResourceOption{pulumi.Parent(pool)}
	if spec.scales() {
		opts = append(opts, pulumi.IgnoreChanges([]string{"nodeCount"}))
	}
	_, err := digitalocean.NewKubernetesNodePool(ctx, p.name+"-"+spec.Name, &digitalocean.KubernetesNodePoolArgs{
		ClusterId: p.cluster.ID(),
		Name:      pulumi.String(spec.Name), Size: pulumi.String(spec.Size),
		NodeCount: pulumi.Int(spec.Nodes.Initial),
		AutoScale: pulumi.Bool(spec.scales()),
		MinNodes:  spec.whenScaling(spec.Nodes.Min), MaxNodes: spec.whenScaling(spec.Nodes.Max),
		Labels: pulumi.ToStringMap(spec.Labels),
		Taints: taints,
		Tags:   pulumi.ToStringArray(p.owner.DigitalOcean()),
	}, opts...)
	return err
}
