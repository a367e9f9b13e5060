package clouds

import (
	"context"
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpClusterType = "gcp:container/cluster:Cluster"

// gkeLatest has the release of the control planes; the build number after it is the sandbox's.
const gkeLatest = Release + "-gke.1000000"

// gkeNodeImmutable are the fields of a node configuration that make a pool a new one.
var gkeNodeImmutable = []string{
	"nodeConfig.guestAccelerators", "nodeConfig.localSsdCount", "nodeConfig.ephemeralStorageLocalSsdConfig", "nodeConfig.localNvmeSsdBlockConfig",
	"nodeConfig.metadata", "nodeConfig.minCpuPlatform", "nodeConfig.oauthScopes", "nodeConfig.preemptible", "nodeConfig.reservationAffinity",
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
	Does:     "runs a control plane, and the nodes of its default pool unless that is removed; refuses ranges that the subnetwork does not have, and deletion while deletionProtection is on",
	Autoname: &Autoname{Property: "name", MaxLength: 40, Lower: true}, // the limit of the API
	Immutable: append([]string{
		"name", "location", "project", "description", "network", "subnetwork", "networkingMode", "clusterIpv4Cidr", "ipAllocationPolicy",
		"enableKubernetesAlpha", "enableTpu", "enableAutopilot", "initialNodeCount", "confidentialNodes", "masterAuth.clientCertificateConfig",
		"privateClusterConfig.masterIpv4CidrBlock", "privateClusterConfig.privateEndpointSubnetwork", "defaultMaxPodsPerNode", "datapathProvider", "nodePools",
	}, gkeNodeImmutable...),
	Defaults: props.Object{
		"deletionProtection": true, "network": "default", "enableKubernetesAlpha": false, "enableLegacyAbac": false, "enableShieldedNodes": true,
		"enableCiliumClusterwideNetworkPolicy": false, "enableFqdnNetworkPolicy": false, "enableL4IlbSubsetting": false, "enableMultiNetworking": false,
		"ipAllocationPolicy.stackType": "IPV4",
	},
	OptionalComputed: append([]string{
		"location", "project", "subnetwork", "networkingMode", "clusterIpv4Cidr", "datapathProvider", "defaultMaxPodsPerNode", "nodeLocations", "nodeVersion",
		"addonsConfig", "clusterAutoscaling", "databaseEncryption", "defaultSnatStatus", "enableIntranodeVisibility", "ipAllocationPolicy.clusterIpv4CidrBlock",
		"ipAllocationPolicy.servicesIpv4CidrBlock", "ipAllocationPolicy.clusterSecondaryRangeName", "ipAllocationPolicy.servicesSecondaryRangeName",
		"loggingConfig", "loggingService", "masterAuth", "monitoringConfig", "monitoringService", "networkPolicy", "nodeConfig", "nodePools",
		"nodePoolDefaults", "notificationConfig", "privateIpv6GoogleAccess", "releaseChannel", "securityPostureConfig", "serviceExternalIpsConfig",
		"verticalPodAutoscaling", "meshCertificates", "costManagementConfig", "identityServiceConfig", "gatewayApiConfig", "binaryAuthorization", "masterAuthorizedNetworksConfig",
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
	Check:     gkeCheckCluster,
	Known: func(c *Call) {
		gcpPlace(false)(c)
		setDefaults(c.Props, props.Object{"location": firstOf(c.Props["location"], c.Zone, c.Region)})
	},
	Create: gkeCreateCluster,
	Update: func(c *Call) error {
		to := gkeVersion(c.Props)
		if err := upgradable(c, props.Str(c.Old, "masterVersion"), to); err != nil {
			return err
		}
		c.Props["masterVersion"] = to
		return nil
	},
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
	gkeNodeDefaults(c.Props)
	zones := gcpZonesOf(gcpRegionOf(location))
	if gcpZones[location] == "" {
		zones = []string{location}
	}
	setDefaults(c.Props, props.Object{
		"nodeLocations": props.Strings(zones[:min(3, len(zones))]), "networkingMode": "VPC_NATIVE",
		"defaultMaxPodsPerNode": 110, "nodeVersion": gkeVersion(c.Props), "releaseChannel": props.Object{"channel": "REGULAR"},
		"loggingService": "logging.googleapis.com/kubernetes", "monitoringService": "monitoring.googleapis.com/kubernetes",
	})
	c.Props["masterVersion"] = gkeVersion(c.Props)
	c.Props["selfLink"] = "https://container.googleapis.com/v1/" + id
	c.Props["labelFingerprint"] = hashedName(8, "0123456789abcdef", id)
	return id, nil
}

// gkeNetwork checks the cluster's place in its network and takes its ranges from there.
func gkeNetwork(c *Call) error {
	network := props.Str(c.Props, "network")
	if network == "default" {
		setDefaults(c.Props, props.Object{"clusterIpv4Cidr": "10.244.0.0/14", "servicesIpv4Cidr": "34.118.224.0/20", "subnetwork": "default"})
		return nil
	}
	if _, err := gcpResolve(c, gcpNetworkType, network); err != nil {
		return err
	}
	if props.Str(c.Props, "subnetwork") == "" {
		return nil
	}
	sub, err := gcpResolve(c, gcpSubnetworkType, props.Str(c.Props, "subnetwork"))
	if err != nil {
		return err
	}
	if r := props.Str(sub.Properties, "region"); r != gcpRegionOf(props.Str(c.Props, "location")) {
		return c.Errorf("badRequest: the subnetwork '%s' is in %s, the cluster in %s", sub.ID, r, props.Str(c.Props, "location"))
	}
	named := map[string]string{}
	for _, r := range props.Objects(sub.Properties, "secondaryIpRanges") {
		named[props.Str(r, "rangeName")] = props.Str(r, "ipCidrRange")
	}
	for policy, output := range map[string]string{"clusterSecondaryRangeName": "clusterIpv4Cidr", "servicesSecondaryRangeName": "servicesIpv4Cidr"} {
		want := props.Str(c.Props, "ipAllocationPolicy."+policy)
		if want == "" {
			continue
		}
		cidr, ok := named[want]
		if !ok {
			return c.Errorf("badRequest: the subnetwork '%s' has no secondary range '%s'", sub.ID, want)
		}
		c.Props[output] = cidr
	}
	master := prefix(props.Str(c.Props, "privateClusterConfig.masterIpv4CidrBlock"))
	for _, r := range gcpRanges(sub.Properties) {
		if master.Overlaps(r) {
			return c.Errorf("badRequest: the range %s of the control plane conflicts with the range %s of the subnetwork '%s'", master, r, sub.ID)
		}
	}
	return nil
}

func gkeRealizeCluster(ctx context.Context, c *Call) error {
	access, err := startPlane(ctx, c)
	if err != nil {
		return err
	}
	// GKE gives an address without a scheme.
	c.Props["endpoint"] = strings.TrimPrefix(access.Server, "https://")
	auth := props.Map(c.Props, "masterAuth")
	if auth == nil {
		auth = props.Object{}
	}
	auth["clusterCaCertificate"], auth["clientCertificate"], auth["clientKey"] = ca64(access), "", ""
	setDefaults(auth, props.Object{"clientCertificateConfig": props.Object{"issueClientCertificate": false}})
	c.Props["masterAuth"] = auth
	if p := props.Map(c.Props, "privateClusterConfig"); p != nil {
		p["privateEndpoint"], p["publicEndpoint"], p["peeringName"] = c.Props["endpoint"], c.Props["endpoint"], ""
	}
	return gkeDefaultPool(ctx, c)
}

// gkeDefaultPool makes the nodes of the pool that a cluster comes with.
func gkeDefaultPool(ctx context.Context, c *Call) error {
	count := props.IntOr(c.Props, "initialNodeCount", 0)
	if props.Bool(c.Props, "removeDefaultNodePool") {
		count = 0
	}
	if count == 0 && c.Old == nil {
		return nil
	}
	pool := props.Object{"name": "default-pool", "nodeConfig": c.Props["nodeConfig"], "nodeLocations": c.Props["nodeLocations"]}
	_, err := gkeMakeNodes(ctx, c, c.Props, pool, count)
	return err
}
