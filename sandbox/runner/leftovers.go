package runner

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/ai-now/platform/sandbox/layout"
)

// removeBackups deletes what the engine's backend keeps of a stack that is gone: backups, history and locks.
func removeBackups(l *layout.Layout, stack string) error {
	var failures []error
	for _, pattern := range []string{
		filepath.Join("stacks", projectName, stack+".json*"),
		filepath.Join("*", projectName, stack),
		filepath.Join("locks", "*", projectName, stack),
	} {
		found, err := filepath.Glob(filepath.Join(l.BackendDir(), ".pulumi", pattern))
		failures = append(failures, err)
		for _, path := range found {
			failures = append(failures, os.RemoveAll(path))
		}
	}
	return errors.Join(failures...)
}
