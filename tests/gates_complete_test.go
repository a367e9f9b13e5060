package tests

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/rule"
)

// complete gives an object what the API server asks of one of its kind and a case leaves out, for it is about
// something else.
func complete(object map[string]any, kind rule.Served) {
	metadata := mappingAt(object, "metadata")
	fillIn(metadata, "name", "sample")
	if where, runsPods := rule.PodSpecPath(kind.Kind); runsPods {
		completeWorkload(object, kind.Name, where)
		return
	}
	if name, _ := metadata["name"].(string); (kind.Name == "Namespace" || kind.Name == "ServiceAccount") && !admission.LeavesAlone(name) {
		metadata["name"] = name + "-other" // that of this name is there for other samples
	}
	spec := func() map[string]any { return mappingAt(object, "spec") }
	switch kind.Name {
	case "Service":
		if spec()["type"] != "ExternalName" && spec()["ports"] == nil {
			spec()["ports"] = []any{map[string]any{"port": 443}}
		}
	case "PersistentVolumeClaim":
		fillIn(spec(), "accessModes", []any{"ReadWriteOnce"})
		fillIn(spec(), "resources", map[string]any{"requests": map[string]any{"storage": "1Gi"}})
	case "PersistentVolume":
		fillIn(spec(), "accessModes", []any{"ReadWriteOnce"})
		fillIn(spec(), "capacity", map[string]any{"storage": "1Gi"})
	case "StorageClass":
		fillIn(object, "provisioner", "example.com/disk")
	case "PriorityClass":
		fillIn(object, "value", 1)
	case "RoleBinding", "ClusterRoleBinding":
		fillIn(object, "roleRef", map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"})
		completeSubjects(object, metadata)
	case "NetworkPolicy":
		fillIn(spec(), "podSelector", map[string]any{})
	case "HorizontalPodAutoscaler":
		fillIn(spec(), "scaleTargetRef", map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "name": "sample"})
		fillIn(spec(), "maxReplicas", 3)
	case "PodDisruptionBudget":
		fillIn(spec(), "selector", map[string]any{"matchLabels": map[string]any{"app": "sample"}})
	case "Ingress":
		if spec()["rules"] == nil && spec()["defaultBackend"] == nil {
			spec()["defaultBackend"] = map[string]any{"service": map[string]any{"name": "sample", "port": map[string]any{"number": 80}}}
		}
	case "APIService":
		completeAPIService(metadata, spec())
	}
}

func completeAPIService(metadata, spec map[string]any) {
	fillIn(spec, "group", "sample.example.com")
	fillIn(spec, "version", "v1")
	fillIn(spec, "groupPriorityMinimum", 100)
	fillIn(spec, "versionPriority", 100)
	// Its name is made of what it serves.
	metadata["name"] = fmt.Sprintf("%s.%s", spec["version"], spec["group"])
	if service, ok := spec["service"].(map[string]any); ok {
		fillIn(service, "name", "sample")
		fillIn(service, "namespace", "default")
	}
}

func completeSubjects(object, metadata map[string]any) {
	subjects, _ := object["subjects"].([]any)
	for _, s := range subjects {
		subject, _ := s.(map[string]any)
		if subject["kind"] == "ServiceAccount" {
			namespace := metadata["namespace"]
			if namespace == nil {
				namespace = "default"
			}
			fillIn(subject, "namespace", namespace)
		}
	}
}

func completeWorkload(object map[string]any, kind string, where []string) {
	spec := object
	for _, key := range where {
		spec = mappingAt(spec, key)
	}
	completePod(spec)
	switch kind {
	case "Pod":
		return
	case "Job", "CronJob":
		fillIn(spec, "restartPolicy", "Never")
		if spec["restartPolicy"] == "Always" {
			spec["restartPolicy"] = "Never"
		}
		if kind == "CronJob" {
			fillIn(mappingAt(object, "spec"), "schedule", "0 3 * * *")
		}
		return
	case "StatefulSet":
		fillIn(mappingAt(object, "spec"), "serviceName", "sample")
	}
	// A selector is that of the template's labels.
	labels := mappingAt(mappingAt(mappingAt(mappingAt(object, "spec"), "template"), "metadata"), "labels")
	fillIn(labels, "app", "sample")
	selector := map[string]any{"matchLabels": map[string]any{"app": labels["app"]}}
	if kind == "ReplicationController" {
		selector = map[string]any{"app": labels["app"]}
	}
	mappingAt(object, "spec")["selector"] = selector
}

func completePod(spec map[string]any) {
	if list, _ := spec["containers"].([]any); len(list) == 0 {
		spec["containers"] = []any{map[string]any{"name": "sample"}}
	}
	names := map[any]bool{}
	for _, key := range []string{"containers", "initContainers"} {
		list, _ := spec[key].([]any)
		for i, c := range list {
			container, ok := c.(map[string]any)
			if !ok {
				continue
			}
			fillIn(container, "name", fmt.Sprintf("%s-%d", strings.ToLower(key), i))
			if names[container["name"]] {
				container["name"] = fmt.Sprintf("%s-%d", container["name"], i)
			}
			names[container["name"]] = true
			if container["image"] == nil || container["image"] == "" {
				container["image"] = "registry.example.com/sample:1.0"
			}
		}
	}
}

// mappingAt is the mapping at a key, made where it is missing.
func mappingAt(of map[string]any, key string) map[string]any {
	inner, ok := of[key].(map[string]any)
	if !ok {
		inner = map[string]any{}
		of[key] = inner
	}
	return inner
}

func fillIn(in map[string]any, key string, value any) {
	if in[key] == nil {
		in[key] = value
	}
}

// prepare makes what objects refer to and the API server looks for: namespaces, the accounts and priorities of pods,
// and the kinds that are not its own.
func (c *controlPlane) prepare(t *testing.T, samples []sample) {
	t.Helper()
	for _, kind := range []struct{ name, plural string }{{"Gateway", "gateways"}, {"HTTPRoute", "httproutes"}} {
		c.create(t, definition(kind.name, kind.plural))
	}
	namespaces, accounts, priorities := map[string]bool{"default": true}, map[string]bool{}, map[string]bool{}
	for _, s := range samples {
		res := s.resource()
		namespace, named := res.Namespace().Text()
		if !named {
			namespace = "default"
		}
		namespaces[namespace] = true
		if pod := res.Pod(); pod != nil && res.Pod().Spec.Path() == "spec" {
			account, _ := pod.Spec.Get("serviceAccountName").OrElse(pod.Spec.Get("serviceAccount")).Text()
			accounts[namespace+"/"+account] = account != ""
			priority, _ := pod.Spec.Get("priorityClassName").Text()
			priorities[priority] = priority != ""
		}
	}
	for _, name := range slices.Sorted(maps.Keys(namespaces)) {
		c.ensure(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name}})
	}
	for _, name := range slices.Sorted(maps.Keys(namespaces)) {
		c.awaitAccount(t, name)
	}
	for key, named := range accounts {
		namespace, name, _ := strings.Cut(key, "/")
		if named {
			c.ensure(t, map[string]any{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": map[string]any{"name": name, "namespace": namespace}})
		}
	}
	for name, named := range priorities {
		if named && !strings.HasPrefix(name, "system-") {
			c.ensure(t, map[string]any{"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": map[string]any{"name": name}, "value": 1})
		}
	}
	for _, plural := range []string{"gateways", "httproutes"} {
		eventually(t, plural+" are served", func(ctx context.Context) bool {
			served := schema.GroupVersionResource{Group: "gateway.networking.k8s.io", Version: "v1", Resource: plural}
			_, err := c.client.Resource(served).List(ctx, metav1.ListOptions{})
			return err == nil
		})
	}
}

// ensure makes an object unless it is there.
func (c *controlPlane) ensure(t *testing.T, object map[string]any) {
	t.Helper()
	_, err := clientFor(t, c.client, object).Create(context.Background(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		require.NoError(t, err)
	}
}

// definition is that of a kind of the Gateway API, with any fields.
func definition(kind, plural string) map[string]any {
	return map[string]any{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
		"metadata": map[string]any{
			"name":        plural + ".gateway.networking.k8s.io",
			"annotations": map[string]any{"api-approved.kubernetes.io": "unapproved, a stand-in of a test"},
		},
		"spec": map[string]any{
			"group": "gateway.networking.k8s.io", "scope": "Namespaced",
			"names": map[string]any{"kind": kind, "plural": plural, "singular": strings.ToLower(kind), "listKind": kind + "List"},
			"versions": []any{map[string]any{
				"name": "v1", "served": true, "storage": true,
				"schema": map[string]any{"openAPIV3Schema": map[string]any{"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
			}},
		},
	}
}
