package build

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/lock"
)

// layout writes an OCI layout of one image with the given layers.
func layout(t *testing.T, layers ...[]byte) string {
	t.Helper()
	folder := t.TempDir()
	n := 0
	write := func(content []byte, mediaType string) descriptor {
		n++
		d := descriptor{MediaType: mediaType, Digest: fmt.Sprintf("sha256:%064d", n), Size: int64(len(content))}
		require.NoError(t, os.MkdirAll(filepath.Dir(blob(folder, d)), 0o700))
		require.NoError(t, os.WriteFile(blob(folder, d), content, 0o600))
		return d
	}
	var written []descriptor
	for _, layer := range layers {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, err := w.Write(layer)
		require.NoError(t, err)
		require.NoError(t, w.Close())
		written = append(written, write(packed.Bytes(), "application/vnd.oci.image.layer.v1.tar+gzip"))
	}
	written = append(written, write([]byte("plain"), "application/vnd.oci.image.layer.v1.tar"))
	manifest, err := json.Marshal(map[string]any{"layers": written})
	require.NoError(t, err)
	index, err := json.Marshal(map[string]any{"manifests": []descriptor{write(manifest, "application/vnd.oci.image.manifest.v1+json")}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "index.json"), index, 0o600))
	return folder
}

func TestLayersAreMeasuredPackedAndUnpacked(t *testing.T) {
	t.Parallel()
	layers, err := layersOf(layout(t, bytes.Repeat([]byte("a"), 100_000)))
	require.NoError(t, err)
	require.Len(t, layers, 2)
	require.EqualValues(t, 100_000, layers[0].Disk)
	require.Less(t, layers[0].Pull, int64(1000))
	require.Equal(t, Layer{Pull: 5, Disk: 5}, layers[1])
}

func TestALayoutOfNoImageIsRefused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "index.json"), []byte(`{"manifests": []}`), 0o600))
	_, err := layersOf(folder)
	require.ErrorContains(t, err, "holds 0 images, not one")
}

func measured() Measured {
	return Measured{
		Image:  Image{Name: "sample", Memory: 64 * mib, Budget: Budget{Pull: 12 * mib, Layers: 1}},
		Layers: []Layer{{Pull: mib, Disk: 2 * mib}, {Pull: 6 * mib, Disk: 16 * mib}}, OwnLayers: 1,
		Start: 29400 * time.Microsecond, Peak: 5 * mib, Proofs: []string{"it answers"},
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	m := measured()
	require.NoError(t, m.overBudget())
	m.Image.Budget = Budget{Pull: mib, Layers: 0}
	err := m.overBudget()
	require.ErrorContains(t, err, "sample is 7340032 bytes to pull; its budget is 1048576: make it smaller")
	require.ErrorContains(t, err, "sample adds 1 layers to its base; its budget is 0")
}

func TestTheTableSaysWhatWasMeasuredAndOnWhat(t *testing.T) {
	t.Parallel()
	m := measured()
	standIns := []StandIn{{Base: lock.Base{Name: "docker.io/library/alpine", Tag: "3.24.2"}, Is: "busybox"}}
	table := Table("buildah", standIns, []Measured{m})
	require.Contains(t, table, "| sample | 7.0 MiB of 12.0 MiB | 18.0 MiB | 1 (6.0 MiB) of 1 | 29ms | 5.0 MiB of 64.0 MiB |")
	require.Contains(t, table, "| `docker.io/library/alpine:3.24.2` | busybox |")
	require.Contains(t, table, "- it answers\n")

	page, err := Replace("before\n"+tableBegins+"old"+tableEnds+"after\n", table)
	require.NoError(t, err)
	require.Equal(t, "before\n"+table+"after\n", page)
	_, err = Replace("no place", table)
	require.ErrorContains(t, err, "the page has no place for the table")
}

func TestAContainerIsRunHardened(t *testing.T) {
	t.Parallel()
	content, err := json.Marshal(specify("/root", Image{Name: "sample", Scratch: "/scratch", Memory: 64 * mib, Env: []string{"B=2"}}, config{Env: []string{"A=1"}}, []string{"/app"}))
	require.NoError(t, err)
	for _, text := range []string{
		`"uid":65532`, `"gid":65532`, `"noNewPrivileges":true`, `"capabilities":{}`, `"readonly":true`, `"limit":67108864`,
		`"env":["A=1","B=2"]`, `"cwd":"/"`, `"destination":"/scratch"`, `"args":["/app"]`,
	} {
		require.Contains(t, string(content), text)
	}
}

func TestNothingStandsInForABaseThatIsNotKnown(t *testing.T) {
	t.Parallel()
	_, err := StandIns(lock.Lock{Bases: []lock.Base{{Name: "docker.io/library/debian", Tag: "13"}}})
	require.ErrorContains(t, err, "nothing on this machine can stand in for docker.io/library/debian")
}

func TestWhatBuildahLacksIsTold(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := NewBuildah(t.Context(), t.TempDir(), nil, &bytes.Buffer{})
	require.ErrorContains(t, err, "is missing; on Debian: apt-get install --no-install-recommends ")
	require.False(t, DockerWorks(t.Context()))
}

// TestDockerBuildsAndRunsHardened puts a program named docker on PATH that writes down what it is asked.
func TestDockerBuildsAndRunsHardened(t *testing.T) {
	folder := t.TempDir()
	asked := filepath.Join(folder, "asked")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "docker"), []byte("#!/bin/sh\necho \"$@\" >> "+asked+"\n[ $1 != image ] || echo 1234 2\n"), 0o700))
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	require.True(t, DockerWorks(t.Context()))
	var out bytes.Buffer
	require.NoError(t, WithDocker(t.Context(), "/checkout", Images, "0.1.0", &out))
	require.Contains(t, out.String(), "sample: 1234 bytes in 2 layers")
	content, err := os.ReadFile(asked)
	require.NoError(t, err)
	lines := strings.Split(string(content), "\n")
	require.Contains(t, lines[2], "buildx bake --file /checkout/images/docker-bake.hcl")
	require.Contains(t, lines[3], "run --rm --read-only --user 65532:65532 --cap-drop ALL --security-opt no-new-privileges --memory 67108864")
	require.Contains(t, lines[3], "sample healthcheck")
}
