package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// nodeImage is Container-Optimized OS: read-only root, signed, updated by
// Google. CIS GKE 5.5.1.
const nodeImage = "COS_CONTAINERD"

// nodeDiskGiB is the boot disk of a node: images, logs and emptyDirs.
const nodeDiskGiB = 50

var (
	// nodeScopes hide nothing: rights are the account's roles.
	nodeScopes = []string{"https://www.googleapis.com/auth/cloud-platform"}
	// nodeMetadata turns off the metadata server's old interface, which answers
	// requests that a pod was tricked into.
	nodeMetadata = map[string]string{"disable-legacy-endpoints": "true"}
)

// maxPodProcesses keeps one pod from taking all process numbers of a node.
// https://cloud.google.com/kubernetes-engine/docs/how-to/node-system-config
const maxPodProcesses = 4096

// fixed is what of a pool cannot be changed: the provider replaces the pool
// when one of these changes. Size, disk, image, labels, taints and bounds
// change in place, node by node. One more field here is a new name, and so a
// replacement, for every pool there is.
// https://github.com/hashicorp/terraform-provider-google/blob/v5.43.0/google/services/container/node_config.go
type fixed struct {
	// arm is among them although the provider would try: a pool does not go from
	// one kind of processor to another.
	arm         bool
	spot        bool
	accelerator string
	gpus        int
	account     string
	scopes      []string
	metadata    map[string]string
}

// name of a pool ends in a digest of what is fixed. A replacement has another
// name, so it exists before the pool it replaces goes.
func (f fixed) name(pool string) string { return pool + "-" + digest(fmt.Sprintf("%+v", f), 7) }

// AddPool makes a node pool.
func (p *Platform) AddPool(ctx *pulumi.Context, parent pulumi.Resource, pool *spec.NodePool) error {
	name := p.name + "-" + pool.Name
	if err := check.Err(fmt.Sprintf("node pool %q", name), poolMistakes(*pool)); err != nil {
		return err
	}
	m, spot := machineOf(pool.Size), pool.Class == catalog.ClassSpot
	constant := fixed{m.arm, spot, m.accelerator, m.gpus, accountID("gke", p.name), nodeScopes, nodeMetadata}
	args := &container.NodePoolArgs{
		Name:          pulumi.String(constant.name(pool.Name)),
		Project:       pulumi.String(p.project),
		Cluster:       p.cluster.Name,
		Location:      pulumi.String(p.location),
		NodeLocations: pulumi.ToStringArray(p.args.Zones),
		// Broken nodes are replaced (CIS GKE 5.5.2), and versions follow the
		// control plane (CIS GKE 5.5.3).
		Management: container.NodePoolManagementArgs{AutoRepair: pulumi.Bool(true), AutoUpgrade: pulumi.Bool(true)},
		// A new node comes before an old one goes.
		UpgradeSettings: container.NodePoolUpgradeSettingsArgs{
			Strategy: pulumi.String("SURGE"), MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0),
		},
		NetworkConfig: container.NodePoolNetworkConfigArgs{EnablePrivateNodes: pulumi.Bool(true)}, // CIS GKE 5.6.5
		NodeConfig:    p.nodeConfig(pool, m, spot),
	}
	ignored := p.count(args, pool, spot)
	_, err := container.NewNodePool(ctx, name, args, pulumi.Parent(parent), pulumi.DependsOn(p.ready), pulumi.IgnoreChanges(ignored),
		// As the names allow: pods move to the new pool before the old one goes.
		pulumi.DeleteBeforeReplace(false))
	return err
}

// count says how many nodes there are, and returns what to leave alone.
func (p *Platform) count(args *container.NodePoolArgs, pool *spec.NodePool, spot bool) []string {
	// Both are counted per zone; the configuration counts all zones together.
	perZone := pulumi.Int(pool.Nodes.Initial / len(p.args.Zones))
	if !pool.Scales() {
		args.NodeCount = perZone
		return nil
	}
	spread := "BALANCED" // equally many nodes in every zone, while it can
	if spot {
		// Wherever machines are least likely to be taken back:
		// https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-autoscaler#location_policy
		spread = "ANY"
	}
	args.InitialNodeCount = perZone
	args.Autoscaling = container.NodePoolAutoscalingArgs{
		TotalMinNodeCount: pulumi.Int(pool.Nodes.Min),
		TotalMaxNodeCount: pulumi.Int(pool.Nodes.Max),
		LocationPolicy:    pulumi.String(spread),
	}
	// Only said once: a change would replace the pool.
	return []string{"initialNodeCount"}
}

func (p *Platform) nodeConfig(pool *spec.NodePool, m machine, spot bool) container.NodePoolNodeConfigArgs {
	taints := container.NodePoolNodeConfigTaintArray{}
	for _, t := range pool.DeclaredTaints(gcp) {
		taints = append(taints, container.NodePoolNodeConfigTaintArgs{
			Key: pulumi.String(t.Key), Value: pulumi.String(t.Value), Effect: pulumi.String(spec.UpperTaintEffects[t.Effect]),
		})
	}
	config := container.NodePoolNodeConfigArgs{
		MachineType: pulumi.String(pool.Size), Spot: pulumi.Bool(spot),
		ImageType:  pulumi.String(nodeImage),
		DiskType:   pulumi.String(m.disk),
		DiskSizeGb: pulumi.Int(nodeDiskGiB),
		// What a node keeps is unreadable without the cluster's key. CIS GKE 5.9.2
		BootDiskKmsKey: p.disks.ID,
		// CIS GKE 5.2.1
		ServiceAccount: p.nodes.Email,
		OauthScopes:    pulumi.ToStringArray(nodeScopes),
		Metadata:       pulumi.ToStringMap(nodeMetadata),
		// Pods see their own identity, not the node's. CIS GKE 5.4.1
		WorkloadMetadataConfig: container.NodePoolNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
		// CIS GKE 5.5.6, 5.5.7
		ShieldedInstanceConfig: container.NodePoolNodeConfigShieldedInstanceConfigArgs{
			EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
		},
		// The kubelet's read-only port, 10255, cannot be set here before version
		// 5.45 of the provider; the firewall closes it to all but the cluster.
		KubeletConfig: container.NodePoolNodeConfigKubeletConfigArgs{
			CpuManagerPolicy: pulumi.String("none"), PodPidsLimit: pulumi.Int(maxPodProcesses),
		},
		LoggingVariant: pulumi.String("DEFAULT"),
		Labels:         pulumi.ToStringMap(pool.Labels),
		Taints:         taints,
		// For firewall rules and routes that others may write by tag.
		Tags:           pulumi.StringArray{pulumi.String(p.name)},
		ResourceLabels: p.labels(),
	}
	if m.gpus > 0 {
		config.GuestAccelerators = container.NodePoolNodeConfigGuestAcceleratorArray{container.NodePoolNodeConfigGuestAcceleratorArgs{
			Type: pulumi.String(m.accelerator), Count: pulumi.Int(m.gpus),
			// GKE installs the driver it has tested with the node's version, signed,
			// so that secure boot takes it.
			GpuDriverInstallationConfig: container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgs{
				GpuDriverVersion: pulumi.String("DEFAULT"),
			},
		}}
	}
	return config
}
