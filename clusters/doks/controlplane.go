package doks

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// makeCluster makes the cluster with its first pool.
//
// Region, VPC, both subnets and the size of the first pool cannot be changed: the
// provider answers with a replacement of the whole cluster, as it does to an
// older version. Protection refuses that in production. To leave out the size
// from what is compared would hide the change instead of making it; a first pool
// of another size is made beside the old one, takes over its tag, and a refresh
// shows it to the program: see the documentation.
// https://github.com/digitalocean/terraform-provider-digitalocean/blob/main/digitalocean/kubernetes/resource_kubernetes_cluster.go
func (p *Platform) makeCluster(ctx *pulumi.Context, parent pulumi.Resource, vpc *digitalocean.Vpc, before []pulumi.Resource) error {
	c := p.args
	newest, err := version(ctx, c.Version, pulumi.Parent(parent))
	if err != nil {
		return err
	}
	pool := c.NodePools[0].Complete(digitalOcean)
	opts := []pulumi.ResourceOption{pulumi.Parent(parent), p.protect(), pulumi.DependsOn(before)} // the SDK marks kubeConfigs as secret
	if pool.Scales() {
		// The number of nodes is the autoscaler's from here on.
		opts = append(opts, pulumi.IgnoreChanges([]string{"nodePool.nodeCount"}))
	}
	p.cluster, err = digitalocean.NewKubernetesCluster(ctx, p.name, &digitalocean.KubernetesClusterArgs{
		Name: pulumi.String(p.name), Region: pulumi.String(c.Region), Version: pulumi.String(newest),
		VpcUuid:       vpc.ID(),
		ClusterSubnet: pulumi.String(c.Network.Pods),
		ServiceSubnet: pulumi.String(c.Network.Services),
		// Cannot be turned off again, so it is a decision of the configuration;
		// left out, it is on from 1.36.
		Ha: pulumi.Bool(c.HighlyAvailable),
		// Patches of Kubernetes close holes: they come by themselves, in the window.
		AutoUpgrade:       pulumi.Bool(true),
		MaintenancePolicy: maintenance(c.Maintenance),
		// A new node comes before an old one goes.
		SurgeUpgrade: pulumi.Bool(true),
		// The API server is on the internet: this names who may reach it.
		ControlPlaneFirewall: controlPlaneFirewall(c.APIServerAccess),
		// Pull secrets in every namespace, renewed by DOKS: nobody hands out
		// credentials of the registry.
		// https://docs.digitalocean.com/products/container-registry/how-to/use-registry-docker-kubernetes/
		RegistryIntegration:             pulumi.Bool(c.RegistryIntegration),
		ClusterAutoscalerConfigurations: digitalocean.KubernetesClusterClusterAutoscalerConfigurationArray{autoscaler(c.Autoscaling)},
		// Volumes and load balancers outlive the cluster: data is not deleted by mistake.
		DestroyAllAssociatedResources: pulumi.Bool(false),
		NodePool:                      p.firstPool(&pool),
		Tags:                          pulumi.ToStringArray(p.owner.DigitalOcean()),
	}, opts...)
	return err
}

// version returns DigitalOcean's name for the newest patch of a minor
// version, such as 1.35.1-do.0.
func version(ctx *pulumi.Context, minor string, in pulumi.InvokeOption) (string, error) {
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

// maintenance returns the window of four hours, once a week, in which
// DigitalOcean upgrades.
func maintenance(m spec.Maintenance) digitalocean.KubernetesClusterMaintenancePolicyArgs {
	day := spec.DefaultMaintenanceDay
	if len(m.Days) > 0 {
		day = m.Days[0]
	}
	return digitalocean.KubernetesClusterMaintenancePolicyArgs{Day: pulumi.String(day), StartTime: pulumi.String(m.WindowStart())}
}

// controlPlaneFirewall says who may reach the API server. It is written down
// even where it is off: the provider keeps the old list of a firewall that is
// merely left out.
func controlPlaneFirewall(access []string) digitalocean.KubernetesClusterControlPlaneFirewallArgs {
	return digitalocean.KubernetesClusterControlPlaneFirewallArgs{
		Enabled:          pulumi.Bool(len(access) > 0),
		AllowedAddresses: pulumi.ToStringArray(access),
	}
}

// How much of a node may be in use, by the requests of its pods, for the
// autoscaler to move them elsewhere and take the node away: the Cluster
// Autoscaler's own default, and what empties nodes sooner.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
const (
	balancedThreshold = 0.5
	thriftyThreshold  = 0.7
)

func autoscaler(a spec.Autoscaling) digitalocean.KubernetesClusterClusterAutoscalerConfigurationArgs {
	config := digitalocean.KubernetesClusterClusterAutoscalerConfigurationArgs{
		ScaleDownUnneededTime:         pulumi.String(short(a.Unneeded())),
		ScaleDownUtilizationThreshold: pulumi.Float64(balancedThreshold),
	}
	if a.Thrifty() {
		config.ScaleDownUtilizationThreshold = pulumi.Float64(thriftyThreshold)
		// Of several pools a pod fits in, the one in which least stays empty.
		config.Expanders = pulumi.ToStringArray([]string{"least-waste"})
	}
	return config
}

// short writes a duration without the units that are zero, as people do and the
// API does: 10m, not 10m0s.
func short(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// kubeconfig is DOKS's own, with a token that ends after seven days. The
// provider fetches another when it refreshes the cluster.
func (p *Platform) kubeconfig() pulumi.StringOutput {
	return p.cluster.KubeConfigs.Index(pulumi.Int(0)).RawConfig().ApplyT(func(raw *string) (string, error) {
		if raw == nil {
			return "", errors.New("DOKS returned no kubeconfig")
		}
		return *raw, nil
	}).(pulumi.StringOutput)
}
