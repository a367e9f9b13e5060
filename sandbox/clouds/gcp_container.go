package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpClusterType = "gcp:container/cluster:Cluster"

// gkeLatest has the release of the control planes; the build number after it is the sandbox's.
const gkeLatest = Release + "-gke.1000000"

// gkeNodeImmutable are the fields of a node configuration that make a pool a new one: schemaNodeConfig in the
// provider's node_config.go. Machine type, disk, image, labels, taints, tags and resource labels change in place.
var gkeNodeImmutable = []string{
	"nodeConfig.guestAccelerators", "nodeConfig.localSsdCount", "nodeConfig.ephemeralStorageConfig", "nodeConfig.ephemeralStorageLocalSsdConfig",
	"nodeConfig.localNvmeSsdBlockConfig", "nodeConfig.gvnic", "nodeConfig.gcfsConfig", "nodeConfig.confidentialNodes", "nodeConfig.metadata", "nodeConfig.minCpuPlatform", "nodeConfig.oauthScopes", "nodeConfig.preemptible", "nodeConfig.reservationAffinity",
	"nodeConfig.spot", "nodeConfig.serviceAccount", "nodeConfig.shieldedInstanceConfig", "nodeConfig.sandboxConfig", "nodeConfig.bootDiskKmsKey",
	"nodeConfig.nodeGroup", "nodeConfig.advancedMachineFeatures", "nodeConfig.soleTenantConfig", "nodeConfig.hostMaintenancePolicy",
	"nodeConfig.secondaryBootDisks", "nodeConfig.enableConfidentialStorage",
}

// gkeNodeComputed are those that GKE chooses when they are left out.
var gkeNodeComputed = []string{
	"nodeConfig.diskSizeGb", "nodeConfig.diskType", "nodeConfig.guestAccelerators", "nodeConfig.imageType", "nodeConfig.labels",
	"nodeConfig.loggingVariant", "nodeConfig.machineType", "nodeConfig.metadata", "nodeConfig.oauthScopes", "nodeConfig.serviceAccount",
	"nodeConfig.shieldedInstanceConfig", "nodeConfig.workloadMetadataConfig",
}

// gkeNodeDefaults are the values GKE takes for them. cloud.google.com/kubernetes-engine/docs/reference/rest/v1/NodeConfig.
func gkeNodeDefaults(pool props.Object) {
	if props.Map(pool, "nodeConfig") == nil {
		pool["nodeConfig"] = props.Object{}
	}
	setDefaults(props.Map(pool, "nodeConfig"), props.Object{
		"machineType": "e2-medium", "diskSizeGb": 100, "diskType": "pd-balanced", "imageType": "COS_CONTAINERD", "serviceAccount": "default",
		"loggingVariant": "DEFAULT", "guestAccelerators": []any{},
		"metadata":               props.Object{"disable-legacy-endpoints": "true"},
		"shieldedInstanceConfig": props.Object{"enableSecureBoot": false, "enableIntegrityMonitoring": true},
	})
}

var gcpCluster = &Type{
	Token: gcpClusterType, Noun: "GKE cluster", Untagged: true,
	Does:     "runs a control plane, and the nodes of its default pool unless that is removed; refuses ranges that the subnetwork does not have, a key that GKE may not use, upgrades over a minor version, and deletion while deletionProtection is on; a version below the one it has changes nothing",
	Autoname: &Autoname{Property: "name", MaxLength: 40, Lower: true}, // the limit of the API
	Immutable: append([]string{
		"name", "location", "project", "description", "network", "subnetwork", "networkingMode", "clusterIpv4Cidr",
		"ipAllocationPolicy.clusterIpv4CidrBlock", "ipAllocationPolicy.servicesIpv4CidrBlock", "ipAllocationPolicy.clusterSecondaryRangeName",
		"ipAllocationPolicy.servicesSecondaryRangeName", "ipAllocationPolicy.stackType", "ipAllocationPolicy.podCidrOverprovisionConfig",
		"enableKubernetesAlpha", "enableTpu", "tpuConfig", "enableAutopilot", "enableMultiNetworking", "initialNodeCount", "confidentialNodes",
		"masterAuth.clientCertificateConfig", "privateClusterConfig.enablePrivateNodes", "privateClusterConfig.masterIpv4CidrBlock",
		"privateClusterConfig.privateEndpointSubnetwork", "defaultMaxPodsPerNode", "datapathProvider", "nodePools",
		"clusterAutoscaling.autoProvisioningDefaults.bootDiskKmsKey",
		// In the cluster's own node configuration these are immutable, too: forceNewClusterNodeConfigFields.
		"nodeConfig.labels", "nodeConfig.workloadMetadataConfig", "nodeConfig.resourceManagerTags",
	}, gkeNodeImmutable...),
	Defaults: props.Object{
		"deletionProtection": true, "network": "default", "enableKubernetesAlpha": false, "enableLegacyAbac": false, "enableShieldedNodes": true,
		"enableCiliumClusterwideNetworkPolicy": false, "enableFqdnNetworkPolicy": false, "enableL4IlbSubsetting": false, "enableMultiNetworking": false,
		"ipAllocationPolicy.stackType": "IPV4", "clusterAutoscaling.autoscalingProfile": "BALANCED",
		"dnsConfig.clusterDns": "PROVIDER_UNSPECIFIED", "dnsConfig.clusterDnsScope": "DNS_SCOPE_UNSPECIFIED",
	},
	OptionalComputed: append([]string{
		"location", "project", "subnetwork", "networkingMode", "clusterIpv4Cidr", "datapathProvider", "defaultMaxPodsPerNode", "nodeLocations", "nodeVersion",
		"addonsConfig", "clusterAutoscaling", "databaseEncryption", "defaultSnatStatus", "enableIntranodeVisibility", "ipAllocationPolicy.clusterIpv4CidrBlock",
		"ipAllocationPolicy.servicesIpv4CidrBlock", "ipAllocationPolicy.clusterSecondaryRangeName", "ipAllocationPolicy.servicesSecondaryRangeName",
		"loggingConfig", "loggingService", "masterAuth", "monitoringConfig", "monitoringService", "networkPolicy", "nodeConfig", "nodePools",
		"nodePoolDefaults", "notificationConfig", "privateIpv6GoogleAccess", "releaseChannel", "securityPostureConfig", "serviceExternalIpsConfig",
		"verticalPodAutoscaling", "meshCertificates", "costManagementConfig", "identityServiceConfig", "gatewayApiConfig", "masterAuthorizedNetworksConfig",
		"binaryAuthorization.evaluationMode", "ipAllocationPolicy", "privateClusterConfig", "workloadIdentityConfig", "confidentialNodes", "nodePoolAutoConfig",
		"authenticatorGroupsConfig", "protectConfig", "clusterTelemetry", "workloadAltsConfig", "enableTpu", "tpuConfig",
	}, gkeNodeComputed...),
	Computed: []string{
		"endpoint", "masterVersion", "selfLink", "servicesIpv4Cidr", "labelFingerprint", "operation", "tpuIpv4CidrBlock",
		"masterAuth.clusterCaCertificate", "masterAuth.clientCertificate", "masterAuth.clientKey",
		"privateClusterConfig.privateEndpoint", "privateClusterConfig.publicEndpoint", "privateClusterConfig.peeringName",
	},
	Maps: []string{"nodeConfig.labels", "nodeConfig.metadata", "nodeConfig.resourceLabels"},
	Sets: []string{"nodeLocations", "nodeConfig.oauthScopes", "loggingConfig.enableComponents", "monitoringConfig.enableComponents", "masterAuthorizedNetworksConfig.cidrBlocks"},
	// The provider keeps this to itself.
	WriteOnly: []string{"deletionProtection", "allowNetAdmin"},
	Secret:    []string{"masterAuth"},
	Exclusive: clusterLock,
	Replaced: func(old, in props.Object) []string {
		// isBeenEnabled: what was on cannot be turned off.
		var out []string
		for _, k := range []string{"enableL4IlbSubsetting", "enableFqdnNetworkPolicy"} {
			if props.Bool(old, k) && !props.Bool(in, k) {
				out = append(out, k)
			}
		}
		return out
	},
	Check: gkeCheckCluster,
	Known: func(c *Call) {
		gcpPlace(false)(c)
		setDefaults(c.Props, props.Object{"location": firstOf(c.Props["location"], c.Zone, c.Region)})
	},
	Create: gkeCreateCluster,
	Update: gkeUpdateCluster,
	Delete: func(c *Call) error {
		if v, ok := c.Props["deletionProtection"].(bool); ok && v {
			return c.Errorf("cannot destroy cluster %s because deletionProtection is set to true: set it to false and update first", props.Str(c.Props, "name"))
		}
		return nil
	},
	Realize: gkeRealizeCluster,
	Observe: observePool(gkeDefaultPool),
	Remove:  removePlane,
}

func firstOf(v any, more ...string) any {
	for _, m := range more {
		if v == nil && m != "" {
			v = m
		}
	}
	return v
}

func gkeCheckCluster(c *Call) []Failure {
	f := append(gcpCheckName(c.Props), gcpCheckLocation(c.Props)...)
	f = append(f, gcpCheckZones(c.Props, props.StrOr(c.Props, "location", c.Region))...)
	// A private control plane takes exactly a /28: cloud.google.com/kubernetes-engine/docs/concepts/private-cluster-concept.
	f = append(f, checkCIDR(c.Props, "privateClusterConfig.masterIpv4CidrBlock", 28, 28)...)
	f = append(f, checkMachine(nodes.GCP, c.Props, "nodeConfig.machineType")...)
	if v := props.Str(c.Props, "minMasterVersion"); v != "" && v != "latest" {
		if _, ok := minor(v); !ok {
			f = append(f, Failure{"minMasterVersion", fmt.Sprintf("%q is no version of GKE: use one such as 1.35 or %s, or latest", v, gkeLatest)})
		}
	}
	f = append(f, gkeCheckSettings(c.Props)...)
	_, pool := c.Props["nodePools"]
	if c.Props["initialNodeCount"] == nil && !pool && !props.Bool(c.Props, "enableAutopilot") {
		f = append(f, Failure{"initialNodeCount", "a cluster needs initialNodeCount above 0, also when its default node pool is removed"})
	}
	return f
}

// gkeVersion is the version that minMasterVersion leads to.
func gkeVersion(o props.Object) string {
	v := props.StrOr(o, "minMasterVersion", "latest")
	if strings.Contains(v, "-gke.") {
		return v
	}
	want, ok := minor(v)
	if have, _ := minor(Release); !ok || want == have {
		return gkeLatest
	}
	if strings.Count(v, ".") == 1 {
		v += ".0"
	}
	return v + "-gke.1000000"
}

func gkeCreateCluster(c *Call) (string, error) {
	if err := gcpPlaced(c, false); err != nil {
		return "", err
	}
	name, location, project := props.Str(c.Props, "name"), props.Str(c.Props, "location"), props.Str(c.Props, "project")
	if location == "" {
		return "", c.Errorf("location: required field is not set: set location on the cluster, or zone or region on the provider")
	}
	id := fmt.Sprintf("projects/%s/locations/%s/clusters/%s", project, location, name)
	if err := freeClusterName(c, name, "alreadyExists: "+id); err != nil {
		return "", err
	}
	if err := gkeNetwork(c); err != nil {
		return "", err
	}
	if err := gcpAccountExists(c, props.Str(c.Props, "nodeConfig.serviceAccount"), project); err != nil {
		return "", err
	}
	if err := gkeSecretsKey(c); err != nil {
		return "", err
	}
	gkeNodeDefaults(c.Props)
	zones := gcpZonesOf(gcpRegionOf(location))
	if gcpZones[location] == "" {
		zones = []string{location}
	}
	setDefaults(c.Props, props.Object{
		"nodeLocations": props.Strings(zones[:min(3, len(zones))]), "networkingMode": "VPC_NATIVE",
		"defaultMaxPodsPerNode": 110, "nodeVersion": gkeVersion(c.Props), "releaseChannel": props.Object{"channel": "REGULAR"},
		"databaseEncryption":    props.Object{"state": "DECRYPTED", "keyName": ""},
		"securityPostureConfig": props.Object{"mode": "BASIC", "vulnerabilityMode": "VULNERABILITY_MODE_UNSPECIFIED"},
		"loggingService":        "logging.googleapis.com/kubernetes", "monitoringService": "monitoring.googleapis.com/kubernetes",
	})
	c.Props["masterVersion"] = gkeVersion(c.Props)
	c.Props["selfLink"] = "https://container.googleapis.com/v1/" + id
	c.Props["labelFingerprint"] = hashedName(8, "0123456789abcdef", id)
	return id, nil
}

// gkeUpdateCluster upgrades the control plane. A minMasterVersion below the one it has changes nothing, as in the provider.
func gkeUpdateCluster(c *Call) error {
	from, to := props.Str(c.Old, "masterVersion"), gkeVersion(c.Props)
	if props.Str(c.Props, "minMasterVersion") == "" {
		to = from
	}
	before, ok := minor(from)
	if after, ok2 := minor(to); !ok || !ok2 || after >= before {
		if err := upgradable(c, from, to); err != nil {
			return err
		}
		c.Props["masterVersion"] = to
	}
	return gkeSecretsKey(c)
}

// gkeSecretsKey checks the key that Secrets are encrypted with. cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets.
func gkeSecretsKey(c *Call) error {
	if props.Str(c.Props, "databaseEncryption.state") != "ENCRYPTED" {
		return nil
	}
	return gcpKeyUsable(c, props.Str(c.Props, "databaseEncryption.keyName"), "container.googleapis.com", gcpRegionOf(props.Str(c.Props, "location")))
}
