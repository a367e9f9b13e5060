package dockerfiles

import (
	"strings"

	"github.com/distribution/reference"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"

	"github.com/ai-now/platform/images/tools/finding"
	"github.com/ai-now/platform/images/tools/lock"
)

// external returns the images that the file takes from a registry, with where it does.
func (f *file) external() map[string]instructions.Stage {
	images, own := map[string]instructions.Stage{}, map[string]bool{"scratch": true}
	for _, stage := range f.stages {
		if !own[strings.ToLower(stage.BaseName)] {
			images[stage.BaseName] = stage
		}
		own[strings.ToLower(stage.Name)] = true
	}
	for _, stage := range f.stages {
		for _, command := range stage.Commands {
			if c, ok := command.(*instructions.CopyCommand); ok && c.From != "" && !own[strings.ToLower(c.From)] {
				images[c.From] = stage
			}
		}
	}
	return images
}

func pinnedBases(f *file) {
	for image, stage := range f.external() {
		named, err := reference.ParseNormalizedNamed(image)
		if err != nil {
			f.add("pinned-base", stage.Location, "%q is no image: %v", image, err)
			continue
		}
		base, listed := f.bases.Find(named.Name())
		switch {
		case !listed:
			f.add("pinned-base", stage.Location, "%s is not in bases.lock.yaml; list it there with its tag, digest and the digest's source", named.Name())
		case image != base.Reference():
			f.add("pinned-base", stage.Location, "the base is %s; bases.lock.yaml has %s", image, base.Reference())
		case !base.Pinned():
			f.findings = append(f.findings, finding.Finding{
				Rule: "unpinned-base", File: f.name, Line: stage.Location[0].Start.Line, Lenient: true,
				Message: "unpinned base: no digest of " + base.Reference() + " is known (bases.lock.yaml says " + lock.Unknown + "); run `make images-bases` where the registry can be reached",
			})
		}
	}
}

func nothingAdded(f *file) {
	for _, stage := range f.stages {
		for _, command := range stage.Commands {
			if add, ok := command.(*instructions.AddCommand); ok {
				f.add("no-add", add.Location(), "ADD fetches addresses and unpacks archives; use COPY, and build what is missing from a Go module")
			}
		}
	}
}

func cachedBuilds(f *file) {
	for _, stage := range f.stages {
		for _, command := range stage.Commands {
			run, ok := command.(*instructions.RunCommand)
			if !ok {
				continue
			}
			text := strings.Join(run.CmdLine, " ")
			wanted := map[string]string{"go build": "/root/.cache/go-build", "go mod download": "/go/pkg/mod"}
			for what, target := range wanted {
				if strings.Contains(text, what) && !mounts(run, target) {
					f.add("cache-mount", run.Location(), "%s runs without --mount=type=cache,target=%s; it would start from nothing each time", what, target)
				}
			}
		}
	}
}

func mounts(run *instructions.RunCommand, target string) bool {
	// Mounts are known once variables in them are replaced; ours have none.
	if err := run.Expand(func(word string) (string, error) { return word, nil }); err != nil {
		return false
	}
	for _, mount := range instructions.GetMounts(run) {
		if mount.Type == instructions.MountTypeCache && mount.Target == target {
			return true
		}
	}
	return false
}

func noPackageList(f *file) {
	for _, stage := range f.stages {
		for _, command := range stage.Commands {
			if run, ok := command.(*instructions.RunCommand); ok {
				if text := strings.Join(run.CmdLine, " "); strings.Contains(text, "apk add") && !strings.Contains(text, "apk add --no-cache") {
					f.add("no-package-cache", run.Location(), "apk add leaves its index in the layer; use apk add --no-cache")
				}
			}
		}
	}
}

func crossCompiles(f *file) {
	if !f.production {
		return
	}
	for _, stage := range f.stages[:len(f.stages)-1] {
		if strings.Contains(stage.BaseName, "/golang:") && stage.Platform != "$BUILDPLATFORM" {
			f.add("cross-compile", stage.Location, "the compiler's stage is for the target platform and would be emulated; write FROM --platform=$BUILDPLATFORM and set GOARCH=$TARGETARCH")
		}
	}
}
