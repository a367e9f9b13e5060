package clouds

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsBucketType = "aws:s3/bucketV2:BucketV2"

// The form of a bucket's name: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
var (
	awsBucketName     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	awsBucketPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	awsBucketSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}
)

// awsBucketZones are the hosted zones of S3's website endpoints: docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints.
var awsBucketZones = map[string]string{
	"eu-central-1": "Z21DNDUVLTQW6Q", "eu-north-1": "Z3BAZG2TWCNX0D", "eu-west-1": "Z1BKCTXD74EZPE", "eu-west-2": "Z3GKZC51ZF0DB4", "eu-west-3": "Z3R1K369G5AVDG",
	"us-east-1": "Z3AQBSTGFYJSTF", "us-east-2": "Z2O1EMRO9K5GLX", "us-west-1": "Z2F56UZL2M1ACD", "us-west-2": "Z3BJ6K6RIION7M",
}

// The old, deprecated inputs for what has resources of its own now are kept and not looked at.
var awsBucket = &Type{
	Token: awsBucketType, Noun: "S3 bucket",
	Does:      "refuses a name in use, in any region; is always empty, so that forceDestroy is never needed",
	Autoname:  &Autoname{Property: "bucket", MaxLength: 63, Lower: true},
	Immutable: []string{"bucket", "bucketPrefix", "objectLockEnabled"},
	Defaults:  props.Object{"forceDestroy": false},
	OptionalComputed: []string{
		"accelerationStatus", "acl", "bucketPrefix", "corsRules", "grants", "lifecycleRules", "loggings", "objectLockConfiguration", "objectLockEnabled", "policy",
		"replicationConfigurations", "requestPayer", "serverSideEncryptionConfigurations", "versionings", "websites",
	},
	Computed:  []string{"arn", "bucketDomainName", "bucketRegionalDomainName", "hostedZoneId", "region", "websiteDomain", "websiteEndpoint"},
	WriteOnly: []string{"forceDestroy"},
	Check: func(c *Call) []Failure {
		name := props.Str(c.Props, "bucket")
		if name == "" {
			return nil
		}
		_, notIP := netip.ParseAddr(name)
		switch {
		case !awsBucketName.MatchString(name) || strings.Contains(name, ".."):
			return []Failure{{"bucket", fmt.Sprintf("InvalidBucketName: %q must have 3 to 63 lower-case letters, digits, hyphens and single dots, a letter or digit first and last", name)}}
		case notIP == nil:
			return []Failure{{"bucket", fmt.Sprintf("InvalidBucketName: %q looks like an IP address", name)}}
		}
		for _, p := range awsBucketPrefixes {
			if strings.HasPrefix(name, p) {
				return []Failure{{"bucket", fmt.Sprintf("InvalidBucketName: names that begin with %s are AWS's own", p)}}
			}
		}
		for _, s := range awsBucketSuffixes {
			if strings.HasSuffix(name, s) {
				return []Failure{{"bucket", fmt.Sprintf("InvalidBucketName: names that end with %s are AWS's own", s)}}
			}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "bucket")
		setDefaults(c.Props, props.Object{"objectLockEnabled": false, "requestPayer": "BucketOwner", "policy": ""})
		set(c, "arn", "arn:aws:s3:::"+name, "bucketDomainName", name+".s3.amazonaws.com", "bucketRegionalDomainName", name+".s3."+c.Region+".amazonaws.com",
			"hostedZoneId", awsBucketZones[c.Region], "region", c.Region, "websiteDomain", "", "websiteEndpoint", "")
		return name, awsFree(c, name, "BucketAlreadyOwnedByYou: the bucket %s exists: the names of buckets are unique over all accounts and regions", name)
	},
}
