package eks

import (
	"fmt"

	"github.com/ai-now/platform/clusters/spec"
)

// right is a grant whose references are known.
type right struct {
	action spec.Action
	// target is the ARN of the bucket, the zone, the repository or the key, and
	// for secrets the prefix of their names.
	target string
	// key is the ARN of the key the target is encrypted with; empty if AWS
	// manages it.
	key string
}

// place is where a right holds, for the names that are made of it. Domain is
// what the names of its services end in.
type place struct{ partition, region, account, domain string }

// Actions of the rights. None is a pattern, so that what AWS adds to a service
// is not granted with it.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var (
	readSecret = []string{"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", "secretsmanager:ListSecretVersionIds"}
	readBucket = []string{"s3:GetBucketLocation", "s3:ListBucket"}
	readObject = []string{"s3:GetObject", "s3:GetObjectTagging"}
	// Without s3:DeleteObjectVersion: who steals the identity can delete
	// objects, but not the versions they are brought back from.
	writeBucket = []string{"s3:ListBucketMultipartUploads"}
	writeObject = []string{
		"s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject", "s3:PutObjectTagging",
	}
	changeZone = []string{
		"route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource",
	}
	// Lists of zones cannot be bound to one of them; they hold no records.
	findZone  = []string{"route53:ListHostedZones", "route53:ListHostedZonesByName"}
	pullImage = []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
	pushImage = []string{"ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"}
	useKey    = []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"}
)

// statements writes the least that lets its holder do what the right says.
func (at place) statements(r right) ([]statement, error) {
	switch r.action {
	case spec.ReadSecrets:
		// Names of secrets end with six random characters in their ARN, so the
		// prefix is all there is to name them by.
		secrets := fmt.Sprintf("arn:%s:secretsmanager:%s:%s:secret:%s*", at.partition, at.region, at.account, r.target)
		return append([]statement{allow(readSecret, secrets)}, at.through("secretsmanager", r.key, "kms:Decrypt")...), nil
	case spec.ReadBucket:
		return append([]statement{allow(readBucket, r.target), allow(readObject, r.target+"/*")},
			at.through("s3", r.key, "kms:Decrypt")...), nil
	case spec.WriteBucket:
		return append([]statement{
			allow(both(readBucket, writeBucket), r.target), allow(both(readObject, writeObject), r.target+"/*"),
		}, at.through("s3", r.key, "kms:Decrypt", "kms:GenerateDataKey")...), nil
	case spec.ChangeZone:
		return []statement{
			allow(changeZone, r.target),
			// Whether a change has reached all name servers.
			allow([]string{"route53:GetChange"}, "arn:"+at.partition+":route53:::change/*"),
			allow(findZone, "*"),
		}, nil
	case spec.PullImages:
		return []statement{allow(pullImage, r.target), logIn}, nil
	case spec.PushImages:
		return []statement{allow(both(pullImage, pushImage), r.target), logIn}, nil
	case spec.UseKey:
		return []statement{allow(useKey, r.target)}, nil
	}
	return nil, fmt.Errorf("no rights on AWS are known for the action %q", r.action)
}

// logIn gives a token for the registry, which opens nothing by itself; it
// cannot be bound to a repository.
var logIn = allow([]string{"ecr:GetAuthorizationToken"}, "*")

// through lets a key be used by way of one service, and not by itself.
func (at place) through(service, key string, actions ...string) []statement {
	if key == "" {
		return nil
	}
	s := allow(actions, key)
	s.Condition = equals("kms:ViaService", service+"."+at.region+"."+at.domain)
	return []statement{s}
}

func allow(actions []string, resources ...string) statement {
	return statement{Action: actions, Resource: resources}
}

func both(a, b []string) []string { return append(append([]string{}, a...), b...) }
