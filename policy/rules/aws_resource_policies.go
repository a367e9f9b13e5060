package rules

import "github.com/ai-now/platform/policy/rule"

func awsResourcePolicies() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-resource-policies",
		Title:    "No resource on AWS is everybody's",
		Severity: rule.Critical,
		On: types(
			awsBucketPolicy, awsBucket,
			"aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy",
			"aws:sqs/queuePolicy:QueuePolicy", "aws:sqs/queue:Queue",
			"aws:sns/topicPolicy:TopicPolicy", "aws:sns/topic:Topic",
			"aws:ecr/repositoryPolicy:RepositoryPolicy", "aws:ecr/registryPolicy:RegistryPolicy",
			"aws:secretsmanager/secretPolicy:SecretPolicy", "aws:secretsmanager/secret:Secret",
			"aws:efs/fileSystemPolicy:FileSystemPolicy",
		),
		Why: "A policy on a resource that allows everybody means everybody: every account of AWS, and for " +
			"some services everybody on the internet.",
		Fix: "Name the principals, or narrow the statement with a Condition on the account, the organisation, " +
			"the source's ARN or the VPC endpoint.",
		Controls: []rule.Control{
			cis(cisEKS, "5.1.2", "Minimize user access to Amazon ECR"),
			hub("S3.2", "S3 buckets should prohibit public read access"),
			hub("S3.3", "S3 buckets should prohibit public write access"),
			hub("SQS.3", "SQS queue access policies should not allow public access"),
			hub("SNS.4", "SNS topic access policies should not allow public access"),
			hub("KMS.5", "KMS keys should not be publicly accessible"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			for _, statement := range statements(r.Get("policy")) {
				open := allows(statement).And(isAnybody(statement), statement.Get("Condition").Empty())
				q.Require(open.Not(), statement.Get("Principal"), "the policy allows everybody %s", statement.Get("Action"))
			}
		}),
	}
}
