package tests

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// someRules are a gate that refuses images without a version and roles that grant every verb, and warns of pods without
// a priority. Each rule is judged in policy/rules; here it is what the API server makes of them.
func someRules(t testing.TB, exemptions ...configuration.Exemption) []map[string]any {
	t.Helper()
	all := rules.All()
	resolved, mistakes := configuration.Resolve(all, rule.Mandatory, configuration.Config{
		configuration.AllRules: {Level: rule.Disabled},
		"pod-image-tag":        {Level: rule.Mandatory}, "rbac-wildcard-verbs": {Level: rule.Mandatory}, "pod-priority": {Level: rule.Advisory},
	})
	require.Empty(t, mistakes)
	return admission.Gate{
		Environment: "prod", Rules: all, Resolved: resolved, Mode: configuration.Enforce, Exemptions: exemptions, Reference: rules.ReferenceFile,
	}.Objects()
}

func aPod(namespace, name, image string) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name, "namespace": namespace},
		"spec": map[string]any{"priorityClassName": "usual", "containers": []any{map[string]any{"name": "web", "image": image}}},
	}
}

func aDeployment(namespace, name, image string) map[string]any {
	labels := map[string]any{"app": name}
	return map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": name, "namespace": namespace},
		"spec": map[string]any{
			"selector": map[string]any{"matchLabels": labels}, "strategy": map[string]any{"type": "Recreate"},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": aPod("", "", image)["spec"]},
		},
	}
}

func aRole(name string) map[string]any {
	return map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": map[string]any{"name": name},
		"rules": []any{map[string]any{"apiGroups": []any{""}, "resources": []any{"configmaps"}, "verbs": []any{"*"}}},
	}
}

// first is the first of the objects, empty when there is none.
func first(list []unstructured.Unstructured) map[string]any {
	if len(list) == 0 {
		return map[string]any{}
	}
	return list[0].Object
}

const (
	versioned   = "registry.example.com/web:1.0"
	unversioned = "registry.example.com/web:latest"
)

// patch changes an object as `kubectl patch --type merge` does.
func patch(t testing.TB, client *dynamic.DynamicClient, object map[string]any, change string, subresources ...string) error {
	t.Helper()
	name := (&unstructured.Unstructured{Object: object}).GetName()
	_, err := clientFor(t, client, object).Patch(context.Background(), name, types.MergePatchType, []byte(change), metav1.PatchOptions{}, subresources...)
	return err
}

// requireRefused checks that the error tells a user which rule it was, what is wrong, how to mend it, and where to read on.
func requireRefused(t testing.TB, err error, rule, says string) {
	t.Helper()
	require.True(t, apierrors.IsForbidden(err), "%v", err)
	require.ErrorContains(t, err, rule+": ")
	require.ErrorContains(t, err, says)
	require.ErrorContains(t, err, "Fix: ")
	require.ErrorContains(t, err, "See docs/policy.md#"+rule)
}

// TestAdmission makes objects past every preview.
func TestAdmission(t *testing.T) {
	c := newControlPlane(t)
	tomorrow, yesterday := time.Now().UTC().AddDate(0, 0, 1).Format(time.DateOnly), time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	c.create(t, map[string]any{"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": map[string]any{"name": "usual"}, "value": int64(1)})
	c.namespace(t, "shop", nil)
	// What was there before the gate.
	old := aPod("shop", "old", unversioned)
	c.create(t, old)
	ending := aPod("shop", "ending", unversioned)
	ending["metadata"].(map[string]any)["finalizers"] = []any{"example.com/wait"}
	c.create(t, ending)
	running := aDeployment("shop", "running", unversioned)
	c.create(t, running)
	replicaSets := func(ctx context.Context, image string) []unstructured.Unstructured {
		list, err := clientFor(t, c.client, map[string]any{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": map[string]any{"namespace": "shop"}}).
			List(ctx, metav1.ListOptions{LabelSelector: "app=running"})
		require.NoError(t, err)
		return slices.DeleteFunc(list.Items, func(r unstructured.Unstructured) bool {
			containers, _, _ := unstructured.NestedSlice(r.Object, "spec", "template", "spec", "containers")
			return containers[0].(map[string]any)["image"] != image
		})
	}
	eventually(t, "the ReplicaSet has its pod", func(ctx context.Context) bool {
		n, _, _ := unstructured.NestedInt64(first(replicaSets(ctx, unversioned)), "status", "replicas")
		return n == 1
	})

	c.install(t, someRules(t,
		configuration.Exemption{Rule: "rbac-wildcard-verbs", Object: "legacy", Owner: "shop", Reason: "it goes", Expires: tomorrow},
		configuration.Exemption{Rule: "rbac-wildcard-verbs", Object: "ended", Owner: "shop", Reason: "it is gone", Expires: yesterday},
	), func() bool {
		_, err := tryCreate(t, c.client, aPod("shop", "probe", unversioned))
		_, ofRole := tryCreate(t, c.client, aRole("probe"))
		return err != nil && ofRole != nil
	})

	t.Run("kubectl is told which rule it breaks, with what, and how to mend it", func(t *testing.T) {
		cmd := exec.Command(filepath.Join(c.sandbox.layout.Bin(), "kubectl"), "--kubeconfig", c.access.Kubeconfig,
			"--namespace", "shop", "create", "deployment", "web", "--image", unversioned)
		output, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(output), "pod-image-tag: container web runs the image "+unversioned+", which names no version. Fix: Name a version")
		require.Contains(t, string(output), "See docs/policy.md#pod-image-tag")
		t.Log(strings.TrimSpace(string(output)))
	})
	t.Run("what keeps the rules passes without a word", func(t *testing.T) {
		texts, err := tryCreate(t, c.client, aPod("shop", "good", versioned))
		require.NoError(t, err)
		require.Empty(t, texts)
	})
	t.Run("what breaks an advisory rule passes with a warning", func(t *testing.T) {
		unranked := aPod("shop", "unranked", versioned)
		delete(unranked["spec"].(map[string]any), "priorityClassName")
		texts, err := tryCreate(t, c.client, unranked)
		require.NoError(t, err)
		require.Len(t, texts, 1)
		require.Contains(t, texts[0], "pod-priority: ")
	})
	t.Run("a container put into a running pod has to keep the rules too", func(t *testing.T) {
		good := aPod("shop", "debugged", versioned)
		c.create(t, good)
		debug := func(image string) string {
			return `{"spec":{"ephemeralContainers":[{"name":"debug","image":"` + image + `"}]}}`
		}
		requireRefused(t, patch(t, c.client, good, debug(unversioned), "ephemeralcontainers"), "pod-image-tag", "container debug runs the image")
		require.NoError(t, patch(t, c.client, good, debug(versioned), "ephemeralcontainers"))
		_, err := clientFor(t, c.client, good).Patch(context.Background(), "debugged", types.JSONPatchType,
			[]byte(`[{"op":"replace","path":"/spec/containers/0/image","value":"`+unversioned+`"}]`), metav1.PatchOptions{})
		requireRefused(t, err, "pod-image-tag", "container web")
	})
	t.Run("namespaces of the cluster itself are left alone", func(t *testing.T) {
		c.awaitAccount(t, "kube-system")
		for _, namespace := range []string{"kube-system", "gke-managed-cim"} {
			c.ensure(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": namespace}})
			c.awaitAccount(t, namespace)
			_, err := tryCreate(t, c.client, aPod(namespace, "addon", unversioned))
			require.NoError(t, err, namespace)
		}
	})
	t.Run("what was there before the gate can be labelled, scaled down and deleted", func(t *testing.T) {
		require.NoError(t, patch(t, c.client, old, `{"metadata":{"labels":{"seen":"yes"},"annotations":{"seen":"yes"}}}`))
		requireRefused(t, patch(t, c.client, old, `{"spec":{"activeDeadlineSeconds":600}}`), "pod-image-tag", "container web")

		require.NoError(t, clientFor(t, c.client, ending).Delete(context.Background(), "ending", metav1.DeleteOptions{}))
		require.NoError(t, patch(t, c.client, ending, `{"metadata":{"finalizers":null}}`))
		eventually(t, "the pod is gone", func(ctx context.Context) bool {
			_, err := clientFor(t, c.client, ending).Get(ctx, "ending", metav1.GetOptions{})
			return apierrors.IsNotFound(err)
		})
	})
	t.Run("exemptions", func(t *testing.T) { exemptions(t, c, tomorrow, yesterday) })
	t.Run("a mended Deployment replaces what breaks the rule", func(t *testing.T) {
		old := replicaSets(context.Background(), unversioned)[0].Object
		requireRefused(t, patch(t, c.client, old, `{"spec":{"template":{"metadata":{"labels":{"colour":"blue"}}}}}`), "pod-image-tag", "container web")
		require.NoError(t, patch(t, c.client, running, `{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"`+versioned+`"}]}}}}`))
		eventually(t, "the old ReplicaSet is scaled down, the new one up", func(ctx context.Context) bool {
			before, _, _ := unstructured.NestedInt64(first(replicaSets(ctx, unversioned)), "spec", "replicas")
			after, _, _ := unstructured.NestedInt64(first(replicaSets(ctx, versioned)), "status", "replicas")
			return before == 0 && after == 1
		})
	})
	t.Run("the control plane does its work, and users do not by its names", func(t *testing.T) {
		controller := c.as(t, rest.ImpersonationConfig{UserName: "system:serviceaccount:kube-system:clusterrole-aggregation-controller", Groups: []string{"system:masters"}})
		_, err := tryCreate(t, controller, aRole("aggregated"))
		require.NoError(t, err)
		for _, name := range []string{"system:admin", "system:serviceaccount:shop:default", "somebody"} {
			_, err := tryCreate(t, c.as(t, rest.ImpersonationConfig{UserName: name, Groups: []string{"system:masters"}}), aRole("mine"))
			requireRefused(t, err, "rbac-wildcard-verbs", "grants every verb")
		}
	})
}

func exemptions(t *testing.T, c *controlPlane, tomorrow, yesterday string) {
	label := admission.ExemptionLabel("pod-image-tag")
	namespace := func(name, expires, answers string) map[string]any {
		return map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{
			"name": name, "labels": map[string]any{label: expires}, "annotations": map[string]any{label: answers},
		}}
	}
	for name, expires := range map[string]string{"exempt": tomorrow, "lapsed": yesterday} {
		c.create(t, namespace(name, expires, "shop: the vendor's image is late"))
		c.awaitAccount(t, name)
	}
	_, err := tryCreate(t, c.client, aPod("exempt", "web", unversioned))
	require.NoError(t, err, "an exemption lets pass")
	_, err = tryCreate(t, c.client, aPod("lapsed", "web", unversioned))
	requireRefused(t, err, "pod-image-tag", "container web")
	_, err = tryCreate(t, c.client, aRole("legacy"))
	require.NoError(t, err, "an exemption of an object in no namespace lets pass")
	for _, name := range []string{"ended", "other"} {
		_, err = tryCreate(t, c.client, aRole(name))
		requireRefused(t, err, "rbac-wildcard-verbs", "grants every verb")
	}

	_, err = tryCreate(t, c.client, namespace("careless", "next-year", "shop: the vendor's image is late"))
	require.ErrorContains(t, err, "exemptions: an exemption has no last day")
	_, err = tryCreate(t, c.client, namespace("careless", tomorrow, "because"))
	require.ErrorContains(t, err, "exemptions: nobody answers for an exemption")

	// Who may label namespaces, but not change the policies.
	c.create(t, map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": map[string]any{"name": "labels"},
		"rules": []any{map[string]any{"apiGroups": []any{""}, "resources": []any{"namespaces"}, "verbs": []any{"get", "patch", "update"}}}})
	c.create(t, map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": map[string]any{"name": "labels"},
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "labels"},
		"subjects": []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "labeller"}}})
	labeller := c.as(t, rest.ImpersonationConfig{UserName: "labeller"})
	shop := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "shop"}}
	eventually(t, "the role is bound", func(context.Context) bool {
		return patch(t, labeller, shop, `{"metadata":{"labels":{"colour":"blue"}}}`) == nil
	})
	err = patch(t, labeller, shop, `{"metadata":{"labels":{"`+label+`":"`+tomorrow+`"},"annotations":{"`+label+`":"shop: I want to"}}}`)
	require.ErrorContains(t, err, "exemptions: only who may change the policies may exempt a namespace from a rule")
	err = patch(t, labeller, namespace("lapsed", "", ""), `{"metadata":{"labels":{"`+label+`":"`+tomorrow+`"}}}`)
	require.ErrorContains(t, err, "exemptions: only who may change the policies", "nor renew it")
	require.NoError(t, patch(t, labeller, namespace("exempt", "", ""), `{"metadata":{"labels":{"`+label+`":null},"annotations":{"`+label+`":null}}}`), "but end it")
}
