package toolbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

// installedPlugin returns the newest provider that `pulumi plugin install` has put into the user's plugin folder, if
// it is of the version wanted or later. Providers do not tell their version, but their folders do.
func installedPlugin(name, wanted string) (path, version string, err error) {
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return "", "", err
		}
		home = filepath.Join(user, ".pulumi")
	}
	prefix := filepath.Join(home, "plugins", "resource-"+name+"-v")
	found, err := filepath.Glob(prefix + "*")
	if err != nil {
		return "", "", err
	}
	newest := ""
	for _, folder := range found {
		candidate := "v" + strings.TrimPrefix(folder, prefix)
		program := filepath.Join(folder, "pulumi-resource-"+name)
		if _, err := os.Stat(program); err != nil || !semver.IsValid(candidate) || semver.Compare(candidate, "v"+wanted) < 0 {
			continue
		}
		if newest == "" || semver.Compare(candidate, newest) > 0 {
			newest, path = candidate, program
		}
	}
	if newest == "" {
		return "", "", fmt.Errorf("%s has no provider of %s of version %s or later", filepath.Dir(prefix), name, wanted)
	}
	return path, strings.TrimPrefix(newest, "v"), nil
}
