package rules

import (
	"regexp"

	"github.com/ai-now/platform/policy/rule"
)

// gcpGrants are the resources that give a role to members, in every service.
var gcpGrants = rule.Target{Like: []string{
	"gcp:*/*:*IAMMember", "gcp:*/*:*IamMember", "gcp:*/*:*IAMBinding", "gcp:*/*:*IamBinding",
}}

// gcpProjectGrants are those that give it for a whole project, or more.
var gcpProjectGrants = types(
	"gcp:projects/iAMMember:IAMMember", "gcp:projects/iAMBinding:IAMBinding",
	"gcp:folder/iAMMember:IAMMember", "gcp:folder/iAMBinding:IAMBinding",
	"gcp:organizations/iAMMember:IAMMember", "gcp:organizations/iAMBinding:IAMBinding",
)

// eachMember calls f for every member a grant names: one, or a list.
func eachMember(q *rule.Inquiry, r *rule.Resource, f func(rule.Value)) {
	if one := r.Get("member"); !one.Present().IsFalse() {
		f(one)
	}
	q.Each(r.Get("members"), f)
}

func gcpPublicMembers() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-public-members",
		Title:    "Nothing on Google Cloud is everybody's",
		Severity: rule.Critical,
		On:       gcpGrants,
		Why: "The member allUsers is the internet, and allAuthenticatedUsers is everybody with a Google account, not the " +
			"organisation's people.",
		Fix: "Name the users, groups, service accounts or domain.",
		Controls: []rule.Control{
			cis(cisGKE, "5.1.2", "Minimize user access to Container Image repositories"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			everybody := []string{"allUsers", "allAuthenticatedUsers"}
			eachMember(q, r, func(member rule.Value) {
				q.Require(member.OneOf(everybody).Not(), member, "the role %s is given to %s", r.Get("role"), member)
			})
		}),
	}
}

func gcpBasicRoles() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-basic-roles",
		Title:    "Nobody is owner or editor of a project",
		Severity: rule.Critical,
		On:       gcpProjectGrants,
		Why: "The basic roles hold thousands of permissions over every service, those of tomorrow included. " +
			"Nothing the platform runs needs that.",
		Fix: "Give the roles of the services that are used, on the resources that are used.",
		Controls: []rule.Control{
			cis(cisGKE, "5.1.3", "Minimize cluster access to read-only for Container Image repositories"),
		},
		Settings: []rule.Setting{names("refused", []string{"roles/owner", "roles/editor"}, "Roles nobody may have.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			role := r.Get("role")
			q.Require(role.OneOf(q.Settings.Strings("refused")).Not(), role, "the role %s is given", role)
		}),
	}
}

func gcpImpersonation() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-impersonation",
		Title:    "The right to act as a service account is given for one account",
		Severity: rule.Critical,
		On:       gcpProjectGrants,
		Why: "Given for a project, these roles let their member act as every service account of it, also the " +
			"most powerful one and those that come tomorrow.",
		Fix: "Use gcp.serviceaccount.IAMMember on the one account instead.",
		Controls: []rule.Control{
			cis(cisGKE, "5.2.2", "Prefer using dedicated GCP Service Accounts and Workload Identity"),
		},
		Settings: []rule.Setting{names("roles", []string{
			"roles/iam.serviceAccountUser", "roles/iam.serviceAccountTokenCreator",
			"roles/iam.serviceAccountKeyAdmin", "roles/iam.workloadIdentityUser",
		}, "Roles that may not be given for a project.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			role := r.Get("role")
			q.Require(role.OneOf(q.Settings.Strings("roles")).Not(), role, "the role %s is given for every service account", role)
		}),
	}
}

// workloadMember is one Kubernetes service account, in the two forms that
// Google Cloud knows.
// https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
var workloadMember = regexp.MustCompile(
	`^serviceAccount:[^\[\]*]+\.svc\.id\.goog\[[^\[\]/*]+/[^\[\]/*]+\]$` +
		`|^principal://iam\.googleapis\.com/projects/[^/]+/locations/global/workloadIdentityPools/[^/]+/subject/ns/[^/*]+/sa/[^/*]+$`)

func gcpWorkloadMembers() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-workload-members",
		Title:    "A service account is lent to one Kubernetes service account",
		Severity: rule.High,
		On:       types("gcp:serviceaccount/iAMMember:IAMMember", "gcp:serviceaccount/iAMBinding:IAMBinding"),
		Why: "A member that stands for a whole namespace, cluster or pool lets every pod in it act as the " +
			"account.",
		Fix: "Set member to serviceAccount:PROJECT.svc.id.goog[NAMESPACE/NAME].",
		Controls: []rule.Control{
			cis(cisGKE, "5.2.2", "Prefer using dedicated GCP Service Accounts and Workload Identity"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			others := r.Get("role").Is("roles/iam.workloadIdentityUser").Not()
			eachMember(q, r, func(member rule.Value) {
				q.Require(others.Or(member.Matches(workloadMember.MatchString)), member, "%s may act as the account", member)
			})
		}),
	}
}

func gcpAccountKeys() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-account-keys",
		Title:    "Service accounts on Google Cloud have no keys",
		Severity: rule.High,
		On:       types("gcp:serviceaccount/key:Key"),
		Why: "A key is a password for years: it does not say who uses it, and it is copied to where it is " +
			"needed. Pods, nodes and pipelines get tokens for an hour instead.",
		Fix: "Remove the key. Use Workload Identity Federation, in the cluster and for pipelines outside.",
		Controls: []rule.Control{
			cis(cisGKE, "5.2.2", "Prefer using dedicated GCP Service Accounts and Workload Identity"),
		},
		Settings: []rule.Setting{names("exempt", nil, "Full names of service accounts that may have a key.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			account := r.Get("serviceAccountId")
			q.Require(account.OneOf(q.Settings.Strings("exempt")), account, "the account %s gets a key", account)
		}),
	}
}
