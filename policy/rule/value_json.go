package rule

import "encoding/json"

// Parsed is the document that a JSON text holds, as the policies of clouds are
// written: its parts have the text's path before their own. A value that is no
// text is itself, an unknown one stays unknown, and a text that is no JSON has
// no parts.
func (v Value) Parsed() Value {
	text, ok := v.data.(string)
	if !ok {
		return v
	}
	v.data = nil
	var tree any
	if json.Unmarshal([]byte(text), &tree) == nil {
		v.data = tree
	}
	return v
}

// OneOrMore are the elements of a list, or the value alone when it is none, as
// in policies that take "a" for ["a"]. A missing value has none; an unknown one
// is itself, so that questions to it stay undecided.
func (v Value) OneOrMore() []Value {
	switch v.data.(type) {
	case nil:
		return nil
	case []any:
		return v.Items()
	default:
		return []Value{v}
	}
}

// Keys are the keys of a map, sorted.
func (v Value) Keys() []string {
	fields, _ := v.data.(map[string]any)
	return sortedKeys(fields)
}
