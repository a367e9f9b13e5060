// Package controls names the frameworks that rules answer to.
package controls

import "github.com/ai-now/platform/policy/rule"

// The frameworks the rules answer to. The numbers and titles of the CIS
// controls are those of kube-bench's cfg/cis-1.12, cfg/eks-1.8.0 and
// cfg/gke-1.9.0, which follow the benchmarks of the same versions.
var (
	CISKubernetes = rule.Framework{
		Name: "CIS Kubernetes Benchmark", Version: "1.12.0",
		URL: "https://www.cisecurity.org/benchmark/kubernetes",
	}
	CISEKS = rule.Framework{
		Name: "CIS Amazon EKS Benchmark", Version: "1.8.0",
		URL: "https://www.cisecurity.org/benchmark/kubernetes",
	}
	CISGKE = rule.Framework{
		Name: "CIS Google Kubernetes Engine Benchmark", Version: "1.9.0",
		URL: "https://www.cisecurity.org/benchmark/kubernetes",
	}
	// The controls of Security Hub, those of its standard Foundational Security
	// Best Practices and others; they have no version.
	SecurityHub = rule.Framework{
		Name: "AWS Security Hub controls",
		URL:  "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html",
	}
	// Headings of the guide, which has no numbers.
	GKEHardening = rule.Framework{
		Name: "Google Cloud: Harden your cluster security",
		URL:  "https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster",
	}
	// Headings of the tables in the standards' page, which has no numbers.
	PodSecurity = rule.Framework{
		Name: "Pod Security Standards",
		URL:  "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
	}
	// Headings of the guide, which has no numbers.
	NSAHardening = rule.Framework{
		Name: "NSA/CISA Kubernetes Hardening Guide", Version: "1.2",
		URL: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
	}
)

// Control is a control with a number.
func Control(framework rule.Framework, id, title string) rule.Control {
	return rule.Control{Framework: framework, ID: id, Title: title}
}

// Hub is a control of Security Hub.
func Hub(id, title string) rule.Control {
	return rule.Control{Framework: SecurityHub, ID: id, Title: title}
}

// Heading is a control without a number, by its heading.
func Heading(framework rule.Framework, text string) rule.Control {
	return rule.Control{Framework: framework, ID: text}
}
