package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// pulse is how often the engine is asked whether it is still there.
const pulse = 30 * time.Second

// Serve serves the host on a free port of the loopback interface, which it writes to out, until ctx ends or the
// engine is gone.
func Serve(ctx context.Context, h *Host, engine string, out io.Writer) error {
	if engine == "" {
		return errors.New("the engine's address is missing: it is the first argument, and the engine gives it")
	}
	h.engine = engine
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if err := rpcutil.Healthcheck(ctx, engine, pulse, stop); err != nil {
		return fmt.Errorf("the engine at %s cannot be watched: %w", engine, err)
	}
	cancel := make(chan bool)
	go func() {
		<-ctx.Done()
		close(cancel)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, h)
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("no port of the loopback interface can be had: %w", err)
	}
	if _, err := fmt.Fprintln(out, handle.Port); err != nil {
		return fmt.Errorf("the port cannot be told to the engine: %w", err)
	}
	return <-handle.Done
}

// EngineAddress returns the first argument that is no flag; the engine passes flags for tracing and for a language's
// options in front of it.
func EngineAddress(args []string) string {
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			return arg
		}
	}
	return ""
}
