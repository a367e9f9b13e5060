package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
	"sigs.k8s.io/yaml"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	_ "github.com/ai-now/platform/policy/internal/golden"
	"github.com/ai-now/platform/policy/rules"
)

func TestTheVersionIsThatOfTheProjectFile(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("PulumiPolicy.yaml")
	require.NoError(t, err)
	var project struct{ Runtime, Version, Description string }
	require.NoError(t, yaml.Unmarshal(text, &project))
	require.Equal(t, "go", project.Runtime)
	require.Equal(t, version, project.Version)
	require.Equal(t, pack().Description, project.Description)
}

func TestArguments(t *testing.T) {
	t.Parallel()
	// Port 1 of the loopback interface is an engine nobody listens at; it is
	// given up only after seconds, long after these tests.
	const engine = "127.0.0.1:1"
	tests := []struct {
		name string
		args []string
	}{
		{"by the engine without a language host", []string{engine, "."}},
		{"by the engine without a language host, with options of the runtime", []string{engine, ".", "-binary=x", "-buildTarget=a:1"}},
		{"by a language host", []string{engine}},
		{"by hand", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancel(context.Background())
			reader, writer := io.Pipe()
			ended := make(chan error, 1)
			go func() { ended <- run(ctx, tt.args, writer) }()
			line, err := bufio.NewReader(reader).ReadString('\n')
			require.NoError(t, err)
			require.Regexp(t, regexp.MustCompile(`^\d+\n$`), line)
			conn, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(line), grpc.WithTransportCredentials(insecure.NewCredentials()))
			require.NoError(t, err)
			defer func() { _ = conn.Close() }()
			info, err := pulumirpc.NewAnalyzerClient(conn).GetAnalyzerInfo(ctx, &emptypb.Empty{})
			require.NoError(t, err)
			require.Len(t, info.GetPolicies(), len(rules.All()))
			stop()
			require.NoError(t, <-ended)
		})
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(context.Background(), []string{"--help"}, &out))
	require.Contains(t, out.String(), "pulumi preview --policy-pack policy")
	out.Reset()
	require.NoError(t, run(context.Background(), []string{"--version"}, &out))
	require.Equal(t, version+"\n", out.String())
}
