package runner

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPassphrase(t *testing.T) {
	t.Parallel()
	t.Run("runs that need it together get the same one", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "passphrase")
		var runs sync.WaitGroup
		seen := make([]string, 8)
		for i := range seen {
			runs.Go(func() {
				if err := ensurePassphrase(file); err == nil {
					content, _ := os.ReadFile(file)
					seen[i] = string(content)
				}
			})
		}
		runs.Wait()
		require.Len(t, seen[0], 64)
		for _, passphrase := range seen {
			require.Equal(t, seen[0], passphrase)
		}
	})
	t.Run("an empty one is refused", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "passphrase")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		require.ErrorContains(t, ensurePassphrase(file), "is empty")
	})
}
