package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// GCP is the table of the gcp provider.
//
// Inputs, defaults and what replaces a resource: the schemas in
// github.com/hashicorp/terraform-provider-google, google/services.
var GCP = &Cloud{
	Name: "gcp",
	// Above the SDK in go.mod, or the engine warns.
	Version:     "7.99.0",
	Source:      "sandbox/clouds/gcp_….go",
	ProjectFrom: []string{"GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"},
	RegionFrom:  []string{"GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"},
	Types: []*Type{
		gcpNetwork, gcpSubnetwork, gcpRouter, gcpRouterNat, gcpFirewall, gcpAddress, gcpGlobalAddress, gcpSecurityPolicy,
		gcpService, gcpServiceIdentity, gcpCustomRole, gcpAuditConfig, gcpServiceAccount, gcpIAMMember, gcpAccountMember,
		gcpKeyRing, gcpKey, gcpKeyMember, gcpBucket, gcpBucketMember, gcpZone, gcpZoneMember, gcpRecord,
		gcpRepository, gcpRepositoryMember, gcpSecret, gcpSecretVersion, gcpSecretMember,
		gcpAdmissionPolicy, gcpBackupPlan, gcpLogMetric, gcpLogBucket, gcpLogSink, gcpAlert, gcpChannel, gcpCluster, gcpPool,
	},
	Functions: map[string]Function{
		"gcp:compute/getZones:getZones":                                 gcpGetZones,
		"gcp:organizations/getProject:getProject":                       gcpGetProject,
		"gcp:container/getEngineVersions:getEngineVersions":             gcpGetEngineVersions,
		"gcp:storage/getProjectServiceAccount:getProjectServiceAccount": gcpGetStorageAgent,
	},
}

// gcpZones are the zones of each region, by their last letter.
// Source: cloud.google.com/compute/docs/regions-zones.
var gcpZones = map[string]string{
	"africa-south1": "abc",
	"asia-east1":    "abc", "asia-east2": "abc", "asia-northeast1": "abc", "asia-northeast2": "abc", "asia-northeast3": "abc",
	"asia-south1": "abc", "asia-south2": "abc", "asia-southeast1": "abc", "asia-southeast2": "abc",
	"australia-southeast1": "abc", "australia-southeast2": "abc",
	"europe-central2": "abc", "europe-north1": "abc", "europe-southwest1": "abc",
	"europe-west1": "bcd", "europe-west2": "abc", "europe-west3": "abc", "europe-west4": "abc", "europe-west6": "abc",
	"europe-west8": "abc", "europe-west9": "abc", "europe-west10": "abc", "europe-west12": "abc",
	"me-central1": "abc", "me-central2": "abc", "me-west1": "abc",
	"northamerica-northeast1": "abc", "northamerica-northeast2": "abc",
	"southamerica-east1": "abc", "southamerica-west1": "abc",
	"us-central1": "abcf", "us-east1": "bcd", "us-east4": "abc", "us-east5": "abc", "us-south1": "abc",
	"us-west1": "abc", "us-west2": "abc", "us-west3": "abc", "us-west4": "abc",
}

// gcpZonesOf lists the zones of a region, nil if there is no such region.
func gcpZonesOf(region string) []string {
	var out []string
	for _, letter := range gcpZones[region] {
		out = append(out, region+"-"+string(letter))
	}
	return out
}

// gcpRegionOf is the region of a zone, or the region itself.
func gcpRegionOf(location string) string {
	if _, ok := gcpZones[location]; ok {
		return location
	}
	return beforeLast(location, "-")
}

// beforeLast is the part of s before its last sep, or s.
func beforeLast(s, sep string) string {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i]
	}
	return s
}

// gcpLast is the last part of a self link, an id or a name: the name.
func gcpLast(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// gcpCheckRegion finds a region that does not exist.
func gcpCheckRegion(o props.Object) []Failure {
	r := props.Str(o, "region")
	if r == "" || gcpZones[r] != "" {
		return nil
	}
	return []Failure{{"region", fmt.Sprintf("%q is no region of Google Cloud: use one of %s", r, strings.Join(props.SortedKeys(gcpZones), ", "))}}
}

// gcpCheckLocation finds a location that is neither a region nor a zone.
func gcpCheckLocation(o props.Object) []Failure {
	l := props.Str(o, "location")
	if l == "" || gcpZones[l] != "" || slices.Contains(gcpZonesOf(gcpRegionOf(l)), l) {
		return nil
	}
	if zones := gcpZonesOf(gcpRegionOf(l)); zones != nil {
		return []Failure{{"location", fmt.Sprintf("%q is no zone of %s: use one of %s", l, gcpRegionOf(l), strings.Join(zones, ", "))}}
	}
	return []Failure{{"location", fmt.Sprintf("%q is neither a region nor a zone of Google Cloud", l)}}
}

// gcpCheckZones finds nodeLocations that are not of the location's region.
func gcpCheckZones(o props.Object, location string) []Failure {
	if location == "" {
		return nil
	}
	zones := gcpZonesOf(gcpRegionOf(location))
	var f []Failure
	for i, z := range props.StrList(o, "nodeLocations") {
		if !slices.Contains(zones, z) {
			f = append(f, Failure{props.Index("nodeLocations", i), fmt.Sprintf("%q is no zone of %s: use one of %s", z, gcpRegionOf(location), strings.Join(zones, ", "))})
		}
	}
	return f
}

// gcpPlace fills in the project, and the region where the type has one, from the provider.
func gcpPlace(regional bool) func(c *Call) {
	return func(c *Call) {
		if c.Props["project"] == nil && c.Project != "" {
			c.Props["project"] = c.Project
		}
		if regional && c.Props["region"] == nil && c.Region != "" {
			c.Props["region"] = c.Region
		}
		if r := props.Str(c.Props, "region"); strings.Contains(r, "/") {
			c.Props["region"] = gcpLast(r)
		}
	}
}

// gcpPlaced refuses a resource without a project, or without a region where it needs one.
func gcpPlaced(c *Call, regional bool) error {
	if props.Str(c.Props, "project") == "" {
		return c.Errorf("project: required field is not set: set project on the %s, the provider, or the configuration key gcp:project", c.Type.Noun)
	}
	if regional && props.Str(c.Props, "region") == "" {
		return c.Errorf("region: required field is not set: set region on the %s, the provider, or the configuration key gcp:region", c.Type.Noun)
	}
	return nil
}

const gcpCompute = "https://www.googleapis.com/compute/v1/"
