package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// addons are the services that Google runs in the cluster.
func (p *Platform) addons() container.ClusterAddonsConfigArgs {
	return container.ClusterAddonsConfigArgs{
		// Load balancers for Gateways and Ingresses.
		HttpLoadBalancing:        container.ClusterAddonsConfigHttpLoadBalancingArgs{Disabled: pulumi.Bool(false)},
		HorizontalPodAutoscaling: container.ClusterAddonsConfigHorizontalPodAutoscalingArgs{Disabled: pulumi.Bool(false)},
		// A cache on every node answers most lookups. Turning it on later would
		// recreate all nodes.
		DnsCacheConfig: container.ClusterAddonsConfigDnsCacheConfigArgs{Enabled: pulumi.Bool(true)},
		// Disks, and file systems that many pods write at once.
		GcePersistentDiskCsiDriverConfig: container.ClusterAddonsConfigGcePersistentDiskCsiDriverConfigArgs{Enabled: pulumi.Bool(true)},
		GcpFilestoreCsiDriverConfig:      container.ClusterAddonsConfigGcpFilestoreCsiDriverConfigArgs{Enabled: pulumi.Bool(true)},
		// A bucket is no file system: pods use it through its API.
		GcsFuseCsiDriverConfig: container.ClusterAddonsConfigGcsFuseCsiDriverConfigArgs{Enabled: pulumi.Bool(false)},
		GkeBackupAgentConfig:   container.ClusterAddonsConfigGkeBackupAgentConfigArgs{Enabled: pulumi.Bool(p.backedUp())},
	}
}

// loggingConfig sends everything there is to Cloud Logging: who did what is
// told by the API server, why by the scheduler and the controllers.
// CIS GKE 5.7.1.
func loggingConfig() container.ClusterLoggingConfigArgs {
	return container.ClusterLoggingConfigArgs{EnableComponents: pulumi.ToStringArray([]string{
		"SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER",
	})}
}

// monitoringConfig collects what only Google sees, the control plane, and what
// tells that a node or a volume fills up. The state of workloads is left to the
// monitoring in the cluster, which would pay for it twice.
func monitoringConfig() container.ClusterMonitoringConfigArgs {
	return container.ClusterMonitoringConfigArgs{
		EnableComponents: pulumi.ToStringArray([]string{
			"SYSTEM_COMPONENTS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "STORAGE",
		}),
		// The way the control plane's metrics take; of workloads it collects
		// nothing until someone makes a PodMonitoring.
		ManagedPrometheus: container.ClusterMonitoringConfigManagedPrometheusArgs{Enabled: pulumi.Bool(true)},
		// Dropped and denied packets, counted; the relay, which shows flows live,
		// is one more thing that could be reached.
		AdvancedDatapathObservabilityConfigs: container.ClusterMonitoringConfigAdvancedDatapathObservabilityConfigArray{
			container.ClusterMonitoringConfigAdvancedDatapathObservabilityConfigArgs{
				EnableMetrics: pulumi.Bool(true), EnableRelay: pulumi.Bool(false),
			},
		},
	}
}

// autoscalingProfile names a profile the way Google does:
// https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-autoscaler#autoscaling_profiles
func autoscalingProfile(a spec.Autoscaling) string {
	if a.Thrifty() {
		return "OPTIMIZE_UTILIZATION"
	}
	return "BALANCED"
}
