package dockerfiles

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/frontend/subrequests/lint"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/ai-now/platform/images/tools/finding"
)

// Platforms that every image is built for.
var Platforms = []string{"linux/amd64", "linux/arm64"}

// buildkit translates the file as BuildKit does before a build, for each platform, and returns what its linter says and
// why it would not build.
func buildkit(ctx context.Context, name string, content []byte) ([]finding.Finding, error) {
	var findings []finding.Finding
	seen := map[finding.Finding]bool{}
	for _, text := range Platforms {
		platform, err := platforms.Parse(text)
		if err != nil {
			return nil, err
		}
		source := llb.NewSourceMap(nil, name, "Dockerfile", content)
		source.Definition = &llb.Definition{} // the file comes from nowhere that BuildKit could read again
		results, err := dockerfile2llb.DockerfileLint(ctx, content, dockerfile2llb.ConvertOpt{
			Config: dockerui.Config{
				BuildPlatforms:  []ocispecs.Platform{platforms.MustParse("linux/amd64")},
				TargetPlatforms: []ocispecs.Platform{platform},
			},
			TargetPlatform: &platform,
			SourceMap:      source,
			MetaResolver:   resolver{},
		})
		if err != nil {
			return nil, err
		}
		for _, f := range translate(name, results) {
			if !seen[f] {
				findings = append(findings, f)
			}
			seen[f] = true
		}
	}
	return findings, nil
}

func translate(name string, results *lint.LintResults) []finding.Finding {
	var findings []finding.Finding
	for _, warning := range results.Warnings {
		f := finding.Finding{Rule: "buildkit/" + warning.RuleName, File: name, Message: warning.Detail}
		if ranges := warning.Location.GetRanges(); len(ranges) > 0 {
			f.Line = int(ranges[0].GetStart().GetLine())
		}
		findings = append(findings, f)
	}
	if results.Error != nil {
		f := finding.Finding{Rule: "buildkit/error", File: name, Message: results.Error.Message}
		if ranges := results.Error.Location.GetRanges(); len(ranges) > 0 {
			f.Line = int(ranges[0].GetStart().GetLine())
		}
		findings = append(findings, f)
	}
	return findings
}

// resolver answers for the registry: every image exists, for every platform. Whether it does is seen by a build.
type resolver struct{}

var _ llb.ImageMetaResolver = resolver{}

// ResolveImageConfig returns a configuration of an image that sets nothing but PATH.
func (resolver) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	image := ocispecs.Image{
		Config: ocispecs.ImageConfig{Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}},
		RootFS: ocispecs.RootFS{Type: "layers", DiffIDs: []digest.Digest{digest.FromString(ref)}},
	}
	if opt.ImageOpt != nil && opt.ImageOpt.Platform != nil {
		image.Platform = *opt.ImageOpt.Platform
	}
	config, err := json.Marshal(image)
	if err != nil {
		return "", "", nil, fmt.Errorf("configuration of %s: %w", ref, err)
	}
	return ref, "", config, nil
}
