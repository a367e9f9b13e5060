package main

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/sample/settings"
)

func environment(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestWrongUseIsToldApartFromFailure(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.ErrorIs(t, run(t.Context(), nil, environment(map[string]string{settings.LogLevel: "loud"}), &out), errUsage)
	require.ErrorIs(t, run(t.Context(), []string{"serve"}, environment(nil), &out), errUsage)
	// Port 1 is nobody's: the service does not run.
	err := run(t.Context(), []string{"healthcheck"}, environment(map[string]string{settings.Listen: "127.0.0.1:1"}), &out)
	require.Error(t, err)
	require.NotErrorIs(t, err, errUsage)
}

func TestItServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	require.NoError(t, run(ctx, nil, environment(map[string]string{
		settings.Listen: "127.0.0.1:0", settings.MetricsListen: "127.0.0.1:0", settings.Drain: "0s",
	}), &out))
	require.Contains(t, out.String(), `"msg":"serving"`)
	require.Contains(t, out.String(), `"msg":"stopped","clean":true`)
}
