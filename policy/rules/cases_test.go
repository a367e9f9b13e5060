package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

// caseFile is the file testdata/RULE.yaml: good and bad cases of one rule. In
// properties, the string <unknown> is a value that is not known yet, and an
// object with the one key <secret> is a secret.
type caseFile struct {
	Cases []testCase `json:"cases"`
}

type testCase struct {
	Name string `json:"name"`
	// One of: a podSpec, run by a Deployment; a resource; a stack.
	Pod        map[string]any `json:"pod,omitempty"`
	Type       string         `json:"type,omitempty"`
	Properties map[string]any `json:"properties,omitempty"`
	Stack      []testResource `json:"stack,omitempty"`

	Environment string         `json:"environment,omitempty"`
	Settings    map[string]any `json:"settings,omitempty"`

	// Findings are "PATH: MESSAGE", for a stack "NAME PATH: MESSAGE".
	Findings  []string `json:"findings,omitempty"`
	Undecided []string `json:"undecided,omitempty"`
	// Outside says that the rule does not judge in this environment.
	Outside bool `json:"outside,omitempty"`
	// Mended are the edits of the remedy, "PATH = VALUE".
	Mended []string `json:"mended,omitempty"`
}

type testResource struct {
	Name       string              `json:"name"`
	Type       string              `json:"type"`
	Provider   string              `json:"provider,omitempty"`
	DependsOn  map[string][]string `json:"dependsOn,omitempty"`
	Properties map[string]any      `json:"properties"`
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, r := range rules.All() {
		t.Run(r.ID, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("testdata", r.ID+".yaml"))
			require.NoError(t, err, "every rule has a file of good and bad cases")
			var file caseFile
			require.NoError(t, yaml.UnmarshalStrict(text, &file))
			good, bad, unknown := 0, 0, 0
			for _, c := range file.Cases {
				switch {
				case len(c.Undecided) > 0:
					unknown++
				case len(c.Findings) > 0:
					bad++
				default:
					good++
				}
				t.Run(c.Name, func(t *testing.T) {
					t.Parallel()
					c.run(t, r)
				})
			}
			require.Positive(t, good, "no case keeps the rule")
			require.Positive(t, bad, "no case breaks the rule")
			require.Positive(t, unknown, "no case has a value that is not known yet")
		})
	}
}

func TestEveryCaseFileHasItsRule(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, r := range rules.All() {
		known[r.ID] = true
	}
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, known[strings.TrimSuffix(filepath.Base(f), ".yaml")], "%s belongs to no rule", f)
	}
}

func (c testCase) run(t *testing.T, r *rule.Rule) {
	t.Helper()
	settings, wrong := r.Configure(c.Settings)
	require.Empty(t, wrong)
	circumstances := rule.Circumstances{Settings: settings, Stack: rule.StackInfo{Environment: c.Environment}}

	var verdict rule.Verdict
	if r.On.Stack {
		verdict = r.JudgeStack(circumstances, c.stack())
	} else {
		res := c.resource()
		require.True(t, r.On.Matches(res.Type), "the rule does not look at %s", res.Type)
		verdict = r.Judge(circumstances, res)
		if r.Remedy != nil {
			edits, mending := r.Mend(circumstances, res)
			require.Nil(t, mending.Failure)
			require.Equal(t, c.Mended, editTexts(edits))
		}
	}
	require.Nil(t, verdict.Failure)
	require.Equal(t, c.Outside, verdict.NotApplicable != "", verdict.NotApplicable)
	require.Equal(t, c.Findings, findingTexts(verdict.Findings, r.On.Stack))
	require.Equal(t, c.Undecided, verdict.Undecided)
}

func (c testCase) resource() *rule.Resource {
	if c.Pod != nil {
		c.Type = "kubernetes:apps/v1:Deployment"
		c.Properties = map[string]any{"spec": map[string]any{"template": map[string]any{"spec": c.Pod}}}
	}
	return rule.NewResource("urn:test", c.Type, "test", marked(c.Properties).(map[string]any))
}

func (c testCase) stack() *rule.Stack {
	var resources []*rule.Resource
	for _, from := range c.Stack {
		r := rule.NewResource(from.Name, from.Type, from.Name, marked(from.Properties).(map[string]any))
		r.Provider, r.DependsOn = from.Provider, from.DependsOn
		resources = append(resources, r)
	}
	return rule.NewStack(resources)
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

func findingTexts(findings []rule.Finding, named bool) []string {
	var texts []string
	for _, f := range findings {
		text := f.Path + ": " + f.Message
		if named {
			text = f.URN + " " + text
		}
		texts = append(texts, text)
	}
	return texts
}

func editTexts(edits []rule.Edit) []string {
	var texts []string
	for _, e := range edits {
		texts = append(texts, e.At.Path()+" = "+rule.NewValue(e.To).String())
	}
	return texts
}
