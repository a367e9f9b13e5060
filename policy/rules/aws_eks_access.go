package rules

import (
	"strconv"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

func eksAuthenticationMode() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-authentication-mode",
		Title:    "Access to EKS is granted by access entries alone",
		Severity: rule.High,
		On:       eksClusters,
		Why: "The ConfigMap aws-auth makes administrators of whoever may write it, leaves no trace in " +
			"CloudTrail, and one mistake in it locks everybody out. Access entries are AWS resources: " +
			"granted, logged and taken back through the AWS API. By default EKS reads the ConfigMap.",
		Fix: "Set accessConfig.authenticationMode to API. A cluster goes from CONFIG_MAP over " +
			"API_AND_CONFIG_MAP to API, and never back.",
		Controls: []rule.Control{
			cis(cisEKS, "4.1.7", "Cluster Access Manager API to streamline and enhance the management of access controls within EKS clusters"),
		},
		Settings: []rule.Setting{{
			Name:        "modes",
			Type:        rule.StringList,
			Default:     []any{"API"},
			Allowed:     []string{"API", "API_AND_CONFIG_MAP", "CONFIG_MAP"},
			Description: "Authentication modes a cluster may have.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			mode := r.Get("accessConfig", "authenticationMode")
			q.Require(mode.OneOf(q.Settings.Strings("modes")), mode, "the authentication mode is %s", mode)
		}),
	}
}

func eksCreatorAdmin() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-creator-admin",
		Title:    "Whoever creates an EKS cluster does not stay its administrator",
		Severity: rule.Medium,
		// The pulumi-eks component grants it and cannot be told not to: a program
		// that uses the component as it is can only be advised.
		Level: rule.Advisory,
		On:    eksClusters,
		Why: "The identity that creates a cluster, mostly a pipeline's, becomes its administrator for " +
			"good. Nobody granted that by name, and nobody thinks of taking it back. It is EKS's default.",
		Fix: "Set accessConfig.bootstrapClusterCreatorAdminPermissions to false and give the pipeline's " +
			"role an access entry. The setting counts at creation only; a change replaces the cluster.",
		Controls: []rule.Control{
			cis(cisEKS, "4.1.1", "Ensure that the cluster-admin role is only used where required"),
		},
		Check: demands(demand{
			"accessConfig.bootstrapClusterCreatorAdminPermissions", is(false),
			"the creator of the cluster is its administrator for good",
		}),
	}
}

func eksVersion() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-version",
		Title:    "EKS runs a supported version of Kubernetes",
		Severity: rule.High,
		On:       eksClusters,
		Why: "A version without standard support costs several times as much and, without extended " +
			"support, gets no fixes and is upgraded by AWS at a time of its choice.",
		Fix: "Raise version by one minor release at a time. Raise the setting oldest when AWS ends the " +
			"standard support of a release.",
		Controls: []rule.Control{
			hub("EKS.2", "EKS clusters should run on a supported Kubernetes version"),
		},
		Settings: []rule.Setting{{
			Name: "oldest",
			Type: rule.Text,
			// Standard support of 1.33 ended on 29 July 2026:
			// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
			Default:     "1.34",
			Description: "Oldest minor release a cluster may run, as in 1.34.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			version, oldest := r.Get("version"), q.Settings.Text("oldest")
			// Without a version EKS takes its newest.
			recent := version.Present().Not().Or(version.Matches(func(s string) bool {
				// A setting that is no release allows none, rather than all.
				return minorRelease(oldest) >= 0 && minorRelease(s) >= minorRelease(oldest)
			}))
			q.Require(recent, version, "the cluster runs Kubernetes %s, the oldest allowed is %s", version, oldest)
		}),
	}
}

// minorRelease is the number of a release of Kubernetes 1: 34 of "1.34". What
// is none is older than every release.
func minorRelease(version string) int {
	minor, ok := strings.CutPrefix(version, "1.")
	n, err := strconv.Atoi(minor)
	if !ok || err != nil {
		return -1
	}
	return n
}

func eksUpgradePolicy() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-upgrade-policy",
		Title:    "EKS does not slide into extended support",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       eksClusters,
		Why: "By default a cluster whose release is out of standard support stays on it, at a higher price " +
			"that nobody decided to pay. Without extended support AWS upgrades it instead.",
		Fix: "Set upgradePolicy.supportType to STANDARD.",
		Check: demands(demand{
			"upgradePolicy.supportType", is("STANDARD"),
			"the support type is {}: after standard support the cluster costs more",
		}),
	}
}

func awsOIDCAudience() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-oidc-audience",
		Title:    "Identity providers on AWS accept tokens for AWS only",
		Severity: rule.High,
		On:       types("aws:iam/openIdConnectProvider:OpenIdConnectProvider"),
		Why: "A token names for whom it was made. A provider that takes other audiences takes tokens a " +
			"pod handed to another service, which can then act as the pod's role.",
		Fix: "Set clientIdLists to [sts.amazonaws.com].",
		Controls: []rule.Control{
			cis(cisEKS, "5.2.1", "Prefer using dedicated Amazon EKS Service Accounts"),
		},
		Settings: []rule.Setting{names("audiences", []string{"sts.amazonaws.com"}, "Audiences a provider may accept.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			audiences := r.Get("clientIdLists")
			allowed := func(a rule.Value) rule.Truth { return a.OneOf(q.Settings.Strings("audiences")) }
			q.Require(audiences.Empty().Not().And(audiences.All(allowed)), audiences,
				"the provider accepts tokens for %s", audiences)
		}),
	}
}
