package tests

import pulumires "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// notInProd are rules that no mutation of one setting trips, and why.
var notInProd = map[string]string{
	"stack-exemption-expired": "prod has no exemptions; the tests of the stack's configuration have",
	"stack-exemption-soon":    "prod has no exemptions",
	"stack-encryption":        "prod has no disk, database or claim of its own: those are its tenants'",
	"stack-image-signatures":  "prod names no registry whose images are signed",
	"stack-references":        "prod reads no other stack",
}

// all makes several changes that are one setting to a user.
func all(changes ...change) change {
	return func(m pulumires.PropertyMap) {
		for _, c := range changes {
			c(m)
		}
	}
}

// googleMutations weaken what prod has on Google Cloud.
var googleMutations = []mutations{
	{"gcp:container/cluster:Cluster", "gke-eu", []mutation{
		{"nodes of GKE have public addresses", to("privateClusterConfig.enablePrivateNodes", false), trips("gke-private-nodes"), nil},
		{"pods of GKE have no identity of their own", without("workloadIdentityConfig"), trips("gke-workload-identity"), nil},
		{"GKE lets in by attributes", to("enableLegacyAbac", true), trips("gke-legacy-authorization"), nil},
		{"the API server of GKE answers half of the internet", to("masterAuthorizedNetworksConfig.cidrBlocks[0].cidrBlock", "128.0.0.0/1"), trips("gke-control-plane-access"), nil},
		{"nodes of GKE prove nothing", to("enableShieldedNodes", false), trips("gke-shielded-nodes"), nil},
		{"GKE does not encrypt secrets", to("databaseEncryption.state", "DECRYPTED"), trips("gke-secrets-encryption"), nil},
		{"GKE runs any image", to("binaryAuthorization.evaluationMode", "DISABLED"), trips("gke-binary-authorization"), nil},
		{"GKE looks for no mistakes", to("securityPostureConfig.mode", "DISABLED"), trips("gke-security-posture"), nil},
		{"GKE has a certificate that cannot be revoked", to("masterAuth.clientCertificateConfig.issueClientCertificate", true), trips("gke-client-certificate"), nil},
		{"GKE has features without support", to("enableKubernetesAlpha", true), trips("gke-alpha-features"), nil},
		{"GKE does not enforce NetworkPolicies", without("datapathProvider"), trips("gke-network-policy"), nil},
		{"GKE works with routes", to("networkingMode", "ROUTES"), trips("gke-vpc-native"), nil},
		{"traffic inside a node of GKE is not seen", to("enableIntranodeVisibility", false), trips("gke-intranode-visibility"), nil},
		{"the private endpoint of GKE answers every region", to("privateClusterConfig.masterGlobalAccessConfig.enabled", true), trips("gke-global-access"), nil},
		{"GKE follows no channel", to("releaseChannel.channel", "UNSPECIFIED"), trips("gke-release-channel"), nil},
		{"GKE is upgraded at any hour", without("maintenancePolicy"), trips("gke-maintenance-window"), nil},
		{"GKE keeps no logs of workloads", to("loggingConfig.enableComponents", []any{"SYSTEM_COMPONENTS"}), trips("gke-logging"), nil},
		{"GKE may be deleted", to("deletionProtection", false), trips("gke-deletion-protection"), nil},
		{"nobody knows whose costs are GKE's", to("costManagementConfig.enabled", false), trips("gke-cost-allocation"), nil},
		{"what runs in GKE cannot be backed up", to("addonsConfig.gkeBackupAgentConfig.enabled", false), trips("gke-backup-agent"), nil},
		{"GKE keeps a pool that no rule sees", to("removeDefaultNodePool", false), trips("gke-default-pool"), nil},
		{"GKE is in one zone", to("location", "europe-west1-b"), trips("stack-zone-spread"), nil},
	}},
	{"gcp:container/nodePool:NodePool", "gke-eu-general", []mutation{
		{"nodes of GKE boot what is not signed", to("nodeConfig.shieldedInstanceConfig.enableSecureBoot", false), trips("gke-node-boot"), nil},
		{"nodes of GKE run another image", to("nodeConfig.imageType", "UBUNTU_CONTAINERD"), trips("gke-node-image"), nil},
		{"broken nodes of GKE are not repaired", to("management.autoRepair", false), trips("gke-node-maintenance"), nil},
		{"nodes of GKE go before others come", to("upgradeSettings.maxUnavailable", 2), trips("gke-node-upgrades"), nil},
		{"nodes of GKE are the default account", without("nodeConfig.serviceAccount"), trips("gke-node-identity"), nil},
		{"the old metadata endpoints of GKE answer", to(`nodeConfig.metadata["disable-legacy-endpoints"]`, "false"), trips("gke-legacy-metadata"), nil},
		{"disks of GKE have no key of the owner", without("nodeConfig.bootDiskKmsKey"), trips("gke-boot-disk-key"), nil},
		{"a pool of GKE has public addresses", to("networkConfig.enablePrivateNodes", false), trips("gke-private-nodes"), nil},
		{"pods of a pool of GKE see the node's credentials", to("nodeConfig.workloadMetadataConfig.mode", "GCE_METADATA"), trips("gke-workload-identity"), nil},
		{"a pool of GKE does not scale", all(without("autoscaling"), to("nodeCount", 1)), trips("stack-pool-bounds"), nil},
		{"a pool of GKE has no labels", without("nodeConfig.resourceLabels"), trips("resource-owner-tags"), nil},
		{"a pool of GKE is in two zones", to("nodeLocations", []any{"europe-west1-b", "europe-west1-c"}), trips("stack-zone-spread"), nil},
	}},
	{"gcp:compute/network:Network", "gke-eu", []mutation{
		{"a network makes itself subnets", to("autoCreateSubnetworks", true), trips("gcp-network-mode"), nil},
	}},
	{"gcp:compute/subnetwork:Subnetwork", "gke-eu", []mutation{
		{"a subnet keeps no flow logs", without("logConfig"), trips("gcp-flow-logs"), nil},
		{"nodes reach Google over the internet", to("privateIpGoogleAccess", false), trips("gcp-private-access"), nil},
		{"pods of GKE have addresses of another cluster", to("secondaryIpRanges[0].ipCidrRange", "10.36.0.0/16"), trips("stack-network-ranges"), nil},
	}},
	{"gcp:compute/firewall:Firewall", "gke-eu-webhooks", []mutation{
		{"the internet reaches nodes of GKE", to("sourceRanges", []any{"0.0.0.0/0"}), trips("gcp-ingress-ports"), nil},
	}},
	{"gcp:compute/routerNat:RouterNat", "gke-eu", []mutation{
		{"a NAT gateway of Google keeps no logs", to("logConfig.enable", false), trips("gcp-nat-logging"), nil},
	}},
	{"gcp:storage/bucketIAMMember:BucketIAMMember", "gke-eu-storefront-readBucket-reports", []mutation{
		{"a bucket is everybody's", to("member", "allUsers"), trips("gcp-public-members"), nil},
	}},
	{"gcp:projects/iAMMember:IAMMember", "gke-eu-node", []mutation{
		{"somebody is an editor of the project", to("role", "roles/editor"), trips("gcp-basic-roles"), nil},
		{"somebody may act as every account", to("role", "roles/iam.serviceAccountTokenCreator"), trips("gcp-impersonation"), nil},
	}},
	{"gcp:serviceaccount/iAMMember:IAMMember", "gke-eu-storefront", []mutation{
		{"an account is lent to a whole namespace", to("member", "serviceAccount:example-platform-prod.svc.id.goog"), trips("gcp-workload-members"), nil},
	}},
	{"gcp:storage/bucket:Bucket", "gke-eu-backups", []mutation{
		{"a bucket on Google may become public", to("publicAccessPrevention", "inherited"), trips("gcp-bucket-access"), nil},
		{"what is overwritten on Google is gone", to("versioning.enabled", false), trips("gcp-bucket-versioning"), nil},
		{"backups on Google have no key of the owner", without("encryption"), trips("gcp-bucket-encryption"), nil},
	}},
	{"gcp:kms/cryptoKey:CryptoKey", "gke-eu-secrets", []mutation{
		{"a key of Google does not rotate", without("rotationPeriod"), trips("gcp-key-rotation"), nil},
		{"a key of Google is gone within a day", to("destroyScheduledDuration", "86400s"), trips("gcp-key-destruction"), nil},
	}},
	{"gcp:artifactregistry/repository:Repository", "gke-eu-registry-shop/cart", []mutation{
		{"tags in Artifact Registry move", to("dockerConfig.immutableTags", false), trips("gcp-registry-tags"), nil},
	}},
	{"gcp:dns/managedZone:ManagedZone", "gke-eu-zone", []mutation{
		{"answers of Cloud DNS can be forged", to("dnssecConfig.state", "off"), trips("gcp-dns-signing"), nil},
	}},
	{"gcp:compute/securityPolicy:SecurityPolicy", "gke-eu", []mutation{
		{"Cloud Armor does not adapt", to("adaptiveProtectionConfig.layer7DdosDefenseConfig.enable", false), trips("gcp-adaptive-protection"), nil},
		{"one client may take all of an edge on Google", to("rules[9].preview", true), trips("gcp-armor-rate-limit"), nil},
	}},
	{"gcp:gkebackup/backupPlan:BackupPlan", "gke-eu", []mutation{
		{"backups of GKE do not run by themselves", without("backupSchedule"), trips("stack-gke-backup-plans"), nil},
	}},
	{"gcp:projects/iAMAuditConfig:IAMAuditConfig", "gke-eu", []mutation{
		{"nobody knows who reads what is in GKE", to("auditLogConfigs", []any{map[string]any{"logType": "ADMIN_READ"}}), trips("stack-gke-data-access-logs"), nil},
	}},
	{"gcp:monitoring/alertPolicy:AlertPolicy", "", []mutation{
		{"nobody is told of what GKE logs", to("notificationChannels", []any{}), trips("stack-audit-alarms"), nil},
	}},
}

// digitalOceanMutations weaken what prod has on DigitalOcean.
var digitalOceanMutations = []mutations{
	{"digitalocean:index/kubernetesCluster:KubernetesCluster", "doks-eu", []mutation{
		{"the control plane of DOKS is not highly available", to("ha", false), trips("doks-high-availability"), nil},
		{"the control plane of DOKS has no firewall", to("controlPlaneFirewall.enabled", false), trips("doks-control-plane-access"), nil},
		{"nodes of DOKS go before others come", to("surgeUpgrade", false), trips("doks-upgrades"), nil},
		{"DOKS is upgraded at any hour", without("maintenancePolicy"), trips("doks-maintenance-window"), nil},
		{"DOKS is in the default VPC", without("vpcUuid"), trips("doks-vpc"), nil},
		{"DOKS does not know its registry", to("registryIntegration", false), trips("doks-registry"), nil},
		{"volumes go with DOKS", to("destroyAllAssociatedResources", true), trips("doks-associated-resources"), nil},
		{"DOKS has no tags", to("tags", []any{}), trips("resource-owner-tags"), nil},
		{"pods of DOKS have addresses of its services", to("serviceSubnet", "10.37.0.0/20"), trips("stack-network-ranges"), nil},
	}},
	{"digitalocean:index/kubernetesNodePool:KubernetesNodePool", "doks-eu-general", []mutation{
		{"a pool of DOKS does not scale", to("autoScale", false), trips("stack-pool-bounds"), nil},
	}},
	{"digitalocean:index/firewall:Firewall", "doks-eu-nodes", []mutation{
		{"the internet reaches nodes of DOKS", to("inboundRules[0].sourceAddresses", []any{"0.0.0.0/0"}), trips("digitalocean-ingress-ports"), nil},
	}},
	{"digitalocean:index/spacesBucket:SpacesBucket", "doks-eu-backups", []mutation{
		{"a bucket on DigitalOcean is public", to("acl", "public-read"), trips("digitalocean-bucket-access"), nil},
		{"what is overwritten on DigitalOcean is gone", to("versioning.enabled", false), trips("digitalocean-bucket-versioning"), nil},
	}},
	{"digitalocean:index/containerRegistry:ContainerRegistry", "doks-eu-registry", []mutation{
		{"the registry of DigitalOcean is the free one", to("subscriptionTierSlug", "starter"), trips("digitalocean-registry-tier"), nil},
	}},
}

// stackMutations weaken what several resources are together.
var stackMutations = []mutations{
	{"aws:cloudwatch/metricAlarm:MetricAlarm", "", []mutation{
		{"nobody is told of what EKS logs", nil, trips("stack-audit-alarms"), nil},
	}},
	{"aws:cloudwatch/logGroup:LogGroup", "eks-eu-control-plane", []mutation{
		{"the audit log of EKS is in no log group of the stack", nil, trips("stack-audit-logs"), nil},
	}},
	{"gcp:logging/projectBucketConfig:ProjectBucketConfig", "gke-eu-audit", []mutation{
		{"the audit log of GKE goes after a month", to("retentionDays", 30), trips("stack-audit-logs"), nil},
	}},
	{"aws:ec2/flowLog:FlowLog", "eks-eu-flow-logs", []mutation{
		{"a VPC keeps no flow logs", nil, trips("stack-vpc-flow-logs"), nil},
	}},
	{"aws:ec2/vpcEndpoint:VpcEndpoint", "eks-eu-ecr-dkr", []mutation{
		{"images come over the internet", nil, trips("stack-vpc-endpoints"), nil},
	}},
	{"aws:ec2/route:Route", "eks-eu-private-eu-west-1a", []mutation{
		{"a zone leaves through the gateway of another", to("natGatewayId", "eks-eu-eu-west-1b-id"), trips("stack-nat-zones"), nil},
		{"nodes of EKS are in a public subnet", all(without("natGatewayId"), to("gatewayId", "eks-eu-id")), trips("stack-eks-private-nodes"), nil},
	}},
	{"aws:ec2/routeTableAssociation:RouteTableAssociation", "eks-eu-intra-eu-west-1a", []mutation{
		{"the control plane of EKS is in a public subnet", to("routeTableId", "eks-eu-public-id"), trips("stack-eks-private-control-plane"), nil},
	}},
	{"aws:ec2/subnet:Subnet", "eks-eu-intra-eu-west-1c", []mutation{
		{"the control plane of EKS is in two zones", to("availabilityZone", "eu-west-1a"), trips("stack-zone-spread"), nil},
	}},
	{"aws:ecr/lifecyclePolicy:LifecyclePolicy", "eks-eu-registry-shop/cart", []mutation{
		{"images in ECR stay for ever", nil, trips("stack-ecr-lifecycle"), nil},
	}},
	{"aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "eks-eu-edge", []mutation{
		{"a web ACL keeps no logs", nil, trips("stack-web-acl-logging"), nil},
	}},
	{"aws:route53/zone:Zone", "eks-eu-zone", []mutation{
		{"a zone of Route 53 is private", to("vpcs", []any{map[string]any{"vpcId": "eks-eu-id"}}), nil, []string{"stack-route53-zones"}},
	}},
	{"kubernetes:networking.k8s.io/v1:NetworkPolicy", "eks-eu-shop-default-deny", []mutation{
		{"a namespace lets all traffic through", nil, trips("stack-namespace-guards"), nil},
	}},
	{"kubernetes:core/v1:ResourceQuota", "gke-eu-analytics", []mutation{
		{"a namespace has no quota", nil, trips("stack-namespace-guards"), nil},
	}},
}
