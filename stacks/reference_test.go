package stacks

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// reflectSchema describes Config, with the comments on its fields.
func reflectSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	r := &jsonschema.Reflector{RequiredFromJSONSchemaTags: true, Anonymous: true}
	require.NoError(t, r.AddGoComments("github.com/ai-now/platform/stacks", ".", jsonschema.WithFullComment()))
	for key, comment := range r.CommentMap {
		r.CommentMap[key] = strings.Join(strings.Fields(comment), " ")
	}
	return r.Reflect(&Config{})
}

// TestSchema keeps the schema that editors check Pulumi.<stack>.yaml with.
func TestSchema(t *testing.T) {
	t.Parallel()
	schema := reflectSchema(t)
	config := schema.Definitions["Config"]
	delete(schema.Definitions, "Config")
	keys, required := jsonschema.NewProperties(), []string{}
	for p := config.Properties.Oldest(); p != nil; p = p.Next() {
		keys.Set(Namespace+":"+p.Key, p.Value)
	}
	for _, name := range config.Required {
		required = append(required, Namespace+":"+name)
	}
	// An encrypted value may stand where a kubeconfig is expected.
	secret := jsonschema.NewProperties()
	secret.Set("secure", &jsonschema.Schema{Type: "string"})
	plainText, _ := schema.Definitions["Cluster"].Properties.Get("kubeconfig")
	schema.Definitions["Cluster"].Properties.Set("kubeconfig", &jsonschema.Schema{
		Description: plainText.Description,
		OneOf: []*jsonschema.Schema{
			{Type: "string"},
			{Type: "object", Properties: secret, Required: []string{"secure"}, AdditionalProperties: jsonschema.FalseSchema},
		},
	})
	file := jsonschema.NewProperties()
	file.Set("config", &jsonschema.Schema{Type: "object", Properties: keys, Required: required,
		// Keys of other namespaces, such as aws:profile, are Pulumi's business.
		PropertyNames: &jsonschema.Schema{AnyOf: []*jsonschema.Schema{
			{Enum: settings()}, {Not: &jsonschema.Schema{Pattern: "^" + Namespace + ":"}},
		}},
	})
	raw, err := json.MarshalIndent(&jsonschema.Schema{
		Version: jsonschema.Version, Title: "Configuration of a stack of " + Namespace,
		Type: "object", Properties: file, Required: []string{"config"}, Definitions: schema.Definitions,
	}, "", "  ")
	require.NoError(t, err)
	golden(t, "config.schema.json", string(raw)+"\n")
}

// settings are the keys of the configuration as written in the file.
func settings() []any {
	var all []any
	for _, name := range keysAt("") {
		all = append(all, Namespace+":"+name)
	}
	return all
}

// TestReference keeps docs/configuration.md.
func TestReference(t *testing.T) {
	t.Parallel()
	schema := reflectSchema(t)
	var b strings.Builder
	b.WriteString(referenceHead)
	writeType(&b, schema, "Config", "")
	golden(t, "../docs/configuration.md", b.String())
}

const referenceHead = `<!-- Generated from stacks/config.go and stacks/defaults.go by: go test ./stacks -update -->
# Configuration

A stack is configured in ` + "`Pulumi.<stack>.yaml`" + `. Everything below goes under ` + "`config:`" + `, the keys of the first table with the prefix ` + "`ai-now:`" + `.

A configuration is checked as a whole before anything is made: unknown keys, wrong types, regions, zones, address ranges, sizes, references, quotas. All mistakes come in one message, each with its path, what is wrong and what to do. Editors that know YAML schemas check while you type: keep the first line of the files that are there.

` + "`prod`" + ` is stricter than other environments: every cluster is highly available and, where the cloud has zones, spread over three; pools keep at least two nodes and workloads at least two replicas; the API server of a DigitalOcean cluster is open to named networks only; the namespaces of tenants are protected against deletion.

`

// writeType writes a table of a type's settings, then those of the types in it.
func writeType(b *strings.Builder, schema *jsonschema.Schema, name, path string) {
	def := schema.Definitions[name]
	title := path
	if path == "" {
		title = "ai-now"
	}
	fmt.Fprintf(b, "## `%s`\n\n%s\n\n| Setting | Type | Required | Default | Meaning |\n|---|---|---|---|---|\n", title, def.Description)
	type inner struct{ name, path string }
	var below []inner
	for p := def.Properties.Oldest(); p != nil; p = p.Next() {
		at := strings.TrimPrefix(path+"."+p.Key, ".")
		kind, reference, list := typeOf(p.Value)
		if list {
			at += "[]"
		}
		if reference != "" {
			below = append(below, inner{reference, at})
		}
		required := ""
		if slices.Contains(def.Required, p.Key) {
			required = "yes"
		}
		value, reason := defaultOf(strings.TrimSuffix(at, "[]"))
		meaning := p.Value.Description
		if reason != "" {
			meaning += " *Default because " + reason + ".*"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", p.Key, kind, required, value, strings.ReplaceAll(meaning, "|", `\|`))
	}
	b.WriteString("\n")
	for _, next := range below {
		writeType(b, schema, next.name, next.path)
	}
}

// typeOf describes a setting's type; reference is the type within, if it is one
// of ours.
func typeOf(s *jsonschema.Schema) (kind, reference string, list bool) {
	name := func(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }
	switch {
	case s.Ref != "":
		return "mapping", name(s.Ref), false
	case s.Type == "array" && s.Items.Ref != "":
		return "list of mappings", name(s.Items.Ref), true
	case s.Type == "array" && s.Items.Type == "integer":
		return "list of whole numbers", "", true
	case s.Type == "array":
		return "list of text", "", true
	case s.Type == "object" && s.AdditionalProperties == nil:
		return "mapping", "", false
	case s.Type == "object":
		return "mapping of text", "", false
	case s.Type == "integer":
		return "whole number", "", false
	case s.Type == "boolean":
		return "true or false", "", false
	}
	if len(s.Enum) > 0 {
		var words []string
		for _, v := range s.Enum {
			words = append(words, fmt.Sprintf("`%v`", v))
		}
		return strings.Join(words, ", "), "", false
	}
	return "text", "", false
}

func defaultOf(path string) (value, reason string) {
	for _, d := range Defaults {
		if d.Path == path {
			return d.Value, d.Reason
		}
	}
	return "", ""
}

func TestEveryDefaultBelongsToASetting(t *testing.T) {
	t.Parallel()
	for _, d := range Defaults {
		t.Run(d.Path, func(t *testing.T) {
			t.Parallel()
			require.NotNil(t, typeAt(d.Path), "a setting")
			require.NotEmpty(t, d.Value)
			require.NotEmpty(t, d.Reason)
		})
	}
}

// TestPulumiYAMLDeclaresEverySetting keeps Pulumi.yaml in step with Config.
func TestPulumiYAMLDeclaresEverySetting(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../Pulumi.yaml")
	require.NoError(t, err)
	var project struct {
		Name   string
		Config map[string]struct {
			Type, Description string
			Default           any
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &project))
	require.Equal(t, Namespace, project.Name)
	require.Len(t, project.Config, reflect.TypeFor[Config]().NumField())
	kinds := map[reflect.Kind]string{reflect.String: "string", reflect.Slice: "array", reflect.Struct: "object"}
	for _, name := range keysAt("") {
		declared, ok := project.Config[Namespace+":"+name]
		require.True(t, ok, "Pulumi.yaml declares %s", name)
		require.Equal(t, kinds[typeAt(name).Kind()], declared.Type, name)
		require.NotEmpty(t, declared.Description, name)
		field, _ := fieldByName(reflect.TypeFor[Config](), name)
		optional := !strings.Contains(field.Tag.Get("jsonschema"), "required")
		require.Equal(t, optional, declared.Default != nil, "%s: Pulumi demands what has no default in Pulumi.yaml", name)
	}
}
