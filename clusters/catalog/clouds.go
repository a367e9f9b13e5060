package catalog

import "regexp"

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
			SettingAPIServerAccess: Optional, SettingHighlyAvailable: Optional,
			SettingNetwork: Optional, SettingNodePools: Required,
		},
		Ranges: map[string]Range{
			// The pods take their addresses from here as well (VPC CNI).
			RangeNodes: {16, 20, "a VPC holds at most a /16, and pods take their addresses from it too: below a /20 they run out"},
			// https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
			RangeServices: {12, 24, "EKS takes a /12 to a /24"},
		},
		// The first four addresses of a subnet and the last one are AWS's; six subnets:
		// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
		ReservedNodeAddresses: 6 * 5,
	},
	GCP: {
		Name: GCP, Product: "GKE", Zones: gcpZones, MinZones: 1,
		// Machine family, series, type: https://cloud.google.com/compute/docs/machine-resource
		Size:        regexp.MustCompile(`^[a-z][0-9][a-z]?-(micro|small|medium|standard|highmem|highcpu|highgpu|megagpu|ultragpu|edgegpu|maxgpu|ultramem|megamem|hypermem|highlssd|standardlssd|custom)(-[a-z0-9]+)*$`),
		SizeExample: "e2-standard-2",
		Settings: map[string]Need{
			SettingRegion: Required, SettingZones: Optional, SettingVersion: Optional, SettingProject: Required,
			SettingAPIServerAccess: Optional, SettingHighlyAvailable: Optional, SettingDeletionProtection: Optional,
			SettingNetwork: Optional, SettingNodePools: Required,
		},
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
			SettingAPIServerAccess: Optional, SettingHighlyAvailable: Optional,
			SettingNetwork: Optional, SettingNodePools: Required,
		},
		Ranges: map[string]Range{
			// SDK documentation of Vpc.ipRange.
			RangeNodes:    {16, 24, "a DigitalOcean VPC is a /16 to a /24"},
			RangePods:     {9, 21, "Kubernetes gives every node a range of its own out of it"},
			RangeServices: {12, 24, "Kubernetes takes at most 2^20 service addresses"},
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
