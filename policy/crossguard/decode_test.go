package crossguard

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	_ "github.com/ai-now/platform/policy/internal/golden"
	"github.com/ai-now/platform/policy/rule"
)

// marshal makes the form the engine sends, with the engine's own options.
func marshal(t testing.TB, properties resource.PropertyMap) *structpb.Struct {
	t.Helper()
	s, err := plugin.MarshalProperties(properties,
		plugin.MarshalOptions{
			KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true, KeepByteString: true,
		})
	require.NoError(t, err)
	return s
}

func TestUnknownMarksAreThoseOfTheEngine(t *testing.T) {
	t.Parallel()
	marks := []string{
		plugin.UnknownBoolValue, plugin.UnknownNumberValue, plugin.UnknownStringValue, plugin.UnknownArrayValue,
		plugin.UnknownAssetValue, plugin.UnknownArchiveValue, plugin.UnknownObjectValue,
	}
	require.Len(t, unknownMarks, len(marks))
	for _, m := range marks {
		require.True(t, unknownMarks[m])
		require.Len(t, m, unknownMarkLength)
	}
}

func TestDecodeProperties(t *testing.T) {
	t.Parallel()
	text, err := asset.FromText("hello")
	require.NoError(t, err)
	unknown := resource.MakeComputed(resource.NewProperty(""))
	tests := []struct {
		name string
		in   resource.PropertyValue
		want any
	}{
		{"a null is nothing", resource.NewNullProperty(), nil},
		{"a bool", resource.NewProperty(true), true},
		{"a number", resource.NewProperty(1.5), 1.5},
		{"a string", resource.NewProperty("x"), "x"},
		{"a string as long as a mark is a string", resource.NewProperty("04da6b54-80e4-46f7-96ec-b56ff0331ba0"), "04da6b54-80e4-46f7-96ec-b56ff0331ba0"},
		{"an unknown string", unknown, rule.Unknown{}},
		{"an unknown list", resource.MakeComputed(resource.NewProperty([]resource.PropertyValue{})), rule.Unknown{}},
		{"an unknown object", resource.MakeComputed(resource.NewProperty(resource.PropertyMap{})), rule.Unknown{}},
		{"a list", resource.NewProperty([]resource.PropertyValue{resource.NewProperty(1.0), unknown}), []any{1.0, rule.Unknown{}}},
		{"an object", resource.NewProperty(resource.PropertyMap{"a": unknown, "__defaults": resource.NewProperty("x")}), map[string]any{"a": rule.Unknown{}}},
		{"a secret", resource.MakeSecret(resource.NewProperty("s")), rule.Secret{Plain: "s"}},
		{"an unknown secret", resource.MakeSecret(unknown), rule.Secret{Plain: rule.Unknown{}}},
		{"a known output", resource.NewProperty(resource.Output{Element: resource.NewProperty("o"), Known: true}), "o"},
		{"an unknown output", resource.NewProperty(resource.Output{}), rule.Unknown{}},
		{"a secret output", resource.NewProperty(resource.Output{Element: resource.NewProperty("o"), Known: true, Secret: true}), rule.Secret{Plain: "o"}},
		{"a reference to a resource is its id", resource.MakeCustomResourceReference("urn:x", "i-1", ""), "i-1"},
		{"a reference to a resource that is not made yet", resource.MakeCustomResourceReference("urn:x", "", ""), rule.Unknown{}},
		{"a reference to a component is its URN", resource.MakeComponentResourceReference("urn:x", ""), "urn:x"},
		{"bytes that are no text", resource.NewProperty("\xff\xfe"), "\xff\xfe"},
		{"an asset is an object", resource.NewProperty(text), map[string]any{"hash": text.Hash, "text": "hello"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := decodeProperties(marshal(t, resource.PropertyMap{"p": tt.in}))
			if tt.want == nil {
				require.Nil(t, got["p"])
				return
			}
			require.Equal(t, tt.want, got["p"])
		})
	}
}

func TestDecodeUnknownSignature(t *testing.T) {
	t.Parallel()
	s, err := structpb.NewStruct(map[string]any{"p": map[string]any{string(resource.SigKey): "of the future", "value": 1}})
	require.NoError(t, err)
	require.Equal(t, map[string]any{"p": rule.Unknown{}}, decodeProperties(s))
}

func TestDecodeNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, decodeProperties(nil))
}

func FuzzDecode(f *testing.F) {
	f.Add(`{"a":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"}}`)
	f.Add(`{"a":{"4dabf18193072939515e22adb298388d":"5cf8f73096256a8f31e491e813e4eb8e"}}`)
	f.Add(`{"a":{"4dabf18193072939515e22adb298388d":"d0e6a833031e9bbcd3f4e8bde6ca49a4","secret":"x"}}`)
	f.Add(`{"a":{"4dabf18193072939515e22adb298388d":7}}`)
	f.Fuzz(func(_ *testing.T, text string) {
		s := &structpb.Struct{}
		if s.UnmarshalJSON([]byte(text)) != nil {
			return // no JSON object: the protocol carries nothing else
		}
		_ = rule.NewResource("urn", "kubernetes:core/v1:Pod", "n", decodeProperties(s)).Properties.String()
	})
}
