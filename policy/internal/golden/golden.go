// Package golden compares what was generated with the file in the repository,
// and writes the file with `go test ./policy/... -update`. Every test package
// under policy imports it, so that all of them know the flag.
package golden

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the generated files instead of comparing them")

// Require fails the test when the file does not have the content, or writes it.
func Require(t *testing.T, path string, content []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, content, 0o644)) //nolint:gosec // a file for everybody to read
		return
	}
	have, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(content), string(have),
		"%s is stale: run `go test ./policy/... -update` and commit it", path)
}
