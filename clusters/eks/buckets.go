package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// abandonedUploadDays is when parts of an upload that was never finished are
// deleted. They are billed, and no listing shows them.
const abandonedUploadDays = 7

// Bucket makes an S3 bucket: private, encrypted, versioned, over TLS only.
func (p *Platform) Bucket(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.BucketArgs) (*spec.Bucket, error) {
	in := p.below(parent)
	// Without a name of its own the bucket is named like the resource, with a
	// random end: names are unique in the world.
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		// Where the cluster may be deleted, what it stored goes with it.
		ForceDestroy: pulumi.Bool(!p.args.DeletionProtection),
		Tags:         p.tags(name),
	}, with(in, p.keep())...)
	if err != nil {
		return nil, err
	}
	// Neither a policy nor an access control list can make an object public.
	private, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket: bucket.ID(), BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, in...)
	if err != nil {
		return nil, err
	}
	// Access control lists are off: policies alone say who may do what.
	if _, err := s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: bucket.ID(), Rule: s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, in...); err != nil {
		return nil, err
	}
	if err := p.encryptBucket(ctx, name, bucket, args.Key, in); err != nil {
		return nil, err
	}
	versions, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket: bucket.ID(), VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, in...)
	if err != nil {
		return nil, err
	}
	if _, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: bucket.ID(), Rules: bucketRules(args),
	}, with(in, pulumi.DependsOn([]pulumi.Resource{versions}))...); err != nil {
		return nil, err
	}
	policy := bucket.Arn.ApplyT(overTLS).(pulumi.StringOutput)
	// S3 refuses a policy while the public access block is being changed.
	if _, err := s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: bucket.ID(), Policy: policy,
	}, with(in, pulumi.DependsOn([]pulumi.Resource{private}))...); err != nil {
		return nil, err
	}
	return &spec.Bucket{
		Name: bucket.Bucket, URL: pulumi.Sprintf("s3://%s", bucket.Bucket), Region: p.region, ID: bucket.Arn, Key: args.Key,
	}, nil
}

func (p *Platform) encryptBucket(ctx *pulumi.Context, name string, bucket *s3.BucketV2, key *spec.Key, in []pulumi.ResourceOption) error {
	by := s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{SseAlgorithm: pulumi.String("AES256")}
	if key != nil {
		by.SseAlgorithm, by.KmsMasterKeyId = pulumi.String("aws:kms"), key.ID
	}
	_, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: bucket.ID(),
		Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: by,
			// One request to KMS for many objects instead of one for each.
			BucketKeyEnabled: pulumi.Bool(key != nil),
		}},
	}, in...)
	return err
}

// bucketRules are the life cycle of a bucket's objects. A deleted object is a
// marker before its versions, which goes when they have gone.
func bucketRules(args *spec.BucketArgs) s3.BucketLifecycleConfigurationV2RuleArray {
	whole := s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")}
	rules := s3.BucketLifecycleConfigurationV2RuleArray{
		s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("old-versions"), Status: pulumi.String("Enabled"), Filter: whole,
			NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
				NoncurrentDays: pulumi.Int(args.Noncurrent()),
			},
		},
		s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("abandoned-uploads"), Status: pulumi.String("Enabled"), Filter: whole,
			AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
				DaysAfterInitiation: pulumi.Int(abandonedUploadDays),
			},
		},
	}
	// Days and the removal of markers exclude each other in one expiration; with
	// days S3 removes the markers by itself.
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
	expiration := s3.BucketLifecycleConfigurationV2RuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)}
	if args.ExpireDays > 0 {
		expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(args.ExpireDays)}
	}
	return append(rules, s3.BucketLifecycleConfigurationV2RuleArgs{
		Id: pulumi.String("expiration"), Status: pulumi.String("Enabled"), Filter: whole, Expiration: expiration,
	})
}

// overTLS refuses every request to a bucket that is not encrypted on its way, or
// with a version of TLS that is broken.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
func overTLS(bucket string) (string, error) {
	refuse := func(sid, operator, key, value string) statement {
		return statement{
			Sid: sid, Effect: "Deny", Principal: map[string]string{"AWS": "*"}, Action: []string{"s3:*"},
			Resource:  []string{bucket, bucket + "/*"},
			Condition: map[string]map[string][]string{operator: {key: {value}}},
		}
	}
	return document(
		refuse("PlainHTTP", "Bool", "aws:SecureTransport", "false"),
		refuse("OldTLS", "NumericLessThan", "s3:TlsVersion", "1.2"),
	)
}
