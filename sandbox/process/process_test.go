package process_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/process"
)

func start(t *testing.T, script string, environment ...string) *process.Record {
	t.Helper()
	cmd := exec.Command("sh", "-c", script)
	cmd.Env = append(os.Environ(), environment...)
	record, err := process.Start(cmd, filepath.Join(t.TempDir(), "record.json"))
	require.NoError(t, err)
	go func() { _ = cmd.Wait() }()
	t.Cleanup(func() { _, _ = record.EndSession(context.Background(), time.Second, nil) })
	return record
}

func TestProcess(t *testing.T) {
	t.Parallel()

	t.Run("a started process is running until it is ended", func(t *testing.T) {
		t.Parallel()
		record := start(t, "sleep 60")
		require.True(t, record.Running())
		require.NoError(t, record.End(t.Context(), time.Second))
		require.False(t, record.Running())
		require.NoError(t, record.End(t.Context(), time.Second), "ending twice is no error")
	})

	t.Run("a process that ignores the request to end is killed after the grace period", func(t *testing.T) {
		t.Parallel()
		record := start(t, `trap "" TERM; while :; do sleep 0.1; done`)
		time.Sleep(200 * time.Millisecond) // the trap must be set
		require.NoError(t, record.End(t.Context(), 300*time.Millisecond))
		require.False(t, record.Running())
	})

	t.Run("a record of a process that had the same id earlier is not running", func(t *testing.T) {
		t.Parallel()
		record := start(t, "sleep 60")
		earlier, otherBoot := *record, *record
		earlier.Started--
		otherBoot.Boot += "x"
		for _, gone := range []process.Record{earlier, otherBoot} {
			require.False(t, gone.Running())
			require.NoError(t, gone.End(t.Context(), time.Second))
		}
		require.True(t, record.Running(), "somebody else's process is left alone")
	})

	t.Run("what outlives the leader of a session is found and ended with it", func(t *testing.T) {
		t.Parallel()
		marker := filepath.Join(t.TempDir(), "child")
		record := start(t, "sleep 61 & echo $! > "+marker+"; sleep 62", "SESSION_MARK="+marker)
		require.Eventually(t, func() bool { _, err := os.Stat(marker); return err == nil }, 5*time.Second, 10*time.Millisecond)
		time.Sleep(50 * time.Millisecond)
		child := childOf(t, marker)
		leader, err := os.FindProcess(record.PID)
		require.NoError(t, err)
		require.NoError(t, leader.Kill())
		require.Eventually(t, func() bool { return !record.Running() }, 5*time.Second, 10*time.Millisecond)
		require.True(t, child.Running())

		ended, err := record.EndSession(t.Context(), time.Second, process.HasEnvironment("SESSION_MARK", "another"))
		require.NoError(t, err)
		require.Zero(t, ended, "processes without the mark are not ours to end")
		ended, err = record.EndSession(t.Context(), time.Second, process.HasEnvironment("SESSION_MARK", marker))
		require.NoError(t, err)
		require.GreaterOrEqual(t, ended, 1)
		require.False(t, child.Running())
	})

	t.Run("a record survives a save and a load", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "deep", "record.json")
		record := start(t, "sleep 60")
		require.NoError(t, record.Save(file))
		loaded, err := process.Load(file)
		require.NoError(t, err)
		require.Equal(t, record, loaded)
	})

	t.Run("a file that is no record is refused with what to do", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "record.json")
		for _, content := range []string{"", "{}", `{"pid":1}`, `{"pid":-1}`, "null", "\x00"} {
			require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
			_, err := process.Load(file)
			require.ErrorContains(t, err, "delete it", "%q", content)
		}
	})
}

func childOf(t *testing.T, file string) *process.Record {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	require.NoError(t, err)
	record, err := process.Of(pid)
	require.NoError(t, err)
	return record
}
