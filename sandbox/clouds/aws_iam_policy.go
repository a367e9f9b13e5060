package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsPolicyType = "aws:iam/policy:Policy"

var awsPolicy = &Type{
	Token: awsPolicyType, Noun: "IAM policy",
	Does:             "refuses a name in use, a document that is too long or names principals, and deletion while a role has it",
	Autoname:         &Autoname{Property: "name", MaxLength: 128},
	Required:         []string{"policy"},
	Immutable:        []string{"description", "name", "namePrefix", "path"},
	Defaults:         props.Object{"path": "/"},
	OptionalComputed: []string{"namePrefix"},
	Computed:         []string{"arn", "attachmentCount", "policyId"},
	Check:            func(c *Call) []Failure { return awsCheckIdentityPolicy(c.Props, "policy", 6144) },
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		arn := "arn:aws:iam::" + awsAccount + ":policy" + props.Str(c.Props, "path") + name
		set(c, "arn", arn, "attachmentCount", 0, "policyId", awsIAMID("ANPA"))
		return arn, awsFree(c, arn, "EntityAlreadyExists: a policy called %s already exists", name)
	},
	Delete: func(c *Call) error { return awsRefuse(c, awsRolePolicyAttachmentType, "policyArn", "DeleteConflict") },
}

// awsPolicyExists refuses a policy of the account that was never made.
func awsPolicyExists(c *Call, arn string) error {
	if !strings.HasPrefix(arn, "arn:aws:iam::"+awsAccount+":policy/") {
		return nil // AWS's own, or another account's
	}
	_, err := c.Find(awsPolicyType, arn, "NoSuchEntity")
	return err
}

// awsServiceRoles are the names of service-linked roles, by the service that has them.
// Source: the pages on service-linked roles in the guides of EKS, EC2 Spot, Auto Scaling, Elastic Load Balancing, AWS Backup, EFS, WAF and Shield.
var awsServiceRoles = map[string]string{
	"autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling", "backup.amazonaws.com": "AWSServiceRoleForBackup",
	"eks-fargate.amazonaws.com": "AWSServiceRoleForAmazonEKSForFargate", "eks-nodegroup.amazonaws.com": "AWSServiceRoleForAmazonEKSNodegroup",
	"eks.amazonaws.com": "AWSServiceRoleForAmazonEKS", "elasticfilesystem.amazonaws.com": "AWSServiceRoleForAmazonElasticFileSystem",
	"elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing", "shield.amazonaws.com": "AWSServiceRoleForAWSShield",
	"spot.amazonaws.com": "AWSServiceRoleForEC2Spot", "spotfleet.amazonaws.com": "AWSServiceRoleForEC2SpotFleet", "wafv2.amazonaws.com": "AWSServiceRoleForWAFV2Logging",
}

var awsServiceLinkedRole = &Type{
	Token: "aws:iam/serviceLinkedRole:ServiceLinkedRole", Noun: "service-linked role",
	Does:      "refuses a second one of a service",
	Required:  []string{"awsServiceName"},
	Immutable: []string{"awsServiceName", "customSuffix"},
	Computed:  []string{"arn", "createDate", "name", "path", "uniqueId"},
	Check: func(c *Call) []Failure {
		if s := props.Str(c.Props, "awsServiceName"); s != "" && awsServiceRoles[s] == "" {
			return []Failure{{"awsServiceName", fmt.Sprintf("%q has no service-linked role that the sandbox knows: it is one of %s", s, strings.Join(props.SortedKeys(awsServiceRoles), ", "))}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		service := props.Str(c.Props, "awsServiceName")
		name, path := awsServiceRoles[service], "/aws-service-role/"+service+"/"
		if suffix := props.Str(c.Props, "customSuffix"); suffix != "" {
			name += "_" + suffix
		}
		arn := "arn:aws:iam::" + awsAccount + ":role" + path + name
		set(c, "arn", arn, "createDate", c.Timestamp(), "name", name, "path", path, "uniqueId", awsIAMID("AROA"))
		return arn, awsFree(c, arn, "InvalidInput: service role name %s has been taken in this account, please try a different suffix", name)
	},
}
