package clouds

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	doBucketType       = "digitalocean:index/spacesBucket:SpacesBucket"
	doBucketPolicyType = "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy"
)

// doSpacesRegions are those of the provider: SpacesRegions in digitalocean/spaces.
var doSpacesRegions = []string{"ams3", "atl1", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"}

// doBucketName: docs.digitalocean.com/products/spaces/how-to/create.
var doBucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

var doBucket = &Type{
	Token: doBucketType, Noun: "Spaces bucket",
	Does:             "refuses a name in use, and another name later, which the provider would not carry out; holds no objects",
	Autoname:         &Autoname{Property: "name", MaxLength: 63, Lower: true},
	Immutable:        []string{"region"},
	Defaults:         props.Object{"region": "nyc3", "acl": "private", "forceDestroy": false, "versioning.enabled": false},
	OptionalComputed: []string{"lifecycleRules.id"},
	Computed:         []string{"bucketDomainName", "bucketUrn", "endpoint"},
	WriteOnly:        []string{"forceDestroy"},
	Check: func(c *Call) []Failure {
		f := append(oneOf(c.Props, "region", doSpacesRegions...), oneOf(c.Props, "acl", "private", "public-read")...)
		if n := props.Str(c.Props, "name"); n != "" && !doBucketName.MatchString(n) {
			f = append(f, Failure{"name", fmt.Sprintf("%q is no name for a bucket: 3 to 63 lower-case letters, digits and hyphens", n)})
		}
		for i, r := range props.Objects(c.Props, "lifecycleRules") {
			at := props.Index("lifecycleRules", i)
			if r["enabled"] == nil {
				f = append(f, Failure{at + ".enabled", "a lifecycle rule needs enabled"})
			}
			if r["expiration"] == nil && r["noncurrentVersionExpiration"] == nil && r["abortIncompleteMultipartUploadDays"] == nil {
				f = append(f, Failure{at, "a lifecycle rule needs expiration, noncurrentVersionExpiration or abortIncompleteMultipartUploadDays"})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name, region := props.Str(c.Props, "name"), props.Str(c.Props, "region")
		if _, err := c.Store.Get(doBucketType, name); err == nil {
			return "", c.Errorf("409 BucketAlreadyExists: the bucket %s exists", name)
		}
		for i, r := range props.Objects(c.Props, "lifecycleRules") {
			setDefaults(r, props.Object{"id": hashedName(12, alphanumeric, name, i)})
		}
		c.Props["endpoint"] = region + ".digitaloceanspaces.com"
		c.Props["bucketDomainName"], c.Props["bucketUrn"] = name+"."+region+".digitaloceanspaces.com", "do:space:"+name
		return name, nil
	},
	Update: func(c *Call) error {
		if n := props.Str(c.Props, "name"); n != c.ID {
			return c.Errorf("the bucket %s cannot be renamed to %s: the provider neither renames nor replaces it; make another bucket", c.ID, n)
		}
		return nil
	},
	Delete: func(c *Call) error {
		// The policy of a bucket goes with it.
		if err := c.Store.Delete(doBucketPolicyType, c.ID); err != nil {
			return c.Errorf("%v", err)
		}
		return nil
	},
}

var doBucketPolicy = &Type{
	Token: doBucketPolicyType, Noun: "policy of a Spaces bucket",
	Does:      "refuses a bucket that does not exist in the region, and text that is no JSON; is not evaluated",
	Required:  []string{"bucket", "region", "policy"},
	Immutable: []string{"bucket", "region"},
	Check: func(c *Call) []Failure {
		f := oneOf(c.Props, "region", doSpacesRegions...)
		if p := props.Str(c.Props, "policy"); p != "" && !json.Valid([]byte(p)) {
			f = append(f, Failure{"policy", "is not valid JSON"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		bucket, err := c.Find(doBucketType, props.Str(c.Props, "bucket"), "404 NoSuchBucket")
		if err != nil {
			return "", err
		}
		if at := props.Str(bucket.Properties, "region"); at != props.Str(c.Props, "region") {
			return "", c.Errorf("404 NoSuchBucket: the bucket %s is in %s, not in %s", bucket.ID, at, props.Str(c.Props, "region"))
		}
		return bucket.ID, nil
	},
}

var doSpacesKey = &Type{
	Token: "digitalocean:index/spacesKey:SpacesKey", Noun: "Spaces key",
	Does:     "refuses grants on buckets that do not exist; opens nothing",
	Autoname: &Autoname{Property: "name", MaxLength: 255},
	Computed: []string{"accessKey", "createdAt", "secretKey"},
	Secret:   []string{"secretKey"},
	Check: func(c *Call) []Failure {
		var f []Failure
		for i, g := range props.Objects(c.Props, "grants") {
			at := props.Index("grants", i)
			f = append(f, oneOf(c.Props, at+".permission", "read", "readwrite", "fullaccess")...)
			// docs.digitalocean.com/products/spaces/how-to/manage-access: full access is to all buckets.
			if whole := props.Str(g, "permission") == "fullaccess"; whole && props.Str(g, "bucket") != "" {
				f = append(f, Failure{at + ".bucket", "fullaccess is for all buckets: leave the bucket empty, or grant read or readwrite"})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		key := "DO" + strings.ToUpper(randomHex(18))
		c.Props["accessKey"], c.Props["secretKey"], c.Props["createdAt"] = key, randomHex(43), c.Timestamp()
		return key, doGrants(c)
	},
	Update: doGrants,
}

func doGrants(c *Call) error {
	for _, g := range props.Objects(c.Props, "grants") {
		name := props.Str(g, "bucket")
		if name == "" {
			continue
		}
		if _, err := c.Find(doBucketType, name, "404 NoSuchBucket"); err != nil {
			return err
		}
	}
	return nil
}

// doKnown lists the URNs of the simulated resources that a project can hold.
func doKnown(c *Call, urn string) (bool, error) {
	for typ, key := range map[string]string{doBucketType: "bucketUrn", doClusterType: "clusterUrn", doDomainType: "domainUrn"} {
		found, err := c.Others(typ, func(o *store.Object) bool { return props.Str(o.Properties, key) == urn })
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}
