package crossguard

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const (
	// maxMessage is the largest message in bytes. It is the engine's own limit
	// (maxRPCMessageSize in sdk/go/common/util/rpcutil): a stack is one message.
	maxMessage = 400 << 20

	// goodbye is how long calls under way may take once it is time to stop.
	goodbye = 2 * time.Second
)

// pulse is how the engine is watched.
type pulse struct {
	// interval is how often the engine is asked whether it is alive, and timeout
	// how long it may take to answer.
	interval, timeout time.Duration
	// misses is how many answers in a row may be missing before the engine counts
	// as gone, so that a busy machine does not end a pack.
	misses int
}

// usualPulse leaves no pack behind a killed engine for longer than 15 seconds.
var usualPulse = pulse{interval: 5 * time.Second, timeout: 4 * time.Second, misses: 2}

// Serve serves the pack on a free port of the loopback interface, which it
// writes to out as the first and only line. It returns when ctx ends, when the
// engine asks to stop, or when the engine at engineAddress is gone; an empty
// address is not watched.
func Serve(ctx context.Context, pack Pack, engineAddress string, out io.Writer) error {
	return serve(ctx, pack, engineAddress, out, usualPulse)
}

func serve(ctx context.Context, pack Pack, engineAddress string, out io.Writer, p pulse) error {
	server, err := NewServer(pack)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("no port of the loopback interface can be had: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	srv := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage))
	pulumirpc.RegisterAnalyzerServer(srv, server)
	healthpb.RegisterHealthServer(srv, health.NewServer())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener) }()

	if engineAddress != "" {
		go watchEngine(ctx, engineAddress, p, stop)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("the listener has no TCP port but the address %s", listener.Addr())
	}
	if _, err := fmt.Fprintln(out, address.Port); err != nil {
		return fmt.Errorf("the port cannot be told to the engine: %w", err)
	}

	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	case <-server.Done():
	}
	stopServer(srv)
	return server.writeRecord()
}

// stopServer lets calls under way end, for a while.
func stopServer(srv *grpc.Server) {
	ended := make(chan struct{})
	go func() {
		srv.GracefulStop()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(goodbye):
		srv.Stop()
	}
}

// watchEngine calls gone once the engine no longer answers.
func watchEngine(ctx context.Context, address string, p pulse, gone func()) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		// Not an address: there is nothing to watch, and the engine knows its own.
		return
	}
	defer func() { _ = conn.Close() }()
	client := healthpb.NewHealthClient(conn)
	tick := time.NewTicker(p.interval)
	defer tick.Stop()
	misses := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		call, cancel := context.WithTimeout(ctx, p.timeout)
		_, err := client.Check(call, &healthpb.HealthCheckRequest{})
		cancel()
		// An engine that does not know the health service is alive.
		if err == nil || status.Code(err) == codes.Unimplemented || status.Code(err) == codes.NotFound {
			misses = 0
			continue
		}
		misses++
		if misses >= p.misses {
			gone()
			return
		}
	}
}
