package gke_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

func TestTheControlPlaneIsHardened(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	cluster := r.One(t, clusterType, "main")
	cluster.RequireValues(t, map[string]any{
		"location": "europe-west1", "nodeLocations": []any{"europe-west1-b", "europe-west1-c", "europe-west1-d"},
		"minMasterVersion": "1.35", "releaseChannel.channel": "REGULAR",
		"removeDefaultNodePool": true, "initialNodeCount": 1.0, "networkingMode": "VPC_NATIVE",
		"ipAllocationPolicy": map[string]any{"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
		"datapathProvider":   "ADVANCED_DATAPATH", "enableIntranodeVisibility": true, "enableL4IlbSubsetting": true,
		"serviceExternalIpsConfig.enabled": false,
		"privateClusterConfig": map[string]any{
			"enablePrivateNodes": true, "enablePrivateEndpoint": false, "masterIpv4CidrBlock": "172.16.0.0/28",
			"masterGlobalAccessConfig": map[string]any{"enabled": false},
		},
		"masterAuthorizedNetworksConfig": map[string]any{
			"cidrBlocks": []any{map[string]any{"cidrBlock": "203.0.113.0/24"}}, "gcpPublicCidrsAccessEnabled": false,
		},
		"masterAuth.clientCertificateConfig.issueClientCertificate": false,
		"enableLegacyAbac": false, "enableKubernetesAlpha": false, "enableShieldedNodes": true,
		"workloadIdentityConfig.workloadPool": "example.svc.id.goog",
		"databaseEncryption":                  map[string]any{"state": "ENCRYPTED", "keyName": "main-secrets-id"},
		"binaryAuthorization":                 map[string]any{"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"},
		"securityPostureConfig":               map[string]any{"mode": "BASIC", "vulnerabilityMode": "VULNERABILITY_DISABLED"},
		"costManagementConfig.enabled":        true, "gatewayApiConfig.channel": "CHANNEL_STANDARD", "verticalPodAutoscaling.enabled": true,
		"clusterAutoscaling":             map[string]any{"enabled": false, "autoscalingProfile": "BALANCED"},
		"loggingConfig.enableComponents": []any{"SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER"},
		"addonsConfig": map[string]any{
			"httpLoadBalancing": map[string]any{"disabled": false}, "horizontalPodAutoscaling": map[string]any{"disabled": false},
			"dnsCacheConfig": map[string]any{"enabled": true}, "gcePersistentDiskCsiDriverConfig": map[string]any{"enabled": true},
			"gcpFilestoreCsiDriverConfig": map[string]any{"enabled": true}, "gcsFuseCsiDriverConfig": map[string]any{"enabled": false},
			"gkeBackupAgentConfig": map[string]any{"enabled": true},
		},
	})
	require.Equal(t, []string{"masterAuth"}, cluster.SecretOutputs)
	require.Equal(t, []string{"nodeConfig", "initialNodeCount"}, cluster.IgnoreChanges)
	require.Empty(t, r.Of("gcp:binaryauthorization/policy:Policy"), "the policy is the project's, not a cluster's")
}

func TestTheNodeThatIsRemovedIsHardenedToo(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	r.One(t, clusterType, "main").RequireValues(t, map[string]any{
		"nodeConfig.serviceAccount": "main-node@example.iam.gserviceaccount.com", "nodeConfig.bootDiskKmsKey": "main-disks-id",
		"nodeConfig.imageType": "COS_CONTAINERD", "nodeConfig.workloadMetadataConfig.mode": "GKE_METADATA",
		"nodeConfig.shieldedInstanceConfig": map[string]any{"enableSecureBoot": true, "enableIntegrityMonitoring": true},
	})
}

func TestWithoutHighAvailabilityTheClusterLivesInOneZone(t *testing.T) {
	t.Parallel()
	r, c := deploy(t, cheap)
	cluster := r.One(t, clusterType, "main")
	cluster.RequireValues(t, map[string]any{
		"location": "europe-west1-b", "deletionProtection": false,
		"privateClusterConfig.enablePrivateEndpoint":                 true,
		"masterAuthorizedNetworksConfig.cidrBlocks":                  []any{},
		"addonsConfig.gkeBackupAgentConfig.enabled":                  false,
		"databaseEncryption.state":                                   "ENCRYPTED",
		"privateClusterConfig.enablePrivateNodes":                    true,
		"binaryAuthorization.evaluationMode":                         "PROJECT_SINGLETON_POLICY_ENFORCE",
		"masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled": false,
	})
	require.Empty(t, cluster.Value("nodeLocations"))
	require.Empty(t, r.Of("gcp:gkebackup/backupPlan:BackupPlan"))
	require.Equal(t, 3.0, r.One(t, poolType, "main-batch").Value("initialNodeCount"))
	require.Contains(t, c.Connect, "--location europe-west1-b")
	require.Equal(t, "europe-west1", r.One(t, "gcp:kms/keyRing:KeyRing", "main").Value("location"), "keys are in regions")
}

func TestTheProfileOfAutoscalingIsGooglesOwn(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]string{"": "BALANCED", spec.ProfileBalanced: "BALANCED", spec.ProfileThrifty: "OPTIMIZE_UTILIZATION"} {
		r, _ := deploy(t, func(c *spec.Cluster) { c.Autoscaling.Profile = profile })
		require.Equal(t, want, r.One(t, clusterType, "main").Value("clusterAutoscaling.autoscalingProfile"), profile)
	}
}

func TestMaintenanceHasAWindowThatStaysTheSame(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		maintenance spec.Maintenance
		want        map[string]any
	}{
		{"every night unless said otherwise", spec.Maintenance{}, map[string]any{
			"recurringWindow": map[string]any{"startTime": "2026-01-04T03:00:00Z", "endTime": "2026-01-04T07:00:00Z", "recurrence": "FREQ=DAILY"},
		}},
		{"days come in the order of the week", spec.Maintenance{Days: []string{"sunday", "saturday"}, Start: "22:30", Hours: 6}, map[string]any{
			"recurringWindow": map[string]any{"startTime": "2026-01-04T22:30:00Z", "endTime": "2026-01-05T04:30:00Z", "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU"},
		}},
		{"exclusions are written in UTC", spec.Maintenance{Exclusions: []spec.Exclusion{
			{Name: "holidays", From: "2026-12-18T01:00:00+01:00", Until: "2027-01-04T00:00:00Z"},
			{Name: "freeze", From: "2027-02-01T00:00:00Z", Until: "2027-04-01T00:00:00Z", Scope: spec.ScopeMinorAndNodes},
			{Name: "audit", From: "2027-05-01T00:00:00Z", Until: "2027-06-01T00:00:00Z", Scope: spec.ScopeMinor},
		}}, map[string]any{
			"maintenanceExclusions": []any{
				map[string]any{"exclusionName": "holidays", "startTime": "2026-12-18T00:00:00Z", "endTime": "2027-01-04T00:00:00Z", "exclusionOptions": map[string]any{"scope": "NO_UPGRADES"}},
				map[string]any{"exclusionName": "freeze", "startTime": "2027-02-01T00:00:00Z", "endTime": "2027-04-01T00:00:00Z", "exclusionOptions": map[string]any{"scope": "NO_MINOR_OR_NODE_UPGRADES"}},
				map[string]any{"exclusionName": "audit", "startTime": "2027-05-01T00:00:00Z", "endTime": "2027-06-01T00:00:00Z", "exclusionOptions": map[string]any{"scope": "NO_MINOR_UPGRADES"}},
			},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.Maintenance = tt.maintenance })
			for path, want := range tt.want {
				require.Equal(t, want, r.One(t, clusterType, "main").Value("maintenancePolicy."+path))
			}
		})
	}
}

func TestBackupsAreEncryptedAndCannotBeHurriedAway(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	r.One(t, "gcp:gkebackup/backupPlan:BackupPlan", "main").RequireValues(t, map[string]any{
		"cluster": "main-id", "location": "europe-west1", "backupSchedule.cronSchedule": "30 0 * * *",
		"backupConfig": map[string]any{
			"allNamespaces": true, "includeSecrets": true, "includeVolumeData": true,
			"encryptionKey": map[string]any{"gcpKmsEncryptionKey": "main-backups-id"},
		},
		"retentionPolicy": map[string]any{"backupRetainDays": 30.0, "backupDeleteLockDays": 7.0},
	})
}

func TestPeopleGetTheLeastRoleThatDoes(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, func(c *spec.Cluster) {
		c.Access = spec.Access{Admins: []string{"group:ops@example.com"}, Viewers: []string{"group:dev@example.com", "user:a@example.com"}}
	})
	got := map[string]string{}
	for _, m := range r.Of(memberType) {
		got[m.Value("member").(string)] = m.Value("role").(string)
	}
	require.Equal(t, map[string]string{
		"group:ops@example.com": "roles/container.admin", "group:dev@example.com": "roles/container.viewer", "user:a@example.com": "roles/container.viewer",
		"serviceAccount:main-node@example.iam.gserviceaccount.com": "roles/container.defaultNodeServiceAccount",
	}, got)
	require.False(t, permissions(t)["roles/container.viewer"]["container.secrets.get"], "viewers read no Secrets")
	require.Equal(t, clustertest.Owner.Environment, r.One(t, clusterType, "main").Value("resourceLabels.environment"))
}
