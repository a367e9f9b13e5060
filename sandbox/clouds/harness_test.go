package clouds

import (
	"context"
	"net"
	"os"
	"sync"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/structpb"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	clientv1 "k8s.io/client-go/kubernetes/typed/core/v1"
	fakev1 "k8s.io/client-go/kubernetes/typed/core/v1/fake"
	clienttesting "k8s.io/client-go/testing"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// fakePlanes are control planes with nothing in them but nodes.
type fakePlanes struct {
	mu      sync.Mutex
	planes  map[string]clientv1.NodeInterface
	removed []string
	// started is called while a control plane starts.
	started func(name string) error
}

func (f *fakePlanes) Start(_ context.Context, name string) (*localcluster.Access, error) {
	if f.started != nil {
		if err := f.started(name); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.planes[name] == nil {
		fake := &clienttesting.Fake{}
		fake.AddReactor("*", "*", clienttesting.ObjectReaction(clienttesting.NewObjectTracker(scheme.Scheme, scheme.Codecs.UniversalDecoder())))
		f.planes[name] = (&fakev1.FakeCoreV1{Fake: fake}).Nodes()
	}
	return &localcluster.Access{Name: name, Server: "https://127.0.0.1:6443", CA: []byte("authority of " + name), Token: "token-of-" + name}, nil
}

func (f *fakePlanes) Remove(_ context.Context, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.planes, name)
	f.removed = append(f.removed, name)
	return nil
}

func (f *fakePlanes) Nodes(name string) (clientv1.NodeInterface, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.planes[name] == nil {
		return nil, os.ErrNotExist
	}
	return f.planes[name], nil
}

// engine calls a provider as the Pulumi engine does, over gRPC.
type engine struct {
	t      *testing.T
	client pulumirpc.ResourceProviderClient
	store  *store.Store
	planes *fakePlanes
}

// stack is the state of one test: all clouds share a store and control planes.
type stack struct {
	t      *testing.T
	store  *store.Store
	planes *fakePlanes
}

func newStack(t *testing.T) *stack {
	t.Helper()
	return &stack{t: t, store: store.Open(t.TempDir()), planes: &fakePlanes{planes: map[string]clientv1.NodeInterface{}}}
}

// provider serves a cloud, configured.
func (s *stack) provider(c *Cloud, config props.Object) *engine {
	s.t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	pulumirpc.RegisterResourceProviderServer(server, NewProvider(c, s.store, s.planes))
	go func() { _ = server.Serve(listener) }()
	s.t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///clouds", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	require.NoError(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	e := &engine{t: s.t, client: pulumirpc.NewResourceProviderClient(conn), store: s.store, planes: s.planes}
	_, err = e.client.Configure(s.t.Context(), &pulumirpc.ConfigureRequest{Args: e.encode(config), AcceptSecrets: true})
	require.NoError(s.t, err)
	return e
}

func (s *stack) aws() *engine { return s.provider(AWS, props.Object{"region": "eu-west-1"}) }
func (s *stack) gcp() *engine {
	return s.provider(GCP, props.Object{"project": "demo", "region": "europe-west1"})
}
func (s *stack) digitalOcean() *engine {
	return s.provider(DigitalOcean, props.Object{"token": "secret"})
}

func newAWS(t *testing.T) *engine { t.Helper(); return newStack(t).aws() }

func (e *engine) encode(o props.Object) *structpb.Struct {
	e.t.Helper()
	if o == nil {
		o = props.Object{}
	}
	s, err := send(asObject(o))
	require.NoError(e.t, err)
	return s
}

func (e *engine) decode(s *structpb.Struct) props.Object {
	e.t.Helper()
	r, err := receive(s)
	require.NoError(e.t, err)
	return r.Object
}

func urn(typ, name string) string { return "urn:pulumi:test::ai-now::" + typ + "::" + name }

// seed is what the engine gives a resource for random values: the same from preview to update.
var seed = []byte("0123456789abcdef0123456789abcdef")

// resourceState is what the engine keeps of a resource.
type resourceState struct {
	typ, name, id   string
	inputs, outputs props.Object
}

func (r resourceState) urn() string { return urn(r.typ, r.name) }

func (e *engine) check(typ, name string, old, in props.Object) (props.Object, []*pulumirpc.CheckFailure) {
	e.t.Helper()
	r, err := e.client.Check(e.t.Context(), &pulumirpc.CheckRequest{Urn: urn(typ, name), Olds: e.encode(old), News: e.encode(in), RandomSeed: seed})
	require.NoError(e.t, err)
	return e.decode(r.GetInputs()), r.GetFailures()
}

// tryCreate checks and creates.
func (e *engine) tryCreate(typ, name string, in props.Object) (resourceState, error) {
	e.t.Helper()
	checked, failures := e.check(typ, name, nil, in)
	require.Empty(e.t, failures)
	r, err := e.client.Create(e.t.Context(), &pulumirpc.CreateRequest{Urn: urn(typ, name), Properties: e.encode(checked)})
	if err != nil {
		return resourceState{}, err
	}
	return resourceState{typ: typ, name: name, id: r.GetId(), inputs: checked, outputs: e.decode(r.GetProperties())}, nil
}

func (e *engine) create(typ, name string, in props.Object) resourceState {
	e.t.Helper()
	r, err := e.tryCreate(typ, name, in)
	require.NoError(e.t, err)
	return r
}

func (e *engine) preview(typ, name string, in props.Object) props.Object {
	e.t.Helper()
	checked, failures := e.check(typ, name, nil, in)
	require.Empty(e.t, failures)
	r, err := e.client.Create(e.t.Context(), &pulumirpc.CreateRequest{Urn: urn(typ, name), Properties: e.encode(checked), Preview: true})
	require.NoError(e.t, err)
	return e.decode(r.GetProperties())
}

func (e *engine) diff(r resourceState, in props.Object) *pulumirpc.DiffResponse {
	e.t.Helper()
	checked, failures := e.check(r.typ, r.name, r.inputs, in)
	require.Empty(e.t, failures)
	d, err := e.client.Diff(e.t.Context(), &pulumirpc.DiffRequest{
		Id: r.id, Urn: r.urn(), OldInputs: e.encode(r.inputs), Olds: e.encode(r.outputs), News: e.encode(checked),
	})
	require.NoError(e.t, err)
	return d
}

func (e *engine) tryUpdate(r resourceState, in props.Object, preview bool) (resourceState, error) {
	e.t.Helper()
	checked, failures := e.check(r.typ, r.name, r.inputs, in)
	require.Empty(e.t, failures)
	u, err := e.client.Update(e.t.Context(), &pulumirpc.UpdateRequest{
		Id: r.id, Urn: r.urn(), OldInputs: e.encode(r.inputs), Olds: e.encode(r.outputs), News: e.encode(checked), Preview: preview,
	})
	if err != nil {
		return r, err
	}
	r.inputs, r.outputs = checked, e.decode(u.GetProperties())
	return r, nil
}

func (e *engine) update(r resourceState, in props.Object) resourceState {
	e.t.Helper()
	r, err := e.tryUpdate(r, in, false)
	require.NoError(e.t, err)
	return r
}

// read refreshes; gone is true if the resource does not exist any more.
func (e *engine) read(r resourceState) (now resourceState, gone bool) {
	e.t.Helper()
	a, err := e.client.Read(e.t.Context(), &pulumirpc.ReadRequest{Id: r.id, Urn: r.urn(), Inputs: e.encode(r.inputs), Properties: e.encode(r.outputs)})
	require.NoError(e.t, err)
	if a.GetId() == "" {
		return r, true
	}
	r.inputs, r.outputs = e.decode(a.GetInputs()), e.decode(a.GetProperties())
	return r, false
}

func (e *engine) tryDelete(r resourceState) error {
	_, err := e.client.Delete(e.t.Context(), &pulumirpc.DeleteRequest{Id: r.id, Urn: r.urn(), Properties: e.encode(r.outputs)})
	return err
}

func (e *engine) delete(r resourceState) { e.t.Helper(); require.NoError(e.t, e.tryDelete(r)) }

func (e *engine) invoke(token string, args props.Object) (props.Object, error) {
	e.t.Helper()
	r, err := e.client.Invoke(e.t.Context(), &pulumirpc.InvokeRequest{Tok: token, Args: e.encode(args)})
	if err != nil {
		return nil, err
	}
	return e.decode(r.GetReturn()), nil
}

// nodes lists the nodes of a cluster by name.
func (e *engine) nodes(cluster string) map[string]corev1.Node {
	e.t.Helper()
	client, err := e.planes.Nodes(cluster)
	require.NoError(e.t, err)
	list, err := client.List(e.t.Context(), metav1.ListOptions{})
	require.NoError(e.t, err)
	out := map[string]corev1.Node{}
	for _, n := range list.Items {
		out[n.Name] = n
	}
	return out
}
