package toolbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The file that marks a folder as a cache, so that backups leave it out and clean-cache deletes nothing else:
// https://bford.info/cachedir/
const (
	cacheTag       = "CACHEDIR.TAG"
	cacheSignature = "Signature: 8a477f597d28d172789f06886806bc55"
)

// IsCache makes sure that a folder is a cache of tools.
func IsCache(dir string) error {
	content, err := os.ReadFile(filepath.Join(dir, cacheTag))
	if err != nil || !strings.HasPrefix(string(content), cacheSignature) {
		return fmt.Errorf("%s does not look like the sandbox's cache: it has no %s; delete it by hand if it is one", dir, cacheTag)
	}
	return nil
}
