package clouds

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/archive"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/asset"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// received is a set of properties from the engine, in plain values, with the names of those that were secret.
type received struct {
	props.Object
	secret map[string]bool
}

// receive decodes what the engine sent. Secrets come out of their wrapping;
// the names of the properties they were in are kept so that they can go back in.
func receive(s *structpb.Struct) (received, error) {
	m, err := plugin.UnmarshalProperties(s, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, SkipNulls: true,
	})
	if err != nil {
		return received{}, fmt.Errorf("the engine sent properties that cannot be decoded: %w", err)
	}
	r := received{Object: props.Object{}, secret: map[string]bool{}}
	for k, v := range m {
		r.Object[string(k)] = plain(v)
		if v.ContainsSecrets() {
			r.secret[string(k)] = true
		}
	}
	return r, nil
}

func plain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return plain(v.SecretValue().Element)
	case v.IsComputed():
		return props.Unknown
	case v.IsOutput():
		if !v.OutputValue().Known {
			return props.Unknown
		}
		return plain(v.OutputValue().Element)
	case v.IsResourceReference():
		if id, ok := v.ResourceReferenceValue().IDString(); ok {
			return id
		}
		return props.Unknown
	case v.IsAsset():
		return v.AssetValue().Serialize()
	case v.IsArchive():
		return v.ArchiveValue().Serialize()
	case v.IsArray():
		l := make([]any, len(v.ArrayValue()))
		for i, e := range v.ArrayValue() {
			l[i] = plain(e)
		}
		return l
	case v.IsObject():
		o := props.Object{}
		for k, e := range v.ObjectValue() {
			o[string(k)] = plain(e)
		}
		return o
	default:
		return v.V // nil, bool, float64 or string
	}
}

// send encodes properties for the engine; those named in secret, and those the type calls so, are marked as secrets.
func send(o props.Object, secrets ...map[string]bool) (*structpb.Struct, error) {
	m := resource.PropertyMap{}
	for k, v := range o {
		p, err := wrapped(v)
		if err != nil {
			return nil, fmt.Errorf("property %s: %w", k, err)
		}
		for _, s := range secrets {
			if s[k] && !p.IsSecret() {
				p = resource.MakeSecret(p)
			}
		}
		m[resource.PropertyKey(k)] = p
	}
	return plugin.MarshalProperties(m, plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true})
}

func wrapped(v any) (resource.PropertyValue, error) {
	switch x := v.(type) {
	case props.Object:
		if s, ok := x[sig.Key].(string); ok {
			return wrapAsset(s, x)
		}
		m := resource.PropertyMap{}
		for k, e := range x {
			p, err := wrapped(e)
			if err != nil {
				return p, err
			}
			m[resource.PropertyKey(k)] = p
		}
		return resource.NewProperty(m), nil
	case []any:
		l := make([]resource.PropertyValue, len(x))
		for i, e := range x {
			p, err := wrapped(e)
			if err != nil {
				return p, err
			}
			l[i] = p
		}
		return resource.NewProperty(l), nil
	case nil, bool, float64, string:
		if props.IsUnknown(v) {
			return resource.MakeComputed(resource.NewProperty("")), nil
		}
		return resource.NewPropertyValue(v), nil
	default:
		return resource.PropertyValue{}, fmt.Errorf("a value of type %T is none that JSON knows", v)
	}
}

func wrapAsset(s string, x props.Object) (resource.PropertyValue, error) {
	switch s {
	case asset.AssetSig:
		a, ok, err := asset.Deserialize(x)
		if err == nil && ok {
			return resource.NewProperty(a), nil
		}
		return resource.PropertyValue{}, fmt.Errorf("an asset that cannot be read: %w", err)
	case archive.ArchiveSig:
		a, ok, err := archive.Deserialize(x)
		if err == nil && ok {
			return resource.NewProperty(a), nil
		}
		return resource.PropertyValue{}, fmt.Errorf("an archive that cannot be read: %w", err)
	default:
		return resource.PropertyValue{}, fmt.Errorf("a value with the unknown signature %q", s)
	}
}

func names(paths []string) map[string]bool {
	m := make(map[string]bool, len(paths))
	for _, p := range paths {
		m[p] = true
	}
	return m
}
