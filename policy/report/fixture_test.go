package report

import (
	"time"

	"github.com/ai-now/platform/policy/report/record"
)

const (
	stackURN   = "urn:pulumi:dev::ai-now::pulumi:pulumi:Stack::ai-now-dev"
	clusterURN = "urn:pulumi:dev::ai-now::ai-now:clusters:EKS$aws:eks/cluster:Cluster::eks-eu"
	routeURN   = "urn:pulumi:dev::ai-now::ai-now:clusters:EKS$aws:ec2/route:Route::eks-eu-out"
	eksURN     = "urn:pulumi:dev::ai-now::ai-now:clusters:EKS::eks-eu"
	webURN     = "urn:pulumi:dev::ai-now::kubernetes:apps/v1:Deployment::shop/web"
	oddURN     = "urn:pulumi:dev::ai-now::kubernetes:apps/v1:Deployment::shop/odd"
	proxyURN   = "urn:pulumi:dev::ai-now::kubernetes:apps/v1:DaemonSet::edge/proxy"
)

// fixture is the record of a stack in which a bit of everything is found.
func fixture() *record.Record {
	eks := func(id, title string) record.Control {
		return record.Control{Framework: "CIS Amazon EKS Benchmark", Version: "1.8.0", URL: "https://example.com/cis", ID: id, Title: title}
	}
	pods := func(heading string) record.Control {
		return record.Control{Framework: "Pod Security Standards", URL: "https://example.com/pods", ID: heading}
	}
	about := func(id, title, severity, level string, controls ...record.Control) record.Rule {
		return record.Rule{
			ID: id, Title: title, Severity: severity, Level: level, Why: "Because " + id + " matters.", Fix: "Mend " + id + ".",
			Link: "docs/policy.md#" + id, Controls: controls,
		}
	}
	r := &record.Record{
		Version: record.Version,
		Time:    time.Date(2026, 11, 23, 8, 30, 0, 0, time.UTC),
		Pack:    record.Pack{Name: "ai-now", Version: "0.1.0"},
		Stack:   record.Stack{Organization: "organization", Project: "ai-now", Name: "dev", Environment: "dev", Preview: true},
		Whole:   true,
		Rules: []record.Rule{
			about("eks-endpoint", "The API server is not open to the internet", "high", "mandatory",
				eks("5.4.1", "Restrict Access to the Control Plane Endpoint")),
			about("eks-logs", "Every log of the control plane is kept", "medium", "advisory", eks("2.1.1", "Enable audit Logs")),
			about("eks-secrets", "Secrets are encrypted with the owner's key", "high", "mandatory",
				eks("5.3.1", "Ensure Kubernetes Secrets are encrypted using Customer Master Keys (CMKs) managed in AWS KMS")),
			about("pod-broken", "A rule with a bug", "low", "advisory"),
			about("pod-host-network", "No pod is in the node's network", "critical", "mandatory",
				pods("Baseline: Host Namespaces"), eks("4.2.4", "Minimize the admission of containers wishing to share the host network namespace")),
			about("pod-seccomp", "Every pod has a seccomp profile", "medium", "remediate", pods("Baseline: Seccomp")),
			about("pod-priority", "Every pod has a priority", "low", "disabled", eks("4.5.1", "Create administrative boundaries between resources using namespaces")),
			about("registry-access", "No registry is everybody's", "high", "mandatory", eks("5.1.2", "Minimize user access to Amazon ECR")),
			about("stack-quotas", "Every namespace has a quota", "low", "mandatory"),
		},
		Resources: []record.Resource{
			{URN: stackURN, Type: "pulumi:pulumi:Stack", Name: "ai-now-dev"},
			{URN: eksURN, Type: "ai-now:clusters:EKS", Name: "eks-eu", Parent: stackURN},
			{
				URN: clusterURN, Type: "aws:eks/cluster:Cluster", Name: "eks-eu", Parent: eksURN,
				Owner: &record.Owner{Team: "platform", CostCenter: "1000"}, Passed: []string{"eks-endpoint"},
				Judgements: []record.Judgement{
					{Rule: "eks-logs", Verdict: record.Failed, Findings: []record.Finding{
						{Path: "enabledClusterLogTypes", Message: "audit is not kept"},
						{Message: "scheduler is not kept"},
					}},
					{Rule: "eks-secrets", Verdict: record.Undecided, Undecided: []string{"encryptionConfig.provider.keyArn"}},
				},
			},
			{
				URN: routeURN, Type: "aws:ec2/route:Route", Name: "eks-eu-out", Parent: eksURN,
				Judgements: []record.Judgement{
					{Rule: "eks-endpoint", Verdict: record.Failed, Findings: []record.Finding{{Path: "destinationCidrBlock", Message: "it goes everywhere"}}},
				},
			},
			{
				URN: webURN, Type: "kubernetes:apps/v1:Deployment", Name: "shop/web", Parent: stackURN,
				Owner: &record.Owner{Team: "shop"}, Passed: []string{"pod-host-network"},
				Judgements: []record.Judgement{
					{Rule: "pod-seccomp", Verdict: record.Outside, Reason: "the rule judges the environments prod, this stack's is dev"},
				},
			},
			{
				URN: oddURN, Type: "kubernetes:apps/v1:Deployment", Name: "shop/odd", Parent: stackURN,
				Judgements: []record.Judgement{
					{Rule: "pod-seccomp", Verdict: record.Failed, Findings: []record.Finding{
						{Path: `spec["a|b"]`, Message: "container `<b>|x`\nruns & [secret]"},
					}},
					{Rule: "pod-broken", Verdict: record.Broken, Reason: "index out of range (pods.go:12)"},
				},
			},
			{
				URN: proxyURN, Type: "kubernetes:apps/v1:DaemonSet", Name: "edge/proxy", Parent: stackURN,
				Owner: &record.Owner{Team: "edge"},
				Judgements: []record.Judgement{{
					Rule: "pod-host-network", Verdict: record.Exempt,
					Findings:  []record.Finding{{Path: "spec.template.spec.hostNetwork", Message: "the pod is in the node's network"}},
					Exemption: &record.Exemption{Owner: "edge", Reason: "It reads the node's traffic.", Expires: "2027-01-31"},
				}},
			},
		},
		Judgements: []record.Judgement{
			{Rule: "stack-quotas", Verdict: record.Failed, Findings: []record.Finding{
				{Message: "two namespaces have no quota"},
				{URN: webURN, Path: "metadata.namespace", Message: "its namespace has no quota"},
			}},
		},
	}
	return r
}
