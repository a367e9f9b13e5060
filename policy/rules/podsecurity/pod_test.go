package podsecurity

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
)

func TestWhatTheAPIServerWouldRefuseIsAFinding(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		tree map[string]any
		want string
	}{
		{"a text for a flag", map[string]any{"spec": map[string]any{"hostPID": "true"}},
			"the API server would refuse the pod: json: cannot unmarshal string into Go struct field PodSpec.spec.hostPID of type bool"},
		{"a text for the pod", map[string]any{"spec": "web"},
			"the API server would refuse the pod: json: cannot unmarshal string into Go struct field .spec of type v1.PodSpec"},
		{"an object for a list", map[string]any{"spec": map[string]any{"containers": map[string]any{}}},
			"the API server would refuse the pod: json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container"},
		{"a number for an annotation", map[string]any{"metadata": map[string]any{"annotations": map[string]any{"a": 1.0}}, "spec": map[string]any{}},
			"the API server would refuse the pod: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.annotations of type string"},
		{"half a user", map[string]any{"spec": map[string]any{"securityContext": map[string]any{"runAsUser": 1.5}}},
			"the API server would refuse the pod: json: cannot unmarshal number 1.5 into Go struct field PodSecurityContext.spec.securityContext.runAsUser of type int64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			verdict := judge(t, baseline(), latest, podOf(tt.tree))
			require.Len(t, verdict.Findings, 1)
			require.Equal(t, tt.want, verdict.Findings[0].Message)
			require.Empty(t, judge(t, restricted(), latest, podOf(tt.tree)).Findings, "one rule says it")
		})
	}
}

func TestOddObjectsAreJudged(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]map[string]any{
		"nothing":                  {},
		"no spec":                  {"metadata": map[string]any{}},
		"a null container":         {"spec": map[string]any{"containers": []any{nil}}},
		"a null spec":              {"spec": nil},
		"an unknown metadata":      {"metadata": rule.Unknown{}, "spec": map[string]any{}},
		"everything is a secret":   {"spec": rule.Secret{Plain: map[string]any{"containers": []any{map[string]any{"name": "web"}}}}},
		"a huge number":            {"spec": map[string]any{"hostUsers": false, "securityContext": map[string]any{"runAsUser": 1e300}}},
		"an unknown below a text":  {"spec": map[string]any{"nodeName": map[string]any{"a": rule.Unknown{}}}},
		"a field no version knows": {"spec": map[string]any{"futureField": []any{1.0}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range All() {
				judge(t, r, latest, podOf(tree)) // fails when the rule does
				_, verdict := r.Mend(rule.Circumstances{Settings: r.DefaultSettings()}, podOf(tree))
				require.Nil(t, verdict.Failure)
			}
		})
	}
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	tree := map[string]any{"spec": map[string]any{"containers": []any{map[string]any{
		"name": "web", "ports": []any{map[string]any{"hostPort": rule.Secret{Plain: 81.0}}},
	}}}}
	verdict := judge(t, baseline(), latest, podOf(tree))
	require.Equal(t, "hostPort: the values are secret (check hostPorts)", verdict.Findings[0].Message)
}

func BenchmarkJudge(b *testing.B) {
	container := map[string]any{
		"name": "web", "image": "registry.example.com/web:1", "env": []any{map[string]any{"name": "A", "value": "b"}},
		"resources":       map[string]any{"requests": map[string]any{"cpu": "100m", "memory": "128Mi"}, "limits": map[string]any{"memory": "128Mi"}},
		"securityContext": map[string]any{"allowPrivilegeEscalation": false, "capabilities": map[string]any{"drop": []any{"ALL"}}},
		"ports":           []any{map[string]any{"containerPort": 8080.0}},
	}
	spec := map[string]any{
		"containers": []any{container, container, container}, "volumes": []any{map[string]any{"name": "a", "emptyDir": map[string]any{}}},
		"securityContext": map[string]any{"runAsNonRoot": true, "seccompProfile": map[string]any{"type": "RuntimeDefault"}},
	}
	all := All()
	for b.Loop() {
		res := podOf(map[string]any{"spec": spec})
		for _, r := range all {
			require.Empty(b, judge(b, r, latest, res).Findings)
		}
	}
}
