package clouds

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func (t *Type) paths() []string {
	all := slices.Concat(t.Required, t.Immutable, t.OptionalComputed, t.Computed, t.ComputedByUpdate, t.Sets, t.Maps, t.Secret, t.WriteOnly, slices.Collect(maps.Keys(t.Defaults)))
	if t.Autoname != nil {
		all = append(all, t.Autoname.Property)
	}
	return all
}

// readFold reads a file whose name may have other capitals.
func readFold(path string) ([]byte, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.EqualFold(e.Name(), filepath.Base(path)) {
			return os.ReadFile(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return nil, os.ErrNotExist
}

// TestPropertiesAreTheSDKs finds a misspelt property in the tables: it would do nothing, silently.
func TestPropertiesAreTheSDKs(t *testing.T) {
	t.Parallel()
	modules := map[string]string{
		"aws": "github.com/pulumi/pulumi-aws/sdk/v6", "gcp": "github.com/pulumi/pulumi-gcp/sdk/v7", "digitalocean": "github.com/pulumi/pulumi-digitalocean/sdk/v4",
	}
	var wrong []string
	tag := regexp.MustCompile("pulumi:\"([A-Za-z0-9]+)\"`")
	for _, c := range All() {
		dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", modules[c.Name]).Output()
		require.NoError(t, err)
		root := filepath.Join(strings.TrimSpace(string(dir)), "go", c.Name)
		for _, typ := range c.Types {
			module := strings.Split(typ.Token, ":")[1]
			source, err := os.ReadFile(filepath.Join(root, strings.Replace(module+".go", "index/", "", 1)))
			if os.IsNotExist(err) { // iAMMember is in iammember.go, iAMCustomRole in iamcustomRole.go
				source, err = readFold(filepath.Join(root, module+".go"))
			}
			require.NoError(t, err, typ.Token)
			known := map[string]bool{}
			for _, m := range tag.FindAllStringSubmatch(string(source), -1) {
				known[m[1]] = true
			}
			for _, p := range typ.paths() {
				top := strings.FieldsFunc(p, func(r rune) bool { return r == '.' || r == '[' })[0]
				if !known[top] {
					wrong = append(wrong, typ.Token+"."+top)
				}
			}
		}
	}
	require.Empty(t, wrong, "these are no properties in the SDKs")
}

func TestTablesAreConsistent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range All() {
		for _, typ := range c.Types {
			require.False(t, seen[typ.Token], "%s is there twice", typ.Token)
			seen[typ.Token] = true
			require.True(t, strings.HasPrefix(typ.Token, c.Name+":"), typ.Token)
			require.NotEmpty(t, typ.Noun, typ.Token)
			require.NotNil(t, typ.Create, typ.Token)
			require.Equal(t, typ.Realize != nil, typ.Remove != nil, "%s: what is realized must be removed", typ.Token)
			for _, p := range typ.paths() {
				_, err := props.Parse(p)
				require.NoError(t, err, typ.Token)
			}
			for _, p := range slices.Concat(typ.Required, typ.Immutable) {
				require.NotContains(t, typ.Computed, p, "%s: an output is no input", typ.Token)
			}
			for p := range typ.Defaults {
				require.NotContains(t, typ.OptionalComputed, p, "%s: %s has a default, so the cloud does not choose it", typ.Token, p)
			}
		}
	}
	require.Equal(t, Release, strings.SplitN(doksLatest, "-", 2)[0])
}
