package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	property "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
	"github.com/ai-now/platform/policy/rules/casefile"
	"github.com/ai-now/platform/stacks"
)

// sample is a Kubernetes object to ask both gates about.
type sample struct {
	origin string
	object map[string]any
}

// resource is the object as the program would declare it.
func (s sample) resource() *rule.Resource {
	apiVersion, _ := s.object["apiVersion"].(string)
	if !strings.Contains(apiVersion, "/") {
		apiVersion = "core/" + apiVersion
	}
	return rule.NewResource("urn:test", fmt.Sprintf("kubernetes:%s:%s", apiVersion, s.object["kind"]), "test", copied(s.object))
}

// copied is a copy of an object, with the numbers of JSON.
func copied(object map[string]any) map[string]any {
	var fresh map[string]any
	text, err := json.Marshal(object)
	if err == nil {
		err = json.Unmarshal(text, &fresh)
	}
	if err != nil {
		panic(err) // it was read from JSON
	}
	return fresh
}

// casesOfRules are the objects of all case files in which everything is known, whatever rule they are for.
func casesOfRules(t *testing.T) []sample {
	t.Helper()
	var samples []sample
	for _, r := range rules.All() {
		if len(r.On.Kinds) == 0 {
			continue
		}
		cases, err := casefile.Read("../policy/rules/testdata", r.ID)
		require.NoError(t, err)
		for _, c := range cases {
			if len(c.Stack) > 0 {
				continue
			}
			res := c.Object()
			kind, ok := res.Kind()
			served, known := kind.Served()
			tree, whole := opened(res.Properties.Tree())
			fields, isObject := tree.(map[string]any)
			if !ok || !known || !whole || !isObject {
				continue
			}
			object := copied(fields)
			object["apiVersion"], object["kind"] = apiVersion(served), kind.Name
			complete(object, served)
			samples = append(samples, sample{r.ID + ": " + c.Name, object})
		}
	}
	return samples
}

func apiVersion(k rule.Served) string {
	if k.Group == "core" {
		return k.Version
	}
	return k.Group + "/" + k.Version
}

// opened is a tree without secrets around its parts, and whether all of it is known.
func opened(tree any) (any, bool) {
	switch v := tree.(type) {
	case rule.Unknown:
		return nil, false
	case rule.Secret:
		return opened(v.Plain)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var known bool
			if list[i], known = opened(e); !known {
				return nil, false
			}
		}
		return list, true
	case map[string]any:
		fields := map[string]any{}
		for key, e := range v {
			inner, known := opened(e)
			if !known {
				return nil, false
			}
			fields[key] = inner
		}
		return fields, true
	default:
		return tree, true
	}
}

// fixtures are the pods that Pod Security itself is tested with. Those of one folder differ from those of the next in a
// few only, so each text is taken once.
func fixtures(t *testing.T) []sample {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleDir(t, "k8s.io/pod-security-admission"), "test/testdata/*/v*/*/*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	pod, _ := rule.Kind{Group: "core", Name: "Pod"}.Served()
	var samples []sample
	seen := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		if seen[string(text)] {
			continue
		}
		seen[string(text)] = true
		var object map[string]any
		require.NoError(t, yaml.Unmarshal(text, &object))
		complete(object, pod)
		samples = append(samples, sample{filepath.Join(strings.Split(filepath.ToSlash(file), "/")[len(strings.Split(filepath.ToSlash(file), "/"))-4:]...), object})
	}
	return samples
}

// wrapped are some of the pods as the template of each other kind that runs pods.
func wrapped(t *testing.T, pods []sample) []sample {
	t.Helper()
	var samples []sample
	for i, kind := range rule.Workloads().Kinds {
		where, runsPods := rule.PodSpecPath(kind)
		require.True(t, runsPods)
		if kind.Name == "Pod" {
			continue
		}
		served, _ := kind.Served()
		for j := i; j < len(pods); j += 7 {
			template := copied(pods[j].object)
			metadata, _ := template["metadata"].(map[string]any)
			delete(metadata, "name")
			delete(metadata, "namespace")
			inner := map[string]any{"metadata": metadata, "spec": template["spec"]}
			for k := len(where) - 2; k >= 0; k-- {
				if where[k] == "template" {
					inner = map[string]any{"template": inner}
					continue
				}
				inner = map[string]any{where[k]: inner}
			}
			inner["apiVersion"], inner["kind"] = apiVersion(served), kind.Name
			complete(inner, served)
			samples = append(samples, sample{kind.Name + " of " + pods[j].origin, inner})
		}
	}
	return samples
}

// withoutSecrets shows what is secret.
func withoutSecrets(v property.PropertyValue) (any, bool) {
	if !v.IsSecret() {
		return nil, false
	}
	return v.SecretValue().Element.MapRepl(nil, withoutSecrets), true
}

// ownObjects are the Kubernetes objects that one of the project's stacks makes.
func ownObjects(t *testing.T, stack string) []sample {
	t.Helper()
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	settings, err := workspace.LoadProjectStack(nil, project, "../Pulumi."+stack+".yaml")
	require.NoError(t, err)
	values := map[string]string{}
	for key, value := range settings.Config {
		values[key.String()], err = value.Value(config.NopDecrypter)
		require.NoError(t, err)
	}
	r := &clustertest.Recorder{Stack: stack, Config: values}
	require.NoError(t, r.Run(stacks.Deploy))
	var samples []sample
	for _, made := range r.All() {
		tree := copied(made.Inputs.MapRepl(nil, withoutSecrets))
		kind, ok := rule.NewResource("urn:test", made.Type, made.Name, tree).Kind()
		served, known := kind.Served()
		if !ok || !known {
			continue
		}
		tree["apiVersion"], tree["kind"] = apiVersion(served), kind.Name
		complete(tree, served)
		samples = append(samples, sample{stack + ": " + made.Name, tree})
	}
	return samples
}
