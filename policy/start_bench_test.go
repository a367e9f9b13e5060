package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// BenchmarkStartToFirstAnswer starts the built pack and asks what the engine asks,
// up to the judgement of one Deployment. The goal is 100 ms.
func BenchmarkStartToFirstAnswer(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "policy")
	built, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(b, err, string(built))
	var port, answer time.Duration
	for b.Loop() {
		p, a := startAndAsk(b, binary)
		port, answer = port+p, answer+a
	}
	b.ReportMetric(float64(port.Milliseconds())/float64(b.N), "ms/port")
	b.ReportMetric(float64(answer.Milliseconds())/float64(b.N), "ms/answer")
}

// startAndAsk is the time from the start to the port and to the answer.
func startAndAsk(b *testing.B, binary string) (port, answer time.Duration) {
	b.Helper()
	begin := time.Now()
	cmd := exec.Command(binary)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, cmd.Start())
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(b, err)
	port = time.Since(begin)

	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(line), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(b, err)
	defer func() { _ = conn.Close() }()
	client, ctx := pulumirpc.NewAnalyzerClient(conn), context.Background()
	_, err = client.Handshake(ctx, &pulumirpc.AnalyzerHandshakeRequest{})
	require.NoError(b, err)
	_, err = client.ConfigureStack(ctx, &pulumirpc.AnalyzerStackConfigureRequest{
		Stack: "prod", Project: "ai-now", DryRun: true, Config: map[string]string{"ai-now:environment": "prod"},
	})
	require.NoError(b, err)
	_, err = client.GetAnalyzerInfo(ctx, &emptypb.Empty{})
	require.NoError(b, err)
	properties, err := structpb.NewStruct(map[string]any{
		"metadata": map[string]any{"name": "web", "namespace": "shop"},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{
			"containers": []any{map[string]any{"name": "web", "image": "registry.k8s.io/web:1.4.2"}},
		}}},
	})
	require.NoError(b, err)
	resp, err := client.Analyze(ctx, &pulumirpc.AnalyzeRequest{
		Type: "kubernetes:apps/v1:Deployment", Name: "web", Urn: "urn:pulumi:prod::ai-now::kubernetes:apps/v1:Deployment::web",
		Properties: properties,
	})
	require.NoError(b, err)
	require.NotEmpty(b, resp.GetDiagnostics())
	return port, time.Since(begin)
}
