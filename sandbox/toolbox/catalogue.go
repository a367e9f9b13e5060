package toolbox

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

const (
	engineModule             = "sandbox/tools/engine"
	kubernetesProviderModule = "sandbox/tools/kubernetes-provider"
	controlPlaneModule       = "sandbox/tools/control-plane"
	eksComponentPackage      = "sandbox/tools/eks-component"
)

// gib is a gibibyte. The space that building all tools from nothing took was 12 of them: 8.4 for the compiler's cache,
// 2.7 for modules, 0.9 for packages and the tools themselves. What the tools share is counted with the first.
const gib = 1 << 30

// Flags that keep the compiler from inlining and from writing debug information that the linker would drop again.
// For generated code that is large and runs once, at the start, that takes a third to a half off the time to
// compile it: 52 to 35 CPU-seconds for kubernetes/core/v1, 97 to 48 for libopenapi.
const plainly = "=-l -dwarf=false"

// SDKFlags are the flags with which the platform's own program is compiled; its Makefile uses the same for tests, so
// that the SDKs are compiled once.
var SDKFlags = []string{"-gcflags=github.com/pulumi/pulumi-..." + plainly}

// Catalogue returns all tools of the sandbox, those that take longest first.
func Catalogue(project string) ([]*Tool, error) {
	engine, err := engineTool(project)
	if err != nil {
		return nil, err
	}
	provider, err := kubernetesProviderTool(project)
	if err != nil {
		return nil, err
	}
	controlPlane, err := controlPlaneTool(project)
	if err != nil {
		return nil, err
	}
	component, err := eksComponentTool(project)
	if err != nil {
		return nil, err
	}
	return append([]*Tool{component, chartsTool(), provider, engine, controlPlane}, ownTools()...), nil
}

// Select returns the tools with the given names, all of them if none is given.
func Select(tools []*Tool, names []string) ([]*Tool, error) {
	if len(names) == 0 {
		return tools, nil
	}
	var selected []*Tool
	var known []string
	found := map[string]bool{}
	for _, tool := range tools {
		known = append(known, tool.Name)
		if slices.Contains(names, tool.Name) {
			selected = append(selected, tool)
			found[tool.Name] = true
		}
	}
	for _, name := range names {
		if !found[name] {
			return nil, fmt.Errorf("no tool %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return selected, nil
}

// strip leaves out the symbol table and debug information: the tools are a third smaller and link faster.
const strip = "-s -w"

func controlPlaneTool(project string) (*Tool, error) {
	version, err := moduleVersion(filepath.Join(project, controlPlaneModule), "k8s.io/kubernetes")
	if err != nil {
		return nil, err
	}
	return &Tool{
		Name: "control-plane", Version: version,
		Sources: []string{controlPlaneModule},
		Flags: []string{
			"-ldflags=" + strip + " -X k8s.io/component-base/version.gitVersion=v" + version + " -X k8s.io/client-go/pkg/version.gitVersion=v" + version,
			// Not k8s.io/api and k8s.io/client-go: the root module compiles them too, at the same version and without flags.
			"-gcflags=k8s.io/kubernetes/pkg/apis/..." + plainly,
		},
		Space:    3 * gib,
		Programs: map[string]string{"control-plane": "control-plane", "kubectl": "control-plane"},
		Needs:    []string{"go"},
		Build: func(ctx context.Context, t *Tool, project, out string, progress io.Writer) error {
			return goBuild(ctx, filepath.Join(project, controlPlaneModule), out, t.Flags, map[string]string{"control-plane": "."}, progress)
		},
	}, nil
}

// ownTools are built from the checkout's root module.
func ownTools() []*Tool {
	build := func(packages map[string]string) func(context.Context, *Tool, string, string, io.Writer) error {
		return func(ctx context.Context, t *Tool, project, out string, progress io.Writer) error {
			return goBuild(ctx, project, out, t.Flags, packages, progress)
		}
	}
	flags := append([]string{"-ldflags=" + strip}, SDKFlags...)
	return []*Tool{
		{
			Name:    "runner",
			Sources: []string{"go.mod", "go.sum", "charts", "clusters", "components", "stacks", "policy", "sandbox"},
			// The program imports no more than policy/rules; what the other tools are made of does not count.
			Excluded: []string{"sandbox/tools", "sandbox/clouds", "sandbox/cmd/clouds", "sandbox/cmd/credentials", "sandbox/cmd/sandbox", "sandbox/toolbox"},
			Flags:    flags, Space: 2 * gib, Programs: map[string]string{"runner": "runner"}, Needs: []string{"go"},
			Build: build(map[string]string{"runner": "./sandbox/cmd/runner"}),
		},
		{
			Name:     "simulated-clouds",
			Sources:  []string{"go.mod", "go.sum", "sandbox/clouds", "sandbox/cmd/clouds", "sandbox/localcluster", "sandbox/process"},
			Flags:    flags,
			Space:    gib / 4,
			Programs: map[string]string{"pulumi-resource-aws": "clouds", "pulumi-resource-gcp": "clouds", "pulumi-resource-digitalocean": "clouds"},
			Needs:    []string{"go"},
			Build:    build(map[string]string{"clouds": "./sandbox/cmd/clouds"}),
		},
		{
			Name:     "credentials",
			Sources:  []string{"go.mod", "go.sum", "sandbox/cmd/credentials"},
			Flags:    flags,
			Space:    gib / 4,
			Programs: map[string]string{"aws": "credentials", "gke-gcloud-auth-plugin": "credentials"},
			Needs:    []string{"go"},
			Build:    build(map[string]string{"credentials": "./sandbox/cmd/credentials"}), //nolint:gosec // the name of a program
		},
		{
			Name:     "policy-pack",
			Sources:  []string{"go.mod", "go.sum", "policy"},
			Flags:    flags,
			Space:    gib / 4,
			Programs: map[string]string{"pulumi-analyzer-policy-go": "policy"},
			Needs:    []string{"go"},
			Build:    build(map[string]string{"policy": "./policy"}),
		},
	}
}
