package expressions_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
)

// TestDefaultsGuessNoUnknown replaces every part of the objects by an unknown. The
// object with its defaults must leave open all that depends on it: whatever the
// unknown becomes, nothing else may differ.
func TestDefaultsGuessNoUnknown(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/defaults.yaml")
	require.NoError(t, err)
	var samples []struct {
		Name  string         `json:"name"`
		Given map[string]any `json:"given"`
	}
	require.NoError(t, yaml.Unmarshal(text, &samples))
	for _, s := range samples {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			apiVersion, _ := s.Given["apiVersion"].(string)
			kind, _ := s.Given["kind"].(string)
			if !strings.Contains(apiVersion, "/") {
				apiVersion = "core/" + apiVersion
			}
			typ := "kubernetes:" + apiVersion + ":" + kind
			for _, at := range places(s.Given, nil) {
				if at[0] == "apiVersion" || at[0] == "kind" {
					continue
				}
				open := expressions.Object(resource(typ, with(s.Given, at, rule.Unknown{})))
				for _, fill := range append(fills, lookup(s.Given, at)) {
					filled := expressions.Object(resource(typ, with(s.Given, at, fill)))
					require.True(t, covers(open, filled, true), "unknown at %v: %v\nfilled with %v: %v", at, open, fill, filled)
				}
			}
		})
	}
}

// covers says whether an object with unknowns may become another: all that it
// knows is the same there.
func covers(open, filled any, there bool) bool {
	switch o := open.(type) {
	case map[string]any:
		f, ok := filled.(map[string]any)
		if !there {
			// A map of nothing but unknowns may not be there at all.
			for _, v := range o {
				if !covers(v, nil, false) {
					return false
				}
			}
			return len(o) > 0
		}
		if !ok {
			return false
		}
		for k := range f {
			if _, known := o[k]; !known {
				return false
			}
		}
		for k, v := range o {
			value, there := f[k]
			if !covers(v, value, there) {
				return false
			}
		}
		return true
	case []any:
		f, ok := filled.([]any)
		if !ok || len(f) != len(o) {
			return false
		}
		for i := range o {
			if !covers(o[i], f[i], true) {
				return false
			}
		}
		return true
	default:
		return expressions.IsUnknown(open) || there && open == filled
	}
}
