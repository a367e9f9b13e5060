package repository_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/repository"
)

const root = "../../.."

func TestNothingIsWrongInTheCheckout(t *testing.T) {
	t.Parallel()
	findings, err := repository.Check(t.Context(), root, time.Now())
	require.NoError(t, err)
	require.Empty(t, findings)
}

func TestEveryImageHasADockerfileForEachUse(t *testing.T) {
	t.Parallel()
	files, err := repository.Dockerfiles(root)
	require.NoError(t, err)
	var names []string
	for _, file := range files {
		name, err := filepath.Rel(filepath.Join(root, "images"), file)
		require.NoError(t, err)
		names = append(names, filepath.ToSlash(name))
	}
	require.ElementsMatch(t, []string{
		"debug/Dockerfile", "debug/Dockerfile.dev", "runner/Dockerfile", "runner/Dockerfile.dev", "sample/Dockerfile", "sample/Dockerfile.dev",
	}, names)
}

// TestAnExpiredExemptionFails copies the checkout's files, so that one can be broken.
func TestAnExpiredExemptionFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(filepath.Join(dir, "images"), os.DirFS(filepath.Join(root, "images"))))
	require.NoError(t, os.CopyFS(filepath.Join(dir, ".github"), os.DirFS(filepath.Join(root, ".github"))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, repository.Exemptions), []byte(
		"exemptions:\n  - {id: CVE-2026-12345, image: debug, owner: platform, reason: nothing reads that format, expires: 2026-11-01}\n"), 0o600))
	findings, err := repository.Check(t.Context(), dir, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	require.Len(t, findings, 1)
	require.Equal(t, repository.Exemptions, findings[0].File)
	require.Contains(t, findings[0].Message, "has expired")
}

func TestAFolderWithoutImagesIsTold(t *testing.T) {
	t.Parallel()
	_, err := repository.Dockerfiles(t.TempDir())
	require.ErrorContains(t, err, "there are no Dockerfiles below")
}
