// Package spec says what can be asked of a cloud, in words that hold for all of
// them: a cluster, its node pools, and what the components in it need from the
// cloud. It holds plain data and its checks, and makes nothing.
package spec

import (
	"fmt"
	"reflect"
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
	// MaxPoolName is the most characters a node pool's name may have: with its
	// suffix of eight, which lets a new pool exist beside the one it replaces,
	// it stays within GKE's 40.
	MaxPoolName = 32
)

// Cluster says what cluster to make. Fields a cloud does not take must be left
// empty; package catalog says which.
type Cluster struct {
	// Name of the cluster, unique in the stack.
	Name string
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
	// Access says who of the cloud's principals may use the Kubernetes API.
	Access Access
	// Network holds the address ranges.
	Network Network
	// EgressByName lets network policies name DNS names: Google Cloud only, where
	// it is paid for.
	EgressByName bool
	// NodePools are the cluster's nodes, at least one pool. The first runs the
	// cluster's own services.
	NodePools []NodePool
	// Autoscaling says how the number of nodes follows the pods.
	Autoscaling Autoscaling
	// Maintenance says when the cloud may work on the cluster.
	Maintenance Maintenance
	// Audit says how long the control plane's logs are kept and who is told of
	// sensitive events.
	Audit Audit
	// Edge bounds what the internet may send to the cluster's gateways.
	Edge Edge
	// Owner is whom all resources are labelled with.
	Owner labels.Owner
	// DeletionProtection keeps the cluster and what cannot be made again from
	// being deleted or replaced until an update has set it to false.
	DeletionProtection bool
	// RegistryIntegration lets the cluster pull from the account's registry,
	// where that is a setting of the cluster: on DigitalOcean.
	RegistryIntegration bool
	// Charts is where Helm charts come from instead of their repositories: a
	// folder or an OCI registry that holds them; empty for their repositories.
	Charts string
}

// Access says who may use the Kubernetes API, by the cloud's own principals:
// ARNs of IAM roles or users on AWS, IAM members such as group:ops@example.com
// on Google Cloud. What RBAC gives them is bound by the cloud where it can.
type Access struct {
	// Admins may do everything.
	Admins []string
	// Viewers may read everything but secrets.
	Viewers []string
}

var kubernetesVersion = regexp.MustCompile(`^1\.[1-9][0-9]$`)

// Mistakes returns everything that is wrong with the arguments. Paths are those
// of a cluster in the configuration.
func (c *Cluster) Mistakes() []check.Mistake {
	var list check.List
	cloud, known := catalog.Get(c.Cloud)
	if !known {
		list.OneOf("cloud", c.Cloud, catalog.Names())
		return list.All() // what else is right depends on the cloud
	}
	c.checkSettings(&list, cloud)
	c.checkPlace(&list, cloud)
	if c.Version != "" && !kubernetesVersion.MatchString(c.Version) {
		list.Add(catalog.SettingVersion, c.Version, "is not a minor version of Kubernetes",
			`write major and minor in quotes, such as "1.35"; the cloud adds the newest patch`)
	}
	c.checkAccess(&list)
	c.checkPrincipals(&list, cloud)
	c.checkNetwork(&list, cloud)
	c.checkPools(&list, cloud)
	c.checkAutoscaling(&list, cloud)
	c.checkMaintenance(&list, cloud)
	c.checkAudit(&list, cloud)
	c.checkEdge(&list, cloud)
	return list.All()
}

// checkSettings compares what is set with what the cloud takes.
func (c *Cluster) checkSettings(list *check.List, cloud catalog.Cloud) {
	settings := map[string]any{
		catalog.SettingRegion: c.Region, catalog.SettingZones: c.Zones, catalog.SettingVersion: c.Version,
		catalog.SettingProject: c.Project, catalog.SettingContext: c.Context,
		catalog.SettingStorageClass: c.StorageClass, catalog.SettingAPIServerAccess: c.APIServerAccess,
		catalog.SettingNetwork: c.Network.Ranges(), catalog.SettingNodePools: c.NodePools,
		catalog.SettingHighlyAvailable: c.HighlyAvailable, catalog.SettingDeletionProtection: c.DeletionProtection,
		catalog.SettingAccess: c.Access, catalog.SettingAutoscaling: c.Autoscaling,
		catalog.SettingMaintenance: c.Maintenance, catalog.SettingAudit: c.Audit, catalog.SettingEdge: c.Edge,
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
	if c.Kubeconfig != nil && cloud.Settings[catalog.SettingKubeconfig] == catalog.Refused {
		list.Add(catalog.SettingKubeconfig, nil, "has no meaning on "+cloud.Name,
			"remove it; use cloud: existing for a cluster that is there already")
	}
}

// isSet is true unless a value is its type's zero value or an empty list.
func isSet(value any) bool {
	v := reflect.ValueOf(value)
	if v.Kind() == reflect.Slice {
		return v.Len() > 0
	}
	return v.IsValid() && !v.IsZero()
}

// checkPlace checks region and zones.
func (c *Cluster) checkPlace(list *check.List, cloud catalog.Cloud) {
	if c.Region == "" || cloud.Settings[catalog.SettingRegion] == catalog.Refused {
		return
	}
	zones, known := cloud.Zones[c.Region]
	if !known {
		hint := fmt.Sprintf("regions of %s: %s", cloud.Name, strings.Join(cloud.Regions(), ", "))
		if near := check.Nearest(c.Region, cloud.Regions()); near != "" {
			hint = fmt.Sprintf("did you mean %q? R%s", near, hint[1:])
		}
		if region := cloud.RegionOfZone(c.Region); region != "" {
			hint = "this is a zone; its region is " + region
		}
		list.Add(catalog.SettingRegion, c.Region, "is not a region of "+cloud.Name, hint)
		return
	}
	if cloud.Settings[catalog.SettingZones] == catalog.Refused {
		return
	}
	for i, zone := range c.Zones {
		path := fmt.Sprintf("%s[%d]", catalog.SettingZones, i)
		switch region := cloud.RegionOfZone(zone); {
		case slices.Contains(c.Zones[:i], zone):
			list.Add(path, zone, "is named twice", "name each zone once")
		case slices.Contains(zones, zone):
		case region != "":
			list.Add(path, zone, fmt.Sprintf("is a zone of %s, and the cluster is in %s", region, c.Region),
				"use "+check.Choices(zones))
		default:
			list.Add(path, zone, "is not a zone of "+c.Region, "use "+check.Choices(zones))
		}
	}
	if n := len(c.Zones); n < cloud.MinZones || n > catalog.MaxZones {
		list.Add(catalog.SettingZones, c.Zones, fmt.Sprintf("names %d, and a cluster on %s takes %d to %d zones", n, cloud.Name, cloud.MinZones, catalog.MaxZones),
			"choose from "+check.Choices(zones))
	}
}

// checkAccess checks who may reach the API server.
func (c *Cluster) checkAccess(list *check.List) {
	for i, cidr := range c.APIServerAccess {
		path := fmt.Sprintf("%s[%d]", catalog.SettingAPIServerAccess, i)
		prefix, ok := parseCIDR(list, path, cidr)
		if ok && prefix.Bits() == 0 {
			list.Add(path, cidr, "lets the whole internet reach the API server",
				"name the networks your people and pipelines come from")
		}
	}
}

// iamMember matches the members an IAM policy of Google Cloud may name and that
// stand for people or programs; allUsers and the like are left out on purpose.
// https://cloud.google.com/iam/docs/principal-identifiers
var iamMember = regexp.MustCompile(`^(user|group|serviceAccount|domain|principal|principalSet):\S+$`)

// iamARN matches the ARN of an IAM role or user.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var iamARN = regexp.MustCompile(`^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/[\w+=,.@/-]+$`)

// checkPrincipals checks the form of who may use the Kubernetes API.
func (c *Cluster) checkPrincipals(list *check.List, cloud catalog.Cloud) {
	form, hint := iamARN, "write the ARN of an IAM role, such as arn:aws:iam::123456789012:role/operators"
	if cloud.Name == catalog.GCP {
		form, hint = iamMember, "write an IAM member, such as group:operators@example.com"
	}
	if cloud.Settings[catalog.SettingAccess] == catalog.Refused {
		return
	}
	seen := map[string]string{}
	for _, kind := range []struct {
		name       string
		principals []string
	}{{"admins", c.Access.Admins}, {"viewers", c.Access.Viewers}} {
		for i, principal := range kind.principals {
			path := fmt.Sprintf("%s.%s[%d]", catalog.SettingAccess, kind.name, i)
			if !form.MatchString(principal) {
				list.Add(path, principal, "is not a principal of "+cloud.Name, hint)
			} else if first, twice := seen[principal]; twice {
				list.Add(path, principal, "is named in "+first+" as well", "name each principal once")
			}
			seen[principal] = path
		}
	}
}
