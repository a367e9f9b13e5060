package crossguard

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

// dial serves a pack on the loopback interface and connects to it, as the engine
// does.
func dial(t testing.TB, pack Pack) pulumirpc.AnalyzerClient {
	t.Helper()
	server, err := NewServer(pack)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage))
	pulumirpc.RegisterAnalyzerServer(srv, server)
	go func() { _ = srv.Serve(listener) }()
	t.Cleanup(srv.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return pulumirpc.NewAnalyzerClient(conn)
}

const thingType = "test:index:Thing"

// onThings is a rule over test:index:Thing.
func onThings(id string, check func(*rule.Inquiry, *rule.Resource)) *rule.Rule {
	return &rule.Rule{
		ID: id, Title: "Things keep " + id, Severity: rule.High,
		On: rule.Target{Types: []string{thingType}}, Why: "Because.", Fix: "Mend it.",
		Check: rule.ResourceCheck(check),
	}
}

// sizeRule wants size to be small. Its remedy sets a size that is left out.
func sizeRule() *rule.Rule {
	r := onThings("small-size", func(q *rule.Inquiry, r *rule.Resource) {
		size := r.Get("size")
		q.Require(size.OneOf(q.Settings.Strings("sizes")), size, "the size is %s", size)
	})
	r.Settings = []rule.Setting{{
		Name: "sizes", Type: rule.StringList, Default: []any{"small"},
		Allowed: []string{"small", "medium"}, Description: "Sizes a thing may have.",
	}}
	r.Remedy = func(_ *rule.Inquiry, r *rule.Resource) []rule.Edit {
		if !r.Get("size").Present().IsFalse() {
			return nil
		}
		return []rule.Edit{{At: r.Get("size"), To: "small"}}
	}
	return r
}

func packOf(rules ...*rule.Rule) Pack {
	return Pack{Name: "test", Version: "1.2.3", Rules: rules, Reference: "docs/policy.md", EnvironmentKey: "p:environment"}
}

func at(r *rule.Rule, level rule.Level) *rule.Rule {
	r.Level = level
	return r
}

func thing(t testing.TB, properties resource.PropertyMap) *pulumirpc.AnalyzeRequest {
	t.Helper()
	return &pulumirpc.AnalyzeRequest{
		Type: thingType, Name: "thing", Urn: "urn:pulumi:s::p::" + thingType + "::thing",
		Properties: marshal(t, properties),
	}
}

func sized(t testing.TB, size string) *pulumirpc.AnalyzeRequest {
	t.Helper()
	return thing(t, resource.PropertyMap{"size": resource.NewProperty(size)})
}

func configure(t testing.TB, client pulumirpc.AnalyzerClient, config map[string]*pulumirpc.PolicyConfig) error {
	t.Helper()
	_, err := client.Configure(context.Background(), &pulumirpc.ConfigureAnalyzerRequest{PolicyConfig: config})
	return err
}

func entry(t testing.TB, level pulumirpc.EnforcementLevel, settings map[string]any) *pulumirpc.PolicyConfig {
	t.Helper()
	s, err := structpb.NewStruct(settings)
	require.NoError(t, err)
	return &pulumirpc.PolicyConfig{EnforcementLevel: level, Properties: s}
}

// reasons are the rules the response says did not apply, and why.
func reasons(list []*pulumirpc.PolicyNotApplicable) map[string]string {
	out := map[string]string{}
	for _, na := range list {
		out[na.GetPolicyName()] = na.GetReason()
	}
	return out
}
