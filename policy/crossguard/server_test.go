package crossguard

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

func TestADiagnosticSaysAllAUserNeeds(t *testing.T) {
	t.Parallel()
	r := sizeRule()
	r.Check = rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
		q.Require(rule.False(), r.Get("size"), "the size is %s", r.Get("size"))
		q.Require(rule.False(), r.Properties, "the thing as a whole is wrong")
	})
	resp, err := dial(t, packOf(r)).Analyze(context.Background(), sized(t, "huge"))
	require.NoError(t, err)
	require.Len(t, resp.GetDiagnostics(), 1, "what a rule has to say about a resource is one diagnostic")
	d := resp.GetDiagnostics()[0]
	require.Equal(t, "small-size", d.GetPolicyName())
	require.Equal(t, "test", d.GetPolicyPackName())
	require.Equal(t, "1.2.3", d.GetPolicyPackVersion())
	require.Equal(t, "Things keep small-size", d.GetDescription())
	require.Equal(t, pulumirpc.PolicySeverity_POLICY_SEVERITY_HIGH, d.GetSeverity())
	require.Equal(t, "urn:pulumi:s::p::test:index:Thing::thing", d.GetUrn())
	require.Equal(t, `Things keep small-size.
- the size is "huge" (size)
- the thing as a whole is wrong
Fix: Mend it.
See docs/policy.md#small-size`, d.GetMessage())
}

func TestOnlyRulesOverTheTypeAreAsked(t *testing.T) {
	t.Parallel()
	other := onThings("other-type", func(*rule.Inquiry, *rule.Resource) { panic("not asked") })
	other.On = rule.Target{Types: []string{"test:index:Other"}}
	resp, err := dial(t, packOf(sizeRule(), other)).Analyze(context.Background(), sized(t, "small"))
	require.NoError(t, err)
	require.Empty(t, resp.GetDiagnostics())
	require.Equal(t, map[string]string{
		"other-type": "the rule does not look at resources of this type",
	}, reasons(resp.GetNotApplicable()))
}

func TestUnknownsRaiseNoAlarm(t *testing.T) {
	t.Parallel()
	client := dial(t, packOf(sizeRule()))
	for _, properties := range []resource.PropertyMap{
		{"size": resource.MakeComputed(resource.NewProperty(""))},
		{"size": resource.MakeSecret(resource.MakeComputed(resource.NewProperty("")))},
		{"size": resource.NewProperty(resource.Output{})},
	} {
		resp, err := client.Analyze(context.Background(), thing(t, properties))
		require.NoError(t, err)
		require.Empty(t, resp.GetDiagnostics())
		require.Equal(t, map[string]string{
			"small-size": "not decided yet, these values are not known: size",
		}, reasons(resp.GetNotApplicable()))
	}
}

func TestSecretsAreJudgedAndNeverPrinted(t *testing.T) {
	t.Parallel()
	leak := onThings("leak", func(q *rule.Inquiry, r *rule.Resource) {
		text, _ := r.Get("size").Text()
		q.Require(rule.False(), r.Get("size"), "the plain text is %s", text)
	})
	broken := onThings("broken", func(_ *rule.Inquiry, r *rule.Resource) {
		text, _ := r.Get("size").Text()
		panic("cannot work with " + text)
	})
	resp, err := dial(t, packOf(sizeRule(), leak, broken)).Analyze(context.Background(),
		thing(t, resource.PropertyMap{"size": resource.MakeSecret(resource.NewProperty("correct horse"))}))
	require.NoError(t, err)
	require.Len(t, resp.GetDiagnostics(), 3)
	for _, d := range resp.GetDiagnostics() {
		require.NotContains(t, d.String(), "correct horse")
		require.Contains(t, d.GetMessage(), "[secret]")
	}
}

func TestAPanicIsOneMandatoryDiagnostic(t *testing.T) {
	t.Parallel()
	broken := at(onThings("broken", func(*rule.Inquiry, *rule.Resource) {
		var none map[string]string
		none["x"] = "y" //nolint:staticcheck // it is to panic
	}), rule.Advisory)
	client := dial(t, packOf(broken, sizeRule()))
	for range 2 { // the pack lives on
		resp, err := client.Analyze(context.Background(), sized(t, "huge"))
		require.NoError(t, err)
		require.Len(t, resp.GetDiagnostics(), 2)
		d := resp.GetDiagnostics()[0]
		require.Equal(t, "broken", d.GetPolicyName())
		require.Equal(t, mandatory, d.GetEnforcementLevel(), "a gate that does not work must not be passed unseen")
		require.Regexp(t, `^The rule broken itself failed, .*assignment to entry in nil map \(server_test\.go:\d+\)`, d.GetMessage())
		require.Contains(t, d.GetMessage(), `set "broken" to "disabled"`)
		require.Equal(t, "small-size", resp.GetDiagnostics()[1].GetPolicyName())
	}
}

func TestStackRules(t *testing.T) {
	t.Parallel()
	var seen rule.StackInfo
	stack := &rule.Rule{
		ID: "no-loners", Title: "Things depend on others", Severity: rule.Low,
		On: rule.Target{Stack: true}, Why: "Because.", Fix: "Mend it.",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			seen = q.Stack
			for _, r := range s.Of(rule.Target{Types: []string{thingType}}) {
				on := r.DependsOn["on"]
				q.Require(rule.Known(len(on) > 0 && s.Find(on[0]) != nil), r.Get("on"), "%s by %s is alone", r.Name, r.Provider)
			}
		}),
	}
	client := dial(t, packOf(stack, sizeRule()))
	_, err := client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{
		Stack: "s", Project: "p", Organization: "o", DryRun: true, Config: map[string]string{"p:environment": "prod"},
	})
	require.NoError(t, err)
	resp, err := client.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
		{Urn: "urn:a", Type: thingType, Name: "a", Provider: &pulumirpc.AnalyzerProviderResource{Urn: "urn:provider"}},
		{Urn: "urn:b", Type: thingType, Name: "b", PropertyDependencies: map[string]*pulumirpc.AnalyzerPropertyDependencies{
			"on": {Urns: []string{"urn:a"}},
		}},
	}})
	require.NoError(t, err)
	require.Len(t, resp.GetDiagnostics(), 1)
	require.Equal(t, "urn:a", resp.GetDiagnostics()[0].GetUrn())
	require.Contains(t, resp.GetDiagnostics()[0].GetMessage(), "a by urn:provider is alone (on)")
	require.Empty(t, resp.GetNotApplicable(), "rules over resources are not the stack's to speak of")
	require.Equal(t, rule.StackInfo{Name: "s", Project: "p", Organization: "o", Environment: "prod", DryRun: true, Exemptions: &rule.Exemptions{}}, seen)
}

func TestRulesJudgesByGuesss(t *testing.T) {
	t.Parallel()
	bound := sizeRule()
	bound.Environments = []string{"prod"}
	pack := packOf(bound)
	pack.EnvironmentHint = "p:environment"
	tests := []struct {
		name, environment, fallback string
		outside, guessed            bool
	}{
		{name: "in its environment it judges", environment: "prod"},
		{name: "in another it is silent", environment: "dev", outside: true},
		{name: "the stack's configuration goes over the pack's", environment: "dev", fallback: "prod", outside: true},
		{name: "without configuration the pack's environment holds", fallback: "dev", outside: true},
		{name: "when nobody tells it judges and says so", guessed: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pack := pack
			pack.Environment = tt.fallback
			client := dial(t, pack)
			_, err := client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{
				Config: map[string]string{"p:environment": tt.environment},
			})
			require.NoError(t, err)
			resp, err := client.Analyze(context.Background(), sized(t, "huge"))
			require.NoError(t, err)
			if tt.outside {
				require.Empty(t, resp.GetDiagnostics())
				require.Equal(t, map[string]string{
					"small-size": "the rule judges the environments prod, this stack's is dev",
				}, reasons(resp.GetNotApplicable()))
				return
			}
			require.Len(t, resp.GetDiagnostics(), 1)
			const note = "The stack's environment is not known, so it was judged as prod. Set p:environment."
			if tt.guessed {
				require.Contains(t, resp.GetDiagnostics()[0].GetMessage(), note)
			} else {
				require.NotContains(t, resp.GetDiagnostics()[0].GetMessage(), "not known")
			}
		})
	}
}

func TestInfo(t *testing.T) {
	t.Parallel()
	r := sizeRule()
	r.Controls = []rule.Control{
		{Framework: rule.Framework{Name: "CIS", Version: "1"}, ID: "5.1", Title: "Be small"},
		{Framework: rule.Framework{Name: "NSA"}, ID: "Size"},
	}
	client := dial(t, packOf(r))
	info, err := client.GetAnalyzerInfo(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	require.True(t, info.GetSupportsConfig())
	require.Equal(t, "1.2.3", info.GetVersion())
	require.Len(t, info.GetPolicies(), 1)
	p := info.GetPolicies()[0]
	require.Equal(t, pulumirpc.PolicyType_POLICY_TYPE_RESOURCE, p.GetPolicyType())
	require.Equal(t, "docs/policy.md#small-size", p.GetUrl())
	require.Equal(t, "Mend it.", p.GetRemediationSteps())
	require.Equal(t, "5.1", p.GetFramework().GetReference())
	require.Equal(t, []string{"CIS 5.1", "NSA Size"}, p.GetTags())
	require.Equal(t, map[string]any{"sizes": map[string]any{
		"type": "array", "description": "Sizes a thing may have.", "default": []any{"small"},
		"items": map[string]any{"type": "string", "enum": []any{"small", "medium"}},
	}}, p.GetConfigSchema().GetProperties().AsMap())

	plugin, err := client.GetPluginInfo(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	require.Equal(t, "1.2.3", plugin.GetVersion())
	_, err = client.Handshake(context.Background(), &pulumirpc.AnalyzerHandshakeRequest{})
	require.NoError(t, err)
}

func TestCancelStopsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := onThings("slow", func(*rule.Inquiry, *rule.Resource) {
		close(entered)
		<-leave
	})
	client := dial(t, packOf(slow, sizeRule()))
	result := make(chan error)
	go func() {
		_, err := client.Analyze(context.Background(), sized(t, "huge"))
		result <- err
	}()
	<-entered
	_, err := client.Cancel(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	close(leave)
	require.Equal(t, codes.Canceled, status.Code(<-result))
}

func TestConcurrentCalls(t *testing.T) {
	t.Parallel()
	client := dial(t, packOf(sizeRule()))
	var wg sync.WaitGroup
	for range 16 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			resp, err := client.Analyze(context.Background(), sized(t, "huge"))
			if err != nil || len(resp.GetDiagnostics()) != 1 {
				t.Errorf("got %v, %v", resp, err)
			}
		}()
		go func() {
			defer wg.Done()
			if err := configure(t, client, map[string]*pulumirpc.PolicyConfig{"all": entry(t, advisory, nil)}); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}

func TestAWrongPackIsRefused(t *testing.T) {
	t.Parallel()
	stackCheck := rule.StackCheck(func(*rule.Inquiry, *rule.Stack) {})
	tests := []struct {
		name   string
		change func(*Pack)
		want   string
	}{
		{"a name with a space", func(p *Pack) { p.Name = "my pack" }, `the pack's name is "my pack"`},
		{"an unknown level", func(p *Pack) { p.Level = "strict" }, `the pack's enforcement level is "strict"`},
		{"two rules with one id", func(p *Pack) { p.Rules = append(p.Rules, sizeRule()) }, `two rules have the id "small-size"`},
		{"a rule called all", func(p *Pack) { p.Rules[0].ID = "all" }, `no rule can have the id "all"`},
		{"an id with capitals", func(p *Pack) { p.Rules[0].ID = "Size" }, `the rule id "Size" is not made of`},
		{"no severity", func(p *Pack) { p.Rules[0].Severity = "" }, `small-size: the severity is ""`},
		{"no check", func(p *Pack) { p.Rules[0].Check = nil }, "small-size: the rule has no check"},
		{"a check over the stack for resources", func(p *Pack) { p.Rules[0].Check = stackCheck }, "small-size: a rule over the stack needs a StackCheck"},
		{"a remedy for a stack", func(p *Pack) {
			p.Rules[0].Check, p.Rules[0].On.Stack = stackCheck, true
		}, "small-size: the engine cannot remediate a stack"},
		{"a setting with the engine's own name", func(p *Pack) {
			p.Rules[0].Settings = []rule.Setting{{Name: "enforcementLevel", Type: rule.Text, Default: ""}}
		}, "small-size: enforcementLevel is set by configuration itself"},
		{"a default the setting refuses", func(p *Pack) { p.Rules[0].Settings[0].Default = []any{"huge"} }, `"huge" is not allowed; allowed are small, medium`},
		{"an initial configuration for no rule", func(p *Pack) { p.Initial = configuration.Config{"smal-size": {Level: rule.Advisory}} }, `smal-size: there is no such rule; did you mean "small-size"?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			pack := packOf(sizeRule())
			tt.change(&pack)
			_, err := NewServer(pack)
			require.ErrorContains(t, err, tt.want)
		})
	}
}
