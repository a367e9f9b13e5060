// Package toolbox provides the programs that the sandbox is made of: the engine, the providers, the control plane
// and the platform's own program and policy pack.
//
// Each tool is built once for every version of its sources and kept in the user's cache folder, where other
// checkouts and later runs find it. A tool on PATH that is recent enough is used instead.
package toolbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
)

// Tool is one program, or a few that are built together.
type Tool struct {
	// Name is what the tool is called in messages and in the cache.
	Name string
	// Version is shown to the user; empty for the checkout's own sources.
	Version string
	// Sources are the files and directories, in the checkout, that the tool is built from. Its key in the cache is
	// made of their content.
	Sources []string
	// Excluded are directories below Sources that do not count.
	Excluded []string
	// Flags change what is built and so are part of the key.
	Flags []string
	// Programs maps the names that the tool is called by to files in its folder.
	Programs map[string]string
	// Space is the disk space in bytes that building takes from nothing, the compiler's cache and modules included.
	Space uint64
	// Needs are the programs that building takes.
	Needs []string
	// Build makes the tool in folder out and reports its progress as lines.
	Build func(ctx context.Context, t *Tool, project, out string, progress io.Writer) error
	// OnPath, if set, finds a program on PATH that serves as well. It returns its path and version, or says why not.
	OnPath func(ctx context.Context) (path, version string, err error)
	// Download is set for a tool that waits for the network rather than for a processor.
	Download bool
}

// Key names the version of the tool in the cache: it changes with each of its sources, the Go release and the platform.
func (t *Tool) Key(project string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, runtime.Version(), runtime.GOOS, runtime.GOARCH, t.Flags)
	for _, source := range t.Sources {
		var files []string
		err := filepath.WalkDir(filepath.Join(project, source), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() {
				if t.excludes(project, path) || entry.Name() == "testdata" || entry.Name() == "node_modules" {
					return filepath.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(path, "_test.go") && !strings.HasSuffix(path, ".md") {
				files = append(files, path)
			}
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("sources of %s: %w", t.Name, err)
		}
		sort.Strings(files)
		for _, file := range files {
			if err := addFile(hash, project, file); err != nil {
				return "", fmt.Errorf("sources of %s: %w", t.Name, err)
			}
		}
	}
	return hex.EncodeToString(hash.Sum(nil))[:16], nil
}

func (t *Tool) excludes(project, path string) bool {
	relative, err := filepath.Rel(project, path)
	if err != nil {
		return false
	}
	for _, excluded := range t.Excluded {
		if filepath.ToSlash(relative) == excluded {
			return true
		}
	}
	return false
}

func addFile(hash io.Writer, project, file string) error {
	relative, err := filepath.Rel(project, file)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(hash, "%s %d\n%s", filepath.ToSlash(relative), len(content), content)
	return err
}

// title is the tool's name and version as a user sees them.
func (t *Tool) title() string {
	if t.Version == "" {
		return t.Name
	}
	return t.Name + " " + t.Version
}
