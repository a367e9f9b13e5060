package finding_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/finding"
)

func TestFindingsAreSortedAndFailByStrictness(t *testing.T) {
	t.Parallel()
	findings := []finding.Finding{
		{Rule: "b", File: "f", Line: 2, Message: "two"},
		{Rule: "a", File: "f", Line: 1, Message: "one", Lenient: true},
		{Rule: "c", File: "e", Message: "whole"},
	}
	finding.Sort(findings)
	require.Equal(t, "e: c: whole", findings[0].String())
	require.Equal(t, "f:1: a: one", findings[1].String())
	require.Len(t, finding.Failing(findings, false), 2)
	require.Len(t, finding.Failing(findings, true), 3)
}
