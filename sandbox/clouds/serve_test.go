package clouds

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

func TestAProgramServesTheCloudOfItsName(t *testing.T) {
	t.Parallel()
	for _, c := range All() {
		got, err := ForProgram("/some/bin/pulumi-resource-" + c.Name)
		require.NoError(t, err)
		require.Same(t, c, got)
	}
	_, err := ForProgram("clouds")
	require.EqualError(t, err, "clouds serves no cloud: call it by one of the names pulumi-resource-aws, pulumi-resource-gcp, pulumi-resource-digitalocean")
}

func TestServeAnswersUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	port, done := make(chan int, 1), make(chan error, 1)
	go func() { done <- Serve(ctx, GCP, Options{CloudDir: t.TempDir()}, func(p int) { port <- p }) }()
	conn, err := grpc.NewClient("127.0.0.1:"+strconv.Itoa(<-port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	info, err := pulumirpc.NewResourceProviderClient(conn).GetPluginInfo(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	require.Equal(t, GCP.Version, info.GetVersion())
	cancel()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("Serve did not end")
	}
}

func TestAProviderEndsWithItsEngine(t *testing.T) {
	t.Parallel()
	err := Serve(t.Context(), GCP, Options{CloudDir: t.TempDir(), Engine: "127.0.0.1:1"}, func(int) {})
	require.NoError(t, err, "it ends when the engine does not answer, and says nothing: nobody would hear it")
}

// TestACreateThatNobodyWaitsForIsUndone: the engine was killed while the cluster started.
func TestACreateThatNobodyWaitsForIsUndone(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	ctx, cancel := context.WithCancel(t.Context())
	undone := make(chan struct{})
	e.planes.started = func(string) error { cancel(); close(undone); time.Sleep(50 * time.Millisecond); return nil }
	in, failures := e.check(doClusterType, "c", nil, doksInputs())
	require.Empty(t, failures)
	_, err := e.client.Create(ctx, &pulumirpc.CreateRequest{Urn: urn(doClusterType, "c"), Properties: e.encode(in)})
	require.Error(t, err)
	require.False(t, errors.Is(err, context.DeadlineExceeded))
	<-undone
	require.Eventually(t, func() bool {
		e.planes.mu.Lock()
		defer e.planes.mu.Unlock()
		return len(e.planes.removed) == 1
	}, 5*time.Second, 10*time.Millisecond)
	objects, err := e.store.List(doClusterType)
	require.NoError(t, err)
	require.Empty(t, objects)
}
