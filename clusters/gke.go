package clusters

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
)

// gkePlatform makes a cluster on Google Cloud.
type gkePlatform struct {
	name    string
	project string
	// location is the region of a regional cluster, the zone of a zonal one.
	location string
	zones    []string
	owner    labels.Owner
	cluster  *container.Cluster
	nodes    *serviceaccount.Account
	grant    pulumi.Resource
}

// gkeNodeRole is what a node needs, and nothing more: to write logs and
// metrics. The project's default account, which nodes would otherwise have, may
// change the whole project.
// https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa
const gkeNodeRole = "roles/container.defaultNodeServiceAccount"

// gkeMaintenance is when Google may work on the cluster, in UTC: at night, where
// most of its users are.
const gkeMaintenance = "03:00"

func (p *gkePlatform) create(ctx *pulumi.Context, c *Cluster, args *ClusterArgs) error {
	p.name, p.project, p.zones, p.owner = c.Name, args.Project, args.Zones, args.Owner
	// A regional cluster has a control plane in three zones; a zonal one is
	// down whenever its zone is, or is upgraded.
	p.location = args.Zones[0]
	if args.HighlyAvailable {
		p.location = args.Region
	}
	in := pulumi.Parent(c)
	network, err := newGKENetwork(ctx, c.Name, args, in)
	if err != nil {
		return err
	}
	if p.nodes, err = serviceaccount.NewAccount(ctx, c.Name+"-node", &serviceaccount.AccountArgs{
		AccountId:   pulumi.String(accountID(c.Name)),
		DisplayName: pulumi.String("Nodes of the GKE cluster " + c.Name),
		Project:     pulumi.String(args.Project),
	}, in); err != nil {
		return err
	}
	if p.grant, err = projects.NewIAMMember(ctx, c.Name+"-node", &projects.IAMMemberArgs{
		Project: pulumi.String(args.Project),
		Role:    pulumi.String(gkeNodeRole),
		Member:  pulumi.Sprintf("serviceAccount:%s", p.nodes.Email),
	}, in); err != nil {
		return err
	}

	access := container.ClusterMasterAuthorizedNetworksConfigCidrBlockArray{}
	for _, cidr := range args.APIServerAccess {
		access = append(access, container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs{CidrBlock: pulumi.String(cidr)})
	}
	p.cluster, err = container.NewCluster(ctx, c.Name, &container.ClusterArgs{
		Name:          pulumi.String(c.Name),
		Project:       pulumi.String(args.Project),
		Location:      pulumi.String(p.location),
		NodeLocations: pulumi.ToStringArray(p.nodeLocations()),
		Network:       network.vpc.SelfLink, Subnetwork: network.subnet.SelfLink,
		// GKE resolves a minor version to its newest patch, and upgrades within
		// the channel: Google makes sure the versions there have been in use.
		MinMasterVersion: pulumi.String(args.Version),
		ReleaseChannel:   container.ClusterReleaseChannelArgs{Channel: pulumi.String("REGULAR")},
		MaintenancePolicy: container.ClusterMaintenancePolicyArgs{
			DailyMaintenanceWindow: container.ClusterMaintenancePolicyDailyMaintenanceWindowArgs{StartTime: pulumi.String(gkeMaintenance)},
		},
		DeletionProtection: pulumi.Bool(args.DeletionProtection),

		// The pool a cluster is born with cannot be changed without replacing
		// the cluster: it is removed, and pools are resources of their own.
		RemoveDefaultNodePool: pulumi.Bool(true),
		InitialNodeCount:      pulumi.Int(1),
		NodeConfig:            container.ClusterNodeConfigArgs{ServiceAccount: p.nodes.Email},

		// VPC-native: pods have addresses the network knows, and firewalls see.
		NetworkingMode: pulumi.String("VPC_NATIVE"),
		IpAllocationPolicy: container.ClusterIpAllocationPolicyArgs{
			ClusterSecondaryRangeName:  pulumi.String(gkePodsRange),
			ServicesSecondaryRangeName: pulumi.String(gkeServicesRange),
		},
		// Dataplane V2 enforces network policies without an add-on, and logs them.
		DatapathProvider: pulumi.String("ADVANCED_DATAPATH"),
		// Nodes have no public address; the API server has one only if someone
		// is named who may use it.
		PrivateClusterConfig: container.ClusterPrivateClusterConfigArgs{
			EnablePrivateNodes:    pulumi.Bool(true),
			EnablePrivateEndpoint: pulumi.Bool(len(args.APIServerAccess) == 0),
			MasterIpv4CidrBlock:   pulumi.String(args.Network.ControlPlane),
		},
		MasterAuthorizedNetworksConfig: container.ClusterMasterAuthorizedNetworksConfigArgs{
			CidrBlocks: access,
			// Any customer's machine in Google Cloud would be let in.
			GcpPublicCidrsAccessEnabled: pulumi.Bool(false),
		},
		// No password and no client certificate: neither can be revoked.
		MasterAuth: container.ClusterMasterAuthArgs{
			ClientCertificateConfig: container.ClusterMasterAuthClientCertificateConfigArgs{IssueClientCertificate: pulumi.Bool(false)},
		},
		// Rights come from RBAC alone.
		EnableLegacyAbac: pulumi.Bool(false),
		// Pods act as service accounts of Google Cloud without keys.
		WorkloadIdentityConfig: container.ClusterWorkloadIdentityConfigArgs{WorkloadPool: pulumi.String(args.Project + ".svc.id.goog")},
		// Nodes prove to the control plane that they are the machines they say.
		EnableShieldedNodes: pulumi.Bool(true),
		// Google compares the workloads with known weaknesses, without charge.
		SecurityPostureConfig: container.ClusterSecurityPostureConfigArgs{Mode: pulumi.String("BASIC")},
		ResourceLabels:        pulumi.ToStringMap(p.owner.GCP()),
	}, in,
		pulumi.DependsOn([]pulumi.Resource{network, p.grant}),
		// masterAuth may hold a client key.
		pulumi.AdditionalSecretOutputs([]string{"masterAuth"}),
		// They describe the pool that has been removed.
		pulumi.IgnoreChanges([]string{"nodeConfig", "initialNodeCount"}))
	if err != nil {
		return err
	}

	c.Version = p.cluster.MasterVersion
	c.Endpoint = pulumi.Sprintf("https://%s", p.cluster.Endpoint)
	c.storageClasses[General] = "premium-rwo" // brought by GKE, on solid-state disks
	c.Kubeconfig = pulumi.All(c.Endpoint, p.cluster.MasterAuth.ClusterCaCertificate()).ApplyT(func(v []any) (string, error) {
		ca, _ := v[1].(*string)
		if ca == nil {
			return "", errors.New("GKE returned no certificate authority")
		}
		return execKubeconfig(c.Name, v[0].(string), *ca, execCommand{
			Command: "gke-gcloud-auth-plugin", ProvideClusterInfo: true,
			InstallHint: "install gke-gcloud-auth-plugin: https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin",
		})
	}).(pulumi.StringOutput)
	return nil
}

// nodeLocations are the zones besides the cluster's own: a zonal cluster may
// not repeat its zone there.
func (p *gkePlatform) nodeLocations() []string {
	if p.location == p.zones[0] {
		return p.zones[1:]
	}
	return p.zones
}

// complete has nothing to add: GKE brings DNS, network and storage itself.
func (p *gkePlatform) complete(*pulumi.Context, *Cluster, *ClusterArgs) error { return nil }

func (p *gkePlatform) addPool(ctx *pulumi.Context, pool *NodePool, spec *NodePoolSpec) error {
	name := p.name + "-" + spec.Name
	taints := container.NodePoolNodeConfigTaintArray{}
	for _, t := range spec.Taints {
		taints = append(taints, container.NodePoolNodeConfigTaintArgs{
			Key: pulumi.String(t.Key), Value: pulumi.String(t.Value), Effect: pulumi.String(upperTaintEffect[t.Effect]),
		})
	}
	_, err := container.NewNodePool(ctx, name, &container.NodePoolArgs{
		Name:          pulumi.String(spec.Name),
		Project:       pulumi.String(p.project),
		Cluster:       p.cluster.Name,
		Location:      pulumi.String(p.location),
		NodeLocations: pulumi.ToStringArray(p.zones),
		// Counted per zone; the configuration counts all zones together.
		InitialNodeCount: pulumi.Int(spec.Nodes.Initial / len(p.zones)),
		Autoscaling: container.NodePoolAutoscalingArgs{
			TotalMinNodeCount: pulumi.Int(spec.Nodes.Min),
			TotalMaxNodeCount: pulumi.Int(spec.Nodes.Max),
			LocationPolicy:    pulumi.String("BALANCED"), // equally many nodes in every zone, while it can
		},
		// Broken nodes are replaced, and versions follow the control plane.
		Management: container.NodePoolManagementArgs{AutoRepair: pulumi.Bool(true), AutoUpgrade: pulumi.Bool(true)},
		// A new node comes before an old one goes.
		UpgradeSettings: container.NodePoolUpgradeSettingsArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
		NodeConfig: container.NodePoolNodeConfigArgs{
			MachineType: pulumi.String(spec.Size),
			// Container-Optimized OS: read-only root, signed, updated by Google.
			ImageType:  pulumi.String("COS_CONTAINERD"),
			DiskType:   pulumi.String("pd-balanced"),
			DiskSizeGb: pulumi.Int(nodeVolumeGiB),
			// Rights are the account's roles; the scope would only hide some of them.
			ServiceAccount: p.nodes.Email,
			OauthScopes:    pulumi.StringArray{pulumi.String("https://www.googleapis.com/auth/cloud-platform")},
			// Pods see their own identity, not the node's.
			WorkloadMetadataConfig: container.NodePoolNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
			Metadata:               pulumi.StringMap{"disable-legacy-endpoints": pulumi.String("true")},
			ShieldedInstanceConfig: container.NodePoolNodeConfigShieldedInstanceConfigArgs{
				EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
			},
			Labels:         pulumi.ToStringMap(spec.Labels),
			Taints:         taints,
			ResourceLabels: pulumi.ToStringMap(p.owner.GCP()),
		},
	}, pulumi.Parent(pool), pulumi.DependsOn([]pulumi.Resource{p.grant}),
		// Only said once: a change would replace the pool.
		pulumi.IgnoreChanges([]string{"initialNodeCount"}))
	return err
}

// accountID makes an account's id, 6 to 30 characters, of a cluster's name: a
// long name is cut and told apart by its hash.
// https://cloud.google.com/iam/docs/service-accounts-create#creating
func accountID(cluster string) string {
	const longest, digits = 30, 8
	id := "gke-" + cluster
	if len(id) <= longest && len(id) >= 6 {
		return id
	}
	sum := sha256.Sum256([]byte(cluster))
	id = id[:min(len(id), longest-digits-1)]
	return id + "-" + hex.EncodeToString(sum[:])[:digits]
}
