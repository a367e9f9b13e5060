package expressions_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/kubernetes"
)

// deploymentRules are the rules in CEL that look at a Deployment.
func deploymentRules() []*rule.Rule {
	var rules []*rule.Rule
	for _, r := range kubernetes.All() {
		if _, ok := r.Check.(rule.Expressions); ok && r.On.Matches(deploymentType) {
			rules = append(rules, r)
		}
	}
	return rules
}

const deploymentType = "kubernetes:apps/v1:Deployment"

// deployment has three containers that keep most rules. Each image may be unknown.
func deployment(image any) *rule.Resource {
	container := func(name string) any {
		return map[string]any{
			"name": name, "image": image,
			"securityContext": map[string]any{
				"runAsNonRoot": true, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
				"capabilities": map[string]any{"drop": []any{"ALL"}},
			},
			"resources": map[string]any{
				"requests": map[string]any{"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "1Gi"},
				"limits":   map[string]any{"memory": "128Mi", "ephemeral-storage": "1Gi"},
			},
			"ports":          []any{map[string]any{"name": "http", "containerPort": 8080.0}},
			"readinessProbe": map[string]any{"httpGet": map[string]any{"path": "/ready", "port": "http"}},
			"env":            []any{map[string]any{"name": "A", "value": "b"}, map[string]any{"name": "C", "value": "d"}},
			"volumeMounts":   []any{map[string]any{"name": "tmp", "mountPath": "/tmp"}},
		}
	}
	labels := map[string]any{"app.kubernetes.io/name": "web", "ai-now.io/team": "shop", "ai-now.io/environment": "prod"}
	return rule.NewResource("urn:test", deploymentType, "web", map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "shop", "labels": labels},
		"spec": map[string]any{
			"replicas": 3.0,
			"selector": map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": "web"}},
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec": map[string]any{
					"serviceAccountName": "web", "automountServiceAccountToken": false, "priorityClassName": "usual",
					"securityContext": map[string]any{"seccompProfile": map[string]any{"type": "RuntimeDefault"}},
					"containers":      []any{container("web"), container("proxy"), container("log")},
					"volumes":         []any{map[string]any{"name": "tmp", "emptyDir": map[string]any{"sizeLimit": "1Gi"}}},
				},
			},
		},
	})
}

const pinned = "registry.k8s.io/web:1.4.2@sha256:0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c0f3c"

// BenchmarkEvaluate is the time all rules take for one new Deployment.
func BenchmarkEvaluate(b *testing.B) {
	rules := deploymentRules()
	for _, known := range []bool{true, false} {
		b.Run(fmt.Sprintf("rules=%d/known=%v", len(rules), known), func(b *testing.B) {
			evaluator, settings := expressions.New(), map[*rule.Rule]rule.Settings{}
			for _, r := range rules {
				settings[r] = r.DefaultSettings()
				require.NoError(b, evaluator.Compile(r, settings[r]))
			}
			var image any = pinned
			if !known {
				image = rule.Unknown{}
			}
			b.ReportAllocs()
			for b.Loop() {
				res := deployment(image)
				for _, r := range rules {
					if _, _, err := evaluator.Evaluate(r, settings[r], res); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// BenchmarkObject is the part of it that makes the object.
func BenchmarkObject(b *testing.B) {
	res := deployment(pinned)
	b.ReportAllocs()
	for b.Loop() {
		expressions.Object(res)
	}
}

// BenchmarkPrepare is the time to compile all rules in a new evaluator. The
// library's own environment is made once in a process and is not part of it.
func BenchmarkPrepare(b *testing.B) {
	for b.Loop() {
		expressions.New().Prepare(kubernetes.All())
	}
}
