package doks

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// spacesRegion returns the region of Spaces for a cluster's region: the same,
// but for nyc1, which has none; nyc3 is in the same city.
// https://docs.digitalocean.com/platform/regional-availability/
func spacesRegion(region string) string {
	if region == "nyc1" {
		return "nyc3"
	}
	return region
}

// abandonedUploadDays is how long the parts of an upload nobody finished stay.
const abandonedUploadDays = 7

// Bucket makes a Spaces bucket. The provider needs a key pair of Spaces beside
// its token to make it: SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY.
//
// Encryption at rest is no setting of a bucket
// (https://docs.digitalocean.com/products/spaces/reference/s3-compatibility/). Nor
// has it a policy, which could refuse requests without TLS: Spaces takes either
// policies or keys bound to single buckets, and those keys are what keeps one
// workload from the objects of another. The endpoint answered is the one with TLS.
// https://docs.digitalocean.com/products/spaces/how-to/configure-bucket-policies/
func (p *Platform) Bucket(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.BucketArgs) (*spec.Bucket, error) {
	region := spacesRegion(p.args.Region)
	rules := digitalocean.SpacesBucketLifecycleRuleArray{
		digitalocean.SpacesBucketLifecycleRuleArgs{
			Id: pulumi.String("noncurrent"), Enabled: pulumi.Bool(true),
			AbortIncompleteMultipartUploadDays: pulumi.Int(abandonedUploadDays),
			NoncurrentVersionExpiration: digitalocean.SpacesBucketLifecycleRuleNoncurrentVersionExpirationArgs{
				Days: pulumi.Int(args.Noncurrent()),
			},
		},
	}
	if args.ExpireDays > 0 {
		rules = append(rules, digitalocean.SpacesBucketLifecycleRuleArgs{
			Id: pulumi.String("expire"), Enabled: pulumi.Bool(true),
			Expiration: digitalocean.SpacesBucketLifecycleRuleExpirationArgs{Days: pulumi.Int(args.ExpireDays)},
		})
	}
	bucket, err := digitalocean.NewSpacesBucket(ctx, name, &digitalocean.SpacesBucketArgs{
		// Named by Pulumi, with a random end: names are unique in the world, and
		// for a week that of a deleted bucket is not free. There are no tags.
		// https://docs.digitalocean.com/products/spaces/details/limits/
		Region: pulumi.String(region),
		// Nobody without a key.
		Acl: pulumi.String("private"),
		// What is overwritten or deleted stays for a while.
		Versioning:     digitalocean.SpacesBucketVersioningArgs{Enabled: pulumi.Bool(true)},
		LifecycleRules: rules,
		// A bucket with objects in it is not deleted as long as the cluster is protected.
		ForceDestroy: pulumi.Bool(!p.args.DeletionProtection),
	}, pulumi.Parent(parent), p.protect())
	if err != nil {
		return nil, err
	}
	if err := p.show(ctx, parent, name, bucket.BucketUrn); err != nil {
		return nil, err
	}
	return &spec.Bucket{
		Name: bucket.Name, URL: pulumi.Sprintf("s3://%s", bucket.Name), ID: bucket.Name,
		Endpoint: "https://" + region + ".digitaloceanspaces.com", Region: region,
	}, nil
}
