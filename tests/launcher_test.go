package tests

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/shirou/gopsutil/v4/process"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/ai-now/platform/sandbox/layout"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// runTimeout bounds one run of the launcher. The longest, bringing up or destroying prod, takes about half a minute on two cores.
const runTimeout = 15 * time.Minute

// sandbox is a sandbox of the test's own: its state in a folder of its own, the tools those of the user.
type sandbox struct {
	layout *layout.Layout
	env    []string
}

// newSandbox returns an empty sandbox and ends all of its processes after the test.
func newSandbox(t testing.TB) *sandbox {
	t.Helper()
	if testing.Short() {
		t.Skip("whole stacks take minutes; run without -short")
	}
	state := filepath.Join(t.TempDir(), ".sandbox")
	s := &sandbox{env: append(os.Environ(), layout.StateVariable+"="+state, "GOFLAGS=")}
	l, err := layout.Find("..")
	require.NoError(t, err)
	l.State = state
	s.layout = l
	// On a machine where nobody has built the tools yet it takes as long as it takes.
	output, err := s.command("build").CombinedOutput()
	require.NoError(t, err, string(output))
	t.Cleanup(func() {
		code, output := s.run(t, "clean")
		require.Zero(t, code, output)
	})
	return s
}

func (s *sandbox) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.layout.Project, "sandbox", "run"), args...)
	cmd.Dir, cmd.Env = s.layout.Project, s.env
	return cmd
}

// run runs the launcher and returns its exit code and all of its output.
func (s *sandbox) run(t testing.TB, args ...string) (int, string) {
	t.Helper()
	started := time.Now()
	cmd := s.command(args...)
	var output lockedBuffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	timer := time.AfterFunc(runTimeout, func() { _ = cmd.Process.Signal(syscall.SIGTERM) })
	defer timer.Stop()
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	t.Logf("sandbox %s: exit code %d after %s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), time.Since(started).Round(100*time.Millisecond))
	return cmd.ProcessState.ExitCode(), output.String()
}

// must runs the launcher and expects it to do what it was asked.
func (s *sandbox) must(t testing.TB, args ...string) string {
	t.Helper()
	code, output := s.run(t, args...)
	require.Zero(t, code, "sandbox %s:\n%s", strings.Join(args, " "), output)
	return output
}

// client returns a client of a cluster of a stack, as its admin.
func (s *sandbox) client(t testing.TB, stack, cluster string) *kubernetes.Clientset {
	t.Helper()
	access, err := localcluster.Open(s.layout.Stack(stack).Clusters(), cluster)
	require.NoError(t, err)
	config, err := clientcmd.BuildConfigFromFlags("", access.Kubeconfig)
	require.NoError(t, err)
	client, err := kubernetes.NewForConfig(config)
	require.NoError(t, err)
	return client
}

// processes returns the command lines of the running processes that belong to the sandbox: those that name its state
// folder, and the engine and its plugins, whose environment does.
func (s *sandbox) processes(t testing.TB) []string {
	t.Helper()
	all, err := process.Processes()
	require.NoError(t, err)
	var found []string
	for _, p := range all {
		command, err := p.Cmdline()
		if err != nil || command == "" {
			continue // ended meanwhile, or the kernel's own
		}
		environment, _ := p.Environ() // of other users it is not shown
		if strings.Contains(command, s.layout.State) || slices.ContainsFunc(environment, func(entry string) bool {
			return strings.HasPrefix(entry, layout.CloudVariable+"="+s.layout.State)
		}) {
			found = append(found, command)
		}
	}
	return found
}

// stackFile writes a configuration to a file and returns its path.
func stackFile(t testing.TB, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stack.yaml")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	return file
}

// edited returns the path of a copy of a stack's configuration in which from is replaced by to.
func (s *sandbox) edited(t testing.TB, stack, from, to string) string {
	t.Helper()
	file, err := s.layout.ConfigFile(stack)
	require.NoError(t, err)
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(content), from, "the stack's file has changed; change this test with it")
	return stackFile(t, strings.Replace(string(content), from, to, 1))
}

// lockedBuffer can be read while a process writes to it.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// eventually waits for a condition, for as long as a control plane may take to get there.
func eventually(t testing.TB, what string, condition func(context.Context) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !condition(ctx) {
		select {
		case <-ctx.Done():
			require.Fail(t, "did not happen within a minute", what)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
