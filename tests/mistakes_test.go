package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/exitcode"
)

// TestMistakes shows the launcher what users get wrong. Nothing may be made of it.
func TestMistakes(t *testing.T) {
	s := newSandbox(t)
	for name, test := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"a stack that does not exist": {
			[]string{"up", "--stack", "prdo"}, exitcode.Usage, []string{`no such stack: "prdo"`, "dev, local, prod"},
		},
		"a command that does not exist": {
			[]string{"upp"}, exitcode.Usage, []string{`unknown command "upp"`},
		},
		"an argument where none is taken": {
			[]string{"up", "prod"}, exitcode.Usage, []string{`up takes no arguments, not "prod"`, "--stack"},
		},
		"a flag that does not exist": {
			[]string{"up", "--stak", "dev"}, exitcode.Usage, []string{"unknown flag: --stak"},
		},
		"a configuration file that is not there": {
			[]string{"up", "--config-file", "/nowhere.yaml"}, exitcode.Usage, []string{"/nowhere.yaml"},
		},
		"broken YAML": {
			[]string{"up", "--config-file", stackFile(t, "config:\n  ai-now:environment: [dev\n")}, exitcode.Usage,
			[]string{"is not valid YAML", "line 2"},
		},
		"an unknown key and overlapping ranges, both reported": {
			[]string{"up", "--config-file", replaceIn(t, s.edited(t, "dev", "size: s-2vcpu-4gb", "sise: s-2vcpu-4gb"), "network: {block: 8}", "network: {block: 8, pods: 10.128.0.0/16}")},
			exitcode.Usage,
			[]string{"ai-now:clusters[0].nodePools[0].sise", `did you mean "size"?`, "ai-now:clusters[0].network.pods", "overlaps"},
		},
		"a zone of another region": {
			[]string{"up", "--stack", "prod", "--config-file", s.edited(t, "prod", "region: eu-west-1\n", "region: eu-west-1\n      zones: [us-east-1a, us-east-1b, us-east-1c]\n")},
			exitcode.Usage, []string{"ai-now:clusters[0].zones[0]", "us-east-1a"},
		},
		"an image without a tag": {
			[]string{"up", "--config-file", s.edited(t, "dev", "sample:0.1.0", "sample")}, exitcode.Usage, []string{"ai-now:workloads[0].image"},
		},
		"kubectl for a stack that is not up": {
			[]string{"kubectl", "--", "get", "pods"}, exitcode.Usage, []string{"stack dev has no clusters here", "make up"},
		},
	} {
		t.Run(name+" is refused with what to do", func(t *testing.T) {
			code, output := s.run(t, test.args...)
			require.Equal(t, test.code, code, output)
			for _, words := range test.says {
				require.Contains(t, output, words)
			}
			require.NotContains(t, output, "goroutine ")
		})
	}
	require.Empty(t, clustersOf(t, s, "dev"))
	require.NoFileExists(t, filepath.Join(s.layout.BackendDir(), ".pulumi", "stacks", "ai-now", "dev.json"))

	t.Run("a state folder of an older version is refused, and clean deletes it", func(t *testing.T) {
		require.NoError(t, os.WriteFile(filepath.Join(s.layout.State, "version"), []byte("0\n"), 0o600))
		code, output := s.run(t, "up")
		require.Equal(t, exitcode.Failed, code, output)
		require.Contains(t, output, "make clean")
		s.must(t, "clean")
		require.NoDirExists(t, s.layout.State)
	})
}

// replaceIn replaces all of from by to in a file and returns its path.
func replaceIn(t testing.TB, file, from, to string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(content), from)
	return stackFile(t, strings.ReplaceAll(string(content), from, to))
}
