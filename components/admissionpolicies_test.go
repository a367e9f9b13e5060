package components

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/kubernetes"
)

const (
	policyType  = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
	bindingType = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
)

func deployPolicies(t *testing.T, mode configuration.Admission) *clustertest.Recorder {
	t.Helper()
	all := kubernetes.All()
	resolved, mistakes := configuration.Resolve(all, rule.Mandatory)
	require.Empty(t, mistakes)
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		_, err := NewAdmissionPolicies(ctx, "test-policies", &AdmissionPoliciesArgs{
			Gate: admission.Gate{Rules: all, Resolved: resolved, Mode: mode, Reference: "docs/policy.md"}, Owner: owner,
		})
		return err
	}))
	return r
}

func TestAdmissionPolicies(t *testing.T) {
	t.Parallel()
	r := deployPolicies(t, configuration.Enforce)

	t.Run("each policy has its binding, and both the environment in their names", func(t *testing.T) {
		t.Parallel()
		require.Len(t, r.Of(bindingType), len(r.Of(policyType)))
		policy := r.One(t, policyType, "test-policies-workloads-deny")
		require.Equal(t, "ai-now-dev-workloads-deny", policy.Value("metadata.name"))
		require.Equal(t, "shop", policy.Value(`metadata.labels["ai-now.io/team"]`))
		binding := r.One(t, bindingType, "test-policies-workloads-deny-binding")
		require.Equal(t, policy.Value("metadata.name"), binding.Value("spec.policyName"))
		require.Equal(t, []any{"Deny", "Audit"}, binding.Value("spec.validationActions"))
	})
	t.Run("a rule that fails closes the gate", func(t *testing.T) {
		t.Parallel()
		for _, p := range r.Of(policyType) {
			require.Equal(t, "Fail", p.Value("spec.failurePolicy"), p.Name)
		}
	})
	t.Run("a rule is there as it is written", func(t *testing.T) {
		t.Parallel()
		validations, ok := r.One(t, policyType, "test-policies-objects-deny").Value("spec.validations").([]any)
		require.True(t, ok)
		require.NotEmpty(t, validations)
		for _, v := range validations {
			require.Contains(t, v, "expression")
			require.Contains(t, v.(map[string]any)["message"], "See docs/policy.md#")
		}
	})
	t.Run("a gate that is off is no object", func(t *testing.T) {
		t.Parallel()
		off := deployPolicies(t, configuration.Off)
		require.Empty(t, off.Of(policyType))
		require.Empty(t, off.Of(bindingType))
	})
}

func TestWrongAdmissionPoliciesAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args *AdmissionPoliciesArgs
		want []string
	}{
		{"nothing", nil, []string{"owner.environment", "gate.rules"}},
		{"rules whose configuration is not resolved", &AdmissionPoliciesArgs{
			Owner: owner, Gate: admission.Gate{Rules: []*rule.Rule{{ID: "pod-one"}}},
		}, []string{`gate.resolved["pod-one"]`}},
	}
	for _, tt := range tests {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			t.Parallel()
			clustertest.RequireRefused(t, func(ctx *pulumi.Context) error {
				_, err := NewAdmissionPolicies(ctx, "x", tt.args)
				return err
			}, tt.want)
		})
	}
}

func TestExemptionsAreWrittenOnTheNamespace(t *testing.T) {
	t.Parallel()
	exempt := func(rules ...string) *SecureNamespaceArgs {
		args := namespaceArgs()
		for _, id := range rules {
			args.Exemptions = append(args.Exemptions, configuration.Exemption{
				Rule: id, Namespace: "shop", Owner: "shop", Reason: "the vendor's image is late", Expires: "2027-06-30",
			})
		}
		return args
	}
	t.Run("with the last day, the owner and the reason", func(t *testing.T) {
		t.Parallel()
		namespace := deployNamespace(t, exempt("pod-image-tag")).One(t, "kubernetes:core/v1:Namespace", "test")
		require.Equal(t, "2027-06-30", namespace.Value(`metadata.labels["exempt.ai-now.io/pod-image-tag"]`))
		require.Equal(t, "shop: the vendor's image is late", namespace.Value(`metadata.annotations["exempt.ai-now.io/pod-image-tag"]`))
		require.Equal(t, "restricted", namespace.Value(`metadata.labels["pod-security.kubernetes.io/enforce"]`))
	})
	for _, tt := range []struct{ rule, level string }{
		{"pod-security-restricted", "baseline"}, {"pod-security-baseline", "privileged"},
	} {
		t.Run("and from "+tt.rule+" lowers what Pod Security enforces, not what it warns of", func(t *testing.T) {
			t.Parallel()
			namespace := deployNamespace(t, exempt(tt.rule)).One(t, "kubernetes:core/v1:Namespace", "test")
			require.Equal(t, tt.level, namespace.Value(`metadata.labels["pod-security.kubernetes.io/enforce"]`))
			require.Equal(t, "restricted", namespace.Value(`metadata.labels["pod-security.kubernetes.io/warn"]`))
			require.Equal(t, "restricted", namespace.Value(`metadata.labels["pod-security.kubernetes.io/audit"]`))
		})
	}
	t.Run("those of other namespaces are not", func(t *testing.T) {
		t.Parallel()
		args := exempt("pod-image-tag")
		args.Exemptions[0].Namespace = "other"
		require.Nil(t, deployNamespace(t, args).One(t, "kubernetes:core/v1:Namespace", "test").Value("metadata.annotations"))
	})
}
