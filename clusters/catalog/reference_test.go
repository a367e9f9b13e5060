package catalog

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the generated part of docs/clusters.md instead of comparing it")

// The table of classes stands between these lines.
const (
	classesBegin = "<!-- generated from clusters/catalog: go test ./clusters/catalog -update -->\n"
	classesEnd   = "<!-- end of the generated part -->\n"
)

// TestReference keeps the table of node classes in docs/clusters.md.
func TestReference(t *testing.T) {
	t.Parallel()
	const path = "../../docs/clusters.md"
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(page), classesBegin)
	require.True(t, ok, "%s has no line %q", path, classesBegin)
	_, after, ok := strings.Cut(rest, classesEnd)
	require.True(t, ok, "%s has no line %q", path, classesEnd)

	var b strings.Builder
	b.WriteString("| class | aws | gcp | digitalocean | taint |\n|---|---|---|---|---|\n")
	for _, name := range Classes {
		var taints []string
		fmt.Fprintf(&b, "| %s |", name)
		for _, cloud := range []string{AWS, GCP, DigitalOcean} {
			class, offered := clouds[cloud].Classes[name]
			if !offered {
				b.WriteString(" not to be had |")
				continue
			}
			fmt.Fprintf(&b, " %s |", strings.Join(append([]string{class.Size}, class.OtherSizes...), ", "))
			if key := fmt.Sprintf("`%s`", class.Taint.Key); class.Taint != (Taint{}) && !slices.Contains(taints, key) {
				taints = append(taints, key)
			}
		}
		if len(taints) == 0 {
			taints = []string{"none"}
		}
		fmt.Fprintf(&b, " %s |\n", strings.Join(taints, ", "))
	}
	want := before + classesBegin + "\n" + b.String() + "\n" + classesEnd + after
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(page), "the classes changed: run this test with -update")
}

func TestEveryClassHasASizeOfItsCloud(t *testing.T) {
	t.Parallel()
	for name, cloud := range clouds {
		for _, class := range cloud.Classes {
			for _, size := range append([]string{class.Size}, class.OtherSizes...) {
				require.Regexp(t, cloud.Size, size, "%s %s", name, class.Name)
			}
			require.Equal(t, class.Name == ClassSystem || class.Name == ClassGeneral, class.Taint == Taint{}, "%s %s is for everybody or not", name, class.Name)
		}
	}
}
