package toolbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const kubernetesProvider = "github.com/pulumi/pulumi-kubernetes/provider/v4"

// kubernetesProviderVersion is what the provider says of itself: the one version of its module that can be had from a
// bare Go installation is a commit that follows release 4.18.1, written the way Go writes such a version.
const kubernetesProviderVersion = "4.18.2-0.20240930223531-b7dae6b4ea56"

// kubernetesProviderTool is the real Kubernetes provider.
func kubernetesProviderTool(project string) (*Tool, error) {
	module := filepath.Join(project, kubernetesProviderModule)
	if _, err := moduleVersion(module, kubernetesProvider); err != nil {
		return nil, err
	}
	return &Tool{
		Name: "pulumi-kubernetes", Version: kubernetesProviderVersion,
		Sources: []string{kubernetesProviderModule},
		Flags: []string{
			"-ldflags=" + strip + " -X " + kubernetesProvider + "/pkg/version.Version=" + kubernetesProviderVersion,
			// The SDK that the provider serves its component resources with: 63 packages, half of its compile time.
			"-gcflags=github.com/pulumi/pulumi-kubernetes/sdk/..." + plainly,
			"-gcflags=k8s.io/client-go/..." + plainly, "-gcflags=k8s.io/api/..." + plainly,
		},
		Space:    4 * gib,
		Programs: map[string]string{"pulumi-resource-kubernetes": "pulumi-resource-kubernetes"},
		Needs:    []string{"go"},
		OnPath: func(context.Context) (string, string, error) {
			// The program's SDK asks for a provider of its own version.
			version, err := moduleVersion(project, "github.com/pulumi/pulumi-kubernetes/sdk/v4")
			if err != nil {
				return "", "", err
			}
			return installedPlugin("kubernetes", version)
		},
		Build: buildKubernetesProvider,
	}, nil
}

// buildKubernetesProvider builds in a folder of its own, because the provider embeds two files that are made first
// from files of its module.
func buildKubernetesProvider(ctx context.Context, t *Tool, project, out string, progress io.Writer) error {
	module := filepath.Join(project, kubernetesProviderModule)
	source := filepath.Join(out, "source")
	if err := os.MkdirAll(filepath.Join(source, "gen"), 0o700); err != nil {
		return err
	}
	for _, file := range []string{"go.mod", "go.sum", "main.go"} {
		content, err := os.ReadFile(filepath.Join(module, file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(source, file), content, 0o600); err != nil {
			return err
		}
	}
	if err := run(ctx, source, GoEnvironment(), progress, "go", "mod", "download"); err != nil {
		return err
	}
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", kubernetesProvider)
	list.Dir, list.Env, list.Stderr = source, GoEnvironment(), progress
	dir, err := list.Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	upstream := filepath.Join(strings.TrimSpace(string(dir)), "cmd", "pulumi-resource-kubernetes")
	if err := writeSchema(filepath.Join(upstream, "schema.json"), filepath.Join(source, "gen", "schema.json")); err != nil {
		return err
	}
	if err := compact(filepath.Join(upstream, "terraform-mapping.json"), filepath.Join(source, "gen", "terraform-mapping.json")); err != nil {
		return err
	}
	if err := goBuild(ctx, source, out, t.Flags, map[string]string{"pulumi-resource-kubernetes": "."}, progress); err != nil {
		return err
	}
	return os.RemoveAll(source)
}

// writeSchema writes the provider's schema with its version set, as its release process does.
func writeSchema(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var schema map[string]json.RawMessage
	if err := json.Unmarshal(content, &schema); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	if schema["version"], err = json.Marshal(kubernetesProviderVersion); err != nil {
		return err
	}
	if content, err = json.Marshal(schema); err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}

func compact(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var compacted bytes.Buffer
	if err := json.Compact(&compacted, content); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, compacted.Bytes(), 0o600)
}
