package tests

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// controlPlane is a real API server with its controllers, and nothing in it.
type controlPlane struct {
	sandbox *sandbox
	access  *localcluster.Access
	config  *rest.Config
	client  *dynamic.DynamicClient
}

func newControlPlane(t testing.TB) *controlPlane {
	t.Helper()
	s := newSandbox(t)
	dir := t.TempDir()
	access, err := localcluster.Start(context.Background(), filepath.Join(s.layout.Bin(), "control-plane"), dir, "gate")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, localcluster.Remove(context.Background(), dir, "gate")) })
	config, err := clientcmd.BuildConfigFromFlags("", access.Kubeconfig)
	require.NoError(t, err)
	config.QPS = -1
	c := &controlPlane{sandbox: s, access: access, config: config}
	c.client = c.as(t, rest.ImpersonationConfig{})
	return c
}

// as is a client for another user.
func (c *controlPlane) as(t testing.TB, user rest.ImpersonationConfig) *dynamic.DynamicClient {
	t.Helper()
	config := rest.CopyConfig(c.config)
	config.Impersonate = user
	config.WarningHandlerWithContext = warningCollector{}
	client, err := dynamic.NewForConfig(config)
	require.NoError(t, err)
	return client
}

// warnings collects what the API server warns of at one request.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

type warningsKey struct{}

func (w *warnings) context() context.Context {
	return context.WithValue(context.Background(), warningsKey{}, w)
}

type warningCollector struct{}

func (warningCollector) HandleWarningHeaderWithContext(ctx context.Context, _ int, _, text string) {
	if w, ok := ctx.Value(warningsKey{}).(*warnings); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.texts = append(w.texts, text)
	}
}

// clientFor is the client for objects like one, in the namespace default if it names none.
func clientFor(t testing.TB, client *dynamic.DynamicClient, object map[string]any) dynamic.ResourceInterface {
	t.Helper()
	apiVersion, _ := object["apiVersion"].(string)
	kind, _ := object["kind"].(string)
	version, err := schema.ParseGroupVersion(apiVersion)
	require.NoError(t, err)
	group := version.Group
	if group == "" {
		group = "core"
	}
	served, known := rule.Kind{Group: group, Name: kind}.Served()
	if !known {
		// Policies, their bindings and definitions of kinds, which no rule looks at.
		served.Resource, served.ClusterScoped = strings.ToLower(kind)+"s", true
		if stem, isY := strings.CutSuffix(strings.ToLower(kind), "y"); isY {
			served.Resource = stem + "ies"
		}
	}
	resources := client.Resource(version.WithResource(served.Resource))
	if served.ClusterScoped {
		return resources
	}
	namespace := (&unstructured.Unstructured{Object: object}).GetNamespace()
	if namespace == "" {
		namespace = "default"
	}
	return resources.Namespace(namespace)
}

// create makes an object.
func (c *controlPlane) create(t testing.TB, object map[string]any) {
	t.Helper()
	_, err := clientFor(t, c.client, object).Create(context.Background(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{})
	require.NoError(t, err)
}

// tryCreate makes an object without keeping it, and returns what the API server warns of.
func tryCreate(t testing.TB, client *dynamic.DynamicClient, object map[string]any) ([]string, error) {
	t.Helper()
	w := &warnings{}
	_, err := clientFor(t, client, object).Create(w.context(), &unstructured.Unstructured{Object: object}, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	return w.texts, err
}

// namespace makes a namespace with labels, and waits for the account that its pods have.
func (c *controlPlane) namespace(t testing.TB, name string, labels map[string]any) {
	t.Helper()
	c.create(t, map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": labels}})
	c.awaitAccount(t, name)
}

func (c *controlPlane) awaitAccount(t testing.TB, namespace string) {
	t.Helper()
	eventually(t, "the default service account of "+namespace, func(ctx context.Context) bool {
		_, err := c.client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "serviceaccounts"}).Namespace(namespace).Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
}

// install makes policies and bindings, bindings last, and waits until the API server asks the last of them about a probe
// that breaks one of its rules.
func (c *controlPlane) install(t testing.TB, objects []map[string]any, asked func() bool) {
	t.Helper()
	for _, kind := range []string{"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"} {
		for _, o := range objects {
			if o["kind"] == kind {
				c.create(t, o)
			}
		}
	}
	eventually(t, "the API server asks the policies", func(context.Context) bool { return asked() })
	// It reads policies and bindings anew every second; all were there when it read these.
	time.Sleep(2 * time.Second)
}
