package clouds

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the reference in docs/ anew")

// The reference stands between these lines.
const (
	referenceBegins = "<!-- generated from the tables: go test ./sandbox/clouds -run TestReference -update -->\n"
	referenceEnds   = "<!-- end of the generated part -->\n"
)

func TestReferenceIsUpToDate(t *testing.T) {
	t.Parallel()
	path := filepath.Join("..", "..", "docs", "simulated-clouds.md")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(b), referenceBegins)
	require.True(t, ok, "%s has no line %q", path, referenceBegins)
	_, after, ok := strings.Cut(rest, referenceEnds)
	require.True(t, ok, "%s has no line %q", path, referenceEnds)
	want := before + referenceBegins + "\n" + Reference() + "\n" + referenceEnds + after
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(b), "the tables changed: run this test with -update")
}
