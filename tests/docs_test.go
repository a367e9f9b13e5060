package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/modfile"
)

// pages returns the documentation, by path from the project's root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../docs/*.md")
	require.NoError(t, err)
	files = append(files, "../README.md", "../CONTRIBUTING.md")
	contents := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		contents[strings.TrimPrefix(file, "../")] = string(content)
	}
	return contents
}

func TestDocumentation(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../Makefile")
	require.NoError(t, err)
	targets := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^([a-z-]+):.*## `).FindAllStringSubmatch(string(makefile), -1) {
		targets[match[1]] = true
	}
	require.True(t, targets["up"])

	command := regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)")
	link := regexp.MustCompile(`\]\(([^)#]+?\.(?:md|go|yaml))(?:#[^)]*)?\)`)
	for page, content := range pages(t) {
		t.Run(page+" names make targets that exist", func(t *testing.T) {
			t.Parallel()
			for _, match := range command.FindAllStringSubmatch(content, -1) {
				require.True(t, targets[match[1]], "make %s", match[1])
			}
		})
		t.Run(page+" links to files that exist", func(t *testing.T) {
			t.Parallel()
			for _, match := range link.FindAllStringSubmatch(content, -1) {
				if !strings.Contains(match[1], "://") {
					require.FileExists(t, filepath.Join("..", filepath.Dir(page), match[1]))
				}
			}
		})
	}
}

func TestDependenciesPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/dependencies.md")
	require.NoError(t, err)
	root, _, found := strings.Cut(string(page), "## Modules of their own")
	require.True(t, found)
	documented := map[string]bool{}
	for _, match := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(root, -1) {
		documented[match[1]] = true
	}
	content, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	parsed, err := modfile.Parse("go.mod", content, nil)
	require.NoError(t, err)
	for _, requirement := range parsed.Require {
		if requirement.Indirect {
			continue
		}
		require.True(t, documented[requirement.Mod.Path], "docs/dependencies.md says nothing of %s, which go.mod requires", requirement.Mod.Path)
		delete(documented, requirement.Mod.Path)
	}
	require.Empty(t, documented, "docs/dependencies.md has modules that go.mod does not require")
}
