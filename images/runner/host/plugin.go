package host

import (
	"errors"
	"io"
	"os/exec"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// analyzer is the engine's word for a policy pack.
const analyzer = "analyzer"

// RunPlugin runs the policy pack; the engine asks for it here because the pack's runtime is Go as well.
func (h *Host) RunPlugin(req *pulumirpc.RunPluginRequest, stream grpc.ServerStreamingServer[pulumirpc.RunPluginResponse]) error {
	if req.GetKind() != analyzer {
		return status.Errorf(codes.Unimplemented, "this image runs the policy pack it was built with; plugins of kind %q are not compiled in it", req.GetKind())
	}
	cmd := exec.CommandContext(stream.Context(), h.PolicyPack, req.GetArgs()...)
	cmd.Dir, cmd.Env = req.GetInfo().GetProgramDirectory(), req.GetEnv()
	var sending sync.Mutex
	send := func(response *pulumirpc.RunPluginResponse) error {
		sending.Lock()
		defer sending.Unlock()
		return stream.Send(response)
	}
	cmd.Stdout = writer(func(p []byte) error {
		return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stdout{Stdout: p}})
	})
	cmd.Stderr = writer(func(p []byte) error {
		return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Stderr{Stderr: p}})
	})
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return status.Errorf(codes.Internal, "the policy pack did not run: %v", err)
	}
	return send(&pulumirpc.RunPluginResponse{Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(cmd.ProcessState.ExitCode())}}) //nolint:gosec // an exit code has eight bits
}

// writer is a function that takes what is written.
type writer func([]byte) error

var _ io.Writer = writer(nil)

// Write passes a copy on: what it is given may be used again.
func (w writer) Write(p []byte) (int, error) {
	if err := w(append([]byte(nil), p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}
