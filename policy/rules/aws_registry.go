package rules

import "github.com/ai-now/platform/policy/rule"

const awsRepository = "aws:ecr/repository:Repository"

func awsRegistryTags() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-registry-tags",
		Title:    "Tags in ECR do not move",
		Severity: rule.High,
		On:       types(awsRepository),
		Why: "Where a tag can be pushed again, the image that was reviewed is not the one that runs. By " +
			"default it can.",
		Fix: "Set imageTagMutability to IMMUTABLE.",
		Controls: []rule.Control{
			hub("ECR.2", "ECR private repositories should have tag immutability configured"),
		},
		Check: demands(demand{"imageTagMutability", is("IMMUTABLE"), "the repository's tags are {}: they can be pushed again"}),
	}
}

func awsRegistryScanning() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-registry-scanning",
		Title:    "ECR scans images when they are pushed",
		Severity: rule.High,
		On:       types(awsRepository),
		Why:      "A known weakness should be known before the image runs, not after it was used.",
		Fix:      "Set imageScanningConfiguration.scanOnPush to true.",
		Controls: []rule.Control{
			cis(cisEKS, "5.1.1", "Ensure Image Vulnerability Scanning using Amazon ECR image scanning or a third party provider"),
			hub("ECR.1", "ECR private repositories should have image scanning configured"),
		},
		Check: demands(demand{"imageScanningConfiguration.scanOnPush", is(true), "images are not scanned"}),
	}
}

func awsRegistryEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-registry-encryption",
		Title:    "ECR encrypts images with a key of the owner",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       types(awsRepository),
		Why: "By default ECR encrypts with a key of S3. With a key of one's own its use is logged and can be " +
			"withdrawn.",
		Fix: "Set encryptionConfigurations to one with encryptionType KMS and kmsKey. A change replaces the repository.",
		Controls: []rule.Control{
			hub("ECR.5", "ECR repositories should be encrypted with customer managed AWS KMS keys"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			configurations := r.Get("encryptionConfigurations")
			own := configurations.Any(func(c rule.Value) rule.Truth {
				return c.Get("encryptionType").Is("KMS").And(isSet(c.Get("kmsKey")))
			})
			q.Require(own, configurations, "images are not encrypted with a key of the owner")
		}),
	}
}

func stackECRLifecycle() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-ecr-lifecycle",
		Title:    "Every ECR repository has a life cycle",
		Severity: rule.Low,
		On:       wholeStack,
		Why:      "Without a life cycle every image ever built stays, is billed, and can be run with all its known weaknesses.",
		Fix:      "Add an aws.ecr.LifecyclePolicy for the repository.",
		Controls: []rule.Control{
			hub("ECR.3", "ECR repositories should have at least one lifecycle policy configured"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			cycles := guard{"aws:ecr/lifecyclePolicy:LifecyclePolicy", "repository", []string{"name", "id"}, nil}
			for _, repository := range s.Of(types(awsRepository)) {
				q.Require(cycles.over(s, repository), repository.Get("name"), "the repository has no life cycle")
			}
		}),
	}
}
