package rules

import "github.com/ai-now/platform/policy/rule"

const (
	awsBucket          = "aws:s3/bucketV2:BucketV2"
	awsBucketACL       = "aws:s3/bucketAclV2:BucketAclV2"
	awsBucketBlock     = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	awsBucketVersions  = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	awsBucketCipher    = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	awsBucketOwner     = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	awsBucketLifecycle = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	awsBucketPolicy    = "aws:s3/bucketPolicy:BucketPolicy"
)

func awsBucketPublicAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-bucket-public-access",
		Title:    "The public access block of a bucket blocks everything",
		Severity: rule.Critical,
		On:       types(awsBucketBlock),
		Why: "The block stands above every policy and every ACL: with it, no later mistake makes the data " +
			"public. Each of its four settings left out is a way around it.",
		Fix: "Set blockPublicAcls, blockPublicPolicy, ignorePublicAcls and restrictPublicBuckets to true.",
		Controls: []rule.Control{
			hub("S3.8", "S3 Block Public Access setting should be enabled at the bucket level"),
		},
		Check: demands(
			demand{"blockPublicAcls", is(true), "public ACLs may be set"},
			demand{"blockPublicPolicy", is(true), "public policies may be set"},
			demand{"ignorePublicAcls", is(true), "public ACLs that are set hold"},
			demand{"restrictPublicBuckets", is(true), "public policies that are set hold"},
		),
	}
}

func awsBucketACLs() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-bucket-acl",
		Title:    "Access to S3 buckets is given by policies, not by ACLs",
		Severity: rule.High,
		On:       types(awsBucket, awsBucketACL, awsBucketOwner),
		Why: "ACLs are a second, older way to give rights, per bucket and per object, which no policy shows. " +
			"BucketOwnerEnforced switches them off, and all objects are the bucket's owner's.",
		Fix: "Leave acl and grants out, and set rule.objectOwnership of the bucket's ownership controls to " +
			"BucketOwnerEnforced.",
		Controls: []rule.Control{
			hub("S3.12", "S3 access control lists (ACLs) should not be used to manage user access to buckets"),
			hub("S3.2", "S3 buckets should prohibit public read access"),
			hub("S3.3", "S3 buckets should prohibit public write access"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			if r.Type == awsBucketOwner {
				demand{"rule.objectOwnership", is("BucketOwnerEnforced"), "objects have owners and ACLs of their own: {}"}.ask(q, r.Properties)
				return
			}
			demand{"acl", isOneOfOrLeftOut("private"), "the bucket has the ACL {}"}.ask(q, r.Properties)
			demand{"grants", isEmpty, "the bucket gives rights by ACL"}.ask(q, r.Properties)
		}),
	}
}

func awsBucketVersioning() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-bucket-versioning",
		Title:    "S3 buckets keep the versions of their objects",
		Severity: rule.Medium,
		On:       types(awsBucketVersions),
		Why:      "With versions an overwritten or deleted object can be brought back; without, it is gone.",
		Fix:      "Set versioningConfiguration.status to Enabled, and let the life cycle remove old versions.",
		Controls: []rule.Control{
			hub("S3.14", "S3 general purpose buckets should have versioning enabled"),
		},
		Check: demands(demand{"versioningConfiguration.status", is("Enabled"), "versioning is {}"}),
	}
}

func awsBucketEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-bucket-encryption",
		Title:    "S3 buckets are encrypted with a key of the owner",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       types(awsBucketCipher),
		Why: "S3 encrypts everything, by default with a key that whoever may read the object may use. With a " +
			"key of its own the organisation decides who may decrypt, sees every use, and can withdraw the key.",
		Fix: "Set applyServerSideEncryptionByDefault.sseAlgorithm to aws:kms and kmsMasterKeyId to a KMS key " +
			"with rotation. The few services that cannot use one are a reason to allow AES256 in the setting.",
		Settings: []rule.Setting{{
			Name: "algorithms", Type: rule.StringList, Default: []any{"aws:kms", "aws:kms:dsse"},
			Allowed:     []string{"aws:kms", "aws:kms:dsse", "AES256"},
			Description: "Algorithms a bucket may use.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			q.Each(r.Get("rules"), func(each rule.Value) {
				cipher := each.Get("applyServerSideEncryptionByDefault")
				algorithm, key := cipher.Get("sseAlgorithm"), cipher.Get("kmsMasterKeyId")
				q.Require(algorithm.OneOf(q.Settings.Strings("algorithms")), algorithm, "objects are encrypted with %s", algorithm)
				// Without a key, KMS takes AWS's own.
				q.Require(algorithm.Is("AES256").Or(key.Empty().Not()), key, "the key is not the owner's")
			})
		}),
	}
}

func awsFileSystemEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-file-system-encryption",
		Title:    "EFS file systems are encrypted with a key of the owner",
		Severity: rule.High,
		On:       types("aws:efs/fileSystem:FileSystem"),
		Why: "A file system that is made through the API is not encrypted unless it says so, and cannot be " +
			"encrypted later.",
		Fix: "Set encrypted to true and kmsKeyId to a KMS key with rotation. A change replaces the file system.",
		Controls: []rule.Control{
			hub("EFS.1", "Amazon EFS should be configured to encrypt file data at rest using AWS KMS"),
			hub("EFS.8", "EFS file systems should be encrypted at rest"),
		},
		Check: demands(
			demand{"encrypted", is(true), "the file system is not encrypted"},
			demand{"kmsKeyId", isSet, "the file system is not encrypted with a key of the owner"},
		),
	}
}

// bucketGuards are what must stand beside a bucket, each a resource of its own,
// and the words for its absence.
var bucketGuards = []struct {
	name, lack string
	guard      guard
}{
	{"publicAccess", "public access block", guard{awsBucketBlock, "bucket", []string{"bucket", "id"}, nil}},
	{"ownership", "ownership controls", guard{awsBucketOwner, "bucket", []string{"bucket", "id"}, nil}},
	{"versioning", "versioning", guard{awsBucketVersions, "bucket", []string{"bucket", "id"}, nil}},
	{"encryption", "encryption configuration", guard{awsBucketCipher, "bucket", []string{"bucket", "id"}, nil}},
	{"lifecycle", "life cycle", guard{awsBucketLifecycle, "bucket", []string{"bucket", "id"}, nil}},
	{"tls", "policy that refuses requests without TLS", guard{awsBucketPolicy, "bucket", []string{"bucket", "id"}, func(p *rule.Resource) rule.Truth {
		return requiresTLS(p.Get("policy"))
	}}},
}

func stackBucketGuards() *rule.Rule {
	all := make([]string, len(bucketGuards))
	for i, g := range bucketGuards {
		all[i] = g.name
	}
	return &rule.Rule{
		ID:       "stack-bucket-guards",
		Title:    "Every S3 bucket has its guards beside it",
		Severity: rule.High,
		On:       wholeStack,
		Why: "What protects a bucket are resources of their own, which are easily forgotten with the next " +
			"bucket: then its data may be public, overwritten, read on the way, or kept and paid for ever.",
		Fix: "Give the bucket a BucketPublicAccessBlock, BucketOwnershipControls, BucketVersioningV2, " +
			"BucketServerSideEncryptionConfigurationV2, BucketLifecycleConfigurationV2, and a BucketPolicy that " +
			"denies everybody when aws:SecureTransport is false.",
		Controls: []rule.Control{
			hub("S3.8", "S3 Block Public Access setting should be enabled at the bucket level"),
			hub("S3.5", "S3 buckets should require requests to use Secure Socket Layer"),
			hub("S3.13", "S3 buckets should have lifecycle policies configured"),
			hub("S3.14", "S3 general purpose buckets should have versioning enabled"),
		},
		Settings: []rule.Setting{{
			Name: "guards", Type: rule.StringList, Default: list(all), Allowed: all,
			Description: "Guards every bucket must have.",
		}},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			wanted := rule.NewValue(list(q.Settings.Strings("guards")))
			for _, bucket := range s.Of(types(awsBucket)) {
				for _, g := range bucketGuards {
					if wanted.Contains(g.name).IsTrue() {
						q.Require(g.guard.over(s, bucket), bucket.Get("bucket"), "the bucket has no %s", g.lack)
					}
				}
			}
		}),
	}
}
