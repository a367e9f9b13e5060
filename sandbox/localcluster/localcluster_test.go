package localcluster_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/localcluster"
)

// controlPlane is a program that behaves as the real one does towards its caller: it gets its directory, writes its
// files there, says that it is ready, and runs.
func controlPlane(t *testing.T, script string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "control-plane")
	require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\ndir=$3\n"+script), 0o700))
	return file
}

const ready = `echo https://127.0.0.1:1 > $dir/server; echo t0ken > $dir/token; echo PEM > $dir/ca.crt; touch $dir/ready; exec sleep 60`

func TestStart(t *testing.T) {
	t.Parallel()

	t.Run("a started cluster is found again, started once, and gone when it is removed", func(t *testing.T) {
		t.Parallel()
		dir, ctx := t.TempDir(), context.Background()
		t.Cleanup(func() { _ = localcluster.Stop(ctx, dir, "one") })
		access, err := localcluster.Start(ctx, controlPlane(t, ready), dir, "one")
		require.NoError(t, err)
		require.Equal(t, "https://127.0.0.1:1", access.Server)
		require.Equal(t, "t0ken", access.Token)
		require.True(t, localcluster.Running(dir, "one"))

		again, err := localcluster.Start(ctx, "/no/such/program", dir, "one")
		require.NoError(t, err, "it runs already: the program is not needed")
		require.Equal(t, access, again)
		names, err := localcluster.List(dir)
		require.NoError(t, err)
		require.Equal(t, []string{"one"}, names)

		require.NoError(t, localcluster.Stop(ctx, dir, "one"))
		require.False(t, localcluster.Running(dir, "one"))
		_, err = localcluster.Open(dir, "one")
		require.NoError(t, err, "what it holds stays")
		require.NoError(t, localcluster.Remove(ctx, dir, "one"))
		_, err = localcluster.Open(dir, "one")
		require.ErrorIs(t, err, os.ErrNotExist)
	})

	t.Run("a control plane that ends while it starts is an error with its last words", func(t *testing.T) {
		t.Parallel()
		_, err := localcluster.Start(t.Context(), controlPlane(t, "echo starting; echo port 1 is taken >&2; exit 1"), t.TempDir(), "two")
		require.ErrorContains(t, err, "control plane of cluster two ended while it started: port 1 is taken")
	})

	t.Run("a program that is missing is an error that names the cluster", func(t *testing.T) {
		t.Parallel()
		_, err := localcluster.Start(t.Context(), "/no/such/program", t.TempDir(), "three")
		require.ErrorContains(t, err, "control plane of cluster three")
	})

	t.Run("there are no clusters where nothing was started", func(t *testing.T) {
		t.Parallel()
		names, err := localcluster.List(filepath.Join(t.TempDir(), "nothing"))
		require.NoError(t, err)
		require.Empty(t, names)
		require.NoError(t, localcluster.Stop(t.Context(), t.TempDir(), "nobody"))
	})
}
