package record

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	_ "github.com/ai-now/platform/policy/internal/golden"
)

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "record.json")
	written := &Record{
		Version: Version, Time: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		Pack: Pack{"ai-now", "0.1.0"}, Stack: Stack{Project: "ai-now", Name: "dev", Preview: true}, Whole: true,
		Rules: []Rule{{ID: "r", Controls: []Control{{Framework: "CIS", ID: "1.1"}}}},
		Resources: []Resource{
			{URN: "urn:b", Type: "t", Name: "b", Passed: []string{"r"}},
			{URN: "urn:a", Type: "t", Name: "a", Owner: &Owner{Team: "x"}, Judgements: []Judgement{
				{Rule: "r", Verdict: Exempt, Findings: []Finding{{Message: "wrong"}}, Exemption: &Exemption{Owner: "x"}},
			}},
		},
	}
	require.NoError(t, written.Write(file))
	read, err := Read(file)
	require.NoError(t, err)
	require.Equal(t, written, read)
	require.Equal(t, "urn:a", read.Resources[0].URN, "resources are in the order of their names, whenever they were judged")
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no draft is left")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ content, want string }{
		"another version":         {`{"version": 7}`, "is a record of version 7, and version 1 is read here"},
		"no JSON":                 {`PK`, "is no record of the policy pack"},
		"a verdict of nobody":     {`{"version": 1, "judgements": [{"rule": "r", "verdict": "failed"}]}`, `a judgement of the rule "r" and not the rule`},
		"a pass of nobody's rule": {`{"version": 1, "resources": [{"urn": "u", "passed": ["r"]}]}`, `a judgement of the rule "r" and not the rule`},
		"an unknown field":        {`{"version": 1, "verdict": "good"}`, `unknown field "verdict"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "record.json")
			require.NoError(t, os.WriteFile(file, []byte(tt.content), 0o600))
			_, err := Read(file)
			require.ErrorContains(t, err, tt.want)
		})
	}
	_, err := Read(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.Error(t, (&Record{}).Write(filepath.Join(t.TempDir(), "no", "folder")))
}
