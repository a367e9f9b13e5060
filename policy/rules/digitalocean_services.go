package rules

import "github.com/ai-now/platform/policy/rule"

const digitaloceanBucket = "digitalocean:index/spacesBucket:SpacesBucket"

func digitaloceanBucketAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "digitalocean-bucket-access",
		Title:    "Spaces buckets are not public",
		Severity: rule.Critical,
		On:       types(digitaloceanBucket, "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy"),
		Why: "Spaces has no block that stands above ACLs and policies: public-read, or a policy for everybody, " +
			"is public at once.",
		Fix: "Leave acl out or set it to private, and narrow a policy for everybody with a Condition.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			demand{"acl", isOneOfOrLeftOut("private"), "the bucket has the ACL {}"}.ask(q, r.Properties)
			for _, statement := range statements(r.Get("policy")) {
				open := allows(statement).And(isAnybody(statement), statement.Get("Condition").Empty())
				q.Require(open.Not(), statement.Get("Principal"), "the policy allows everybody %s", statement.Get("Action"))
			}
		}),
	}
}

func digitaloceanBucketVersioning() *rule.Rule {
	return &rule.Rule{
		ID:       "digitalocean-bucket-versioning",
		Title:    "Spaces buckets keep the versions of their objects",
		Severity: rule.Medium,
		On:       types(digitaloceanBucket),
		Why:      "With versions an overwritten or deleted object can be brought back; without, it is gone.",
		Fix:      "Set versioning.enabled to true, and lifecycleRules that remove old versions.",
		Check:    demands(demand{"versioning.enabled", is(true), "what is overwritten is gone"}),
	}
}

func digitaloceanRegistryTier() *rule.Rule {
	return &rule.Rule{
		ID:           "digitalocean-registry-tier",
		Title:        "The registry of production on DigitalOcean has room",
		Severity:     rule.Low,
		Level:        rule.Advisory,
		On:           types("digitalocean:index/containerRegistry:ContainerRegistry"),
		Environments: production,
		Why: "The starter tier holds one repository and half a gigabyte. When it is full no image can be pushed, " +
			"a hotfix least of all.",
		Fix: "Set subscriptionTierSlug to basic or professional.",
		Check: demands(demand{
			"subscriptionTierSlug", isOneOf("basic", "professional"), "the registry's tier is {}",
		}),
	}
}
