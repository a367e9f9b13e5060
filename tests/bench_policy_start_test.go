package tests

import (
	"bufio"
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// startToFirstAnswer is how long the platform's pack takes from its start until it has judged a Deployment, in the
// order of calls of the engine: the median of a few.
func (e *policyEngine) startToFirstAnswer(b *testing.B) time.Duration {
	b.Helper()
	var deployment *planned
	for _, r := range planProd(b) {
		if strings.HasSuffix(r.kind, ":Deployment") {
			deployment = r
		}
	}
	properties, err := plugin.MarshalProperties(deployment.inputs, everything)
	require.NoError(b, err)
	var all []time.Duration
	for range 11 {
		all = append(all, e.firstAnswer(b, &pulumirpc.AnalyzeRequest{
			Type: deployment.kind, Name: deployment.name, Urn: deployment.urn, Properties: properties,
		}))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func (e *policyEngine) firstAnswer(b *testing.B, request *pulumirpc.AnalyzeRequest) time.Duration {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	started := time.Now()
	pack := exec.CommandContext(ctx, filepath.Join(e.sandbox.layout.Bin(), "pulumi-analyzer-policy-go"))
	out, err := pack.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, pack.Start())
	defer func() {
		cancel()
		_ = pack.Wait()
	}()
	port, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(b, err)
	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(b, err)
	defer func() { _ = conn.Close() }()
	client := pulumirpc.NewAnalyzerClient(conn)
	_, err = client.Handshake(ctx, &pulumirpc.AnalyzerHandshakeRequest{})
	require.NoError(b, err)
	_, err = client.ConfigureStack(ctx, &pulumirpc.AnalyzerStackConfigureRequest{
		Stack: "prod", Project: "ai-now", Config: map[string]string{"ai-now:environment": "prod"}, DryRun: true,
	})
	require.NoError(b, err)
	_, err = client.GetAnalyzerInfo(ctx, &emptypb.Empty{})
	require.NoError(b, err)
	_, err = client.Configure(ctx, &pulumirpc.ConfigureAnalyzerRequest{})
	require.NoError(b, err)
	_, err = client.Remediate(ctx, request)
	require.NoError(b, err)
	answer, err := client.Analyze(ctx, request)
	require.NoError(b, err)
	taken := time.Since(started)
	for _, d := range answer.GetDiagnostics() {
		require.Equal(b, pulumirpc.EnforcementLevel_ADVISORY, d.GetEnforcementLevel(), d.GetMessage())
	}
	return taken
}
