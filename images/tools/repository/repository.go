// Package repository runs all checks over the checkout's own files.
package repository

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ai-now/platform/images/tools/bakefile"
	"github.com/ai-now/platform/images/tools/composefile"
	"github.com/ai-now/platform/images/tools/dockerfiles"
	"github.com/ai-now/platform/images/tools/exemptions"
	"github.com/ai-now/platform/images/tools/finding"
	"github.com/ai-now/platform/images/tools/lock"
	"github.com/ai-now/platform/images/tools/workflows"
)

// Paths from the checkout's root.
const (
	Lock       = "images/bases.lock.yaml"
	Exemptions = "images/exemptions.yaml"
	compose    = "images/compose.yaml"
	bake       = "images/docker-bake.hcl"
	workflow   = ".github/workflows/images.yaml"
)

// Dockerfiles of the checkout.
func Dockerfiles(root string) ([]string, error) {
	var files []string
	for _, pattern := range []string{"images/*/Dockerfile", "images/*/Dockerfile.dev"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there are no Dockerfiles below %s/images; run this in images/tools, or name the checkout's root", root)
	}
	return files, nil
}

// Check returns everything that is wrong with the images' files.
func Check(ctx context.Context, root string, today time.Time) ([]finding.Finding, error) {
	bases, err := lock.Read(filepath.Join(root, Lock))
	if err != nil {
		return nil, err
	}
	files, err := Dockerfiles(root)
	if err != nil {
		return nil, err
	}
	var all []finding.Finding
	for _, path := range files {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return nil, err
		}
		found, err := dockerfiles.Check(ctx, filepath.ToSlash(name), content, bases)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	for name, check := range map[string]func([]byte) []finding.Finding{
		compose: func(content []byte) []finding.Finding {
			found := composefile.Check(ctx, filepath.Join(root, compose), content)
			for i := range found {
				found[i].File = compose
			}
			return found
		},
		bake: func(content []byte) []finding.Finding {
			return bakefile.Check(bake, content, root, dockerfiles.Platforms)
		},
		workflow: func(content []byte) []finding.Finding {
			found, err := workflows.Check(workflow, content)
			return append(found, each("actionlint", workflow, err)...)
		},
		Exemptions: func(content []byte) []finding.Finding {
			_, err := exemptions.Parse(content, today)
			return each("exemption", Exemptions, err)
		},
	} {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		all = append(all, check(content)...)
	}
	finding.Sort(all)
	return all, nil
}

// each makes a finding of each error that err joins.
func each(rule, file string, err error) []finding.Finding {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		if err == nil {
			return nil
		}
		return []finding.Finding{{Rule: rule, File: file, Message: err.Error()}}
	}
	var findings []finding.Finding
	for _, e := range joined.Unwrap() {
		findings = append(findings, finding.Finding{Rule: rule, File: file, Message: e.Error()})
	}
	return findings
}
