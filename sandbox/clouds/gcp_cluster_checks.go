package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gkeEnums are the values that the provider or the API takes.
// Source: resource_container_cluster.go of the provider; cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.
var gkeEnums = map[string][]string{
	"binaryAuthorization.evaluationMode":      {"DISABLED", "PROJECT_SINGLETON_POLICY_ENFORCE"},
	"clusterAutoscaling.autoscalingProfile":   {"BALANCED", "OPTIMIZE_UTILIZATION"},
	"databaseEncryption.state":                {"ENCRYPTED", "DECRYPTED"},
	"datapathProvider":                        {"DATAPATH_PROVIDER_UNSPECIFIED", "LEGACY_DATAPATH", "ADVANCED_DATAPATH"},
	"dnsConfig.clusterDns":                    {"PROVIDER_UNSPECIFIED", "PLATFORM_DEFAULT", "CLOUD_DNS"},
	"dnsConfig.clusterDnsScope":               {"DNS_SCOPE_UNSPECIFIED", "CLUSTER_SCOPE", "VPC_SCOPE"},
	"gatewayApiConfig.channel":                {"CHANNEL_DISABLED", "CHANNEL_EXPERIMENTAL", "CHANNEL_STANDARD"},
	"ipAllocationPolicy.stackType":            {"IPV4", "IPV4_IPV6"},
	"networkPolicy.provider":                  {"PROVIDER_UNSPECIFIED", "CALICO"},
	"networkingMode":                          {"VPC_NATIVE", "ROUTES"},
	"releaseChannel.channel":                  {"UNSPECIFIED", "RAPID", "REGULAR", "STABLE"},
	"securityPostureConfig.mode":              {"DISABLED", "BASIC", "ENTERPRISE", "MODE_UNSPECIFIED"},
	"securityPostureConfig.vulnerabilityMode": {"VULNERABILITY_DISABLED", "VULNERABILITY_BASIC", "VULNERABILITY_ENTERPRISE", "VULNERABILITY_MODE_UNSPECIFIED"},
}

// gkeLists are the values of lists.
var gkeLists = map[string][]string{
	"loggingConfig.enableComponents": {"SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "WORKLOADS"},
	"monitoringConfig.enableComponents": {
		"SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "STORAGE", "HPA", "POD", "DAEMONSET", "DEPLOYMENT", "STATEFULSET", "KUBELET", "CADVISOR", "DCGM",
	},
	"notificationConfig.pubsub.filter.eventTypes": {"UPGRADE_AVAILABLE_EVENT", "UPGRADE_EVENT", "SECURITY_BULLETIN_EVENT"},
}

// gkeExclusive are inputs of which one excludes the other.
var gkeExclusive = [][]string{
	{"ipAllocationPolicy", "clusterIpv4Cidr"},
	{"ipAllocationPolicy.clusterIpv4CidrBlock", "ipAllocationPolicy.clusterSecondaryRangeName"},
	{"ipAllocationPolicy.servicesIpv4CidrBlock", "ipAllocationPolicy.servicesSecondaryRangeName"},
	{"binaryAuthorization.enabled", "binaryAuthorization.evaluationMode"},
	{"clusterTelemetry", "loggingService"}, {"clusterTelemetry", "monitoringService"},
}

// gkeCheckSettings finds settings that the provider or the API refuses.
func gkeCheckSettings(o props.Object) []Failure {
	f := gcpCheckLabels(o, "resourceLabels")
	for _, path := range props.SortedKeys(gkeEnums) {
		f = append(f, oneOf(o, path, gkeEnums[path]...)...)
	}
	for _, path := range props.SortedKeys(gkeLists) {
		for i := range props.List(o, path) {
			f = append(f, oneOf(o, props.Index(path, i), gkeLists[path]...)...)
		}
	}
	for _, pair := range gkeExclusive {
		f = append(f, atMostOne(o, pair...)...)
	}
	refuse := func(wrong bool, path, reason string) {
		if wrong {
			f = append(f, Failure{path, reason})
		}
	}
	state, key := props.Str(o, "databaseEncryption.state"), props.Get(o, "databaseEncryption.keyName")
	refuse(state == "ENCRYPTED" && (key == nil || key == ""), "databaseEncryption.keyName", "state ENCRYPTED needs the name of a key")
	refuse(state == "DECRYPTED" && key != nil && key != "", "databaseEncryption.keyName", "state DECRYPTED takes no key: use ENCRYPTED")
	// cloud.google.com/kubernetes-engine/docs/concepts/dataplane-v2: policies are built in.
	refuse(props.Str(o, "datapathProvider") == "ADVANCED_DATAPATH" && props.Bool(o, "networkPolicy.enabled"), "networkPolicy", "ADVANCED_DATAPATH enforces network policies by itself: leave networkPolicy out")
	// cloud.google.com/kubernetes-engine/docs/concepts/private-cluster-concept
	private := props.Bool(o, "privateClusterConfig.enablePrivateEndpoint")
	refuse(private && o["masterAuthorizedNetworksConfig"] == nil, "masterAuthorizedNetworksConfig", "enablePrivateEndpoint needs masterAuthorizedNetworksConfig")
	nodes, known := props.Get(o, "privateClusterConfig.enablePrivateNodes").(bool)
	refuse(private && known && !nodes, "privateClusterConfig.enablePrivateNodes", "enablePrivateEndpoint needs enablePrivateNodes")
	refuse(props.Bool(o, "notificationConfig.pubsub.enabled") && props.Get(o, "notificationConfig.pubsub.topic") == nil, "notificationConfig.pubsub.topic", "notifications that are on need a topic, projects/…/topics/…")
	refuse(props.Str(o, "dnsConfig.clusterDnsScope") == "VPC_SCOPE" && props.Get(o, "dnsConfig.clusterDnsDomain") == nil, "dnsConfig.clusterDnsDomain", "VPC_SCOPE needs clusterDnsDomain")
	refuse(props.Get(o, "nodeVersion") != nil && props.Bool(o, "removeDefaultNodePool"), "nodeVersion", "nodeVersion can only be set if removeDefaultNodePool is not true")
	if p := props.Str(o, "workloadIdentityConfig.workloadPool"); p != "" {
		refuse(!strings.HasSuffix(p, ".svc.id.goog"), "workloadIdentityConfig.workloadPool", fmt.Sprintf("%q must be the project's pool: PROJECT.svc.id.goog", p))
		project := props.Str(o, "project")
		refuse(project != "" && p != project+".svc.id.goog", "workloadIdentityConfig.workloadPool", fmt.Sprintf("%q is not the pool of the project: use %s.svc.id.goog", p, project))
	}
	for i, b := range props.Objects(o, "masterAuthorizedNetworksConfig.cidrBlocks") {
		f = append(f, gcpCheckRanges(props.Object{"x": []any{b["cidrBlock"]}}, "x")...)
		if n := len(f); n > 0 && f[n-1].Property == "x[0]" {
			f[n-1].Property = props.Index("masterAuthorizedNetworksConfig.cidrBlocks", i) + ".cidrBlock"
		}
	}
	return append(f, gkeCheckMaintenance(o)...)
}
