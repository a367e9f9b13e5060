// Package casefile reads the files of good and bad cases that every rule has:
// policy/rules/testdata/RULE.yaml. In properties, the string <unknown> is a value
// that is not known yet, and an object with the one key <secret> is a secret.
package casefile

import (
	"fmt"
	"os"
	"path/filepath"

	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/rule"
)

// file is the contents of a case file.
type file struct {
	Cases []Case `json:"cases"`
}

// Case is one resource or stack, and what the rule says about it.
type Case struct {
	Name string `json:"name"`
	// One of: a podSpec, run by a Deployment; a resource; a stack.
	Pod        map[string]any `json:"pod,omitempty"`
	Type       string         `json:"type,omitempty"`
	Properties map[string]any `json:"properties,omitempty"`
	Stack      []Resource     `json:"stack,omitempty"`

	Environment string           `json:"environment,omitempty"`
	Exemptions  *rule.Exemptions `json:"exemptions,omitempty"`
	Settings    map[string]any   `json:"settings,omitempty"`

	// Findings are "PATH: MESSAGE", for a stack "NAME PATH: MESSAGE", and for
	// expressions, which tell no path, "MESSAGE".
	Findings  []string `json:"findings,omitempty"`
	Undecided []string `json:"undecided,omitempty"`
	// Outside says that the rule does not judge in this environment.
	Outside bool `json:"outside,omitempty"`
	// Mended are the edits of the remedy, "PATH = VALUE".
	Mended []string `json:"mended,omitempty"`
}

// Resource is one resource of a stack.
type Resource struct {
	Name       string              `json:"name"`
	Type       string              `json:"type"`
	Provider   string              `json:"provider,omitempty"`
	DependsOn  map[string][]string `json:"dependsOn,omitempty"`
	Properties map[string]any      `json:"properties"`
}

// Read reads the cases of a rule from a folder.
func Read(folder, ruleID string) ([]Case, error) {
	text, err := os.ReadFile(filepath.Join(folder, ruleID+".yaml"))
	if err != nil {
		return nil, err
	}
	var f file
	if err := yaml.UnmarshalStrict(text, &f); err != nil {
		return nil, fmt.Errorf("cases of %s: %w", ruleID, err)
	}
	return f.Cases, nil
}

// Object is the resource a rule over one resource looks at.
func (c Case) Object() *rule.Resource {
	if c.Pod != nil {
		c.Type = "kubernetes:apps/v1:Deployment"
		c.Properties = map[string]any{"spec": map[string]any{"template": map[string]any{"spec": c.Pod}}}
	}
	return rule.NewResource("urn:test", c.Type, "test", fields(c.Properties))
}

// Whole is the stack a rule over a stack looks at.
func (c Case) Whole() *rule.Stack {
	var resources []*rule.Resource
	for _, from := range c.Stack {
		r := rule.NewResource(from.Name, from.Type, from.Name, fields(from.Properties))
		r.Provider, r.DependsOn = from.Provider, from.DependsOn
		resources = append(resources, r)
	}
	return rule.NewStack(resources)
}

// fields are a resource's properties without marks.
func fields(properties map[string]any) map[string]any {
	for name, value := range properties {
		properties[name] = marked(value)
	}
	return properties
}

// marked replaces the marks of test files by what they stand for.
func marked(tree any) any {
	switch v := tree.(type) {
	case string:
		if v == "<unknown>" {
			return rule.Unknown{}
		}
	case []any:
		for i, e := range v {
			v[i] = marked(e)
		}
	case map[string]any:
		if plain, ok := v["<secret>"]; ok {
			return rule.Secret{Plain: marked(plain)}
		}
		for k, e := range v {
			v[k] = marked(e)
		}
	}
	return tree
}
