package toolbox

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"
)

const pulumiSDK = "github.com/pulumi/pulumi/sdk/v3"

// engineTool is the real pulumi command.
func engineTool(project string) (*Tool, error) {
	version, err := moduleVersion(filepath.Join(project, engineModule), "github.com/pulumi/pulumi/pkg/v3")
	if err != nil {
		return nil, err
	}
	return &Tool{
		Name: "pulumi", Version: version,
		Sources: []string{engineModule},
		Flags: []string{
			"-ldflags=" + strip + " -X " + pulumiSDK + "/go/common/version.Version=" + version,
			"-gcflags=github.com/pb33f/libopenapi/..." + plainly, "-gcflags=github.com/aws/..." + plainly,
			"-gcflags=github.com/envoyproxy/..." + plainly, "-gcflags=github.com/Azure/..." + plainly,
			"-gcflags=cloud.google.com/..." + plainly,
		},
		Space:    3 * gib,
		Programs: map[string]string{"pulumi": "pulumi"},
		Needs:    []string{"go"},
		OnPath: func(ctx context.Context) (string, string, error) {
			return onPath(ctx, "pulumi", version, "version")
		},
		Build: func(ctx context.Context, t *Tool, project, out string, progress io.Writer) error {
			return goBuild(ctx, filepath.Join(project, engineModule), out, t.Flags,
				map[string]string{"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"}, progress)
		},
	}, nil
}

// onPath returns the program and its version if PATH has it in at least the version wanted.
func onPath(ctx context.Context, program, wanted string, args ...string) (path, version string, err error) {
	path, err = exec.LookPath(program)
	if err != nil {
		return "", "", err
	}
	if path, err = filepath.Abs(path); err != nil {
		return "", "", err
	}
	output, err := exec.CommandContext(ctx, path, args...).Output()
	if err != nil {
		return "", "", fmt.Errorf("%s %s: %w", path, strings.Join(args, " "), err)
	}
	version = strings.TrimPrefix(strings.TrimSpace(string(output)), "v")
	if !semver.IsValid("v" + version) {
		return "", "", fmt.Errorf("%s tells no version", path)
	}
	if semver.Compare("v"+version, "v"+wanted) < 0 {
		return "", "", fmt.Errorf("%s is version %s; %s is needed", path, version, wanted)
	}
	return path, version, nil
}
