package tests

import (
	"context"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/process"
)

// TestInterruptedUpdate ends an update of dev midway, in each way that happens, and goes on.
func TestInterruptedUpdate(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *sandbox, launcher int){
		"an interrupted launcher ends the engine and goes on with the next update": func(t *testing.T, _ *sandbox, launcher int) {
			t.Helper()
			require.NoError(t, syscall.Kill(launcher, syscall.SIGINT))
		},
		"a killed launcher leaves nothing that the next update does not clear up": func(t *testing.T, _ *sandbox, launcher int) {
			t.Helper()
			require.NoError(t, syscall.Kill(launcher, syscall.SIGKILL))
		},
		"a killed launcher and a killed engine leave nothing that the next update does not clear up": func(t *testing.T, s *sandbox, launcher int) {
			t.Helper()
			record, err := process.Load(s.layout.Stack("dev").Run())
			require.NoError(t, err)
			members, err := record.Session(nil)
			require.NoError(t, err)
			require.NoError(t, syscall.Kill(launcher, syscall.SIGKILL))
			for _, pid := range members {
				// The plugins are left without an engine: the worst case.
				if p, err := process.Of(pid); err == nil && p.Running() && pid != 0 {
					_ = syscall.Kill(pid, syscall.SIGKILL)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			cmd := s.command("up")
			var output lockedBuffer
			cmd.Stdout, cmd.Stderr = &output, &output
			require.NoError(t, cmd.Start())
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			// The update, not the preview before it, is making Kubernetes objects.
			eventually(t, "an object is being made", func(context.Context) bool {
				return strings.Contains(output.String(), "kubernetes:core/v1:Namespace doks-dev-playground creat") &&
					strings.Contains(output.String(), "KubernetesCluster doks-dev created")
			})
			end(t, s, cmd.Process.Pid)
			select {
			case <-ended:
			case <-time.After(2 * time.Minute):
				require.Fail(t, "the launcher does not end", output.String())
			}
			eventually(t, "the engine and its plugins end", func(context.Context) bool {
				for _, command := range s.processes(t) {
					if !strings.Contains(command, "control-plane") {
						return false
					}
				}
				return true
			})
			s.must(t, "up")
			require.Contains(t, s.must(t, "drift"), "no drift in")
			s.must(t, "destroy")
			require.Empty(t, s.processes(t))
		})
	}
}

// TestKilledDestroy kills a destroy midway, with the engine and all plugins, and brings the stack up again: what the
// engine could not note as deleted any more must not be taken for there.
func TestKilledDestroy(t *testing.T) {
	s := newSandbox(t)
	s.must(t, "up")
	cmd := s.command("destroy")
	var output lockedBuffer
	cmd.Stdout, cmd.Stderr = &output, &output
	require.NoError(t, cmd.Start())
	eventually(t, "objects are being deleted", func(context.Context) bool {
		return strings.Contains(output.String(), "apps/v1:Deployment doks-dev-playground-hello delet")
	})
	record, err := process.Load(s.layout.Stack("dev").Run())
	require.NoError(t, err)
	members, err := record.Session(nil)
	require.NoError(t, err)
	for _, pid := range append([]int{cmd.Process.Pid}, members...) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	_ = cmd.Wait()
	s.must(t, "up")
	require.Contains(t, s.must(t, "drift"), "no drift in")
	s.must(t, "destroy")
	require.Empty(t, s.processes(t))
}
