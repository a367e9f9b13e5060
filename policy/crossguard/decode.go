package crossguard

import (
	"encoding/base64"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/ai-now/platform/policy/rule"
)

// The strings by which the engine marks a value that is not known yet, one for
// each type it may turn out to have. They are the Unknown…Value constants of
// sdk/go/common/resource/plugin, repeated here because that package brings the
// whole plugin host with it; a test compares the two.
var unknownMarks = map[string]bool{
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": true, // bool
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421": true, // number
	"04da6b54-80e4-46f7-96ec-b56ff0331ba9": true, // string
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": true, // array
	"030794c1-ac77-496b-92df-f27374a8bd58": true, // asset
	"e48ece36-62e2-4504-bad9-02848725956a": true, // archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff": true, // object
}

// unknownMarkLength is the length of all of them: no string of another length
// is looked up.
const unknownMarkLength = 36

// decodeProperties turns properties as the engine sends them into the tree of
// rule.Value.
func decodeProperties(s *structpb.Struct) map[string]any {
	tree := make(map[string]any, len(s.GetFields()))
	for key, v := range s.GetFields() {
		// Keys of the engine and the providers for themselves ("__defaults").
		if strings.HasPrefix(key, "__") {
			continue
		}
		tree[key] = decodeValue(v)
	}
	return tree
}

func decodeValue(v *structpb.Value) any {
	switch k := v.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return k.BoolValue
	case *structpb.Value_NumberValue:
		return k.NumberValue
	case *structpb.Value_StringValue:
		if len(k.StringValue) == unknownMarkLength && unknownMarks[k.StringValue] {
			return rule.Unknown{}
		}
		return k.StringValue
	case *structpb.Value_ListValue:
		values := k.ListValue.GetValues()
		list := make([]any, len(values))
		for i, e := range values {
			list[i] = decodeValue(e)
		}
		return list
	case *structpb.Value_StructValue:
		if mark := k.StructValue.GetFields()[sig.Key]; mark != nil {
			return decodeMarked(mark.GetStringValue(), k.StructValue)
		}
		return decodeProperties(k.StructValue)
	default:
		return nil
	}
}

// decodeMarked decodes an object that carries a signature: it stands for
// something else than an object.
func decodeMarked(signature string, s *structpb.Struct) any {
	fields := s.GetFields()
	switch signature {
	case sig.Secret:
		return rule.Secret{Plain: decodeValue(fields["value"])}
	case sig.OutputValue:
		return decodeOutput(fields)
	case sig.ResourceReference:
		// Like the engine: the id, or the URN of a resource without one.
		id, has := fields["id"]
		if !has {
			return fields["urn"].GetStringValue()
		}
		if id.GetStringValue() == "" {
			return rule.Unknown{}
		}
		return decodeValue(id)
	case sig.ByteString:
		decoded, err := base64.StdEncoding.DecodeString(fields["value"].GetStringValue())
		if err != nil {
			return rule.Unknown{}
		}
		return string(decoded)
	case sig.AssetSig, sig.ArchiveSig:
		plain := decodeProperties(s)
		delete(plain, sig.Key)
		return plain
	default:
		// Something this version does not know: nothing can be said about it.
		return rule.Unknown{}
	}
}

func decodeOutput(fields map[string]*structpb.Value) any {
	var plain any = rule.Unknown{}
	if value, known := fields["value"]; known {
		plain = decodeValue(value)
	}
	if fields["secret"].GetBoolValue() {
		return rule.Secret{Plain: plain}
	}
	return plain
}
