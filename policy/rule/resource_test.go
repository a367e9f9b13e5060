package rule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTargets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, typ string
		target    Target
		want      bool
	}{
		{"a type is itself", "aws:eks/cluster:Cluster", Target{Types: []string{"aws:eks/cluster:Cluster"}}, true},
		{"a type is no other", "aws:eks/nodeGroup:NodeGroup", Target{Types: []string{"aws:eks/cluster:Cluster"}}, false},
		{"a kind in its stable version", "kubernetes:apps/v1:Deployment", Workloads(), true},
		{"a kind in an older version", "kubernetes:batch/v1beta1:CronJob", Workloads(), true},
		{"a kind of the core group", "kubernetes:core/v1:Pod", Workloads(), true},
		{"a kind of the core group, made as a custom resource", "kubernetes:v1:Pod", Workloads(), true},
		{"a kind of the same name in another group", "kubernetes:example.com/v1:Deployment", Workloads(), false},
		{"a patch of a workload is no workload", "kubernetes:apps/v1:DeploymentPatch", Workloads(), false},
		{"a component of the kubernetes package", "kubernetes:helm.sh/v4:Chart", Workloads(), false},
		{"no kubernetes object", "aws:apps/v1:Deployment", Workloads(), false},
		{"half a type", "kubernetes:apps", Workloads(), false},
		{"a pattern takes every service", "gcp:storage/bucketIAMMember:BucketIAMMember", Target{Like: []string{"gcp:*/*:*IAMMember"}}, true},
		{"a pattern takes nothing else", "gcp:storage/bucket:Bucket", Target{Like: []string{"gcp:*/*:*IAMMember"}}, false},
		{"the stack looks at no type", "kubernetes:apps/v1:Deployment", Target{Stack: true}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.target.Matches(tt.typ))
		})
	}
}

func TestPodsOfEveryKind(t *testing.T) {
	t.Parallel()
	for _, kind := range Workloads().Kinds {
		where, ok := podSpecs[kind]
		require.True(t, ok, "%s has a podSpec", kind)
		tree := map[string]any{"initContainers": []any{map[string]any{"name": "init"}}, "containers": []any{map[string]any{}}}
		for i := len(where) - 1; i >= 0; i-- {
			tree = map[string]any{where[i]: tree}
		}
		pod := NewResource("urn", "kubernetes:"+kind.Group+"/v1:"+kind.Name, "n", tree).Pod()
		require.NotNil(t, pod, kind)
		require.Len(t, pod.Containers, 2, kind)
		require.Equal(t, `init container "init"`, pod.Containers[0].Title())
		require.Equal(t, "container at "+pod.Spec.Path()+".containers[0]", pod.Containers[1].Title())
	}
	require.Len(t, podSpecs, len(Workloads().Kinds))
	require.Nil(t, NewResource("urn", "kubernetes:core/v1:Service", "n", nil).Pod())
	require.NotNil(t, NewResource("urn", "kubernetes:core/v1:Pod", "n", nil).Pod(), "a pod without a spec is a pod")
}

func TestRedact(t *testing.T) {
	t.Parallel()
	secrets := secretStrings(map[string]any{
		"a": Secret{Plain: []any{"correct", "correct horse", "abc", map[string]any{"x": "battery"}}},
		"b": "staple",
	}, false, nil)
	require.ElementsMatch(t, []string{"correct", "correct horse", "battery"}, secrets, "short ones would blot out words")
	require.Equal(t, "[secret], [secret] and staple", redact("correct horse, battery and staple", secrets))
}

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"pod-privileged", "pod-non-root"}
	require.Equal(t, `did you mean "pod-privileged"?`, Suggest("pod-priviledged", known))
	require.Equal(t, `did you mean "pod-non-root"?`, Suggest("POD-NON-ROOT", known))
	require.Equal(t, "there are pod-privileged, pod-non-root", Suggest("x", known))
}
