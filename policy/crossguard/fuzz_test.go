package crossguard

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/ai-now/platform/policy/rule"
)

// FuzzDecodeProperties decodes properties of any form, as JSON or as the bytes of a
// message. What comes out is what rule.Value knows, the same every time, with no
// mark of the engine left and with no secret opened.
func FuzzDecodeProperties(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{"a": null, "b": [1.5, true, {"c": "x"}], "__defaults": ["x"]}`,
		`{"a": "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "b": ["030794c1-ac77-496b-92df-f27374a8bd58"]}`,
		`{"a": {"` + sig.Key + `": "` + sig.Secret + `", "value": {"b": "hidden"}}}`,
		`{"a": {"` + sig.Key + `": "` + sig.Secret + `"}}`,
		`{"a": {"` + sig.Key + `": "` + sig.OutputValue + `", "secret": true, "value": "hidden"}}`,
		`{"a": {"` + sig.Key + `": "` + sig.OutputValue + `", "secret": "yes"}}`,
		`{"a": {"` + sig.Key + `": "` + sig.ResourceReference + `", "urn": "urn:a", "id": ""}}`,
		`{"a": {"` + sig.Key + `": "` + sig.ByteString + `", "value": "%%"}}`,
		`{"a": {"` + sig.Key + `": "` + sig.AssetSig + `", "text": "x", "nested": {"` + sig.Key + `": 5}}}`,
		`{"a": {"` + sig.Key + `": "of a later engine"}}`,
	} {
		f.Add([]byte(seed))
		var s structpb.Struct
		require.NoError(f, protojson.Unmarshal([]byte(seed), &s))
		message, err := proto.Marshal(&s)
		require.NoError(f, err)
		f.Add(message)
	}
	message, err := proto.Marshal(marshal(f, resource.PropertyMap{
		"a": resource.MakeSecret(resource.MakeComputed(resource.NewProperty(""))),
		"b": resource.NewProperty(resource.Output{Element: resource.NewProperty("x"), Known: true, Secret: true}),
	}))
	require.NoError(f, err)
	f.Add(message)

	f.Fuzz(func(t *testing.T, data []byte) {
		var s structpb.Struct
		if protojson.Unmarshal(data, &s) != nil && proto.Unmarshal(data, &s) != nil {
			return
		}
		before, err := proto.MarshalOptions{Deterministic: true}.Marshal(&s)
		if err != nil {
			return // text that is no UTF-8: the engine sends none
		}
		tree := decodeProperties(&s)
		requireTree(t, tree)
		// JSON, for a number that is none is not equal to itself.
		text := rule.NewValue(tree).String()
		require.Equal(t, text, rule.NewValue(decodeProperties(&s)).String())
		after, err := proto.MarshalOptions{Deterministic: true}.Marshal(&s)
		require.NoError(t, err)
		require.Equal(t, before, after, "decoding changed the message")
		require.Equal(t, secretsInFields(&s), secretsOf(tree))
	})
}

// requireTree walks a tree as rule.Value describes it.
func requireTree(t *testing.T, data any) {
	t.Helper()
	switch d := data.(type) {
	case nil, bool, float64, rule.Unknown:
	case string:
		require.False(t, unknownMarks[d], "a mark of the engine is left")
	case rule.Secret:
		requireTree(t, d.Plain)
	case []any:
		for _, e := range d {
			requireTree(t, e)
		}
	case map[string]any:
		for k, e := range d {
			require.NotRegexp(t, "^__", k)
			requireTree(t, e)
		}
	default:
		t.Fatalf("%T is no part of a tree", data)
	}
}

// secretsIn counts the outermost secrets that the engine marked where they are read.
func secretsIn(v *structpb.Value) int {
	count := 0
	switch k := v.GetKind().(type) {
	case *structpb.Value_ListValue:
		for _, e := range k.ListValue.GetValues() {
			count += secretsIn(e)
		}
	case *structpb.Value_StructValue:
		fields := k.StructValue.GetFields()
		if mark, marked := fields[sig.Key]; marked && mark != nil {
			switch mark.GetStringValue() {
			case sig.Secret:
				return 1
			case sig.OutputValue:
				if fields["secret"].GetBoolValue() {
					return 1
				}
				return secretsIn(fields["value"])
			case sig.AssetSig, sig.ArchiveSig:
			default:
				return 0
			}
		}
		count += secretsInFields(k.StructValue)
	}
	return count
}

func secretsInFields(s *structpb.Struct) int {
	count := 0
	for key, v := range s.GetFields() {
		if !strings.HasPrefix(key, "__") {
			count += secretsIn(v)
		}
	}
	return count
}

// secretsOf counts the outermost secrets of a tree.
func secretsOf(data any) int {
	count := 0
	switch d := data.(type) {
	case rule.Secret:
		return 1
	case []any:
		for _, e := range d {
			count += secretsOf(e)
		}
	case map[string]any:
		for _, e := range d {
			count += secretsOf(e)
		}
	}
	return count
}
