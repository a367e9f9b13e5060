package crossguard

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

const podType = "kubernetes:core/v1:Pod"

// hostNetworkRule is a rule over Pods, so that there can be exemptions from it.
func hostNetworkRule() *rule.Rule {
	r := onThings("own-network", func(q *rule.Inquiry, r *rule.Resource) {
		at := r.Get("spec", "hostNetwork")
		q.Require(at.Is(true).Not(), at, "the pod is in the node's network")
	})
	r.On = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "Pod"}}}
	return r
}

func lonersRule() *rule.Rule {
	return &rule.Rule{
		ID: "no-loners", Title: "Nothing is alone", Severity: rule.Low, Level: rule.Advisory,
		On: rule.Target{Stack: true}, Why: "Because.", Fix: "Mend it.",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			q.Require(rule.False(), s.Resources[0].Properties, "it is alone")
		}),
	}
}

// recorded is a pack that writes a record, and the file.
func recorded(t *testing.T, rules ...*rule.Rule) (Pack, string) {
	t.Helper()
	pack := packOf(rules...)
	pack.Record = filepath.Join(t.TempDir(), "record.json")
	pack.ConfigurationKey = "p:policy"
	pack.Now = func() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }
	pack.Owner = func(r *rule.Resource) record.Owner {
		team, _ := r.Get("team").Text()
		return record.Owner{Team: team}
	}
	return pack, pack.Record
}

func podIn(t *testing.T, namespace string) *pulumirpc.AnalyzeRequest {
	t.Helper()
	req := thing(t, resource.NewPropertyMapFromMap(map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": namespace}, "spec": map[string]any{"hostNetwork": true},
	}))
	req.Type, req.Urn = podType, "urn:pulumi:s::p::"+podType+"::"+namespace
	return req
}

func TestTheRecordIsWhatTheEngineWasAnswered(t *testing.T) {
	t.Parallel()
	broken := onThings("broken", func(_ *rule.Inquiry, r *rule.Resource) {
		text, _ := r.Get("size").Text()
		panic("cannot work with " + text)
	})
	bound := onThings("prod-only", func(*rule.Inquiry, *rule.Resource) {})
	bound.Environments = []string{"prod"}
	pack, file := recorded(t, sizeRule(), hostNetworkRule(), broken, bound, lonersRule())
	client := dial(t, pack)
	exemption := map[string]string{"rule": "own-network", "namespace": "shop", "owner": "shop", "reason": "It must.", "expires": "2026-12-31"}
	policy, err := json.Marshal(map[string]any{"exemptions": []any{exemption}})
	require.NoError(t, err)
	_, err = client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{
		Stack: "s", Project: "p", Organization: "o", DryRun: true,
		Config: map[string]string{"p:environment": "dev", "p:policy": string(policy)},
	})
	require.NoError(t, err)

	secret := thing(t, resource.PropertyMap{
		"size": resource.MakeSecret(resource.NewProperty("correct horse")), "team": resource.NewProperty("shop"),
	})
	secret.Options = &pulumirpc.AnalyzerResourceOptions{Parent: "urn:parent"}
	secret.Provider = &pulumirpc.AnalyzerProviderResource{Urn: "urn:provider"}
	answered := 0
	for _, req := range []*pulumirpc.AnalyzeRequest{
		sized(t, "huge"), // judged twice, as when it is replaced: the last counts
		secret,
		podIn(t, "shop"), podIn(t, "store"),
		{Type: "test:index:Other", Name: "other", Urn: "urn:pulumi:s::p::test:index:Other::other"},
	} {
		resp, err := client.Analyze(context.Background(), req)
		require.NoError(t, err)
		answered += len(resp.GetDiagnostics())
	}
	require.Equal(t, 2+2+0+1+0, answered)
	require.NoFileExists(t, file, "it is written when all is judged")
	_, err = client.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{Resources: []*pulumirpc.AnalyzerResource{
		{Urn: "urn:a", Type: thingType, Name: "a"},
	}})
	require.NoError(t, err)

	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NotContains(t, string(content), "correct horse")
	have, err := record.Read(file)
	require.NoError(t, err)
	require.True(t, have.Whole)
	require.Equal(t, record.Stack{Organization: "o", Project: "p", Name: "s", Environment: "dev", Preview: true}, have.Stack)
	require.Equal(t, "2026-11-23T08:00:00Z", have.Time.Format(time.RFC3339))
	require.Equal(t, record.Rule{
		ID: "no-loners", Title: "Nothing is alone", Severity: "low", Level: "advisory", Stack: true,
		Why: "Because.", Fix: "Mend it.", Link: "docs/policy.md#no-loners",
	}, have.Rules[1])
	require.Equal(t, []record.Judgement{
		{Rule: "no-loners", Verdict: record.Failed, Findings: []record.Finding{{URN: "urn:a", Message: "it is alone"}}},
	}, have.Judgements)
	wrong := []record.Finding{{Path: "spec.hostNetwork", Message: "the pod is in the node's network"}}
	require.Equal(t, []record.Resource{
		{
			URN: "urn:pulumi:s::p::" + podType + "::shop", Type: podType, Name: "thing",
			Judgements: []record.Judgement{{
				Rule: "own-network", Verdict: record.Exempt, Findings: wrong,
				Exemption: &record.Exemption{Owner: "shop", Reason: "It must.", Expires: "2026-12-31"},
			}},
		},
		{
			URN: "urn:pulumi:s::p::" + podType + "::store", Type: podType, Name: "thing",
			Judgements: []record.Judgement{{Rule: "own-network", Verdict: record.Failed, Findings: wrong}},
		},
		{URN: "urn:pulumi:s::p::test:index:Other::other", Type: "test:index:Other", Name: "other"},
		{
			URN: "urn:pulumi:s::p::" + thingType + "::thing", Type: thingType, Name: "thing",
			Parent: "urn:parent", Provider: "urn:provider", Owner: &record.Owner{Team: "shop"},
			Judgements: []record.Judgement{
				{Rule: "small-size", Verdict: record.Failed, Findings: []record.Finding{{Path: "size", Message: "the size is [secret]"}}},
				{Rule: "broken", Verdict: record.Broken, Reason: have.Resources[3].Judgements[1].Reason},
				{Rule: "prod-only", Verdict: record.Outside, Reason: "the rule judges the environments prod, this stack's is dev"},
			},
		},
	}, have.Resources)
	require.Regexp(t, `^cannot work with \[secret\] \(observe_test\.go:\d+\)$`, have.Resources[3].Judgements[1].Reason)
}

func TestPassedAndUndecidedAreRecorded(t *testing.T) {
	t.Parallel()
	pack, file := recorded(t, sizeRule())
	client := dial(t, pack)
	for name, properties := range map[string]resource.PropertyMap{
		"known":   {"size": resource.NewProperty("small")},
		"unknown": {"size": resource.MakeComputed(resource.NewProperty(""))},
	} {
		req := thing(t, properties)
		req.Urn += name
		_, err := client.Analyze(context.Background(), req)
		require.NoError(t, err)
	}
	_, err := client.AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{})
	require.NoError(t, err)
	have, err := record.Read(file)
	require.NoError(t, err)
	require.Equal(t, []string{"small-size"}, have.Resources[0].Passed)
	require.Empty(t, have.Resources[0].Judgements)
	require.Equal(t, []record.Judgement{
		{Rule: "small-size", Verdict: record.Undecided, Undecided: []string{"size"}},
	}, have.Resources[1].Judgements)
	require.Equal(t, record.Stack{Name: "s", Project: "p"}, have.Stack, "the URNs say whose state it is")
}

func TestALookThatWasCutShortIsRecordedAtTheEnd(t *testing.T) {
	t.Parallel()
	pack, file := recorded(t, sizeRule())
	server, err := NewServer(pack)
	require.NoError(t, err)
	require.NoError(t, server.writeRecord())
	require.NoFileExists(t, file, "a pack that was only asked for its rules has nothing to write")
	_, err = server.Analyze(context.Background(), sized(t, "huge"))
	require.NoError(t, err)
	require.NoError(t, server.writeRecord())
	have, err := record.Read(file)
	require.NoError(t, err)
	require.False(t, have.Whole)
	require.Len(t, have.Resources, 1)
	require.NoError(t, os.Remove(file))
	require.NoError(t, server.writeRecord())
	require.NoFileExists(t, file, "nothing was judged since")
}

func TestARecordThatCannotBeWrittenFailsTheRun(t *testing.T) {
	t.Parallel()
	pack, file := recorded(t, sizeRule())
	pack.Record = filepath.Join(file, "in", "no", "folder")
	_, err := dial(t, pack).AnalyzeStack(context.Background(), &pulumirpc.AnalyzeStackRequest{})
	require.Equal(t, codes.Internal, status.Code(err))
	require.ErrorContains(t, err, "the record of the judgements cannot be written")
	pack.Record = "record.json"
	_, err = NewServer(pack)
	require.ErrorContains(t, err, "write its full path")
}

func TestWithoutARecordNothingIsCollected(t *testing.T) {
	t.Parallel()
	server, err := NewServer(packOf(sizeRule()))
	require.NoError(t, err)
	_, err = server.Analyze(context.Background(), sized(t, "huge"))
	require.NoError(t, err)
	require.Nil(t, server.observed)
	require.NoError(t, server.writeRecord())
}

func TestConfigurationOfAStackTheEngineSendsNoneFor(t *testing.T) {
	t.Parallel()
	pack := packOf(sizeRule(), hostNetworkRule())
	pack.ConfigurationKey, pack.StackConfiguration = "p:policy", `{"rules": {"small-size": "advisory"}}`
	resp, err := dial(t, pack).Analyze(context.Background(), sized(t, "huge"))
	require.NoError(t, err)
	require.Equal(t, advisory, resp.GetDiagnostics()[0].GetEnforcementLevel())

	client := dial(t, pack)
	_, err = client.ConfigureStack(context.Background(), &pulumirpc.AnalyzerStackConfigureRequest{Stack: "s"})
	require.NoError(t, err)
	resp, err = client.Analyze(context.Background(), sized(t, "huge"))
	require.NoError(t, err)
	require.Equal(t, mandatory, resp.GetDiagnostics()[0].GetEnforcementLevel(), "what the engine sends goes over it")

	pack.StackConfiguration = `{"rules": {"smal-size": "advisory"}}`
	_, err = NewServer(pack)
	require.ErrorContains(t, err, `there is no such rule; did you mean "small-size"?`)
}
