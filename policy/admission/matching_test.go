package admission

import (
	"maps"
	"testing"

	"github.com/google/cel-go/cel"
	"github.com/stretchr/testify/require"
)

// conditionHolds evaluates a condition on an update.
func conditionHolds(t *testing.T, condition string, object, oldObject Object) bool {
	t.Helper()
	env, err := cel.NewEnv(cel.OptionalTypes(), cel.Variable("object", cel.DynType), cel.Variable("oldObject", cel.DynType))
	require.NoError(t, err)
	checked, issues := env.Compile(condition)
	require.NoError(t, issues.Err())
	program, err := env.Program(checked)
	require.NoError(t, err)
	out, _, err := program.Eval(map[string]any{"object": object, "oldObject": oldObject})
	require.NoError(t, err)
	return out.Value() == true
}

func TestWhatIsBeingDeletedIsLookedAtWhenItsContentChanges(t *testing.T) {
	t.Parallel()
	service := Object{
		"kind":     "Service",
		"metadata": Object{"name": "shop", "finalizers": []any{"example.com/wait"}, "deletionTimestamp": "2027-06-30T12:00:00Z"},
		"spec":     Object{"type": "ClusterIP"}, "status": Object{},
	}
	with := func(key string, value any) Object {
		changed := maps.Clone(service)
		changed[key] = value
		return changed
	}
	namespace := with("kind", "Namespace")
	namespace["spec"] = Object{"finalizers": []any{"kubernetes"}}
	freed := maps.Clone(namespace)
	freed["spec"] = Object{"finalizers": []any{}}
	for _, tt := range []struct {
		name     string
		old, now Object
		looked   bool
	}{
		{"its last finalizer goes", service, with("metadata", Object{"name": "shop", "deletionTimestamp": "2027-06-30T12:00:00Z"}), false},
		{"a controller reports on it", service, with("status", Object{"loadBalancer": Object{}}), false},
		{"it becomes what a rule refuses", service, with("spec", Object{"type": "NodePort"}), true},
		{"it gets a field it did not have", service, with("subjects", []any{Object{"kind": "Group", "name": "system:masters"}}), true},
		{"it loses a field it had", with("subjects", []any{}), service, true},
		{"a namespace is emptied", namespace, freed, false},
		{"nobody deletes it", service, with("metadata", Object{"name": "shop"}), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.looked, conditionHolds(t, notBeingDeleted, tt.now, tt.old))
		})
	}
}

// Labels of a namespace can be changed by any of its subresources, so the label of an
// exemption could.
func TestTheGuardLooksAtEveryWayToLabelANamespace(t *testing.T) {
	t.Parallel()
	guard := Gate{Environment: "prod"}.guard()[0]
	spec, _ := guard["spec"].(Object)
	constraints, _ := spec["matchConstraints"].(Object)
	rules, _ := constraints["resourceRules"].([]any)
	require.Len(t, rules, 1)
	require.Equal(t, []any{"namespaces", "namespaces/status", "namespaces/finalize"}, rules[0].(Object)["resources"])
	require.NotContains(t, spec, "matchConditions", "nor is one that is being deleted left out")
}
