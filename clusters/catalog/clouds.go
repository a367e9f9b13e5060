package catalog

import (
	"net/netip"
	"regexp"
	"slices"
)

// Settings of a cluster that not every cloud takes, as written in the
// configuration.
const (
	SettingRegion             = "region"
	SettingZones              = "zones"
	SettingVersion            = "version"
	SettingProject            = "project"
	SettingKubeconfig         = "kubeconfig"
	SettingContext            = "context"
	SettingStorageClass       = "storageClass"
	SettingAPIServerAccess    = "apiServerAccess"
	SettingHighlyAvailable    = "highlyAvailable"
	SettingDeletionProtection = "deletionProtection"
	SettingNetwork            = "network"
	SettingNodePools          = "nodePools"
	SettingAccess             = "access"
	SettingAutoscaling        = "autoscaling"
	SettingMaintenance        = "maintenance"
	SettingAudit              = "audit"
	SettingEdge               = "edge"
)

// Address ranges of a cluster's network, as written in the configuration.
const (
	RangeNodes        = "nodes"
	RangePods         = "pods"
	RangeServices     = "services"
	RangeControlPlane = "controlPlane"
)

var clouds = map[string]Cloud{
	AWS: {
		Name: AWS, Product: "EKS", Zones: awsZones,
		// An EKS cluster needs subnets in at least two zones:
		// https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
		MinZones: 2,
		// Family, generation and attributes, a dot, the size:
		// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
		Size:        regexp.MustCompile(`^[a-z][a-z0-9-]*\.(nano|micro|small|medium|large|[0-9]*xlarge|metal(-[0-9]+xl)?)$`),
		SizeExample: "m6i.large",
		Settings: map[string]Need{
			SettingRegion: Required, SettingZones: Optional, SettingVersion: Optional,
			SettingAPIServerAccess: Optional, SettingHighlyAvailable: Optional, SettingDeletionProtection: Optional,
			SettingNetwork: Optional, SettingNodePools: Required, SettingAccess: Optional,
			// AWS chooses itself when it patches a control plane: no maintenance window.
			SettingAutoscaling: Optional, SettingAudit: Optional, SettingEdge: Optional,
		},
		Classes: awsClasses, ManySizes: true, ChooseAutoscaler: true, UnneededAfter: true,
		RetentionDays: cloudWatchRetention, RetentionHint: "use one of 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827 or 3653",
		Offers: []string{OfferBuckets, OfferZone, OfferRegistry, OfferSecretStore, OfferKeys, OfferIdentities},
		Grants: []string{"readSecrets", "readBucket", "writeBucket", "changeZone", "pullImages", "pushImages", "useKey"},
		Ranges: map[string]Range{
			// The pods take their addresses from here as well (VPC CNI).
			RangeNodes: {16, 20, "a VPC holds at most a /16, and pods take their addresses from it too: below a /20 they run out"},
			// https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
			RangeServices: {12, 24, "EKS takes a /12 to a /24"},
		},
		RFC1918: []string{RangeServices}, // the page above
		// The first four addresses of a subnet and the last one are AWS's, and there
		// are nine subnets; a zone's eight endpoints and one mount target have one each:
		// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
		ReservedNodeAddresses: 9*5 + 3*9,
		// With prefix delegation a node has its own address and takes prefixes of
		// 16: two hold its pods until there are more than 32 of them.
		// https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html
		AddressesPerNode: 1 + 2*16,
	},
	GCP: {
		Name: GCP, Product: "GKE", Zones: gcpZones, MinZones: 1,
		// Machine family, series, type: https://cloud.google.com/compute/docs/machine-resource
		Size:        regexp.MustCompile(`^[a-z][0-9][a-z]?-(micro|small|medium|standard|highmem|highcpu|highgpu|megagpu|ultragpu|edgegpu|maxgpu|ultramem|megamem|hypermem|highlssd|standardlssd|custom)(-[a-z0-9]+)*$`),
		SizeExample: "e2-standard-2",
		Settings: map[string]Need{
			SettingRegion: Required, SettingZones: Optional, SettingVersion: Optional, SettingProject: Required,
			SettingAPIServerAccess: Optional, SettingHighlyAvailable: Optional, SettingDeletionProtection: Optional,
			SettingNetwork: Optional, SettingNodePools: Required, SettingAccess: Optional,
			SettingAutoscaling: Optional, SettingMaintenance: Optional, SettingAudit: Optional, SettingEdge: Optional,
		},
		Classes:       gcpClasses,
		RetentionDays: logBucketRetention, RetentionHint: "use 90 to 3650 days",
		Offers: []string{OfferBuckets, OfferZone, OfferRegistry, OfferSecretStore, OfferKeys, OfferIdentities},
		Grants: []string{"readSecrets", "readBucket", "writeBucket", "changeZone", "pullImages", "pushImages", "useKey"},
		// https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips
		Ranges: map[string]Range{
			RangeNodes:    {8, 29, "the primary range of a subnet is a /29 or larger"},
			RangePods:     {9, 21, "GKE takes a /9 to a /21 for pods"},
			RangeServices: {16, 27, "GKE takes a /16 to a /27 for services"},
			// SDK documentation of masterIpv4CidrBlock.
			RangeControlPlane: {28, 28, "the control plane of a private cluster takes exactly a /28"},
		},
		// A node of the default 110 pods gets a /24: the page above.
		PodAddressesPerNode: 256,
		// https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet
		ReservedNodeAddresses: 4,
		EvenPools:             true,
	},
	DigitalOcean: {
		Name: DigitalOcean, Product: "DOKS", Zones: digitalOceanRegions,
		// Slugs as listed by the SDK's DropletSlug enumeration.
		Size:        regexp.MustCompile(`^(((s|g|gd|m|m3|m6|so|so1_5|c2)-[0-9]+vcpu-[0-9]+(gb|mb)(-[a-z0-9-]+)?)|c-[0-9]+(-[a-z0-9-]+)?|c2-[0-9]+vcpu-[0-9]+gb|gpu-[a-z0-9-]+)$`),
		SizeExample: "s-2vcpu-4gb",
		Settings: map[string]Need{
			SettingRegion: Required, SettingVersion: Optional,
			SettingAPIServerAccess: Optional, SettingHighlyAvailable: Optional, SettingDeletionProtection: Optional,
			SettingNetwork: Optional, SettingNodePools: Required,
			SettingAutoscaling: Optional, SettingMaintenance: Optional,
		},
		Classes: digitalOceanClasses, UnneededAfter: true, OneMaintenanceDay: true, KeepsImages: true,
		Offers: []string{OfferBuckets, OfferZone, OfferRegistry, OfferIdentities},
		// DigitalOcean's own rights end at the account's tokens; only keys for
		// Spaces can be bound to single buckets.
		Grants:    []string{"readBucket", "writeBucket"},
		GrantHint: "give the workload a token of its own with the scopes it needs, as a secret: https://docs.digitalocean.com/reference/api/scopes/",
		Ranges: map[string]Range{
			// SDK documentation of Vpc.ipRange.
			RangeNodes:    {16, 24, "a DigitalOcean VPC is a /16 to a /24"},
			RangePods:     {9, 20, "Kubernetes gives every node a range of its own out of it"},
			RangeServices: {12, 22, "Kubernetes takes at most 2^20 service addresses"},
		},
		RFC1918: []string{RangeNodes}, // SDK documentation of Vpc.ipRange
		// "Reserved IP Addresses and Ranges" of
		// https://docs.digitalocean.com/products/networking/vpc/concepts/plan-your-network/
		Reserved: []netip.Prefix{
			netip.MustParsePrefix("10.229.0.0/16"), netip.MustParsePrefix("10.244.0.0/16"),
			netip.MustParsePrefix("10.245.0.0/16"), netip.MustParsePrefix("10.246.0.0/24"),
		},
		// 110 pods a node is the limit Kubernetes is built for, rounded up to a power of two:
		// https://kubernetes.io/docs/setup/best-practices/cluster-large/
		PodAddressesPerNode: 128,
		// Network, gateway and broadcast.
		ReservedNodeAddresses: 3,
		OpenAPIServer:         true,
	},
	Existing: {
		Name: Existing, Product: "existing cluster",
		Settings: map[string]Need{
			SettingKubeconfig: Optional, SettingContext: Optional, SettingStorageClass: Optional,
		},
	},
}

// What components can ask of a cloud.
const (
	OfferBuckets     = "buckets"
	OfferZone        = "zone"
	OfferRegistry    = "registry"
	OfferSecretStore = "secretStore"
	OfferKeys        = "keys"
	OfferIdentities  = "identities"
)

// minRetentionDays is the shortest time audit logs are kept: three months at
// hand is what PCI DSS 4.0, requirement 10.5.1, asks for.
const minRetentionDays = 90

// cloudWatchRetention is true for the times CloudWatch Logs knows:
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
func cloudWatchRetention(days int) bool {
	return days >= minRetentionDays && slices.Contains([]int{90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}, days)
}

// logBucketRetention is true for the times Cloud Logging keeps a bucket's logs:
// https://cloud.google.com/logging/docs/buckets#create_bucket
func logBucketRetention(days int) bool { return days >= minRetentionDays && days <= 3650 }
