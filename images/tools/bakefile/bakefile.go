// Package bakefile reads the file that `docker buildx bake` builds from.
//
// Bake's own parser comes with the whole of buildx, several times what the other checks take to compile; what our file
// uses of the language is this much HCL. A key that bake knows and this does not is reported, not passed over.
package bakefile

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/ai-now/platform/images/tools/finding"
)

// File is a bake file, with the defaults of its variables in place.
type File struct {
	Variables []Variable `hcl:"variable,block"`
	Groups    []Group    `hcl:"group,block"`
	Targets   []Target   `hcl:"target,block"`
}

// Variable can be set from outside.
type Variable struct {
	Name    string `hcl:"name,label"`
	Default string `hcl:"default"`
}

// Group is a name for several targets.
type Group struct {
	Name    string   `hcl:"name,label"`
	Targets []string `hcl:"targets"`
}

// Target is one image.
type Target struct {
	Name       string            `hcl:"name,label"`
	Inherits   []string          `hcl:"inherits,optional"`
	Context    string            `hcl:"context,optional"`
	Dockerfile string            `hcl:"dockerfile,optional"`
	Tags       []string          `hcl:"tags,optional"`
	Platforms  []string          `hcl:"platforms,optional"`
	Args       map[string]string `hcl:"args,optional"`
	Attest     []string          `hcl:"attest,optional"`
}

// Path of the target's Dockerfile from the checkout's root.
func (t Target) Path() string { return filepath.ToSlash(filepath.Join(t.Context, t.Dockerfile)) }

// Parse reads a bake file.
func Parse(name string, content []byte) (File, error) {
	parsed, diagnostics := hclsyntax.ParseConfig(content, name, hcl.InitialPos)
	if diagnostics.HasErrors() {
		return File{}, diagnostics
	}
	// First the variables, because the rest refers to them.
	var variables struct {
		Variables []Variable `hcl:"variable,block"`
		Rest      hcl.Body   `hcl:",remain"`
	}
	if diagnostics := gohcl.DecodeBody(parsed.Body, nil, &variables); diagnostics.HasErrors() {
		return File{}, diagnostics
	}
	evaluation := &hcl.EvalContext{Variables: map[string]cty.Value{}}
	for _, v := range variables.Variables {
		evaluation.Variables[v.Name] = cty.StringVal(v.Default)
	}
	var file File
	if diagnostics := gohcl.DecodeBody(parsed.Body, evaluation, &file); diagnostics.HasErrors() {
		return File{}, diagnostics
	}
	return file, nil
}

// Resolve returns the target with what it inherits.
func (f File) Resolve(name string) (Target, bool) {
	i := slices.IndexFunc(f.Targets, func(t Target) bool { return t.Name == name })
	if i < 0 {
		return Target{}, false
	}
	target := f.Targets[i]
	for _, parent := range target.Inherits {
		if from, found := f.Resolve(parent); found {
			target = target.with(from)
		}
	}
	return target, true
}

func (t Target) with(parent Target) Target {
	if len(t.Platforms) == 0 {
		t.Platforms = parent.Platforms
	}
	if len(t.Attest) == 0 {
		t.Attest = parent.Attest
	}
	if len(t.Args) == 0 {
		t.Args = parent.Args
	}
	return t
}

// Check returns what is wrong with a bake file whose paths start at root.
func Check(name string, content []byte, root string, platforms []string) []finding.Finding {
	file, err := Parse(name, content)
	if err != nil {
		return []finding.Finding{{Rule: "bake", File: name, Message: err.Error()}}
	}
	var findings []finding.Finding
	add := func(format string, args ...any) {
		findings = append(findings, finding.Finding{Rule: "bake", File: name, Message: fmt.Sprintf(format, args...)})
	}
	for _, group := range file.Groups {
		for _, member := range group.Targets {
			target, found := file.Resolve(member)
			if !found {
				add("group %s names the target %s, which there is not", group.Name, member)
				continue
			}
			if _, err := os.Stat(filepath.Join(root, target.Path())); err != nil {
				add("target %s: there is no Dockerfile %s", member, target.Path())
			}
			if group.Name == "default" {
				production(target, platforms, add)
			}
		}
	}
	return findings
}

func production(target Target, platforms []string, add func(string, ...any)) {
	if !slices.Equal(target.Platforms, platforms) {
		add("target %s is built for %s; a production image is for %s", target.Name, strings.Join(target.Platforms, ", "), strings.Join(platforms, ", "))
	}
	for _, kind := range []string{"type=sbom", "type=provenance,mode=max"} {
		if !slices.Contains(target.Attest, kind) {
			add("target %s is built without the attestation %s", target.Name, kind)
		}
	}
	for _, arg := range []string{"VERSION", "REVISION", "CREATED"} {
		if _, found := target.Args[arg]; !found {
			add("target %s does not pass the argument %s on, which its labels show", target.Name, arg)
		}
	}
}
