package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

// Host runs one program and one policy pack.
type Host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	// Project is the only one that is run.
	Project string
	// Program is the path of the compiled program.
	Program string
	// PolicyPack is the path of the compiled policy pack.
	PolicyPack string
	// Version of the image.
	Version string
	// Output and Errors get what the program writes; nil means those of this process.
	Output, Errors io.Writer

	engine string
}

// Handshake tells the engine nothing but that the host is there.
func (h *Host) Handshake(context.Context, *pulumirpc.LanguageHandshakeRequest) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

// GetPluginInfo tells the version.
func (h *Host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: h.Version}, nil
}

// About is what `pulumi about` shows of the language.
func (h *Host) About(context.Context, *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	return &pulumirpc.AboutResponse{Executable: h.Program, Version: runtime.Version()}, nil
}

// InstallDependencies has nothing to do: the program is compiled.
func (h *Host) InstallDependencies(*pulumirpc.InstallDependenciesRequest, grpc.ServerStreamingServer[pulumirpc.InstallDependenciesResponse]) error {
	return nil
}

// Run runs the program and waits for it.
func (h *Host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if req.GetProject() != h.Project {
		return nil, status.Errorf(codes.InvalidArgument,
			"this image runs the project %s and no other; Pulumi.yaml names %q: mount the stacks' configuration alone, or use an image of that project",
			h.Project, req.GetProject())
	}
	environment, err := h.environment(req)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, h.Program)
	cmd.Dir, cmd.Env = req.GetPwd(), environment
	cmd.Stdout, cmd.Stderr = orElse(h.Output, os.Stdout), orElse(h.Errors, os.Stderr)
	var exit *exec.ExitError
	switch err := cmd.Run(); {
	case errors.As(err, &exit):
		// It has written why to its standard error.
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program ended with %s", exit.ProcessState)}, nil
	case err != nil:
		return &pulumirpc.RunResponse{Error: fmt.Sprintf("the program did not start: %v", err)}, nil
	}
	return &pulumirpc.RunResponse{}, nil
}

// environment is how a program learns what the engine wants of it.
func (h *Host) environment(req *pulumirpc.RunRequest) ([]string, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, err
	}
	secrets, err := json.Marshal(req.GetConfigSecretKeys())
	if err != nil {
		return nil, err
	}
	return append(os.Environ(),
		pulumi.EnvOrganization+"="+req.GetOrganization(),
		pulumi.EnvProject+"="+req.GetProject(),
		pulumi.EnvStack+"="+req.GetStack(),
		pulumi.EnvPulumiRootDirectory+"="+req.GetInfo().GetRootDirectory(),
		pulumi.EnvConfig+"="+string(config),
		pulumi.EnvConfigSecretKeys+"="+string(secrets),
		pulumi.EnvDryRun+"="+strconv.FormatBool(req.GetDryRun()),
		pulumi.EnvParallel+"="+strconv.Itoa(int(req.GetParallel())),
		pulumi.EnvMonitor+"="+req.GetMonitorAddress(),
		pulumi.EnvEngine+"="+h.engine,
	), nil
}

func orElse(w, other io.Writer) io.Writer {
	if w == nil {
		return other
	}
	return w
}
