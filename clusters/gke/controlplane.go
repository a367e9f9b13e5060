package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// createCluster makes the control plane.
func (p *Platform) createCluster(ctx *pulumi.Context) error {
	c := p.args
	secrets, err := p.newKey(ctx, p.parent, p.name+"-secrets", "secrets")
	if err != nil {
		return err
	}
	waits, err := p.clusterWaits(ctx, secrets)
	if err != nil {
		return err
	}
	// It is paid for: https://cloud.google.com/kubernetes-engine/docs/how-to/fqdn-network-policies
	var egressByName pulumi.BoolPtrInput
	if c.EgressByName {
		egressByName = pulumi.Bool(true)
	}
	p.cluster, err = container.NewCluster(ctx, c.Name, &container.ClusterArgs{
		Name:          pulumi.String(c.Name),
		Project:       pulumi.String(c.Project),
		Location:      pulumi.String(p.location),
		NodeLocations: pulumi.ToStringArray(p.nodeLocations()),
		Network:       p.network.vpc.SelfLink, Subnetwork: p.network.subnet.SelfLink,
		// GKE resolves a minor version to its newest patch, and upgrades within
		// the channel: Google makes sure the versions there have been in use.
		// CIS GKE 5.5.4
		MinMasterVersion:   pulumi.String(c.Version),
		ReleaseChannel:     container.ClusterReleaseChannelArgs{Channel: pulumi.String("REGULAR")},
		MaintenancePolicy:  maintenancePolicy(c.Maintenance),
		DeletionProtection: pulumi.Bool(c.DeletionProtection),

		// The pool a cluster is born with cannot be changed without replacing
		// the cluster: it is removed, and pools are resources of their own.
		RemoveDefaultNodePool: pulumi.Bool(true),
		InitialNodeCount:      pulumi.Int(1),
		NodeConfig:            p.firstNode(),

		// VPC-native: pods have addresses the network knows, and firewalls see.
		// CIS GKE 5.6.2
		NetworkingMode: pulumi.String("VPC_NATIVE"),
		IpAllocationPolicy: container.ClusterIpAllocationPolicyArgs{
			ClusterSecondaryRangeName:  pulumi.String(podsRange),
			ServicesSecondaryRangeName: pulumi.String(servicesRange),
		},
		// Dataplane V2 enforces network policies without an add-on, and logs them.
		DatapathProvider:        pulumi.String("ADVANCED_DATAPATH"),
		EnableFqdnNetworkPolicy: egressByName,
		// Flows between pods of one node are seen by flow logs and firewalls too.
		// CIS GKE 5.6.1
		EnableIntranodeVisibility: pulumi.Bool(true),
		// An internal load balancer has some nodes behind it instead of all.
		EnableL4IlbSubsetting: pulumi.Bool(true),
		// A Service could take over any address (CVE-2020-8554).
		ServiceExternalIpsConfig: container.ClusterServiceExternalIpsConfigArgs{Enabled: pulumi.Bool(false)},
		// Nodes have no public address (CIS GKE 5.6.5); the API server has one
		// only if someone is named who may use it (CIS GKE 5.6.4).
		PrivateClusterConfig: container.ClusterPrivateClusterConfigArgs{
			EnablePrivateNodes:    pulumi.Bool(true),
			EnablePrivateEndpoint: pulumi.Bool(len(c.APIServerAccess) == 0),
			MasterIpv4CidrBlock:   pulumi.String(c.Network.ControlPlane),
			// The private address serves the cluster's region and no other.
			MasterGlobalAccessConfig: container.ClusterPrivateClusterConfigMasterGlobalAccessConfigArgs{Enabled: pulumi.Bool(false)},
		},
		MasterAuthorizedNetworksConfig: authorizedNetworks(c.APIServerAccess),

		// No password and no client certificate: neither can be revoked.
		// CIS GKE 5.8.1
		MasterAuth: container.ClusterMasterAuthArgs{
			ClientCertificateConfig: container.ClusterMasterAuthClientCertificateConfigArgs{IssueClientCertificate: pulumi.Bool(false)},
		},
		// Rights come from IAM and RBAC alone. CIS GKE 5.8.3
		EnableLegacyAbac: pulumi.Bool(false),
		// Features that may go again, in clusters that end after 30 days.
		// CIS GKE 5.10.2
		EnableKubernetesAlpha: pulumi.Bool(false),
		// Pods act as service accounts of Google Cloud without keys.
		// CIS GKE 5.2.2
		WorkloadIdentityConfig: container.ClusterWorkloadIdentityConfigArgs{WorkloadPool: pulumi.String(p.pool())},
		// Whoever reads the control plane's disks reads no Secrets. CIS GKE 5.3.1
		DatabaseEncryption: container.ClusterDatabaseEncryptionArgs{State: pulumi.String("ENCRYPTED"), KeyName: secrets.ID},
		// Nodes prove to the control plane that they are the machines they say.
		// CIS GKE 5.5.5
		EnableShieldedNodes: pulumi.Bool(true),
		// Which images may run is the project's policy to say, of which there is
		// one for all its clusters: it is not made here, where two clusters would
		// take it from each other. As long as nobody has written it, it admits
		// all images; the project's owner writes it once. CIS GKE 5.1.4
		BinaryAuthorization: container.ClusterBinaryAuthorizationArgs{EvaluationMode: pulumi.String("PROJECT_SINGLETON_POLICY_ENFORCE")},
		SecurityPostureConfig: container.ClusterSecurityPostureConfigArgs{
			// Google looks for weak settings of workloads, without charge.
			// CIS GKE 5.10.4
			Mode: pulumi.String("BASIC"),
			// Both tiers of scanning running workloads have ended, the last in
			// June 2026, and cannot be turned on any more; images are scanned in
			// the registry instead, see registry.go.
			// https://cloud.google.com/kubernetes-engine/docs/deprecations/vulnerability-scanning-gkee
			VulnerabilityMode: pulumi.String("VULNERABILITY_DISABLED"),
		},

		AddonsConfig:     p.addons(),
		GatewayApiConfig: container.ClusterGatewayApiConfigArgs{Channel: pulumi.String("CHANNEL_STANDARD")},
		// Recommendations for requests; it changes pods only where it is told to.
		VerticalPodAutoscaling: container.ClusterVerticalPodAutoscalingArgs{Enabled: pulumi.Bool(true)},
		ClusterAutoscaling: container.ClusterClusterAutoscalingArgs{
			// Pools are those of the configuration: none is made by itself.
			Enabled:            pulumi.Bool(false),
			AutoscalingProfile: pulumi.String(autoscalingProfile(c.Autoscaling)),
		},
		NodePoolDefaults: container.ClusterNodePoolDefaultsArgs{
			NodeConfigDefaults: container.ClusterNodePoolDefaultsNodeConfigDefaultsArgs{LoggingVariant: pulumi.String("DEFAULT")},
		},
		LoggingConfig:    loggingConfig(),
		MonitoringConfig: monitoringConfig(),
		// The bill tells namespaces and labels apart.
		CostManagementConfig: container.ClusterCostManagementConfigArgs{Enabled: pulumi.Bool(true)},
		ResourceLabels:       p.labels(),
	}, p.in(), p.protect(), pulumi.DependsOn(waits),
		// masterAuth may hold a client key.
		pulumi.AdditionalSecretOutputs([]string{"masterAuth"}),
		// They describe the pool that has been removed.
		pulumi.IgnoreChanges([]string{"nodeConfig", "initialNodeCount"}))
	return err
}

// clusterWaits returns what must be there before the cluster: GKE and Compute
// Engine try their keys at once.
func (p *Platform) clusterWaits(ctx *pulumi.Context, secrets *spec.Key) ([]pulumi.Resource, error) {
	etcd, err := p.lend(ctx, p.name+"-secrets", secrets, "container")
	if err != nil {
		return nil, err
	}
	disks, err := p.lend(ctx, p.name+"-disks", p.disks, "compute")
	if err != nil {
		return nil, err
	}
	p.ready = append(p.ready, disks)
	waits := append([]pulumi.Resource{p.network, etcd}, p.ready...)
	for _, name := range clusterServices {
		waits = append(waits, p.services[name])
	}
	return waits, nil
}

// firstNode is the node of the pool that is removed. It lives for minutes, and
// is held to the rules that an organization may have for all machines.
func (p *Platform) firstNode() container.ClusterNodeConfigArgs {
	return container.ClusterNodeConfigArgs{
		ServiceAccount: p.nodes.Email, ImageType: pulumi.String(nodeImage), BootDiskKmsKey: p.disks.ID,
		OauthScopes: pulumi.ToStringArray(nodeScopes), Metadata: pulumi.ToStringMap(nodeMetadata),
		WorkloadMetadataConfig: container.ClusterNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
		ShieldedInstanceConfig: container.ClusterNodeConfigShieldedInstanceConfigArgs{
			EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
		},
		ResourceLabels: p.labels(),
	}
}

// nodeLocations are the zones besides the cluster's own: a zonal cluster may
// not repeat its zone there.
func (p *Platform) nodeLocations() []string {
	if p.location == p.args.Zones[0] {
		return p.args.Zones[1:]
	}
	return p.args.Zones
}

// authorizedNetworks are who may reach the API server, on either of its
// addresses, besides the cluster's own subnet. CIS GKE 5.6.3.
func authorizedNetworks(networks []string) container.ClusterMasterAuthorizedNetworksConfigArgs {
	blocks := container.ClusterMasterAuthorizedNetworksConfigCidrBlockArray{}
	for _, cidr := range networks {
		blocks = append(blocks, container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs{CidrBlock: pulumi.String(cidr)})
	}
	return container.ClusterMasterAuthorizedNetworksConfigArgs{
		CidrBlocks: blocks,
		// Any customer's machine in Google Cloud would be let in.
		GcpPublicCidrsAccessEnabled: pulumi.Bool(false),
	}
}
