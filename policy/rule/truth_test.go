package rule

import (
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/ai-now/platform/policy/internal/golden"
)

func TestTruth(t *testing.T) {
	t.Parallel()
	u, v := Undecided("a"), Undecided("b")
	tests := []struct {
		name      string
		got, want Truth
	}{
		{"the zero value is undecided", Truth{}, Undecided("")},
		{"not true", True().Not(), False()},
		{"not false", False().Not(), True()},
		{"not undecided", u.Not(), u},
		{"a false one decides and, before the unknown", False().And(u), False()},
		{"a false one decides and, after the unknown", u.And(False()), False()},
		{"a false one decides and, among unknowns", u.And(True(), False(), v), False()},
		{"true and unknown", True().And(u), u},
		{"unknown and true", u.And(True()), u},
		{"of two unknowns the first is named by and", u.And(v), u},
		{"all true", True().And(True(), True()), True()},
		{"a true one decides or, before the unknown", True().Or(u), True()},
		{"a true one decides or, after the unknown", u.Or(True()), True()},
		{"a true one decides or, among unknowns", u.Or(False(), True(), v), True()},
		{"false or unknown", False().Or(u), u},
		{"of two unknowns the first is named by or", u.Or(v), u},
		{"all false", False().Or(False()), False()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.got)
		})
	}
	require.False(t, u.IsTrue())
	require.False(t, u.IsFalse())
	require.Equal(t, "undecided (needs a)", u.String())
}
