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

	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/sandbox/layout"
)

// chartModule is a Go module whose archive holds Helm charts. The module proxy serves it where the charts' own
// repositories cannot be reached.
type chartModule struct {
	path, version string
	// sum is the module's hash, as in a go.sum file.
	sum string
	// folders of the charts in the module.
	folders []string
}

var chartModules = []chartModule{
	{
		// The module of 1.14.1 holds the charts of 1.13.0, as their Chart.yaml says.
		"github.com/aws/karpenter-provider-aws", "v1.14.1", "h1:WGtIQTQcxpElYMdWfWuPwaF2+9muR+hYhPZsTtoY8Gs=",
		[]string{"charts/karpenter-crd", "charts/karpenter"},
	},
}

// chartsTool is the mirror of Helm charts: a folder with each as NAME-VERSION.
func chartsTool() *Tool {
	var flags []string
	for _, m := range chartModules {
		flags = append(flags, m.path, m.version, m.sum)
		flags = append(flags, m.folders...)
	}
	return &Tool{
		Name: "charts", Flags: flags, Space: gib / 8,
		Programs: map[string]string{layout.ChartsName: layout.ChartsName},
		Needs:    []string{"go"},
		Download: true,
		Build: func(ctx context.Context, _ *Tool, _, out string, progress io.Writer) error {
			for _, module := range chartModules {
				if err := module.unpack(ctx, filepath.Join(out, layout.ChartsName), progress); err != nil {
					return fmt.Errorf("charts of %s: %w", module.path, err)
				}
			}
			return nil
		},
	}
}

// unpack downloads the module and copies its charts to out.
func (m chartModule) unpack(ctx context.Context, out string, progress io.Writer) error {
	fmt.Fprintf(progress, "%s@%s\n", m.path, m.version)
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", m.path+"@"+m.version)
	cmd.Env, cmd.Stderr = GoEnvironment(), progress
	var answer bytes.Buffer
	cmd.Stdout = &answer
	endGroupOnCancel(cmd)
	runErr := cmd.Run()
	var found struct{ Dir, Sum, Error string }
	if err := json.Unmarshal(answer.Bytes(), &found); err != nil || found.Error != "" || runErr != nil {
		return fmt.Errorf("go mod download: %s (%w)", found.Error, runErr)
	}
	if found.Sum != m.sum {
		return fmt.Errorf("the module's hash is %s, and %s was expected: it is not what was pinned", found.Sum, m.sum)
	}
	for _, folder := range m.folders {
		source := filepath.Join(found.Dir, filepath.FromSlash(folder))
		name, err := chartName(source)
		if err != nil {
			return err
		}
		// The copy is writable, unlike the module cache, and so can be deleted.
		if err := os.CopyFS(filepath.Join(out, name), os.DirFS(source)); err != nil {
			return err
		}
	}
	return nil
}

// chartName is NAME-VERSION of the chart in a folder.
func chartName(dir string) (string, error) {
	file := filepath.Join(dir, "Chart.yaml")
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var chart struct{ Name, Version string }
	if err := yaml.Unmarshal(content, &chart); err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	return chart.Name + "-" + chart.Version, nil
}
