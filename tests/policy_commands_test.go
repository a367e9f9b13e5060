package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestThePackJudgesAStateWithoutAProgram(t *testing.T) {
	e := newPolicyEngine(t)
	s := e.newStack(t, nil, these(privilegedPod()))
	up := s.up(t, `{"all": "advisory"}`)
	require.Zero(t, up.code, up.output)
	exported := s.command(t, "stack", "export", "--stack", s.stack.Name())
	require.Zero(t, exported.code, exported.output)
	state := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(state, []byte(exported.output), 0o600))

	for name, of := range map[string][]string{
		"of a stack":         {"--stack", s.stack.Name()},
		"of an exported one": {"--file", state},
	} {
		analyze := append([]string{"policy", "analyze", "--policy-pack", e.pack}, of...)
		t.Run("a violation "+name+" is found", func(t *testing.T) {
			found := s.command(t, append(analyze, "--policy-pack-config", settingsFile(t, only("pod-security-baseline", "mandatory")))...)
			require.Equal(t, 1, found.code, found.output)
			require.Contains(t, found.output, "[mandatory] [severity: critical]  pod-security-baseline  (kubernetes:core/v1:Pod: web)")
			require.Contains(t, found.output, "error: one or more mandatory policy violations were found")
		})
		t.Run("advice "+name+" is no failure", func(t *testing.T) {
			found := s.command(t, append(analyze, "--policy-pack-config", settingsFile(t, only("pod-security-baseline", "advisory")))...)
			require.Zero(t, found.code, found.output)
			require.Contains(t, found.output, "[advisory] [severity: critical]  pod-security-baseline")
		})
		t.Run("a remedy "+name+" is told and changes nothing", func(t *testing.T) {
			found := s.command(t, append(analyze, "--policy-pack-config", settingsFile(t, only("pod-default-identity", "remediate")))...)
			require.Equal(t, 1, found.code, found.output)
			require.Contains(t, found.output, "[remediate]  pod-default-identity  (kubernetes:core/v1:Pod: web)")
			again := s.command(t, "stack", "export", "--stack", s.stack.Name())
			require.NotContains(t, again.output, "automountServiceAccountToken")
		})
		t.Run("findings "+name+" come as JSON", func(t *testing.T) {
			found := s.command(t, append(analyze, "--json", "--policy-pack-config", settingsFile(t, only("pod-security-baseline", "mandatory")))...)
			require.Equal(t, 1, found.code, found.output)
			require.Contains(t, found.output, `"policyName":"pod-security-baseline"`)
		})
	}
}

// Commands about packs that an organization keeps at Pulumi need its account.
func TestCommandsThatNeedAnAccountSaySo(t *testing.T) {
	e := newPolicyEngine(t)
	s := e.newStack(t, nil, these())
	for _, args := range [][]string{
		{"list"}, {"install"}, {"publish"}, {"enable", "acme/ai-now", "latest"}, {"disable", "acme/ai-now"},
		{"remove", "acme/ai-now", "all", "--yes"}, {"group", "list"},
		{"validate-config", "acme/ai-now", "0.1.0", "--config", settingsFile(t, `{}`)},
	} {
		refused := s.command(t, append([]string{"policy"}, args...)...)
		require.Equal(t, 1, refused.code, refused.output)
		require.Contains(t, refused.output, "DIY backend does not support resource policy", args)
	}
	for _, args := range [][]string{{"issue", "list"}, {"compliance", "list"}} {
		refused := s.command(t, append([]string{"policy"}, args...)...)
		require.Equal(t, 1, refused.code, refused.output)
		require.Contains(t, refused.output, "requires the Pulumi Cloud backend", args)
	}
}

// The pack's own folder serves as a template: `pulumi policy new` asks for no account when it finds one on the disk.
func TestANewPackIsMadeOfOurs(t *testing.T) {
	e := newPolicyEngine(t)
	template, made := t.TempDir(), filepath.Join(t.TempDir(), "made")
	content, err := os.ReadFile(filepath.Join(e.pack, "PulumiPolicy.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(template, "PulumiPolicy.yaml"), content, 0o600))
	created := e.newStack(t, nil, these()).command(t, "policy", "new", template, "--dir", made, "--generate-only", "--offline")
	require.Zero(t, created.code, created.output)
	require.FileExists(t, filepath.Join(made, "PulumiPolicy.yaml"))
}
