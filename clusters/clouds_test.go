package clusters

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
)

func containsAll(s string, parts ...string) bool {
	for _, part := range parts {
		if !strings.Contains(s, part) {
			return false
		}
	}
	return true
}

// isInternal is true for components and providers, which no cloud bills.
func isInternal(kind string) bool {
	return strings.HasPrefix(kind, "ai-now:") || strings.HasPrefix(kind, "pulumi:")
}

func TestEKS(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, eksArgs())
	cluster := r.One(t, "eks:index:Cluster", "main")
	for path, want := range map[string]any{
		"name": "main", "version": "1.35", "skipDefaultNodeGroup": true, "createOidcProvider": false,
		"authenticationMode": "API", "useDefaultVpcCni": true,
		"enabledClusterLogTypes": []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		"encryptionConfigKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/main-secrets",
		"endpointPrivateAccess":  true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"},
		"kubernetesServiceIpAddressRange": "10.1.0.0/20", "nodeAssociatePublicIpAddress": false,
	} {
		require.Equal(t, want, cluster.Value(path), path)
	}
	require.Equal(t, true, r.One(t, "aws:kms/key:Key", "main-secrets").Value("enableKeyRotation"))
	require.Len(t, r.Of("aws:ec2/natGateway:NatGateway"), 3, "a NAT gateway per zone")
	require.Len(t, r.Of("aws:ec2/subnet:Subnet"), 6)
	require.Equal(t, `{"enableNetworkPolicy":"true"}`, r.One(t, "aws:eks/addon:Addon", "main-vpc-cni").Value("configurationValues"))

	group := r.One(t, "aws:eks/nodeGroup:NodeGroup", "main-batch")
	for path, want := range map[string]any{
		"instanceTypes": []any{"m6i.large"}, "amiType": "AL2023_x86_64_STANDARD",
		"scalingConfig": map[string]any{"desiredSize": 3.0, "minSize": 3.0, "maxSize": 9.0},
		"labels":        map[string]any{"ai-now.io/node-pool": "batch", "example.com/class": "batch"},
		"taints":        []any{map[string]any{"key": "example.com/batch", "value": "true", "effect": "NO_SCHEDULE"}},
		"subnetIds":     []any{"main-private-eu-west-1a-id", "main-private-eu-west-1b-id", "main-private-eu-west-1c-id"},
	} {
		require.Equal(t, want, group.Value(path), path)
	}
	require.Equal(t, []string{"scalingConfig.desiredSize"}, group.IgnoreChanges, "the autoscaler's number is left alone")
	template := r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "main-batch")
	require.Equal(t, "required", template.Value("metadataOptions.httpTokens"))
	require.Equal(t, 1.0, template.Value("metadataOptions.httpPutResponseHopLimit"))
	require.Equal(t, "true", template.Value("blockDeviceMappings[0].ebs.encrypted"))
}

func TestEKSWithoutHighAvailabilitySharesOneNATGateway(t *testing.T) {
	t.Parallel()
	args := eksArgs()
	args.HighlyAvailable, args.APIServerAccess = false, nil
	r, _ := deploy(t, args)
	require.Len(t, r.Of("aws:ec2/natGateway:NatGateway"), 1)
	require.Len(t, r.Of("aws:ec2/routeTable:RouteTable"), 4)
	require.Equal(t, false, r.One(t, "eks:index:Cluster", "main").Value("endpointPublicAccess"), "nobody is named, so nobody gets in from outside")
}

func TestEKSSubnetsDivideTheVPC(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, eksArgs())
	vpc := netip.MustParsePrefix("10.0.0.0/16")
	var seen []netip.Prefix
	for _, subnet := range r.Of("aws:ec2/subnet:Subnet") {
		cidr := netip.MustParsePrefix(subnet.Value("cidrBlock").(string))
		require.True(t, vpc.Contains(cidr.Addr()), "%s is in the VPC", cidr)
		for _, other := range seen {
			require.False(t, other.Overlaps(cidr), "%s overlaps %s", cidr, other)
		}
		seen = append(seen, cidr)
		tags, err := json.Marshal(subnet.Value("tags"))
		require.NoError(t, err)
		require.Contains(t, string(tags), `"kubernetes.io/cluster/main":"shared"`)
		if strings.Contains(subnet.Name, "public") {
			require.Contains(t, string(tags), `"kubernetes.io/role/elb":"1"`)
		} else {
			require.Contains(t, string(tags), `"kubernetes.io/role/internal-elb":"1"`)
		}
		require.Equal(t, false, subnet.Value("mapPublicIpOnLaunch"))
	}
}

func TestEKSStorageDriverTrustsOneServiceAccount(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, eksArgs())
	var policy policyDocument
	require.NoError(t, json.Unmarshal([]byte(r.One(t, "aws:iam/role:Role", "main-ebs-csi").Value("assumeRolePolicy").(string)), &policy))
	require.Equal(t, []statement{{
		Effect: "Allow", Action: "sts:AssumeRoleWithWebIdentity",
		Principal: map[string]string{"Federated": "arn:aws:example:::main"},
		Condition: map[string]map[string]string{"StringEquals": {
			"oidc.eks.example.com/id/0123:aud": "sts.amazonaws.com",
			"oidc.eks.example.com/id/0123:sub": "system:serviceaccount:kube-system:ebs-csi-controller-sa",
		}},
	}}, policy.Statement)
	class := r.One(t, "kubernetes:storage.k8s.io/v1:StorageClass", "main-gp3")
	require.Equal(t, "true", class.Value("parameters.encrypted"))
	require.Equal(t, "WaitForFirstConsumer", class.Value("volumeBindingMode"))
}

func TestEKSImageFollowsTheProcessor(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]string{
		"m6i.large": "AL2023_x86_64_STANDARD", "g5.xlarge": "AL2023_x86_64_STANDARD", "c7gn.large": "AL2023_ARM_64_STANDARD",
		"t4g.small": "AL2023_ARM_64_STANDARD", "a1.large": "AL2023_ARM_64_STANDARD", "g5g.xlarge": "AL2023_ARM_64_STANDARD",
	} {
		require.Equal(t, want, eksImage(size), size)
	}
}

func TestPartitionFollowsTheRegion(t *testing.T) {
	t.Parallel()
	require.Equal(t, "aws", partition("eu-west-1"))
	require.Equal(t, "aws-cn", partition("cn-north-1"))
	require.Equal(t, "aws-us-gov", partition("us-gov-west-1"))
}

func TestGKE(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, gkeArgs())
	cluster := r.One(t, "gcp:container/cluster:Cluster", "main")
	for path, want := range map[string]any{
		"location": "europe-west1", "nodeLocations": []any{"europe-west1-b", "europe-west1-c", "europe-west1-d"},
		"minMasterVersion": "1.35", "releaseChannel.channel": "REGULAR", "deletionProtection": true,
		"removeDefaultNodePool": true, "initialNodeCount": 1.0, "networkingMode": "VPC_NATIVE",
		"datapathProvider": "ADVANCED_DATAPATH", "enableLegacyAbac": false, "enableShieldedNodes": true,
		"privateClusterConfig": map[string]any{"enablePrivateNodes": true, "enablePrivateEndpoint": false, "masterIpv4CidrBlock": "172.16.0.0/28"},
		"masterAuthorizedNetworksConfig.cidrBlocks[0].cidrBlock":    "203.0.113.0/24",
		"workloadIdentityConfig.workloadPool":                       "example.svc.id.goog",
		"masterAuth.clientCertificateConfig.issueClientCertificate": false,
	} {
		require.Equal(t, want, cluster.Value(path), path)
	}
	require.Equal(t, []string{"masterAuth"}, cluster.SecretOutputs)

	pool := r.One(t, "gcp:container/nodePool:NodePool", "main-batch")
	for path, want := range map[string]any{
		"initialNodeCount": 1.0, "autoscaling.totalMinNodeCount": 3.0, "autoscaling.totalMaxNodeCount": 9.0,
		"nodeConfig.workloadMetadataConfig.mode":             "GKE_METADATA",
		"nodeConfig.shieldedInstanceConfig.enableSecureBoot": true,
		"nodeConfig.serviceAccount":                          "main-node@example.iam.gserviceaccount.com",
		"nodeConfig.labels":                                  map[string]any{"ai-now.io/node-pool": "batch", "example.com/class": "batch"},
		"nodeConfig.taints[0].effect":                        "NO_SCHEDULE",
		"management":                                         map[string]any{"autoRepair": true, "autoUpgrade": true},
	} {
		require.Equal(t, want, pool.Value(path), path)
	}
	subnet := r.One(t, "gcp:compute/subnetwork:Subnetwork", "main")
	require.Equal(t, true, subnet.Value("privateIpGoogleAccess"))
	require.Equal(t, "10.20.0.0/14", subnet.Value("secondaryIpRanges[0].ipCidrRange"))
	require.Equal(t, "roles/container.defaultNodeServiceAccount", r.One(t, "gcp:projects/iAMMember:IAMMember", "main-node").Value("role"))
}

func TestGKEWithoutHighAvailabilityLivesInOneZone(t *testing.T) {
	t.Parallel()
	args := gkeArgs()
	args.HighlyAvailable, args.Zones, args.APIServerAccess = false, []string{"europe-west1-b"}, nil
	r, _ := deploy(t, args)
	cluster := r.One(t, "gcp:container/cluster:Cluster", "main")
	require.Equal(t, "europe-west1-b", cluster.Value("location"))
	require.Empty(t, cluster.Value("nodeLocations"))
	require.Equal(t, true, cluster.Value("privateClusterConfig.enablePrivateEndpoint"))
	require.Equal(t, 3.0, r.One(t, "gcp:container/nodePool:NodePool", "main-batch").Value("initialNodeCount"))
}

func TestServiceAccountIDsFit(t *testing.T) {
	t.Parallel()
	long1, long2 := accountID("a-very-long-cluster-name-number-1"), accountID("a-very-long-cluster-name-number-2")
	require.NotEqual(t, long1, long2, "names that are cut stay different")
	for _, id := range []string{long1, long2, accountID("a"), accountID("gke-eu")} {
		require.Regexp(t, `^[a-z][a-z0-9-]{4,28}[a-z0-9]$`, id)
	}
}

func TestDOKS(t *testing.T) {
	t.Parallel()
	r, c := deploy(t, doksArgs())
	cluster := r.One(t, "digitalocean:index/kubernetesCluster:KubernetesCluster", "main")
	for path, want := range map[string]any{
		"version": "1.35.1-do.0", "region": "fra1", "ha": true, "autoUpgrade": true, "surgeUpgrade": true,
		"vpcUuid": "main-id", "clusterSubnet": "10.36.0.0/16", "serviceSubnet": "10.37.0.0/20",
		"maintenancePolicy":    map[string]any{"day": "sunday", "startTime": "03:00"},
		"controlPlaneFirewall": map[string]any{"enabled": true, "allowedAddresses": []any{"203.0.113.0/24"}},
		"nodePool.name":        "system", "nodePool.nodeCount": 3.0, "nodePool.autoScale": true, "nodePool.maxNodes": 6.0,
		"nodePool.labels": map[string]any{"ai-now.io/node-pool": "system"},
	} {
		require.Equal(t, want, cluster.Value(path), path)
	}
	require.Equal(t, []string{"kubeConfigs"}, cluster.SecretOutputs)
	require.Contains(t, text(t, c.Kubeconfig), clustertest.Token)

	pools := r.Of("digitalocean:index/kubernetesNodePool:KubernetesNodePool")
	require.Len(t, pools, 1, "the first pool is part of the cluster")
	require.Equal(t, "main-batch", pools[0].Name)
	require.Equal(t, "NoSchedule", pools[0].Value("taints[0].effect"))
	require.Equal(t, []string{"nodeCount"}, pools[0].IgnoreChanges)
}

func TestDOKSRefusesAVersionDigitalOceanDoesNotOffer(t *testing.T) {
	t.Parallel()
	args := doksArgs()
	args.Version = "1.99"
	r := &clustertest.Recorder{}
	err := r.Run(func(ctx *pulumi.Context) error {
		_, err := NewCluster(ctx, "main", args)
		return err
	})
	require.ErrorContains(t, err, `version "1.99" is not offered by DigitalOcean (offered: 1.35.1-do.0)`)
}
