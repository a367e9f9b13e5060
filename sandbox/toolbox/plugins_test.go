package toolbox

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInstalledPlugin(t *testing.T) {
	home := t.TempDir()
	t.Setenv("PULUMI_HOME", home)
	for _, version := range []string{"4.9.0", "4.30.0", "4.31.1", "4.40.0.lock", "x"} {
		folder := filepath.Join(home, "plugins", "resource-kubernetes-v"+version)
		require.NoError(t, os.MkdirAll(folder, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(folder, "pulumi-resource-kubernetes"), nil, 0o600))
	}
	path, version, err := installedPlugin("kubernetes", "4.30.0")
	require.NoError(t, err)
	require.Equal(t, "4.31.1", version, "the newest, by version and not by name")
	require.Equal(t, filepath.Join(home, "plugins", "resource-kubernetes-v4.31.1", "pulumi-resource-kubernetes"), path)

	_, _, err = installedPlugin("kubernetes", "4.32.0")
	require.ErrorContains(t, err, "no provider of kubernetes of version 4.32.0 or later")
	_, _, err = installedPlugin("aws", "1.0.0")
	require.Error(t, err)
}

func TestCheckSpace(t *testing.T) {
	t.Parallel()
	notYet := filepath.Join(t.TempDir(), "not", "yet", "there")
	require.NoError(t, checkSpace(notYet, 1))
	err := checkSpace(notYet, 1<<62)
	require.ErrorContains(t, err, "no space: ")
	require.ErrorContains(t, err, "AI_NOW_SANDBOX_CACHE")
	require.NoDirExists(t, notYet)
}

func TestOnPath(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	say := func(words string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte("#!/bin/sh\necho "+words+"\n"), 0o700))
	}
	for words, test := range map[string]struct{ version, problem string }{
		"v3.259.0": {"3.259.0", ""},
		"v3.300.1": {"3.300.1", ""},
		"v3.99.0":  {"", "is version 3.99.0; 3.259.0 is needed"},
		"hello":    {"", "tells no version"},
	} {
		say(words)
		path, version, err := onPath(t.Context(), "pulumi", "3.259.0", "version")
		if test.problem != "" {
			require.ErrorContains(t, err, test.problem, words)
			continue
		}
		require.NoError(t, err, words)
		require.Equal(t, test.version, version)
		require.Equal(t, filepath.Join(dir, "pulumi"), path)
	}
}
