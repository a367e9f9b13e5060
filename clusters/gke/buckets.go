package gke

import (
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// softDeleteSeconds is how long a deleted object can be brought back, versions
// or not: seven days, the least there is besides none.
// https://cloud.google.com/storage/docs/soft-delete
const softDeleteSeconds = 7 * 24 * 60 * 60

// unfinishedDays is after how many days the parts of an upload that was never
// finished go, which nobody sees and everybody pays.
const unfinishedDays = 7

// Bucket makes an object bucket. That it answers over TLS only is not the
// bucket's to say on Google Cloud, but the organization's (the constraint
// storage.secureHttpTransport); requests with credentials use TLS regardless.
func (p *Platform) Bucket(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.BucketArgs) (*spec.Bucket, error) {
	api, err := p.enable(ctx, "storage")
	if err != nil {
		return nil, err
	}
	waits := []pulumi.Resource{api}
	bucketArgs := &storage.BucketArgs{
		// Its name, which must be unique in the world, gets a random end.
		Project: pulumi.String(p.project),
		// Google writes locations of buckets in capital letters.
		Location: pulumi.String(strings.ToUpper(p.args.Region)), StorageClass: pulumi.String("STANDARD"),
		// Rights come from IAM alone, not from lists on single objects …
		UniformBucketLevelAccess: pulumi.Bool(true),
		// … and nobody can give them to everybody.
		PublicAccessPrevention: pulumi.String("enforced"),
		Versioning:             storage.BucketVersioningArgs{Enabled: pulumi.Bool(true)},
		SoftDeletePolicy:       storage.BucketSoftDeletePolicyArgs{RetentionDurationSeconds: pulumi.Int(softDeleteSeconds)},
		LifecycleRules:         lifecycle(args),
		// A bucket with objects in it is not deleted as long as the cluster is protected.
		ForceDestroy: pulumi.Bool(!p.args.DeletionProtection),
		Labels:       p.labels(),
	}
	if args.Key != nil {
		loan, err := p.lend(ctx, p.name+"-"+args.Key.Name, args.Key, "storage")
		if err != nil {
			return nil, err
		}
		waits = append(waits, loan)
		bucketArgs.Encryption = storage.BucketEncryptionArgs{DefaultKmsKeyName: args.Key.ID}
	}
	bucket, err := storage.NewBucket(ctx, name, bucketArgs, pulumi.Parent(parent), p.protect(), pulumi.DependsOn(waits))
	if err != nil {
		return nil, err
	}
	p.buckets[bucket.Name] = args.Name
	return &spec.Bucket{
		Name: bucket.Name, URL: bucket.Url, Region: p.args.Region, ID: bucket.Name, Key: args.Key,
	}, nil
}

// lifecycle says when objects and their old versions go.
func lifecycle(args *spec.BucketArgs) storage.BucketLifecycleRuleArray {
	rules := storage.BucketLifecycleRuleArray{
		storage.BucketLifecycleRuleArgs{
			Action: storage.BucketLifecycleRuleActionArgs{Type: pulumi.String("Delete")},
			Condition: storage.BucketLifecycleRuleConditionArgs{
				DaysSinceNoncurrentTime: pulumi.Int(args.Noncurrent()), WithState: pulumi.String("ARCHIVED"),
			},
		},
		storage.BucketLifecycleRuleArgs{
			Action:    storage.BucketLifecycleRuleActionArgs{Type: pulumi.String("AbortIncompleteMultipartUpload")},
			Condition: storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(unfinishedDays)},
		},
	}
	if args.ExpireDays > 0 {
		rules = append(rules, storage.BucketLifecycleRuleArgs{
			Action:    storage.BucketLifecycleRuleActionArgs{Type: pulumi.String("Delete")},
			Condition: storage.BucketLifecycleRuleConditionArgs{Age: pulumi.Int(args.ExpireDays), WithState: pulumi.String("LIVE")},
		})
	}
	return rules
}
