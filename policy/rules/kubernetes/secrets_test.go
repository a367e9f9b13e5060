package kubernetes_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/stretchr/testify/require"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/kubernetes"
)

// condition is an expression in the form the API server's compiler takes.
type condition string

func (c condition) GetExpression() string  { return string(c) }
func (condition) ReturnTypes() []*cel.Type { return []*cel.Type{cel.BoolType} }

// The API server stops an expression that costs too much, and then refuses the
// object: the biggest objects it takes must stay below.
func TestLookingForSecretsInTheBiggestConfigMapIsNotTooExpensiveForTheAPIServer(t *testing.T) {
	t.Parallel()
	const mebibyte = 1 << 20 // of data is the most: https://kubernetes.io/docs/concepts/configuration/configmap/#motivation
	lines := func(line string, size int) string { return strings.Repeat(line, size/len(line)) }
	for name, c := range map[string]struct {
		data map[string]any
		want bool
	}{
		"plain text": {map[string]any{"a": lines("listen 8080 default_server;\n", mebibyte)}, true},
		"what begins like many kinds of keys": {
			map[string]any{"a": lines("ghp_ AKIA eyJ https://example.com:443/a and a@example.com\n", mebibyte)}, true,
		},
		"many small values": {manyValues(mebibyte / 1024), true},
		"a key at the end":  {map[string]any{"a": lines("x\n", mebibyte-64) + "-----BEGIN PRIVATE KEY-----"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			object := map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": "big"}, "data": c.data}
			compiler, err := plugincel.NewCompositedCompiler(environment.MustBaseEnvSet(expressions.OldestCluster))
			require.NoError(t, err)
			holds := true
			for _, v := range find(t, "config-map-secrets").Validations(find(t, "config-map-secrets").DefaultSettings()) {
				compiled := compiler.CompileCELExpression(condition(v.Holds), plugincel.OptionalVariableDeclarations{}, environment.NewExpressions)
				require.Nil(t, compiled.Error)
				out, details, err := compiled.Program.ContextEval(context.Background(), map[string]any{"object": object})
				require.NoError(t, err)
				holds = holds && out == types.True
				t.Logf("cost %d", *details.ActualCost())
			}
			require.Equal(t, c.want, holds)
		})
	}
}

func manyValues(n int) map[string]any {
	values := map[string]any{}
	for i := range n {
		values[fmt.Sprintf("configuration-of-the-server-%d.conf", i)] = strings.Repeat("listen 80\n", 100)
	}
	return values
}

func find(t *testing.T, id string) *rule.Rule {
	t.Helper()
	for _, r := range kubernetes.All() {
		if r.ID == id {
			return r
		}
	}
	require.Fail(t, "no rule "+id)
	return nil
}
