package clouds

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpBucketType = "gcp:storage/bucket:Bucket"

// gcpBucketName is the form of a bucket's name. cloud.google.com/storage/docs/buckets#naming.
var gcpBucketName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{1,220}[a-z0-9])$`)

// gcpMultiRegions are the places of buckets that are no regions, and where their keys are.
// Source: cloud.google.com/storage/docs/locations, …/docs/encryption/customer-managed-keys#key-locations.
var gcpMultiRegions = map[string]string{"us": "us", "eu": "europe", "asia": "asia"}

var gcpBucket = &Type{
	Token: gcpBucketType, Noun: "bucket", Untagged: true,
	Does:      "refuses a name in use, and a key in another place or without a role for the agent of Cloud Storage; holds no objects",
	Autoname:  &Autoname{Property: "name", MaxLength: 222},
	Required:  []string{"location"},
	Immutable: []string{"name", "location", "project", "enableObjectRetention", "customPlacementConfig.dataLocations"},
	Defaults: props.Object{
		"forceDestroy": false, "storageClass": "STANDARD", "softDeletePolicy.retentionDurationSeconds": 604800, "retentionPolicy.isLocked": false,
	},
	OptionalComputed: []string{
		"project", "versioning", "website", "uniformBucketLevelAccess", "rpo", "publicAccessPrevention", "softDeletePolicy",
		"autoclass.terminalStorageClass", "logging.logObjectPrefix",
	},
	Computed:  []string{"projectNumber", "selfLink", "url", "softDeletePolicy.effectiveTime"},
	Secret:    gcpLabelOutputs,
	WriteOnly: []string{"forceDestroy"},
	Check:     gcpCheckBucket,
	Replaced: func(old, in props.Object) []string {
		// isPolicyLocked: a locked retention policy cannot be unlocked.
		if props.Bool(old, "retentionPolicy.isLocked") && !props.Bool(in, "retentionPolicy.isLocked") {
			return []string{"retentionPolicy"}
		}
		return nil
	},
	Known: gcpLabelled(false),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, false); err != nil {
			return "", err
		}
		name := props.Str(c.Props, "name")
		if err := gcpFree(c, name); err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{
			"uniformBucketLevelAccess": false, "publicAccessPrevention": "inherited",
			"softDeletePolicy": props.Object{"retentionDurationSeconds": 604800, "effectiveTime": c.Timestamp()},
		})
		if gcpMultiRegions[strings.ToLower(props.Str(c.Props, "location"))] != "" {
			setDefaults(c.Props, props.Object{"rpo": "DEFAULT"})
		}
		number, err := strconv.Atoi(gcpProjectNumber(props.Str(c.Props, "project")))
		if err != nil {
			return "", c.Errorf("%v", err)
		}
		c.Props["projectNumber"] = number
		c.Props["selfLink"], c.Props["url"] = "https://www.googleapis.com/storage/v1/b/"+name, "gs://"+name
		return name, gcpBucketKey(c)
	},
	Update: gcpBucketKey,
}

func gcpBucketKey(c *Call) error {
	location := strings.ToLower(props.Str(c.Props, "location"))
	if m, ok := gcpMultiRegions[location]; ok {
		location = m
	}
	return gcpKeyUsable(c, props.Str(c.Props, "encryption.defaultKmsKeyName"), "storage.googleapis.com", location)
}

func gcpCheckBucket(c *Call) []Failure {
	o := c.Props
	f := append(gcpCheckLabels(o, "labels"), oneOf(o, "publicAccessPrevention", "inherited", "enforced")...)
	f = append(f, oneOf(o, "storageClass", "STANDARD", "MULTI_REGIONAL", "REGIONAL", "NEARLINE", "COLDLINE", "ARCHIVE", "DURABLE_REDUCED_AVAILABILITY")...)
	if n := props.Str(o, "name"); n != "" && (!gcpBucketName.MatchString(n) || strings.HasPrefix(n, "goog") || strings.Contains(n, "google")) {
		f = append(f, Failure{"name", fmt.Sprintf("%q is no name for a bucket: 3 to 63 lower-case letters, digits, -, _ and ., not beginning with goog and without google in it", n)})
	}
	if l := strings.ToLower(props.Str(o, "location")); l != "" && gcpZones[l] == "" && gcpMultiRegions[l] == "" && strings.Contains(l, "-") {
		f = append(f, Failure{"location", fmt.Sprintf("%q is neither a region nor a multi-region (US, EU, ASIA) of Google Cloud", l)})
	}
	// cloud.google.com/storage/docs/soft-delete: off, or 7 to 90 days.
	if n, ok := props.Int(o, "softDeletePolicy.retentionDurationSeconds"); ok && n != 0 {
		f = append(f, between(o, "softDeletePolicy.retentionDurationSeconds", 604800, 7776000)...)
	}
	for i := range props.List(o, "lifecycleRules") {
		f = append(f, gcpCheckLifecycle(o, props.Index("lifecycleRules", i))...)
	}
	return f
}

// gcpCheckLifecycle finds rules that Cloud Storage refuses. cloud.google.com/storage/docs/lifecycle.
func gcpCheckLifecycle(o props.Object, at string) []Failure {
	action := props.Str(o, at+".action.type")
	f := oneOf(o, at+".action.type", "Delete", "SetStorageClass", "AbortIncompleteMultipartUpload")
	f = append(f, oneOf(o, at+".condition.withState", "LIVE", "ARCHIVED", "ANY")...)
	if given := props.Get(o, at+".action.storageClass") != nil; action != "" && given != (action == "SetStorageClass") {
		f = append(f, Failure{at + ".action.storageClass", "storageClass goes with the action SetStorageClass: set both or neither"})
	}
	if v := props.Get(o, at+".condition"); v == nil || empty(v) {
		f = append(f, Failure{at + ".condition", "a rule needs a condition such as age"})
	}
	if action != "AbortIncompleteMultipartUpload" {
		return f
	}
	for _, k := range props.SortedKeys(props.Map(o, at+".condition")) {
		if k != "age" && k != "matchesPrefixes" && k != "matchesSuffixes" {
			f = append(f, Failure{at + ".condition." + k, "the action AbortIncompleteMultipartUpload takes age, matchesPrefixes and matchesSuffixes only"})
		}
	}
	return f
}
