package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsPublicAccessBlockType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"

// awsOfBucket makes what a bucket has one of, under its name.
func awsOfBucket(c *Call) (string, error) {
	bucket := props.Str(c.Props, "bucket")
	if _, err := c.Find(awsBucketType, bucket, "NoSuchBucket"); err != nil {
		return "", err
	}
	return bucket, awsFree(c, bucket, "the bucket %s has a %s already: two would undo each other", bucket, c.Type.Noun)
}

var awsBucketVersioning = &Type{
	Token: "aws:s3/bucketVersioningV2:BucketVersioningV2", Noun: "versioning of a bucket", Untagged: true,
	Does:             "refuses to turn versioning off again: it can be suspended",
	Required:         []string{"bucket", "versioningConfiguration", "versioningConfiguration.status"},
	Immutable:        []string{"bucket", "expectedBucketOwner"},
	OptionalComputed: []string{"versioningConfiguration.mfaDelete"},
	WriteOnly:        []string{"mfa"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "versioningConfiguration.status", "Enabled", "Suspended", "Disabled")
		return append(f, awsOneOf(c.Props, "versioningConfiguration.mfaDelete", "Enabled", "Disabled")...)
	},
	Create: awsOfBucket,
	Update: func(c *Call) error {
		from, to := props.Str(c.Old, "versioningConfiguration.status"), props.Str(c.Props, "versioningConfiguration.status")
		if to == "Disabled" && from != to {
			return c.Errorf("versioningConfiguration.status cannot be updated from '%s' to '%s': a versioned bucket can be Suspended", from, to)
		}
		return nil
	},
}

var awsBucketEncryption = &Type{
	Token: "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", Noun: "encryption of a bucket", Untagged: true,
	Does:      "refuses KMS keys that do not exist",
	Required:  []string{"bucket", "rules"},
	Immutable: []string{"bucket", "expectedBucketOwner"},
	Sets:      []string{"rules"},
	Check: func(c *Call) []Failure {
		var f []Failure
		if n := len(props.List(c.Props, "rules")); n > 1 {
			f = append(f, Failure{"rules", fmt.Sprintf("a bucket has one rule of encryption, not %d", n)})
		}
		const by = "rules[0].applyServerSideEncryptionByDefault."
		f = append(f, awsOneOf(c.Props, by+"sseAlgorithm", "AES256", "aws:kms", "aws:kms:dsse")...)
		if props.Str(c.Props, by+"sseAlgorithm") == "AES256" && props.Get(c.Props, by+"kmsMasterKeyId") != nil {
			f = append(f, Failure{by + "kmsMasterKeyId", "is for the algorithms aws:kms and aws:kms:dsse, not AES256"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		if err := awsBucketKey(c); err != nil {
			return "", err
		}
		return awsOfBucket(c)
	},
	Update: awsBucketKey,
}

func awsBucketKey(c *Call) error {
	return awsKeyExists(c, "KMS.NotFoundException", "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId")
}

var awsPublicAccessBlock = &Type{
	Token: awsPublicAccessBlockType, Noun: "public access block", Untagged: true,
	Does:      "with blockPublicPolicy, policies that let everybody in are refused",
	Required:  []string{"bucket"},
	Immutable: []string{"bucket"},
	Defaults:  props.Object{"blockPublicAcls": false, "blockPublicPolicy": false, "ignorePublicAcls": false, "restrictPublicBuckets": false},
	Create:    awsOfBucket,
}

var awsOwnershipControls = &Type{
	Token: "aws:s3/bucketOwnershipControls:BucketOwnershipControls", Noun: "ownership of a bucket's objects", Untagged: true,
	Required:  []string{"bucket", "rule", "rule.objectOwnership"},
	Immutable: []string{"bucket"},
	Check: func(c *Call) []Failure {
		return awsOneOf(c.Props, "rule.objectOwnership", "BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
	},
	Create: awsOfBucket,
}

var awsBucketPolicy = &Type{
	Token: "aws:s3/bucketPolicy:BucketPolicy", Noun: "policy of a bucket", Untagged: true,
	Does:      "refuses statements on other buckets, and one that lets everybody in where a public access block is",
	Required:  []string{"bucket", "policy"},
	Immutable: []string{"bucket"},
	Check: func(c *Call) []Failure {
		f := awsCheckResourcePolicy(c.Props, "policy")
		if n := len(props.Str(c.Props, "policy")); n > 20*1024 {
			f = append(f, Failure{"policy", fmt.Sprintf("has %d bytes: 20 KB at most", n)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		if err := awsPutBucketPolicy(c); err != nil {
			return "", err
		}
		return awsOfBucket(c)
	},
	Update: awsPutBucketPolicy,
}

func awsPutBucketPolicy(c *Call) error {
	bucket, policy := props.Str(c.Props, "bucket"), props.Str(c.Props, "policy")
	block, err := c.Store.Get(awsPublicAccessBlockType, bucket)
	if err == nil && props.Bool(block.Properties, "blockPublicPolicy") && awsPublic(policy) {
		return c.Errorf("AccessDenied: the policy lets everybody in, and blockPublicPolicy is on for the bucket %s", bucket)
	}
	arn := "arn:aws:s3:::" + bucket
	for i, s := range awsStatements(policy) {
		for _, r := range awsTexts(s.Resource) {
			if r != arn && !strings.HasPrefix(r, arn+"/") && r != "*" {
				return c.Errorf("MalformedPolicy: statement %d has the invalid resource %q: it is neither %s nor in it", i, r, arn)
			}
		}
	}
	return nil
}

// awsTexts reads what a policy has as one text or a list of them.
func awsTexts(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	return props.StrList(props.Object{"list": v}, "list")
}

var awsBucketLogging = &Type{
	Token: "aws:s3/bucketLoggingV2:BucketLoggingV2", Noun: "access log of a bucket", Untagged: true,
	Does:      "refuses a target in another region; writes nothing",
	Required:  []string{"bucket", "targetBucket", "targetPrefix"},
	Immutable: []string{"bucket", "expectedBucketOwner"},
	Sets:      []string{"targetGrants"},
	Create: func(c *Call) (string, error) {
		if err := awsLogTarget(c); err != nil {
			return "", err
		}
		return awsOfBucket(c)
	},
	Update: awsLogTarget,
}

func awsLogTarget(c *Call) error {
	from, err := c.Find(awsBucketType, props.Str(c.Props, "bucket"), "NoSuchBucket")
	if err != nil {
		return err
	}
	to, err := c.Find(awsBucketType, props.Str(c.Props, "targetBucket"), "InvalidTargetBucketForLogging")
	if err == nil && from.Region != to.Region {
		return c.Errorf("CrossLocationLoggingProhibitted: the bucket %s is in %s and its target %s in %s", from.ID, from.Region, to.ID, to.Region)
	}
	return err
}
