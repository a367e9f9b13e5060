package rules

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

const (
	awsRole       = "aws:iam/role:Role"
	awsAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
)

// awsIdentityPolicies are the resources with policies that give rights to
// identities.
var awsIdentityPolicies = types("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy", awsRole)

// identityStatements are the statements that give rights in such a resource.
func identityStatements(q *rule.Inquiry, r *rule.Resource) []rule.Value {
	if r.Type != awsRole {
		return statements(r.Get("policy"))
	}
	var all []rule.Value
	q.Each(r.Get("inlinePolicies"), func(p rule.Value) { all = append(all, statements(p.Get("policy"))...) })
	return all
}

func awsIAMActions() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-iam-actions",
		Title:    "IAM policies name the actions they allow",
		Severity: rule.Critical,
		On:       awsIdentityPolicies,
		Why: "The actions \"*\" and \"s3:*\" allow what AWS adds tomorrow, and deleting what a program only reads. " +
			"NotAction allows everything that nobody thought of.",
		Fix: "List the actions the program calls. A prefix, as in ec2:Describe*, is allowed.",
		Controls: []rule.Control{
			hub("IAM.1", "IAM policies should not allow full '*' administrative privileges"),
			hub("IAM.21", "IAM customer managed policies that you create should not allow wildcard actions for services"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			for _, statement := range identityStatements(q, r) {
				for _, action := range statement.Get("Action").OneOrMore() {
					wide := action.Matches(func(a string) bool { return a == "*" || strings.HasSuffix(a, ":*") })
					q.Require(allows(statement).And(wide).Not(), action, "the policy allows %s", action)
				}
				all := statement.Get("NotAction")
				q.Require(allows(statement).And(all.Empty().Not()).Not(), all, "the policy allows everything but %s", all)
			}
		}),
	}
}

func awsIAMResources() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-iam-resources",
		Title:    "IAM policies name the resources of sensitive services",
		Severity: rule.High,
		On:       awsIdentityPolicies,
		Why: "The right to read or write every bucket, key, secret or role of the account is the account: " +
			"whoever takes over one pod has it all.",
		Fix: "Name the ARNs, or narrow the statement with a Condition. Listing and describing may stay on \"*\".",
		Controls: []rule.Control{
			hub("KMS.1", "IAM customer managed policies should not allow decryption actions on all KMS keys"),
			hub("KMS.2", "IAM principals should not have IAM inline policies that allow decryption actions on all KMS keys"),
		},
		Settings: []rule.Setting{names("services", []string{"s3", "iam", "kms", "secretsmanager"},
			"Services, as in the prefixes of actions, whose resources must be named.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			everything := func(v rule.Value) rule.Truth { return v.Is("*") }
			services := q.Settings.Strings("services")
			for _, statement := range identityStatements(q, r) {
				everywhere := anyOf(statement.Get("Resource").OneOrMore(), everything).
					And(allows(statement), statement.Get("Condition").Empty())
				for _, action := range statement.Get("Action").OneOrMore() {
					sensitive := action.Matches(func(a string) bool { return isSensitive(a, services) })
					q.Require(everywhere.And(sensitive).Not(), action, "the policy allows %s on every resource", action)
				}
			}
		}),
	}
}

// isSensitive says whether an action of one of the services does more than list
// what there is. Getting is reading data, but for IAM.
func isSensitive(action string, services []string) bool {
	service, verb, _ := strings.Cut(action, ":")
	if !slices.Contains(services, strings.ToLower(service)) {
		return false
	}
	harmless := strings.HasPrefix(verb, "List") || strings.HasPrefix(verb, "Describe") ||
		strings.EqualFold(service, "iam") && strings.HasPrefix(verb, "Get")
	return !harmless
}

func awsIAMManagedPolicies() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-iam-managed-policies",
		Title:    "No role has the rights of an administrator",
		Severity: rule.Critical,
		On:       types(awsAttachment, "aws:iam/policyAttachment:PolicyAttachment", awsRole),
		Why: "The policies that AWS offers for administrators and power users give a role the whole account. " +
			"Nothing the platform runs needs that.",
		Fix: "Attach a policy with the actions the role needs.",
		Controls: []rule.Control{
			hub("IAM.1", "IAM policies should not allow full '*' administrative privileges"),
		},
		Settings: []rule.Setting{names("refused", []string{"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"},
			"Names of the policies no role may have.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			refused := q.Settings.Strings("refused")
			require := func(arn rule.Value) { q.Require(matchesAny(arn, refused).Not(), arn, "the role gets %s", arn) }
			if r.Type == awsRole {
				q.Each(r.Get("managedPolicyArns"), require)
				return
			}
			require(r.Get("policyArn"))
		}),
	}
}

func awsRoleTrust() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-role-trust",
		Title:    "A role trusts one service account, or one service",
		Severity: rule.Critical,
		On:       types(awsRole),
		Why: "A role for a service account trusts the cluster's issuer. Without a condition on the token's " +
			"subject every pod of the cluster may act as the role, and with a wildcard every pod of a namespace.",
		Fix: "Compare the issuer's :sub with StringEquals to system:serviceaccount:NAMESPACE:NAME, and its " +
			":aud to sts.amazonaws.com. Name the principal in every statement.",
		Controls: []rule.Control{
			cis(cisEKS, "5.2.1", "Prefer using dedicated Amazon EKS Service Accounts"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			document := r.Get("assumeRolePolicy")
			for _, statement := range statements(document) {
				principal := statement.Get("Principal")
				open := allows(statement).And(isAnybody(statement), statement.Get("Condition").Empty())
				q.Require(open.Not(), principal, "everybody may act as the role")
				action := anyOf(statement.Get("Action").OneOrMore(), is("sts:AssumeRoleWithWebIdentity"))
				federated := allows(statement).And(action)
				q.Require(federated.Not().Or(namesOne(statement, ":sub")), statement,
					"the role does not name the one service account that may act as it")
				q.Require(federated.Not().Or(namesOne(statement, ":aud")), statement,
					"the role does not name the audience of the tokens it accepts")
			}
		}),
	}
}

// namesOne asks whether a statement compares a key with exactly one value.
// StringLike is as good, without wildcards.
func namesOne(statement rule.Value, keyEnd string) rule.Truth {
	values := append(conditions(statement, "StringEquals", keyEnd), conditions(statement, "StringLike", keyEnd)...)
	if len(values) != 1 {
		for _, v := range values {
			if v.IsUnknown() {
				return v.Present()
			}
		}
		return rule.False()
	}
	return values[0].Matches(func(s string) bool { return s != "" && !strings.ContainsAny(s, "*?") })
}
