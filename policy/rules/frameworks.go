package rules

import "github.com/ai-now/platform/policy/rule"

// The frameworks the rules answer to. The numbers and titles of the CIS
// controls are those of kube-bench's cfg/cis-1.12, cfg/eks-1.8.0 and
// cfg/gke-1.9.0, which follow the benchmarks of the same versions.
var (
	cisKubernetes = rule.Framework{
		Name: "CIS Kubernetes Benchmark", Version: "1.12.0",
		URL: "https://www.cisecurity.org/benchmark/kubernetes",
	}
	cisEKS = rule.Framework{
		Name: "CIS Amazon EKS Benchmark", Version: "1.8.0",
		URL: "https://www.cisecurity.org/benchmark/kubernetes",
	}
	cisGKE = rule.Framework{
		Name: "CIS Google Kubernetes Engine Benchmark", Version: "1.9.0",
		URL: "https://www.cisecurity.org/benchmark/kubernetes",
	}
	// The controls of Security Hub, those of its standard Foundational Security
	// Best Practices and others; they have no version.
	securityHub = rule.Framework{
		Name: "AWS Security Hub controls",
		URL:  "https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html",
	}
	// Headings of the guide, which has no numbers.
	gkeHardening = rule.Framework{
		Name: "Google Cloud: Harden your cluster security",
		URL:  "https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster",
	}
	// Headings of the tables in the standards' page, which has no numbers.
	podSecurity = rule.Framework{
		Name: "Pod Security Standards",
		URL:  "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
	}
	// Headings of the guide, which has no numbers.
	nsaHardening = rule.Framework{
		Name: "NSA/CISA Kubernetes Hardening Guide", Version: "1.2",
		URL: "https://media.defense.gov/2022/Aug/29/2003066362/-1/-1/0/CTR_KUBERNETES_HARDENING_GUIDANCE_1.2_20220829.PDF",
	}
)

func cis(framework rule.Framework, id, title string) rule.Control {
	return rule.Control{Framework: framework, ID: id, Title: title}
}

func hub(id, title string) rule.Control {
	return rule.Control{Framework: securityHub, ID: id, Title: title}
}

func heading(framework rule.Framework, text string) rule.Control {
	return rule.Control{Framework: framework, ID: text}
}
