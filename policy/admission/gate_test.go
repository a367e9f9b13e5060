package admission_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

var update = flag.Bool("update", false, "write the golden file instead of comparing it")

func kinds(list ...rule.Kind) rule.Target { return rule.Target{Kinds: list} }

var (
	pod         = rule.Kind{Group: "core", Name: "Pod"}
	deployment  = rule.Kind{Group: "apps", Name: "Deployment"}
	service     = rule.Kind{Group: "core", Name: "Service"}
	role        = rule.Kind{Group: "rbac.authorization.k8s.io", Name: "Role"}
	clusterRole = rule.Kind{Group: "rbac.authorization.k8s.io", Name: "ClusterRole"}
	namespace   = rule.Kind{Group: "core", Name: "Namespace"}
	webhook     = rule.Kind{Group: "admissionregistration.k8s.io", Name: "ValidatingWebhookConfiguration"}
)

// examples are rules of every form.
func examples() []*rule.Rule {
	return []*rule.Rule{
		{
			ID: "pod-one", Severity: rule.Low, On: rule.Workloads(), Fix: "Do this. It is easy.",
			Check: rule.Expressions{rule.EachContainer("variables.containers", "c.?image.orValue('') != settings.bad", "runs it's image")},
			Settings: []rule.Setting{{
				Name: "bad", Type: rule.Text, Default: `it's "bad"`, Description: "An image.",
			}},
		},
		{
			ID: "workload-prod", Severity: rule.Critical, On: kinds(deployment), Environments: []string{"prod"}, Fix: "Do that.",
			Check: rule.Expressions{{Holds: "object.spec.replicas > 1", Message: "there is one"}},
		},
		{
			ID: "pod-alone", Severity: rule.High, Level: rule.Advisory, On: kinds(pod), Fix: "Make a Deployment.",
			Check: rule.Expressions{{Holds: "false", Message: "nobody minds the pod"}},
		},
		{
			ID: "rbac-role", Severity: rule.High, Level: rule.Remediate, On: kinds(role, clusterRole), Fix: "Grant less.",
			Check: rule.Expressions{{Holds: "true", Message: "it grants much"}},
		},
		{
			ID: "object-labels", Severity: rule.Medium, On: kinds(deployment, service, namespace), Fix: "Label it.",
			Check: rule.Expressions{{Holds: "has(object.metadata.labels)", Message: "it has no labels"}},
		},
		{
			ID: "webhook-timeout", Severity: rule.Medium, On: kinds(webhook), Fix: "Wait less.",
			Check: rule.Expressions{{Holds: "true", Message: "it waits"}},
		},
		{
			ID: "pod-in-go", Severity: rule.High, On: rule.Workloads(), Fix: "Do it.",
			Check: rule.ResourceCheck(func(*rule.Inquiry, *rule.Resource) {}),
		},
	}
}

func gate(t *testing.T, rules []*rule.Rule, mode configuration.Admission, layers ...configuration.Config) admission.Gate {
	t.Helper()
	resolved, mistakes := configuration.Resolve(rules, rule.Mandatory, layers...)
	require.Empty(t, mistakes)
	return admission.Gate{
		Environment: "prod", Rules: rules, Resolved: resolved, Mode: mode, Reference: "docs/policy.md",
		Labels: map[string]string{"ai-now.io/team": "platform"},
	}
}

func TestPoliciesAreThoseOfTheGoldenFile(t *testing.T) {
	t.Parallel()
	g := gate(t, examples(), configuration.Enforce)
	g.Exemptions = []configuration.Exemption{
		{Rule: "rbac-role", Object: "legacy", Owner: "shop", Reason: "it goes", Expires: "2027-06-30"},
		{Rule: "pod-one", Namespace: "shop", Owner: "shop", Reason: "it goes", Expires: "2027-06-30"},
	}
	var b bytes.Buffer
	for _, o := range g.Objects() {
		text, err := yaml.Marshal(o)
		require.NoError(t, err)
		b.WriteString("---\n")
		b.Write(text)
	}
	const path = "testdata/policies.yaml"
	if *update {
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with: go test ./policy/admission -update")
	require.Equal(t, string(want), b.String(), "%s is stale; write it with: go test ./policy/admission -update", path)
}

// installed is the consequence of each rule's breach, by its id, and the kinds that
// the API server asks about.
func installed(t *testing.T, g admission.Gate) (actions map[string]string, resources map[string][]string) {
	t.Helper()
	actions, resources = map[string]string{}, map[string][]string{}
	takes := map[string][]string{}
	for _, o := range g.Objects() {
		text, err := json.Marshal(o)
		require.NoError(t, err)
		if o["kind"] == "ValidatingAdmissionPolicyBinding" {
			var b admissionv1.ValidatingAdmissionPolicyBinding
			require.NoError(t, yaml.UnmarshalStrict(text, &b))
			for _, a := range b.Spec.ValidationActions {
				takes[b.Spec.PolicyName] = append(takes[b.Spec.PolicyName], string(a))
			}
		}
	}
	for _, o := range g.Objects() {
		if o["kind"] != "ValidatingAdmissionPolicy" {
			continue
		}
		text, err := json.Marshal(o)
		require.NoError(t, err)
		var p admissionv1.ValidatingAdmissionPolicy
		require.NoError(t, yaml.UnmarshalStrict(text, &p))
		for _, v := range p.Spec.Validations {
			id, _, _ := strings.Cut(v.Message, ": ")
			actions[id] = strings.Join(takes[p.Name], "+")
			for _, m := range p.Spec.MatchConstraints.ResourceRules {
				resources[id] = append(resources[id], m.Resources...)
			}
		}
	}
	return actions, resources
}

func TestLevelsBecomeConsequences(t *testing.T) {
	t.Parallel()
	disabled := configuration.Config{"pod-one": {Level: rule.Disabled}, "pod-alone": {Level: rule.Mandatory}}
	tests := []struct {
		name  string
		mode  configuration.Admission
		layer configuration.Config
		want  map[string]string
	}{
		{
			"a mandatory rule and one that remediates deny, an advisory one warns", configuration.Enforce, nil,
			map[string]string{
				"exemptions": "Deny+Audit", "pod-one": "Deny+Audit", "workload-prod": "Deny+Audit", "pod-alone": "Warn+Audit",
				"rbac-role": "Deny+Audit", "object-labels": "Deny+Audit",
			},
		},
		{
			"levels are those of the configuration, and a disabled rule is not there", configuration.Enforce, disabled,
			map[string]string{
				"exemptions": "Deny+Audit", "workload-prod": "Deny+Audit", "pod-alone": "Deny+Audit", "rbac-role": "Deny+Audit", "object-labels": "Deny+Audit",
			},
		},
		{
			"a gate that warns denies nothing", configuration.Warn, nil,
			map[string]string{
				"exemptions": "Warn+Audit", "pod-one": "Warn+Audit", "workload-prod": "Warn+Audit", "pod-alone": "Warn+Audit",
				"rbac-role": "Warn+Audit", "object-labels": "Warn+Audit",
			},
		},
		{
			"a gate that audits says nothing to users, and of no disabled rule", configuration.Audit, disabled,
			map[string]string{"exemptions": "Audit", "workload-prod": "Audit", "pod-alone": "Audit", "rbac-role": "Audit", "object-labels": "Audit"},
		},
		{"a gate that is off has no objects", configuration.Off, nil, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			layers := []configuration.Config{}
			if tt.layer != nil {
				layers = append(layers, tt.layer)
			}
			actions, _ := installed(t, gate(t, examples(), tt.mode, layers...))
			require.Equal(t, tt.want, actions)
		})
	}
}

func TestRulesOfOtherEnvironmentsAreLeftOut(t *testing.T) {
	t.Parallel()
	g := gate(t, examples(), configuration.Enforce)
	g.Environment = "dev"
	actions, _ := installed(t, g)
	require.NotContains(t, actions, "workload-prod")
	require.Contains(t, actions, "pod-one")

	g = gate(t, examples(), configuration.Enforce, configuration.Config{"workload-prod": {Settings: map[string]any{"environments": []any{}}}})
	g.Environment = "dev"
	actions, _ = installed(t, g)
	require.Contains(t, actions, "workload-prod", "no environment means all of them")
}

func TestEveryRuleInExpressionsIsInstalledForEachOfItsKinds(t *testing.T) {
	t.Parallel()
	all := rules.All()
	actions, resources := installed(t, gate(t, all, configuration.Enforce, configuration.Config{}))
	count := 0
	for _, r := range all {
		_, expressions := r.Check.(rule.Expressions)
		for _, k := range r.On.Kinds {
			served, known := k.Served()
			require.True(t, known, "%s looks at %s, which package rule does not know", r.ID, k)
			if expressions && admission.Admits(k) {
				require.Contains(t, actions, r.ID)
				require.Contains(t, resources[r.ID], served.Resource, r.ID)
				count++
			}
		}
		if !expressions {
			require.NotContains(t, actions, r.ID, "only expressions can be installed")
		}
	}
	require.Positive(t, count)
}

// What etcd takes is 1.5 MiB a request: https://etcd.io/docs/v3.6/dev-guide/limit/
func TestPoliciesAreFewAndSmall(t *testing.T) {
	t.Parallel()
	objects := gate(t, rules.All(), configuration.Enforce).Objects()
	require.LessOrEqual(t, len(objects), 18, "each costs time at every preview, on every cluster")
	for _, o := range objects {
		text, err := json.Marshal(o)
		require.NoError(t, err)
		require.Less(t, len(text), 512<<10)
	}
}

func TestExemptionsBecomeLabels(t *testing.T) {
	t.Parallel()
	labels, annotations := admission.NamespaceExemptions([]configuration.Exemption{
		{Rule: "pod-one", Namespace: "shop", Owner: "shop", Reason: "the vendor's image is late", Expires: "2027-03-31"},
		{Rule: "pod-one", Namespace: "shop", Owner: "platform", Reason: "and later still", Expires: "2027-06-30"},
		{Rule: "pod-alone", Namespace: "other", Owner: "shop", Reason: "elsewhere", Expires: "2027-06-30"},
		{Rule: "rbac-role", Object: "shop", Owner: "shop", Reason: "in no namespace", Expires: "2027-06-30"},
	}, "shop")
	require.Equal(t, map[string]string{"exempt.ai-now.io/pod-one": "2027-06-30"}, labels)
	require.Equal(t, map[string]string{"exempt.ai-now.io/pod-one": "platform: and later still"}, annotations)
}

func TestNamespacesOfTheClusterAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"kube-system", "gmp-system", "gke-managed-cim"} {
		require.True(t, admission.LeavesAlone(name), name)
	}
	for _, name := range []string{"default", "shop", "kube-system-2"} {
		require.False(t, admission.LeavesAlone(name), name)
	}
}
