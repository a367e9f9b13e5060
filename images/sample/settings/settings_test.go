package settings_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/sample/settings"
)

func load(variables map[string]string) (settings.Settings, error) {
	return settings.Load(func(name string) string { return variables[name] })
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	s, err := load(nil)
	require.NoError(t, err)
	require.Equal(t, settings.Settings{
		Listen: ":8080", MetricsListen: ":9090", LogLevel: slog.LevelInfo, Greeting: "Hello",
		Drain: 5 * time.Second, Shutdown: 20 * time.Second,
	}, s)
}

func TestEverythingCanBeSet(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("{}"), 0o600))
	s, err := load(map[string]string{
		settings.Listen: "127.0.0.1:1", settings.MetricsListen: "127.0.0.1:2", settings.LogLevel: "warn", settings.Greeting: "Moin",
		settings.GreetingsFile: file, settings.TokenFile: file, settings.Drain: "0s", settings.Shutdown: "1m",
		settings.OTLPTracesEndpoint: "http://collector:4318/v1/traces",
	})
	require.NoError(t, err)
	require.Equal(t, settings.Settings{
		Listen: "127.0.0.1:1", MetricsListen: "127.0.0.1:2", LogLevel: slog.LevelWarn, Greeting: "Moin",
		GreetingsFile: file, TokenFile: file, Drain: 0, Shutdown: time.Minute, Traces: true,
	}, s)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		variables map[string]string
		says      []string
	}{
		"an address without a port": {
			map[string]string{settings.Listen: "localhost"},
			[]string{`SAMPLE_LISTEN is "localhost"; it takes an address and a port, such as :8080 or 127.0.0.1:8080`},
		},
		"one address for two servers": {
			map[string]string{settings.MetricsListen: ":8080"},
			[]string{`SAMPLE_METRICS_LISTEN is ":8080"; it takes an address other than that of SAMPLE_LISTEN`},
		},
		"a level that is none": {
			map[string]string{settings.LogLevel: "loud"},
			[]string{`SAMPLE_LOG_LEVEL is "loud"; it takes debug, info, warn or error`},
		},
		"durations without a unit, negative, and longer than anybody waits": {
			map[string]string{settings.Drain: "5", settings.Shutdown: "-1s"},
			[]string{`SAMPLE_DRAIN is "5"; it takes a duration from 0s to 10m0s, such as 5s`, `SAMPLE_SHUTDOWN is "-1s"`},
		},
		"files that are not there": {
			map[string]string{settings.GreetingsFile: "/nowhere", settings.TokenFile: "/nowhere"},
			[]string{"SAMPLE_GREETINGS_FILE names a file that cannot be read; mount it, or leave the variable out", "SAMPLE_TOKEN_FILE names"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(c.variables)
			for _, text := range c.says {
				require.ErrorContains(t, err, text)
			}
		})
	}
}
