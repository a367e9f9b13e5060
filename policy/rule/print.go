package rule

import (
	"encoding/json"
	"fmt"
)

// String is the value as a message may show it: a secret is "[secret]", an
// unknown "not known yet", a missing one "not set", the rest is JSON.
func (v Value) String() string {
	switch {
	case v.secret:
		return redacted
	case v.IsUnknown():
		return "not known yet"
	case v.data == nil:
		return "not set"
	}
	text, err := json.Marshal(presentable(v.data))
	if err != nil {
		return fmt.Sprintf("(%T)", v.data)
	}
	return string(text)
}

// GoString keeps %#v from printing what String hides.
func (v Value) GoString() string { return v.String() }

// presentable replaces what must not or cannot be shown inside a tree.
func presentable(data any) any {
	switch d := data.(type) {
	case Secret:
		return redacted
	case Unknown:
		return "not known yet"
	case map[string]any:
		shown := make(map[string]any, len(d))
		for k, e := range d {
			shown[k] = presentable(e)
		}
		return shown
	case []any:
		shown := make([]any, len(d))
		for i, e := range d {
			shown[i] = presentable(e)
		}
		return shown
	default:
		return data
	}
}
