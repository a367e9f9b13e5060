package rules

import "github.com/ai-now/platform/policy/rule"

var gcpBuckets = types("gcp:storage/bucket:Bucket")

func gcpBucketAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-bucket-access",
		Title:    "Buckets on Google Cloud cannot become public",
		Severity: rule.Critical,
		On:       gcpBuckets,
		Why: "With public access prevention no later mistake makes the data public, and with uniform access no " +
			"object has an ACL of its own that no policy shows. Both are off by default.",
		Fix: "Set publicAccessPrevention to enforced and uniformBucketLevelAccess to true.",
		Check: demands(
			demand{"publicAccessPrevention", is("enforced"), "the bucket may be made public: public access prevention is {}"},
			demand{"uniformBucketLevelAccess", is(true), "objects may have ACLs of their own"},
		),
	}
}

func gcpBucketVersioning() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-bucket-versioning",
		Title:    "Buckets on Google Cloud keep the versions of their objects, for a time",
		Severity: rule.Medium,
		On:       gcpBuckets,
		Why: "With versions an overwritten or deleted object can be brought back; without a life cycle they " +
			"stay, and are billed, for ever.",
		Fix: "Set versioning.enabled to true, and lifecycleRules that remove old versions.",
		Check: demands(
			demand{"versioning.enabled", is(true), "what is overwritten is gone"},
			demand{"lifecycleRules", isSet, "objects and their versions stay for ever"},
		),
	}
}

func gcpBucketEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-bucket-encryption",
		Title:    "Buckets on Google Cloud are encrypted with a key of the owner",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       gcpBuckets,
		Why:      "Google encrypts everything with keys of its own. With one's own, its use is logged and can be withdrawn.",
		Fix:      "Set encryption.defaultKmsKeyName to a Cloud KMS key that the storage service agent may use.",
		Check:    demands(demand{"encryption.defaultKmsKeyName", isSet, "the bucket is not encrypted with a key of the owner"}),
	}
}
