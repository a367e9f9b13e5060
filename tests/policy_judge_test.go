package tests

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/crossguard"
	"github.com/ai-now/platform/policy/expressions"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// judge is the policy pack as prod runs it, asked as the engine asks it.
type judge struct{ server *crossguard.Server }

// finding is a rule and what it has something to say about, "" for the stack.
type finding struct{ rule, urn string }

// said is what a rule said.
type said struct {
	level   pulumirpc.EnforcementLevel
	message string
}

func newJudge(t *testing.T) judge {
	t.Helper()
	prod, err := configuration.Profile("prod")
	require.NoError(t, err)
	server, err := crossguard.NewServer(crossguard.Pack{
		Name: "ai-now", Version: "0.1.0", Level: rule.Mandatory, Rules: rules.All(), Initial: prod,
		Evaluator: expressions.New(), Reference: rules.ReferenceFile,
		EnvironmentKey: "ai-now:environment", ConfigurationKey: "ai-now:policy",
	})
	require.NoError(t, err)
	_, err = server.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{
		Stack: "prod", Project: "ai-now", Config: prodConfig(t),
	})
	require.NoError(t, err)
	return judge{server}
}

// resource is what the rules say about one resource. A rule that mends it has something to say as well.
func (j judge) resource(t *testing.T, r *planned) map[finding]said {
	t.Helper()
	properties, err := plugin.MarshalProperties(r.inputs, everything)
	require.NoError(t, err)
	request := &pulumirpc.AnalyzeRequest{
		Type: r.kind, Name: r.name, Urn: r.urn, Properties: properties,
		Provider: &pulumirpc.AnalyzerProviderResource{Urn: r.provider},
	}
	mended, err := j.server.Remediate(context.Background(), request)
	require.NoError(t, err)
	found := map[finding]said{}
	for _, m := range mended.GetRemediations() {
		require.Empty(t, m.GetDiagnostic(), "%s on %s", m.GetPolicyName(), r.urn)
		found[finding{m.GetPolicyName(), r.urn}] = said{pulumirpc.EnforcementLevel_REMEDIATE, m.GetDescription()}
		request.Properties = m.GetProperties()
	}
	answer, err := j.server.Analyze(context.Background(), request)
	require.NoError(t, err)
	for _, d := range answer.GetDiagnostics() {
		found[finding{d.GetPolicyName(), r.urn}] = said{d.GetEnforcementLevel(), d.GetMessage()}
	}
	return found
}

// stack is what the rules say about all resources together.
func (j judge) stack(t *testing.T, all []*planned) map[finding]said {
	t.Helper()
	request := &pulumirpc.AnalyzeStackRequest{}
	for _, r := range all {
		properties, err := plugin.MarshalProperties(r.outputs, everything)
		require.NoError(t, err)
		sent := &pulumirpc.AnalyzerResource{
			Type: r.kind, Name: r.name, Urn: r.urn, Properties: properties,
			Provider:             &pulumirpc.AnalyzerProviderResource{Urn: r.provider},
			PropertyDependencies: map[string]*pulumirpc.AnalyzerPropertyDependencies{},
		}
		for property, on := range r.dependencies {
			sent.PropertyDependencies[property] = &pulumirpc.AnalyzerPropertyDependencies{Urns: on}
		}
		request.Resources = append(request.Resources, sent)
	}
	answer, err := j.server.AnalyzeStack(context.Background(), request)
	require.NoError(t, err)
	found := map[finding]said{}
	for _, d := range answer.GetDiagnostics() {
		found[finding{d.GetPolicyName(), d.GetUrn()}] = said{d.GetEnforcementLevel(), d.GetMessage()}
	}
	return found
}
