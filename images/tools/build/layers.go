package build

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// descriptor names a blob of an OCI layout.
// https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
type descriptor struct {
	MediaType string `json:"mediaType"`
	Digest    string `json:"digest"`
	Size      int64  `json:"size"`
}

// layersOf reads the layers of the one image in an OCI layout.
func layersOf(folder string) ([]Layer, error) {
	var index struct {
		Manifests []descriptor `json:"manifests"`
	}
	if err := readJSON(filepath.Join(folder, "index.json"), &index); err != nil {
		return nil, err
	}
	if len(index.Manifests) != 1 {
		return nil, fmt.Errorf("%s holds %d images, not one", folder, len(index.Manifests))
	}
	var manifest struct {
		Layers []descriptor `json:"layers"`
	}
	if err := readJSON(blob(folder, index.Manifests[0]), &manifest); err != nil {
		return nil, err
	}
	var layers []Layer
	for _, d := range manifest.Layers {
		disk, err := unpacked(blob(folder, d), d)
		if err != nil {
			return nil, err
		}
		layers = append(layers, Layer{Pull: d.Size, Disk: disk})
	}
	return layers, nil
}

func blob(folder string, d descriptor) string {
	return filepath.Join(folder, "blobs", strings.Replace(d.Digest, ":", string(filepath.Separator), 1))
}

func unpacked(file string, d descriptor) (size int64, err error) {
	if !strings.HasSuffix(d.MediaType, "+gzip") {
		return d.Size, nil
	}
	opened, err := os.Open(file)
	if err != nil {
		return 0, err
	}
	defer opened.Close()
	reader, err := gzip.NewReader(opened)
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, reader) //nolint:gosec // a layer that was built here
}

func readJSON(file string, into any) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
