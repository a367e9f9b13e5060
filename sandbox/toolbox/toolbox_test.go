package toolbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/toolbox"
)

// workshop is a checkout with one source file, a cache and a bin folder.
type workshop struct {
	project string
	options toolbox.Options
	said    *bytes.Buffer
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	dir := t.TempDir()
	w := &workshop{project: filepath.Join(dir, "project"), said: &bytes.Buffer{}}
	w.write(t, "src/main.go", "package main")
	w.options = toolbox.Options{
		Project: w.project, Cache: filepath.Join(dir, "cache"), Bin: filepath.Join(dir, "bin"), Report: toolbox.NewReporter(w.said),
	}
	return w
}

func (w *workshop) write(t *testing.T, name, content string) {
	t.Helper()
	file := filepath.Join(w.project, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
}

// hammer is a tool whose building counts.
func hammer(built *atomic.Int32) *toolbox.Tool {
	return &toolbox.Tool{
		Name: "hammer", Version: "1.2.3", Sources: []string{"src"}, Programs: map[string]string{"hit": "hammer"},
		Build: func(_ context.Context, _ *toolbox.Tool, _, out string, _ io.Writer) error {
			built.Add(1)
			return os.WriteFile(filepath.Join(out, "hammer"), fmt.Appendf(nil, "build %d", built.Load()), 0o700)
		},
	}
}

func TestEnsure(t *testing.T) {
	t.Parallel()

	t.Run("a tool is built once and reused after that", func(t *testing.T) {
		t.Parallel()
		w, built := newWorkshop(t), new(atomic.Int32)
		for range 3 {
			require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
		}
		require.EqualValues(t, 1, built.Load())
		require.NoError(t, toolbox.IsCache(w.options.Cache))
		require.ErrorContains(t, toolbox.IsCache(w.project), "does not look like the sandbox's cache")
		content, err := os.ReadFile(filepath.Join(w.options.Bin, "hit"))
		require.NoError(t, err)
		require.Equal(t, "build 1", string(content))
		require.Contains(t, w.said.String(), "hammer 1.2.3: building")
		require.Contains(t, w.said.String(), "reusing hammer 1.2.3")
	})

	t.Run("another checkout with the same sources builds nothing", func(t *testing.T) {
		t.Parallel()
		w, other, built := newWorkshop(t), newWorkshop(t), new(atomic.Int32)
		other.options.Cache = w.options.Cache
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, other.options))
		require.EqualValues(t, 1, built.Load())
		require.FileExists(t, filepath.Join(other.options.Bin, "hit"))
	})

	t.Run("a changed source builds anew, a changed test or page does not", func(t *testing.T) {
		t.Parallel()
		w, built := newWorkshop(t), new(atomic.Int32)
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
		w.write(t, "src/main_test.go", "package main")
		w.write(t, "src/README.md", "about")
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
		require.EqualValues(t, 1, built.Load())
		w.write(t, "src/main.go", "package main // changed")
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
		require.EqualValues(t, 2, built.Load())
		content, err := os.ReadFile(filepath.Join(w.options.Bin, "hit"))
		require.NoError(t, err)
		require.Equal(t, "build 2", string(content))
	})

	t.Run("a failed build shows what the compiler said and leaves nothing that would be reused", func(t *testing.T) {
		t.Parallel()
		w, built := newWorkshop(t), new(atomic.Int32)
		broken := hammer(built)
		broken.Build = func(_ context.Context, _ *toolbox.Tool, _, out string, progress io.Writer) error {
			fmt.Fprintln(progress, "example.org/fine/package")
			fmt.Fprintln(progress, "main.go:1:1: the handle is loose")
			return errors.Join(errors.New("exit status 1"), os.WriteFile(filepath.Join(out, "hammer"), nil, 0o600))
		}
		err := toolbox.Ensure(t.Context(), []*toolbox.Tool{broken}, w.options)
		require.ErrorContains(t, err, "cannot build hammer 1.2.3")
		require.ErrorContains(t, err, "the handle is loose")
		require.NotContains(t, err.Error(), "example.org/fine/package")
		require.NoFileExists(t, filepath.Join(w.options.Bin, "hit"))
		require.Empty(t, drafts(t, w.options.Cache))
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
		require.EqualValues(t, 1, built.Load())
	})

	t.Run("an interrupted build ends at once and leaves nothing that would be reused", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		ctx, cancel := context.WithCancel(t.Context())
		slow := hammer(new(atomic.Int32))
		slow.Build = func(ctx context.Context, _ *toolbox.Tool, _, _ string, _ io.Writer) error {
			cancel()
			<-ctx.Done()
			return errors.New("signal: terminated")
		}
		require.ErrorIs(t, toolbox.Ensure(ctx, []*toolbox.Tool{slow}, w.options), context.Canceled)
		require.Empty(t, drafts(t, w.options.Cache))
	})

	t.Run("two launchers that need the same tool build it once", func(t *testing.T) {
		t.Parallel()
		w, other, built := newWorkshop(t), newWorkshop(t), new(atomic.Int32)
		other.options.Cache = w.options.Cache
		slow := hammer(built)
		quick := slow.Build
		slow.Build = func(ctx context.Context, tool *toolbox.Tool, project, out string, progress io.Writer) error {
			time.Sleep(300 * time.Millisecond)
			return quick(ctx, tool, project, out, progress)
		}
		ended := make(chan error, 2)
		for _, options := range []toolbox.Options{w.options, other.options} {
			go func() { ended <- toolbox.Ensure(context.Background(), []*toolbox.Tool{slow}, options) }()
		}
		require.NoError(t, <-ended)
		require.NoError(t, <-ended)
		require.EqualValues(t, 1, built.Load())
	})

	t.Run("all missing programs are named at once, with what needs them", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		one, two := hammer(new(atomic.Int32)), hammer(new(atomic.Int32))
		one.Needs, two.Name, two.Needs = []string{"no-such-smithy"}, "anvil", []string{"no-such-smithy", "no-such-forge"}
		err := toolbox.Ensure(t.Context(), []*toolbox.Tool{one, two}, w.options)
		require.EqualError(t, err, "programs are missing on PATH: no-such-forge, to build anvil; no-such-smithy, to build hammer and anvil; install them and run this again")
	})

	t.Run("a tool on PATH that serves is linked instead of built", func(t *testing.T) {
		t.Parallel()
		w, built := newWorkshop(t), new(atomic.Int32)
		found := filepath.Join(t.TempDir(), "hammer")
		require.NoError(t, os.WriteFile(found, []byte("installed"), 0o600))
		tool := hammer(built)
		tool.OnPath = func(context.Context) (string, string, error) { return found, "9.0.0", nil }
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{tool}, w.options))
		require.Zero(t, built.Load())
		content, err := os.ReadFile(filepath.Join(w.options.Bin, "hit"))
		require.NoError(t, err)
		require.Equal(t, "installed", string(content))
		require.Contains(t, w.said.String(), "hammer 9.0.0 (installed)")
	})

	t.Run("versions that nobody used for long are pruned when something is built", func(t *testing.T) {
		t.Parallel()
		w := newWorkshop(t)
		old, recent := filepath.Join(w.options.Cache, "hammer-old"), filepath.Join(w.options.Cache, "hammer-recent")
		require.NoError(t, os.MkdirAll(old, 0o700))
		require.NoError(t, os.MkdirAll(recent, 0o700))
		long := time.Now().AddDate(0, -1, 0)
		require.NoError(t, os.Chtimes(old, long, long))
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(new(atomic.Int32))}, w.options))
		require.NoDirExists(t, old)
		require.DirExists(t, recent)
	})
}

func TestEnsureKeepsTheLastVersions(t *testing.T) {
	t.Parallel()
	w, built := newWorkshop(t), new(atomic.Int32)
	for i := range 7 {
		w.write(t, "src/main.go", fmt.Sprintf("package main // %d", i))
		require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
	}
	require.EqualValues(t, 7, built.Load())
	versions, err := filepath.Glob(filepath.Join(w.options.Cache, "hammer-*"))
	require.NoError(t, err)
	require.Len(t, versions, 4)
	require.NoError(t, toolbox.Ensure(t.Context(), []*toolbox.Tool{hammer(built)}, w.options))
	require.EqualValues(t, 7, built.Load(), "the newest is among them")
}

func drafts(t *testing.T, cache string) []string {
	t.Helper()
	entries, err := os.ReadDir(cache)
	require.NoError(t, err)
	var found []string
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "draft-") {
			found = append(found, entry.Name())
		}
	}
	return found
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	project, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	tools, err := toolbox.Catalogue(project)
	require.NoError(t, err)

	t.Run("every tool has a key, and no program is made by two of them", func(t *testing.T) {
		t.Parallel()
		made := map[string]string{}
		for _, tool := range tools {
			key, err := tool.Key(project)
			require.NoError(t, err)
			require.Len(t, key, 16)
			for program := range tool.Programs {
				require.Empty(t, made[program], "%s is made by %s and %s", program, made[program], tool.Name)
				made[program] = tool.Name
			}
		}
		for _, program := range []string{
			"pulumi", "pulumi-resource-kubernetes", "pulumi-resource-eks", "pulumi-resource-aws", "pulumi-resource-gcp",
			"pulumi-resource-digitalocean", "pulumi-analyzer-policy-go", "control-plane", "kubectl", "aws", "gke-gcloud-auth-plugin", "runner",
		} {
			require.Contains(t, made, program)
		}
	})

	t.Run("the engine is of the version of the program's SDK", func(t *testing.T) {
		t.Parallel()
		content, err := os.ReadFile(filepath.Join(project, "go.mod"))
		require.NoError(t, err)
		engine, err := toolbox.Select(tools, []string{"pulumi"})
		require.NoError(t, err)
		require.Contains(t, string(content), "github.com/pulumi/pulumi/sdk/v3 v"+engine[0].Version+"\n")
	})

	t.Run("a tool that does not exist is refused with those that do", func(t *testing.T) {
		t.Parallel()
		_, err := toolbox.Select(tools, []string{"pulumi", "saw"})
		require.ErrorContains(t, err, `no tool "saw"`)
		require.ErrorContains(t, err, "control-plane")
	})
}
