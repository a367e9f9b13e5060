package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"github.com/ai-now/platform/images/runner/host"
)

// script writes a program.
func script(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\n"+text), 0o700))
	return file
}

func TestTheProgramLearnsWhatTheEngineWants(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h := &host.Host{Project: "ai-now", Output: &out, Program: script(t,
		`echo "$PULUMI_PROJECT $PULUMI_STACK $PULUMI_ORGANIZATION $PULUMI_DRY_RUN $PULUMI_PARALLEL $PULUMI_MONITOR $PULUMI_ROOT_DIRECTORY"`+"\n"+
			`echo "$PULUMI_CONFIG $PULUMI_CONFIG_SECRET_KEYS"; pwd`)}
	folder := t.TempDir()
	response, err := h.Run(t.Context(), &pulumirpc.RunRequest{
		Project: "ai-now", Stack: "prod", Organization: "acme", DryRun: true, Parallel: 4, MonitorAddress: "127.0.0.1:1", Pwd: folder,
		Config: map[string]string{"ai-now:environment": "prod"}, ConfigSecretKeys: []string{"ai-now:token"},
		Info: &pulumirpc.ProgramInfo{RootDirectory: "/platform"},
	})
	require.NoError(t, err)
	require.Empty(t, response.GetError())
	require.Equal(t, "ai-now prod acme true 4 127.0.0.1:1 /platform\n"+
		`{"ai-now:environment":"prod"} ["ai-now:token"]`+"\n"+folder+"\n", out.String())
}

func TestAProgramThatFailsFailsTheRun(t *testing.T) {
	t.Parallel()
	h := &host.Host{Project: "ai-now", Errors: io.Discard, Program: script(t, "exit 3")}
	response, err := h.Run(t.Context(), &pulumirpc.RunRequest{Project: "ai-now"})
	require.NoError(t, err)
	require.Equal(t, "the program ended with exit status 3", response.GetError())

	h.Program = filepath.Join(t.TempDir(), "absent")
	response, err = h.Run(t.Context(), &pulumirpc.RunRequest{Project: "ai-now"})
	require.NoError(t, err)
	require.Contains(t, response.GetError(), "the program did not start")
}

func TestAnotherProjectIsNotRun(t *testing.T) {
	t.Parallel()
	h := &host.Host{Project: "ai-now", Program: script(t, "")}
	_, err := h.Run(t.Context(), &pulumirpc.RunRequest{Project: "shop"})
	require.Equal(t, codes.InvalidArgument, status.Code(err))
	require.ErrorContains(t, err, `this image runs the project ai-now and no other; Pulumi.yaml names "shop"`)
}

func TestProvidersAreThoseThatTheProgramWasCompiledWith(t *testing.T) {
	t.Parallel()
	providers := host.Providers([]*debug.Module{
		{Path: "github.com/pulumi/pulumi-aws/sdk/v6", Version: "v6.83.2"},
		{Path: "github.com/pulumi/pulumi/sdk/v3", Version: "v3.259.0"}, // the engine's own SDK is no provider's
		{Path: "github.com/pulumi/pulumi-random/sdk", Version: "v1.0.0"},
		{Path: "k8s.io/api", Version: "v0.35.4"},
	})
	require.Len(t, providers, 2)
	require.Equal(t, "aws resource v6.83.2", fmt.Sprintf("%s %s %s", providers[0].GetName(), providers[0].GetKind(), providers[0].GetVersion()))
	require.Equal(t, "random", providers[1].GetName())

	h := &host.Host{Program: script(t, "")}
	_, err := h.GetRequiredPackages(t.Context(), nil)
	require.ErrorContains(t, err, "the modules of")
	_, err = h.GetProgramDependencies(t.Context(), nil)
	require.ErrorContains(t, err, "the modules of")
}

func TestItTellsWhatItIs(t *testing.T) {
	t.Parallel()
	h := &host.Host{Program: "/usr/local/bin/platform", Version: "1.2.3"}
	about, err := h.About(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "/usr/local/bin/platform", about.GetExecutable())
	require.Equal(t, runtime.Version(), about.GetVersion())
	info, err := h.GetPluginInfo(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "1.2.3", info.GetVersion())
}

// served serves the host as the engine has it, and returns a client.
func served(t *testing.T, h *host.Host) pulumirpc.LanguageRuntimeClient {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- host.Serve(ctx, h, "127.0.0.1:1", write) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	line := make([]byte, 16)
	n, err := read.Read(line)
	require.NoError(t, err)
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(string(line[:n])), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })
	return pulumirpc.NewLanguageRuntimeClient(connection)
}

func TestThePolicyPackIsRunAsThePluginOfItsFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	client := served(t, &host.Host{PolicyPack: script(t, `echo "$1 $SET"; pwd; echo trouble >&2; exit 4`)})
	stream, err := client.RunPlugin(t.Context(), &pulumirpc.RunPluginRequest{
		Kind: "analyzer", Args: []string{"127.0.0.1:2"}, Env: []string{"SET=yes", "PATH=" + os.Getenv("PATH")},
		Info: &pulumirpc.ProgramInfo{ProgramDirectory: folder},
	})
	require.NoError(t, err)
	var stdout, stderr bytes.Buffer
	exit := int32(-1)
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		stdout.Write(response.GetStdout())
		stderr.Write(response.GetStderr())
		if code, ok := response.GetOutput().(*pulumirpc.RunPluginResponse_Exitcode); ok {
			exit = code.Exitcode
		}
	}
	require.Equal(t, "127.0.0.1:2 yes\n"+folder+"\n", stdout.String())
	require.Equal(t, "trouble\n", stderr.String())
	require.EqualValues(t, 4, exit)
}

func TestOtherPluginsAreNotRun(t *testing.T) {
	t.Parallel()
	client := served(t, &host.Host{})
	stream, err := client.RunPlugin(t.Context(), &pulumirpc.RunPluginRequest{Kind: "resource"})
	require.NoError(t, err)
	_, err = stream.Recv()
	require.Equal(t, codes.Unimplemented, status.Code(err))
	install, err := client.InstallDependencies(t.Context(), &pulumirpc.InstallDependenciesRequest{})
	require.NoError(t, err)
	_, err = install.Recv()
	require.ErrorIs(t, err, io.EOF, "there is nothing to install")
}

func TestTheEnginesAddressIsTheFirstArgumentThatIsNoFlag(t *testing.T) {
	t.Parallel()
	require.Equal(t, "127.0.0.1:1", host.EngineAddress([]string{"-tracing=x", "127.0.0.1:1", "."}))
	require.Empty(t, host.EngineAddress([]string{"--help"}))
	require.ErrorContains(t, host.Serve(t.Context(), &host.Host{}, "", io.Discard), "the engine's address is missing")
}
