package toolbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// eksPlugin starts the component provider with Node. The links that lead to it are followed, because it finds its
// packages from where it really is.
const eksPlugin = `#!/bin/sh
exec node "$(dirname "$(readlink -f "$0")")/node_modules/@pulumi/eks/cmd/provider/index.js" "$@"
`

// eksComponentTool is the real component provider of pulumi-eks, from its npm package.
func eksComponentTool(project string) (*Tool, error) {
	file := filepath.Join(project, eksComponentPackage, "package.json")
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var manifest struct {
		Dependencies map[string]string `json:"dependencies"`
	}
	if err := json.Unmarshal(content, &manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &Tool{
		Name: "pulumi-eks", Version: manifest.Dependencies["@pulumi/eks"],
		Sources:  []string{eksComponentPackage},
		Space:    gib / 2,
		Programs: map[string]string{"pulumi-resource-eks": "pulumi-resource-eks"},
		Needs:    []string{"node", "npm"},
		Download: true,
		Build: func(ctx context.Context, _ *Tool, project, out string, progress io.Writer) error {
			for _, name := range []string{"package.json", "package-lock.json"} {
				content, err := os.ReadFile(filepath.Join(project, eksComponentPackage, name))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(out, name), content, 0o600); err != nil {
					return err
				}
			}
			// The lock file pins every package by its digest; nothing of theirs is run while installing.
			if err := run(ctx, out, os.Environ(), progress, "npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(out, "pulumi-resource-eks"), []byte(eksPlugin), 0o700) //nolint:gosec // a program
		},
	}, nil
}
