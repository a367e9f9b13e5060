package clouds

import (
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// decodeSecrets decodes properties and leaves secrets wrapped.
func decodeSecrets(t *testing.T, s *structpb.Struct) resource.PropertyMap {
	t.Helper()
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	require.NoError(t, err)
	return m
}

func doksInputs() props.Object {
	return props.Object{"region": "fra1", "version": "latest", "nodePool": props.Object{"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 2}}
}

func TestAKubeconfigIsASecret(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	in, failures := e.check(doClusterType, "c", nil, doksInputs())
	require.Empty(t, failures)
	made, err := e.client.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(doClusterType, "c"), Properties: e.encode(in)})
	require.NoError(t, err)
	require.True(t, decodeSecrets(t, made.GetProperties())["kubeConfigs"].IsSecret())

	read, err := e.client.Read(t.Context(), &pulumirpc.ReadRequest{Id: made.GetId(), Urn: urn(doClusterType, "c"), Properties: made.GetProperties(), Inputs: e.encode(in)})
	require.NoError(t, err)
	require.True(t, decodeSecrets(t, read.GetProperties())["kubeConfigs"].IsSecret())

	info, err := os.Stat(e.store.Path(doClusterType, made.GetId()))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "the file holds a token")
}

func TestASecretInputStaysOneInEveryAnswer(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	in, err := plugin.MarshalProperties(resource.PropertyMap{
		"userData":     resource.MakeSecret(resource.NewProperty("hush")),
		"instanceType": resource.NewProperty("m6i.large"),
	}, plugin.MarshalOptions{KeepSecrets: true})
	require.NoError(t, err)
	checked, err := e.client.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn(awsLaunchTemplateType, "lt"), News: in, RandomSeed: seed})
	require.NoError(t, err)
	require.True(t, decodeSecrets(t, checked.GetInputs())["userData"].IsSecret())
	preview, err := e.client.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(awsLaunchTemplateType, "lt"), Properties: checked.GetInputs(), Preview: true})
	require.NoError(t, err)
	require.True(t, decodeSecrets(t, preview.GetProperties())["userData"].IsSecret())
	made, err := e.client.Create(t.Context(), &pulumirpc.CreateRequest{Urn: urn(awsLaunchTemplateType, "lt"), Properties: checked.GetInputs()})
	require.NoError(t, err)
	out := decodeSecrets(t, made.GetProperties())
	require.True(t, out["userData"].IsSecret())
	require.Equal(t, "hush", out["userData"].SecretValue().Element.StringValue())
	require.False(t, out["instanceType"].IsSecret())
	read, err := e.client.Read(t.Context(), &pulumirpc.ReadRequest{Id: made.GetId(), Urn: urn(awsLaunchTemplateType, "lt"), Properties: made.GetProperties(), Inputs: checked.GetInputs()})
	require.NoError(t, err)
	require.True(t, decodeSecrets(t, read.GetProperties())["userData"].IsSecret())
	require.True(t, decodeSecrets(t, read.GetInputs())["userData"].IsSecret())
}

func TestTheProvidersOwnTokenIsKeptNowhere(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	e := s.provider(DigitalOcean, props.Object{"token": "dop_v1_hush"})
	e.create(doVPCType, "net", props.Object{"region": "fra1"})
	objects, err := s.store.List(doVPCType)
	require.NoError(t, err)
	b, err := os.ReadFile(s.store.Path(doVPCType, objects[0].ID))
	require.NoError(t, err)
	require.NotContains(t, string(b), "dop_v1_hush")
}

func TestUnknownsAndAssetsSurviveTheWire(t *testing.T) {
	t.Parallel()
	a, err := resource.NewTextAsset("hello")
	require.NoError(t, err)
	s, err := plugin.MarshalProperties(resource.PropertyMap{
		"unknown": resource.MakeComputed(resource.NewProperty(true)),
		"list":    resource.NewProperty([]resource.PropertyValue{resource.MakeComputed(resource.NewProperty("")), resource.NewProperty("b")}),
		"asset":   resource.NewProperty(a),
	}, plugin.MarshalOptions{KeepUnknowns: true})
	require.NoError(t, err)
	r, err := receive(s)
	require.NoError(t, err)
	require.True(t, props.IsUnknown(r.Object["unknown"]), "an unknown boolean, too")
	require.True(t, props.HasUnknown(r.Object["list"]))
	back, err := send(r.Object)
	require.NoError(t, err)
	m := decodeSecrets(t, back)
	require.True(t, m["unknown"].IsComputed())
	require.True(t, m["asset"].IsAsset())
	require.Equal(t, "hello", m["asset"].AssetValue().Text)
}
