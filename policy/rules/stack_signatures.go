package rules

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// imageVerifiers are Kyverno's policies about the signatures of images.
var imageVerifiers = rule.Target{Kinds: []rule.Kind{{Group: "policies.kyverno.io", Name: "ImageValidatingPolicy"}}}

func stackImageSignatures() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-image-signatures",
		Title:    "Clusters that run signed images verify the signatures",
		Severity: rule.High,
		On:       wholeStack,
		Why: "A signature that nobody verifies proves nothing: whoever may write to the registry decides what runs. " +
			"Only a gate inside the cluster sees every image, whoever starts it.",
		Fix: "Install Kyverno with an ImageValidatingPolicy that denies what is not signed. On GKE, Binary Authorization " +
			"does it: evaluationMode PROJECT_SINGLETON_POLICY_ENFORCE on the cluster, and a policy in the stack that " +
			"requires attestations and blocks.",
		Controls: []rule.Control{
			cis(cisKubernetes, "5.5.1", "Configure Image Provenance using ImagePolicyWebhook admission controller"),
			cis(cisGKE, "4.5.1", "Configure Image Provenance using ImagePolicyWebhook admission controller"),
			cis(cisGKE, "5.1.4", "Ensure only trusted container images are used"),
		},
		Settings: []rule.Setting{names("signedRegistries", nil,
			"What the names of signed images begin with, such as registry.example.com/shop; an empty list asks nothing.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			signed := q.Settings.Strings("signedRegistries")
			if len(signed) == 0 {
				return
			}
			runs, clusters := map[string]rule.Truth{}, []string{}
			first := map[string]rule.Value{}
			for _, workload := range s.Of(rule.Workloads()) {
				cluster := workload.Provider
				if _, known := runs[cluster]; !known {
					clusters, runs[cluster] = append(clusters, cluster), rule.False()
				}
				its := runsImages(workload, signed)
				if !its.IsFalse() && first[cluster].Path() == "" {
					first[cluster] = workload.Get("metadata", "name")
				}
				runs[cluster] = runs[cluster].Or(its)
			}
			for _, cluster := range clusters {
				verified := kyvernoVerifies(s, cluster).Or(googleVerifies(s, cluster))
				q.Require(runs[cluster].Not().Or(verified), first[cluster],
					"the cluster runs images of %s, and nothing in it verifies their signatures", strings.Join(signed, ", "))
			}
		}),
	}
}

// runsImages asks whether a workload runs an image of one of the registries.
func runsImages(workload *rule.Resource, registries []string) rule.Truth {
	runs := rule.False()
	for _, list := range workload.Pod().Lists {
		runs = runs.Or(list.Any(func(c rule.Value) rule.Truth {
			return c.Get("image").Matches(func(image string) bool {
				return slices.ContainsFunc(registries, func(r string) bool {
					rest, from := strings.CutPrefix(image, strings.TrimSuffix(r, "/"))
					return from && strings.ContainsAny(rest[:min(1, len(rest))], "/:@")
				})
			})
		}))
	}
	return runs
}

// kyvernoVerifies asks for a policy that denies; one that says nothing does.
// https://kyverno.io/docs/policy-types/image-validating-policy/
func kyvernoVerifies(s *rule.Stack, cluster string) rule.Truth {
	found := rule.False()
	for _, p := range s.Of(imageVerifiers) {
		if p.Provider == cluster {
			actions := p.Get("spec", "validationActions")
			found = found.Or(actions.Empty().Or(actions.Contains("Deny")))
		}
	}
	return found
}

// googleVerifies asks whether Binary Authorization is enforced in the GKE cluster
// that the objects are in, and requires attestations there.
func googleVerifies(s *rule.Stack, cluster string) rule.Truth {
	gke := behind(s, cluster, gkeClusters)
	if gke == nil {
		return rule.False()
	}
	found := rule.False()
	for _, p := range s.Of(types("gcp:binaryauthorization/policy:Policy")) {
		usual := p.Get("defaultAdmissionRule")
		found = found.Or(usual.Get("evaluationMode").OneOf([]string{"REQUIRE_ATTESTATION", "ALWAYS_DENY"}).
			And(usual.Get("enforcementMode").Is("ENFORCED_BLOCK_AND_AUDIT_LOG")))
	}
	return found.And(gke.Get("binaryAuthorization", "evaluationMode").Is("PROJECT_SINGLETON_POLICY_ENFORCE"))
}

// behind is the cluster of a target that a Kubernetes provider leads to, by what
// its kubeconfig is made of, or nil. That may be a component with the cluster
// inside, whose type the cluster's URN then has before its own.
func behind(s *rule.Stack, provider string, clusters rule.Target) *rule.Resource {
	p := s.Find(provider)
	if p == nil {
		return nil
	}
	for _, cluster := range s.Of(clusters) {
		for _, urn := range p.DependsOn["kubeconfig"] {
			// urn:pulumi:STACK::PROJECT::PARENTTYPE$TYPE::NAME
			types := urn[:max(0, strings.LastIndex(urn, "::"))]
			if urn == cluster.URN || types != "" && strings.HasPrefix(cluster.URN, types+"$") {
				return cluster
			}
		}
	}
	return nil
}
