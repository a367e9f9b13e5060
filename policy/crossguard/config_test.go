package crossguard

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func TestSettingsReachTheRule(t *testing.T) {
	t.Parallel()
	client := dial(t, packOf(sizeRule()))
	resp, err := client.Analyze(context.Background(), sized(t, "medium"))
	require.NoError(t, err)
	require.Len(t, resp.GetDiagnostics(), 1, "by default medium is not allowed")

	require.NoError(t, configure(t, client, map[string]*pulumirpc.PolicyConfig{
		"small-size": entry(t, mandatory, map[string]any{"sizes": []any{"small", "medium"}}),
	}))
	resp, err = client.Analyze(context.Background(), sized(t, "medium"))
	require.NoError(t, err)
	require.Empty(t, resp.GetDiagnostics())

	require.NoError(t, configure(t, client, nil))
	resp, err = client.Analyze(context.Background(), sized(t, "medium"))
	require.NoError(t, err)
	require.Len(t, resp.GetDiagnostics(), 1, "a new configuration replaces the old one")
}

func TestWrongConfigurationIsRefusedWithAHint(t *testing.T) {
	t.Parallel()
	plain := onThings("no-settings", nil)
	tests := []struct {
		name   string
		config map[string]*pulumirpc.PolicyConfig
		want   []string
	}{
		{
			name:   "a misspelt rule",
			config: map[string]*pulumirpc.PolicyConfig{"smal-size": entry(t, advisory, nil)},
			want:   []string{`smal-size: there is no such rule; did you mean "small-size"?`},
		},
		{
			name:   "a rule that is like no other",
			config: map[string]*pulumirpc.PolicyConfig{"x": entry(t, advisory, nil)},
			want:   []string{"x: there is no such rule; there are small-size, no-settings"},
		},
		{
			name:   "a misspelt setting",
			config: map[string]*pulumirpc.PolicyConfig{"small-size": entry(t, advisory, map[string]any{"size": []any{}})},
			want:   []string{`small-size.size: there is no such setting; did you mean "sizes"?`},
		},
		{
			name:   "a setting of a rule without any",
			config: map[string]*pulumirpc.PolicyConfig{"no-settings": entry(t, advisory, map[string]any{"size": 1})},
			want:   []string{"no-settings.size: the rule has no settings; only its enforcementLevel can be set"},
		},
		{
			name:   "a value of another type",
			config: map[string]*pulumirpc.PolicyConfig{"small-size": entry(t, advisory, map[string]any{"sizes": "small"})},
			want:   []string{`small-size.sizes: small is no list; write ["a", "b"]`},
		},
		{
			name:   "settings for all rules",
			config: map[string]*pulumirpc.PolicyConfig{"all": entry(t, advisory, map[string]any{"sizes": []any{}})},
			want:   []string{"all: only an enforcementLevel can be set for all rules, not sizes"},
		},
		{
			name:   "a level of another protocol",
			config: map[string]*pulumirpc.PolicyConfig{"small-size": entry(t, 42, nil)},
			want:   []string{`small-size: "level 42 of the protocol" is no enforcement level; there are remediate, mandatory, advisory, disabled`},
		},
		{
			name: "everything that is wrong at once",
			config: map[string]*pulumirpc.PolicyConfig{
				"smal-size":  entry(t, advisory, nil),
				"small-size": entry(t, advisory, map[string]any{"sizes": []any{"huge", "small"}, "colour": 1}),
			},
			want: []string{
				"smal-size: there is no such rule",
				`small-size.sizes: "huge" is not allowed; allowed are small, medium`,
				"small-size.colour: there is no such setting",
				"The rules and their settings: docs/policy.md",
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := dial(t, packOf(sizeRule(), plain))
			err := configure(t, client, tt.config)
			require.Equal(t, codes.InvalidArgument, status.Code(err))
			for _, want := range tt.want {
				require.ErrorContains(t, err, want)
			}
			resp, err := client.Analyze(context.Background(), sized(t, "huge"))
			require.NoError(t, err)
			require.Equal(t, mandatory, resp.GetDiagnostics()[0].GetEnforcementLevel(), "nothing was changed")
		})
	}
}
