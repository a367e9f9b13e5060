package crossguard

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

const (
	advisory  = pulumirpc.EnforcementLevel_ADVISORY
	mandatory = pulumirpc.EnforcementLevel_MANDATORY
	disabled  = pulumirpc.EnforcementLevel_DISABLED
	remediate = pulumirpc.EnforcementLevel_REMEDIATE
)

func TestLevelOfAFinding(t *testing.T) {
	t.Parallel()
	type config map[string]pulumirpc.EnforcementLevel
	tests := []struct {
		name       string
		pack, rule rule.Level
		initial    configuration.Config
		config     config
		want       pulumirpc.EnforcementLevel
	}{
		{name: "nobody says anything", want: mandatory},
		{name: "the pack's level", pack: rule.Advisory, want: advisory},
		{name: "the rule goes over the pack", pack: rule.Advisory, rule: rule.Mandatory, want: mandatory},
		{name: "an advisory rule in a mandatory pack", pack: rule.Mandatory, rule: rule.Advisory, want: advisory},
		{name: "all goes over the rule", rule: rule.Mandatory, config: config{"all": advisory}, want: advisory},
		{name: "the rule's own entry goes over all", config: config{"all": advisory, "small-size": mandatory}, want: mandatory},
		{name: "the rule's own entry goes over the rule", rule: rule.Advisory, config: config{"small-size": mandatory}, want: mandatory},
		{name: "a disabled rule is silent", rule: rule.Disabled, want: disabled},
		{name: "configuration disables a rule", config: config{"small-size": disabled}, want: disabled},
		{name: "all disables a rule", config: config{"all": disabled}, want: disabled},
		{name: "configuration enables a rule", rule: rule.Disabled, config: config{"small-size": advisory}, want: advisory},
		{name: "a rule at level remediate that is still broken is mandatory", rule: rule.Remediate, want: mandatory},
		{name: "the pack's initial configuration goes over the rule", rule: rule.Mandatory, initial: configuration.Config{"small-size": {Level: rule.Advisory}}, want: advisory},
		{name: "a user's all goes over the pack's initial entry", initial: configuration.Config{"small-size": {Level: rule.Mandatory}}, config: config{"all": advisory}, want: advisory},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pack := packOf(at(sizeRule(), tt.rule))
			pack.Level, pack.Initial = tt.pack, tt.initial
			client := dial(t, pack)
			given := map[string]*pulumirpc.PolicyConfig{}
			for id, level := range tt.config {
				given[id] = entry(t, level, nil)
			}
			require.NoError(t, configure(t, client, given))
			resp, err := client.Analyze(context.Background(), sized(t, "huge"))
			require.NoError(t, err)
			if tt.want == disabled {
				require.Empty(t, resp.GetDiagnostics())
				require.Equal(t, map[string]string{"small-size": "the rule is disabled"}, reasons(resp.GetNotApplicable()))
				return
			}
			require.Len(t, resp.GetDiagnostics(), 1)
			require.Equal(t, tt.want, resp.GetDiagnostics()[0].GetEnforcementLevel())
		})
	}
}

func TestLevelsTheEngineIsTold(t *testing.T) {
	t.Parallel()
	pack := packOf(
		at(onThings("own", nil), rule.Remediate),
		onThings("of-the-pack", nil),
		onThings("initial", nil),
	)
	pack.Level = rule.Advisory
	pack.Initial = configuration.Config{"initial": {Level: rule.Disabled}}
	info, err := dial(t, pack).GetAnalyzerInfo(context.Background(), nil)
	require.NoError(t, err)
	got := map[string]pulumirpc.EnforcementLevel{}
	for _, p := range info.GetPolicies() {
		got[p.GetName()] = p.GetEnforcementLevel()
	}
	require.Equal(t, map[string]pulumirpc.EnforcementLevel{
		"own": remediate, "of-the-pack": advisory, "initial": disabled,
	}, got)
}
