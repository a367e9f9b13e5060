package clusters

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// Longest names: GKE allows 40 characters for clusters and pools
// (https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1beta1/projects.locations.clusters),
// the other clouds more.
const (
	// MaxClusterName is the most characters a cluster's name may have.
	MaxClusterName = 40
	maxPoolName    = 40
)

// ClusterArgs says what cluster to make. Fields a cloud does not take must be
// left empty; package catalog says which.
type ClusterArgs struct {
	// Cloud the cluster is made on: aws, gcp, digitalocean or existing.
	Cloud string
	// Region of the cloud.
	Region string
	// Zones of the region its nodes are spread over, two or three on AWS, one
	// to three on Google Cloud.
	Zones []string
	// Version is the minor version of Kubernetes, such as 1.35; the cloud adds
	// its newest patch.
	Version string
	// HighlyAvailable replicates the control plane where that is a choice, and
	// on AWS gives every zone a NAT gateway of its own.
	HighlyAvailable bool
	// Project of Google Cloud the cluster is made in.
	Project string
	// Kubeconfig of an existing cluster; nil for a cluster that is made here.
	Kubeconfig pulumi.StringInput
	// Context of that kubeconfig; empty means its current one.
	Context string
	// StorageClass is the general one of an existing cluster; empty means the
	// cluster's default.
	StorageClass string
	// APIServerAccess lists the networks that may reach the API server over the
	// internet, in CIDR notation. None means private access only, on
	// DigitalOcean, which has no private endpoint, access for everybody.
	APIServerAccess []string
	// Network holds the address ranges.
	Network Network
	// NodePools are the cluster's nodes, at least one pool. The first runs the
	// cluster's own services.
	NodePools []NodePoolSpec
	// Owner is whom all resources are labelled with.
	Owner labels.Owner
	// DeletionProtection makes Google Cloud refuse to delete the cluster until
	// an update has set it to false.
	DeletionProtection bool
}

var kubernetesVersion = regexp.MustCompile(`^1\.[1-9][0-9]$`)

// Mistakes returns everything that is wrong with the arguments. Paths are those
// of a cluster in the configuration.
func (a *ClusterArgs) Mistakes() []check.Mistake {
	var list check.List
	cloud, known := catalog.Get(a.Cloud)
	if !known {
		list.OneOf("cloud", a.Cloud, catalog.Names())
		return list.All() // what else is right depends on the cloud
	}
	a.checkSettings(&list, cloud)
	a.checkPlace(&list, cloud)
	if a.Version != "" && !kubernetesVersion.MatchString(a.Version) {
		list.Add(catalog.SettingVersion, a.Version, "is not a minor version of Kubernetes",
			`write major and minor in quotes, such as "1.35"; the cloud adds the newest patch`)
	}
	a.checkAccess(&list)
	a.checkNetwork(&list, cloud)
	a.checkPools(&list, cloud)
	return list.All()
}

// checkSettings compares what is set with what the cloud takes.
func (a *ClusterArgs) checkSettings(list *check.List, cloud catalog.Cloud) {
	settings := map[string]any{
		catalog.SettingRegion: a.Region, catalog.SettingZones: a.Zones, catalog.SettingVersion: a.Version,
		catalog.SettingProject: a.Project, catalog.SettingContext: a.Context,
		catalog.SettingStorageClass: a.StorageClass, catalog.SettingAPIServerAccess: a.APIServerAccess,
		catalog.SettingNetwork: a.Network.Ranges(), catalog.SettingNodePools: a.NodePools,
		catalog.SettingHighlyAvailable: a.HighlyAvailable, catalog.SettingDeletionProtection: a.DeletionProtection,
	}
	for _, name := range check.Keys(settings) {
		set := isSet(settings[name])
		switch need := cloud.Settings[name]; {
		case need == catalog.Required && !set:
			list.Missing(name, fmt.Sprintf("a cluster on %s needs it", cloud.Name))
		case need == catalog.Refused && set:
			list.Add(name, nil, "has no meaning on "+cloud.Name, "remove it")
		}
	}
	if a.Kubeconfig != nil && cloud.Settings[catalog.SettingKubeconfig] == catalog.Refused {
		list.Add(catalog.SettingKubeconfig, nil, "has no meaning on "+cloud.Name,
			"remove it; use cloud: existing for a cluster that is there already")
	}
}

func isSet(value any) bool {
	switch v := value.(type) {
	case string:
		return v != ""
	case bool:
		return v
	case []string:
		return len(v) > 0
	case []Range:
		return len(v) > 0
	case []NodePoolSpec:
		return len(v) > 0
	}
	return value != nil
}

// checkPlace checks region and zones.
func (a *ClusterArgs) checkPlace(list *check.List, cloud catalog.Cloud) {
	if a.Region == "" || cloud.Settings[catalog.SettingRegion] == catalog.Refused {
		return
	}
	zones, known := cloud.Zones[a.Region]
	if !known {
		hint := fmt.Sprintf("regions of %s: %s", cloud.Name, strings.Join(cloud.Regions(), ", "))
		if near := check.Nearest(a.Region, cloud.Regions()); near != "" {
			hint = fmt.Sprintf("did you mean %q? R%s", near, hint[1:])
		}
		if region := cloud.RegionOfZone(a.Region); region != "" {
			hint = "this is a zone; its region is " + region
		}
		list.Add(catalog.SettingRegion, a.Region, "is not a region of "+cloud.Name, hint)
		return
	}
	if cloud.Settings[catalog.SettingZones] == catalog.Refused {
		return
	}
	for i, zone := range a.Zones {
		path := fmt.Sprintf("%s[%d]", catalog.SettingZones, i)
		switch region := cloud.RegionOfZone(zone); {
		case slices.Contains(a.Zones[:i], zone):
			list.Add(path, zone, "is named twice", "name each zone once")
		case slices.Contains(zones, zone):
		case region != "":
			list.Add(path, zone, fmt.Sprintf("is a zone of %s, and the cluster is in %s", region, a.Region),
				"use "+check.Choices(zones))
		default:
			list.Add(path, zone, "is not a zone of "+a.Region, "use "+check.Choices(zones))
		}
	}
	if n := len(a.Zones); n < cloud.MinZones || n > catalog.MaxZones {
		list.Add(catalog.SettingZones, a.Zones, fmt.Sprintf("names %d, and a cluster on %s takes %d to %d zones", n, cloud.Name, cloud.MinZones, catalog.MaxZones),
			"choose from "+check.Choices(zones))
	}
}

// checkAccess checks who may reach the API server.
func (a *ClusterArgs) checkAccess(list *check.List) {
	for i, cidr := range a.APIServerAccess {
		path := fmt.Sprintf("%s[%d]", catalog.SettingAPIServerAccess, i)
		prefix, ok := parseCIDR(list, path, cidr)
		if ok && prefix.Bits() == 0 {
			list.Add(path, cidr, "lets the whole internet reach the API server",
				"name the networks your people and pipelines come from")
		}
	}
}
