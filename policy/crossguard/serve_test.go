package crossguard

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// start serves a pack like the process does; ended gets what Serve returns.
func start(t *testing.T, ctx context.Context, engine string) (pulumirpc.AnalyzerClient, <-chan error) {
	t.Helper()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, packOf(sizeRule()), engine, writer, pulse{interval: 20 * time.Millisecond, timeout: time.Second, misses: 2})
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(line), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return pulumirpc.NewAnalyzerClient(conn), ended
}

func endsWell(t *testing.T, ended <-chan error) {
	t.Helper()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("the pack did not end")
	}
}

func TestServePrintsItsPortAndAnswers(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	client, ended := start(t, ctx, "")
	info, err := client.GetAnalyzerInfo(ctx, &emptypb.Empty{})
	require.NoError(t, err)
	require.Equal(t, "test", info.GetName())
	stop()
	endsWell(t, ended)
}

func TestServeEndsWhenTheEngineCancels(t *testing.T) {
	t.Parallel()
	client, ended := start(t, context.Background(), "")
	_, err := client.Cancel(context.Background(), &emptypb.Empty{})
	require.NoError(t, err)
	endsWell(t, ended)
}

func TestServeEndsWithItsEngine(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	engine := grpc.NewServer() // does not know the health service, and lives
	go func() { _ = engine.Serve(listener) }()
	_, ended := start(t, context.Background(), listener.Addr().String())
	select {
	case <-ended:
		t.Fatal("the pack ended before its engine")
	case <-time.After(200 * time.Millisecond):
	}
	engine.Stop()
	endsWell(t, ended)
}

func TestServeRefusesAWrongPack(t *testing.T) {
	t.Parallel()
	err := Serve(context.Background(), Pack{}, "", io.Discard)
	require.ErrorContains(t, err, "the pack's name is")
}
