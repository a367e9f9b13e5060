// Package lock reads the list of base images, which names each by tag and digest.
package lock

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Unknown stands where no digest is known. One is never made up.
const Unknown = "unknown"

// Base is an image that others are built from.
type Base struct {
	// Name with its registry, such as docker.io/library/alpine.
	Name string `yaml:"name"`
	// Tag with the full version.
	Tag string `yaml:"tag"`
	// Digest of the index of all platforms, or Unknown.
	Digest string `yaml:"digest"`
	// Source is where the digest was found: the address of a file at a commit, or of the registry that told it.
	Source string `yaml:"source"`
}

// Pinned tells whether the digest is known.
func (b Base) Pinned() bool { return b.Digest != Unknown }

// Reference is how a Dockerfile names the image.
func (b Base) Reference() string {
	if b.Pinned() {
		return b.Name + ":" + b.Tag + "@" + b.Digest
	}
	return b.Name + ":" + b.Tag
}

// Lock is the list.
type Lock struct {
	Bases []Base `yaml:"bases"`
}

var (
	digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)
	// A source can be looked at by anybody and does not change: a file at a commit, or a registry's manifest.
	source = regexp.MustCompile(`^https://(github\.com/[^/]+/[^/]+/blob/[0-9a-f]{40}/.+|.+/v2/.+/manifests/.+)$`)
)

// Read reads the list from a file.
func Read(file string) (Lock, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return Lock{}, err
	}
	lock, err := Parse(content)
	if err != nil {
		return Lock{}, fmt.Errorf("%s: %w", file, err)
	}
	return lock, nil
}

// Parse reads the list and returns all its mistakes at once.
func Parse(content []byte) (Lock, error) {
	var lock Lock
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&lock); err != nil {
		return Lock{}, err
	}
	var mistakes []error
	seen := map[string]bool{}
	for i, base := range lock.Bases {
		mistake := func(field, value, allowed string) {
			mistakes = append(mistakes, fmt.Errorf("bases[%d].%s is %q; it takes %s", i, field, value, allowed))
		}
		if strings.Count(base.Name, "/") == 0 || strings.ContainsAny(base.Name, ":@ ") {
			mistake("name", base.Name, "a name with its registry, such as docker.io/library/alpine")
		}
		if seen[base.Name] {
			mistake("name", base.Name, "each image once: two versions of a base are two sets of layers to keep patched")
		}
		seen[base.Name] = true
		if base.Tag == "" || base.Tag == "latest" {
			mistake("tag", base.Tag, "a version, such as 3.24.2")
		}
		if base.Pinned() && !digest.MatchString(base.Digest) {
			mistake("digest", base.Digest, "sha256: and 64 hexadecimal digits, or "+Unknown)
		}
		if base.Pinned() && !source.MatchString(base.Source) {
			mistake("source", base.Source, "the address of a file at a commit, or of the registry's manifest, where the digest stands")
		}
	}
	return lock, errors.Join(mistakes...)
}

// Find returns the base with a name.
func (l Lock) Find(name string) (Base, bool) {
	for _, base := range l.Bases {
		if base.Name == name {
			return base, true
		}
	}
	return Base{}, false
}
