package crossguard

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/ai-now/platform/policy/rule"
)

// applyEdits sets the edited properties in a copy of the engine's own form, so
// that secrets stay secrets and everything the rules do not see is kept.
func applyEdits(properties *structpb.Struct, edits []rule.Edit) (*structpb.Struct, error) {
	edited, ok := proto.Clone(properties).(*structpb.Struct)
	if !ok || edited == nil {
		edited = &structpb.Struct{}
	}
	root := structpb.NewStructValue(edited)
	for _, e := range edits {
		value, err := structpb.NewValue(e.To)
		if err != nil {
			return nil, fmt.Errorf("%s cannot be set to a %T", e.At.Path(), e.To)
		}
		if err := set(root, e.At.Steps(), value); err != nil {
			return nil, fmt.Errorf("%s cannot be set: %w", e.At.Path(), err)
		}
	}
	return edited, nil
}

func set(at *structpb.Value, steps []any, value *structpb.Value) error {
	for i, step := range steps {
		last := i == len(steps)-1
		at = unwrap(at)
		switch s := step.(type) {
		case string:
			fields, err := fieldsOf(at)
			if err != nil {
				return err
			}
			if last {
				fields[s] = value
				return nil
			}
			if isNull(fields[s]) {
				fields[s] = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{}})
			}
			at = fields[s]
		case int:
			elements := at.GetListValue().GetValues()
			if s >= len(elements) {
				return fmt.Errorf("there is no element %d", s)
			}
			if last {
				elements[s] = value
				return nil
			}
			at = elements[s]
		}
	}
	return errors.New("the path is empty")
}

// unwrap goes through the wrappers that rules do not see.
func unwrap(v *structpb.Value) *structpb.Value {
	for {
		fields := v.GetStructValue().GetFields()
		switch fields[sig.Key].GetStringValue() {
		case sig.Secret, sig.OutputValue:
			inner, ok := fields["value"]
			if !ok {
				return v
			}
			v = inner
		default:
			return v
		}
	}
}

func fieldsOf(v *structpb.Value) (map[string]*structpb.Value, error) {
	s := v.GetStructValue()
	if s == nil {
		return nil, errors.New("it is in something that is no object")
	}
	if _, marked := s.GetFields()[sig.Key]; marked {
		return nil, errors.New("it is in something that is not known yet")
	}
	if s.Fields == nil {
		s.Fields = map[string]*structpb.Value{}
	}
	return s.Fields, nil
}

func isNull(v *structpb.Value) bool {
	if v == nil {
		return true
	}
	_, null := v.GetKind().(*structpb.Value_NullValue)
	return null
}
