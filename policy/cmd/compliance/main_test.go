package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/ai-now/platform/policy/internal/golden"
	"github.com/ai-now/platform/policy/report/record"
)

func TestExitCodes(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, level string, whole bool) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "record.json")
		require.NoError(t, (&record.Record{
			Version: record.Version, Whole: whole, Stack: record.Stack{Project: "p", Name: "s"},
			Rules: []record.Rule{{ID: "r", Title: "T", Severity: "high", Level: level, Link: "docs/policy.md#r"}},
			Resources: []record.Resource{{URN: "urn:pulumi:s::p::t::n", Type: "t", Name: "n", Judgements: []record.Judgement{
				{Rule: "r", Verdict: record.Failed, Findings: []record.Finding{{Message: "wrong"}}},
			}}},
		}).Write(file))
		return file
	}
	tests := []struct {
		name string
		args func(*testing.T) []string
		code int
		says string
	}{
		{"a broken mandatory rule", func(t *testing.T) []string { t.Helper(); return []string{"-record", write(t, "mandatory", true)} }, 4, "1 mandatory, 0 advisory"},
		{"a broken advisory rule", func(t *testing.T) []string { t.Helper(); return []string{"-record", write(t, "advisory", true)} }, 0, "0 mandatory, 1 advisory"},
		{"a record that was cut short", func(t *testing.T) []string { t.Helper(); return []string{"-record", write(t, "advisory", false)} }, 1, "the pack was cut short"},
		{"a broken mandatory rule in one", func(t *testing.T) []string { t.Helper(); return []string{"-record", write(t, "mandatory", false)} }, 4, "1 mandatory"},
		{"no record", func(*testing.T) []string { return nil }, 2, "name one record"},
		{"a record that is not there", func(*testing.T) []string { return []string{"-record", "none"} }, 1, "none"},
		{"an unknown flag", func(*testing.T) []string { return []string{"-records", "x"} }, 2, "-records"},
		{"help", func(*testing.T) []string { return []string{"-h"} }, 0, "-record"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "out")
			var out bytes.Buffer
			require.Equal(t, tt.code, run(append([]string{"-out", dir}, tt.args(t)...), &out, &out), out.String())
			require.Contains(t, out.String(), tt.says)
			if tt.code == 0 && tt.says != "-record" || tt.code == 4 {
				issues, err := os.ReadDir(filepath.Join(dir, "issues"))
				require.NoError(t, err)
				require.Len(t, issues, 1)
			}
		})
	}
}
