package rule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestConfigure(t *testing.T) {
	t.Parallel()
	one, ten := 1.0, 10.0
	r := &Rule{
		ID:           "r",
		Environments: []string{"prod"},
		Settings: []Setting{
			{Name: "text", Type: Text, Default: "a", Allowed: []string{"a", "b"}},
			{Name: "count", Type: Integer, Default: 3.0, Min: &one, Max: &ten},
			{Name: "share", Type: Number, Default: 0.5},
			{Name: "strict", Type: Flag, Default: true},
			{Name: "names", Type: StringList, Default: []any{}},
		},
	}
	tests := []struct {
		name  string
		given map[string]any
		want  string // "" when the value is taken
	}{
		{"an allowed text", map[string]any{"text": "b"}, ""},
		{"a text that is not allowed", map[string]any{"text": "c"}, `r.text: "c" is not allowed; allowed are a, b`},
		{"a number for a text", map[string]any{"text": 1.0}, "r.text: 1 is no text; write a string"},
		{"a count", map[string]any{"count": 10.0}, ""},
		{"half a count", map[string]any{"count": 1.5}, "r.count: 1.5 is no whole number"},
		{"too small a count", map[string]any{"count": 0.0}, "r.count: 0 is too small; the least is 1"},
		{"too big a count", map[string]any{"count": 11.0}, "r.count: 11 is too big; the most is 10"},
		{"a text for a count", map[string]any{"count": "3"}, "r.count: 3 is no number"},
		{"a share", map[string]any{"share": 0.1}, ""},
		{"a flag", map[string]any{"strict": false}, ""},
		{"a text for a flag", map[string]any{"strict": "yes"}, "r.strict: yes is neither true nor false"},
		{"a list", map[string]any{"names": []any{"x"}}, ""},
		{"a number in a list", map[string]any{"names": []any{"x", 1.0}}, "r.names: element 1, 1, is no text; write a string"},
		{"the environments of the rule", map[string]any{"environments": []any{"dev"}}, ""},
		{"a misspelt setting", map[string]any{"cout": 1.0}, `r.cout: there is no such setting; did you mean "count"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			settings, wrong := r.Configure(tt.given)
			if tt.want == "" {
				require.Empty(t, wrong)
				for name, value := range tt.given {
					require.Equal(t, value, settings[name])
				}
				return
			}
			require.Len(t, wrong, 1)
			require.EqualError(t, wrong[0], tt.want)
			require.Equal(t, r.DefaultSettings(), settings, "a refused value changes nothing")
		})
	}
	defaults := r.DefaultSettings()
	require.Equal(t, 3, defaults.Int("count"))
	require.True(t, defaults.Flag("strict"))
	require.Equal(t, []string{"prod"}, defaults.Strings("environments"))
	require.PanicsWithValue(t, `the rule has no setting "x" that is a number`, func() { defaults.Int("x") })
}

func TestSchema(t *testing.T) {
	t.Parallel()
	least := 1.0
	require.Equal(t, map[string]any{
		"type": "integer", "description": "d", "default": 3.0, "minimum": 1.0,
	}, Setting{Name: "n", Type: Integer, Description: "d", Default: 3.0, Min: &least}.Schema())
	require.Equal(t, map[string]any{
		"type": "array", "description": "d", "default": []any{"a"},
		"items": map[string]any{"type": "string", "enum": []any{"a", "b"}},
	}, Setting{Name: "n", Type: StringList, Description: "d", Default: []any{"a"}, Allowed: []string{"a", "b"}}.Schema())
}
