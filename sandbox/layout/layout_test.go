package layout_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/layout"
)

func checkout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("{}\n"), 0o600))
	}
	return dir
}

func TestFind(t *testing.T) {
	t.Run("the checkout is found from a folder below it", func(t *testing.T) {
		dir := checkout(t)
		below := filepath.Join(dir, "a", "b")
		require.NoError(t, os.MkdirAll(below, 0o700))
		l, err := layout.Find(below)
		require.NoError(t, err)
		require.Equal(t, dir, l.Project)
		require.Equal(t, filepath.Join(dir, ".sandbox"), l.State)
	})
	t.Run("outside of a checkout the error says where to go", func(t *testing.T) {
		_, err := layout.Find(t.TempDir())
		require.ErrorContains(t, err, "no Pulumi.yaml")
	})
	t.Run("the environment moves the state and the cache", func(t *testing.T) {
		t.Setenv(layout.StateVariable, "/somewhere/state")
		t.Setenv(layout.CacheVariable, "/somewhere/cache")
		l, err := layout.Find(checkout(t))
		require.NoError(t, err)
		require.Equal(t, "/somewhere/state", l.State)
		require.Equal(t, "/somewhere/cache", l.Cache)
	})
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	t.Run("a new folder gets this version, and is accepted again", func(t *testing.T) {
		t.Parallel()
		l := &layout.Layout{State: filepath.Join(t.TempDir(), ".sandbox")}
		require.NoError(t, l.Prepare())
		require.NoError(t, l.Prepare())
		content, err := os.ReadFile(filepath.Join(l.State, "version"))
		require.NoError(t, err)
		require.Equal(t, layout.Version+"\n", string(content))
	})
	for name, make := range map[string]func(t *testing.T, state string){
		"a folder of an older version is refused with what to do": func(t *testing.T, state string) {
			t.Helper()
			require.NoError(t, os.WriteFile(filepath.Join(state, "version"), []byte("0\n"), 0o600))
		},
		"a folder without a version that is not empty is refused with what to do": func(t *testing.T, state string) {
			t.Helper()
			require.NoError(t, os.Mkdir(filepath.Join(state, "stacks"), 0o700))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			make(t, state)
			err := (&layout.Layout{State: state}).Prepare()
			require.ErrorIs(t, err, layout.ErrOtherVersion)
			require.ErrorContains(t, err, "make clean")
		})
	}
}

func TestConfigFile(t *testing.T) {
	t.Parallel()
	l := &layout.Layout{Project: checkout(t)}
	file, err := l.ConfigFile("prod")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(l.Project, "Pulumi.prod.yaml"), file)

	for _, name := range []string{"prdo", "", "../prod", "a b"} {
		_, err := l.ConfigFile(name)
		require.ErrorIs(t, err, layout.ErrNoStack, name)
		require.ErrorContains(t, err, "there are dev, prod", name)
	}
}
