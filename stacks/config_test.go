package stacks

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// file is a stack's configuration file, in tests with what is wrong in it.
type file struct {
	Name     string         `json:"name"`
	Config   map[string]any `json:"config"`
	Mistakes []struct {
		Path, Problem, Hint string
	} `json:"mistakes"`
}

func read(t *testing.T, path string) file {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var f file
	require.NoError(t, yaml.Unmarshal(text, &f), path)
	return f
}

// base returns a valid configuration with some keys replaced.
func base(t *testing.T, replace map[string]any) map[string]any {
	t.Helper()
	values := read(t, "testdata/base.yaml").Config
	maps.Copy(values, replace)
	return values
}

func TestInvalidConfigurationsAreRefusedWithEveryMistake(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/invalid/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		f := read(t, path)
		require.NotEmpty(t, f.Name, path)
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("test", base(t, f.Config))
			var invalid *InvalidConfig
			require.True(t, errors.As(err, &invalid), "%s: got %v", path, err)

			var got, want []string
			for _, m := range invalid.Mistakes {
				got = append(got, m.Path)
			}
			for _, m := range f.Mistakes {
				want = append(want, m.Path)
			}
			require.Equal(t, strings.Join(want, "\n"), strings.Join(got, "\n"), "%s:\n%v", path, err)
			for i, m := range invalid.Mistakes {
				require.Contains(t, m.Problem, f.Mistakes[i].Problem, m.Path)
				require.Contains(t, m.Hint, f.Mistakes[i].Hint, m.Path)
				require.Contains(t, err.Error(), m.Path, "the text lists it")
			}
		})
	}
}

func TestTheStacksOfTheProjectAreValid(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("../Pulumi.*.yaml")
	require.NoError(t, err)
	require.Len(t, paths, 3)
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			_, err := Parse("test", read(t, path).Config)
			require.NoError(t, err)
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	t.Run("structured values may come as JSON text, as Pulumi passes them to programs", func(t *testing.T) {
		t.Parallel()
		plainValues := base(t, nil)
		asText := map[string]any{}
		for key, value := range plainValues {
			if _, isText := value.(string); isText {
				asText[key] = value
				continue
			}
			text, err := json.Marshal(value)
			require.NoError(t, err)
			asText[key] = string(text)
		}
		fromValues, err := Parse("test", plainValues)
		require.NoError(t, err)
		fromText, err := Parse("test", asText)
		require.NoError(t, err)
		require.Equal(t, fromValues, fromText)
	})
	t.Run("keys of other namespaces are left alone", func(t *testing.T) {
		t.Parallel()
		_, err := Parse("test", base(t, map[string]any{"aws:region": "eu-west-1"}))
		require.NoError(t, err)
	})
	t.Run("what is left out gets its default", func(t *testing.T) {
		t.Parallel()
		cfg, err := Parse("test", base(t, nil))
		require.NoError(t, err)
		require.Equal(t, "1.35", cfg.Clusters[0].Version)
		require.True(t, cfg.Clusters[0].highlyAvailable())
		require.Equal(t, NodeCount{Initial: new(2), Min: new(2), Max: 3}, cfg.Clusters[0].NodePools[0].Nodes)
		require.Equal(t, []string{"main"}, cfg.Tenants[0].Clusters)
		require.Equal(t, cfg.Labels, cfg.Tenants[0].Labels)
		require.Equal(t, []string{"main"}, cfg.Workloads[0].Clusters)
		require.Equal(t, 2, cfg.Workloads[0].Replicas)
		require.Equal(t, Resources{CPU: "100m", Memory: "128Mi"}, cfg.Workloads[0].Resources)
	})
	t.Run("prod is highly available and spread over three zones unless told otherwise", func(t *testing.T) {
		t.Parallel()
		cfg, err := Parse("prod", read(t, "../Pulumi.prod.yaml").Config)
		require.NoError(t, err)
		for _, cluster := range cfg.Clusters {
			require.True(t, cluster.highlyAvailable(), cluster.Name)
		}
		require.Equal(t, []string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}, cfg.cluster("gke-eu").Zones)
		require.Empty(t, cfg.cluster("doks-eu").Zones)
	})
	t.Run("a cluster is highly available, protected and behind a firewall unless told otherwise, in every environment", func(t *testing.T) {
		t.Parallel()
		for _, environment := range []string{"prod", "staging", "dev"} {
			values := read(t, "../Pulumi.prod.yaml").Config
			values["ai-now:environment"] = environment
			cfg, err := Parse("test", values)
			require.NoError(t, err)
			args := cfg.clusterArgs(cfg.cluster("gke-eu"))
			require.True(t, args.HighlyAvailable && args.DeletionProtection && args.Edge.Firewall, environment)
		}
	})
	t.Run("derived address ranges do not depend on the other clusters", func(t *testing.T) {
		t.Parallel()
		cluster := func(name string) map[string]any {
			return map[string]any{
				"name": name, "cloud": "digitalocean", "region": "fra1",
				"nodePools": []any{map[string]any{"name": "general", "size": "s-2vcpu-4gb", "nodes": map[string]any{"max": 2}}},
			}
		}
		rest := map[string]any{"ai-now:tenants": []any{}, "ai-now:workloads": []any{}}
		parse := func(clusters ...any) *Config {
			rest := maps.Clone(rest)
			rest["ai-now:clusters"] = clusters
			cfg, err := Parse("test", base(t, rest))
			require.NoError(t, err)
			return cfg
		}
		alone, together := parse(cluster("two")), parse(cluster("one"), cluster("two"))
		require.Equal(t, alone.Clusters[0].Network, together.Clusters[1].Network)
		require.NotEqual(t, together.Clusters[0].Network, together.Clusters[1].Network)
	})
	t.Run("a secret that is not decrypted counts as text", func(t *testing.T) {
		t.Parallel()
		cfg, err := Parse("test", base(t, map[string]any{
			"ai-now:clusters": []any{map[string]any{"name": "main", "cloud": "existing", "kubeconfig": map[string]any{"secure": "v1:abc"}}},
		}))
		require.NoError(t, err)
		require.Equal(t, Sealed, cfg.Clusters[0].Kubeconfig)
	})
	t.Run("a kubeconfig is never shown", func(t *testing.T) {
		t.Parallel()
		_, err := Parse("test", base(t, map[string]any{
			"ai-now:clusters": []any{map[string]any{"name": "main", "cloud": "aws", "kubeconfig": "not-for-eyes"}, map[string]any{"name": "b", "cloud": "existing", "kubeconfig": []any{"not-for-eyes"}}},
		}))
		require.ErrorContains(t, err, "ai-now:clusters[0].kubeconfig: has no meaning on aws")
		require.ErrorContains(t, err, "ai-now:clusters[1].kubeconfig: is a list, and must be text")
		require.NotContains(t, err.Error(), "not-for-eyes")
	})
	t.Run("values that are no YAML do not panic", func(t *testing.T) {
		t.Parallel()
		for _, value := range []any{nil, 1, "{", "[1", "[] []", true, []any{nil}, []any{1}, map[string]any{"a": nil}, make(chan int)} {
			for _, key := range []string{"environment", "labels", "clusters", "tenants", "workloads"} {
				_, err := Parse("test", base(t, map[string]any{"ai-now:" + key: value}))
				if err != nil {
					var invalid *InvalidConfig
					require.True(t, errors.As(err, &invalid), "%s = %v: %v", key, value, err)
				}
			}
		}
	})
}

func TestErrorTextNamesStackPathValueAndHint(t *testing.T) {
	t.Parallel()
	_, err := Parse("dev", base(t, map[string]any{"ai-now:environment": "Dev"}))
	require.EqualError(t, err, `the configuration of stack "dev" (Pulumi.dev.yaml) has 1 mistake:
  - ai-now:environment = "Dev": is not a DNS label
    hint: use lower-case letters, digits and '-', beginning with a letter and not ending with '-'`)
}
