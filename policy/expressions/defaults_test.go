package expressions

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/policy/rule"
)

// sample is an object as it is given, and as the API server shows it to a policy.
type sample struct {
	Name  string         `json:"name"`
	Given map[string]any `json:"given"`
	Shown map[string]any `json:"shown"`
}

func readSamples(t testing.TB) []sample {
	t.Helper()
	text, err := os.ReadFile("testdata/defaults.yaml")
	require.NoError(t, err)
	var all []sample
	require.NoError(t, yaml.UnmarshalStrict(text, &all))
	return all
}

// resourceOf is an object as the program of a stack gives it.
func resourceOf(given map[string]any) *rule.Resource {
	apiVersion, _ := given["apiVersion"].(string)
	kind, _ := given["kind"].(string)
	if !strings.Contains(apiVersion, "/") {
		apiVersion = "core/" + apiVersion
	}
	return rule.NewResource("urn:test", "kubernetes:"+apiVersion+":"+kind, "test", given)
}

func TestObjectsAreAsTheAPIServerShowsThem(t *testing.T) {
	t.Parallel()
	kinds := map[rule.Kind]bool{}
	for _, tt := range readSamples(t) {
		res := resourceOf(tt.Given)
		kind, _ := res.Kind()
		kinds[kind] = true
		t.Run(tt.Name, func(t *testing.T) {
			t.Parallel()
			want := new(reader).object(tt.Shown)
			// What is set after decoding, in the words of the doc of fillDefaults.
			served, known := kind.Served()
			require.True(t, known)
			if !served.ClusterScoped {
				want["metadata"].(map[string]any)["namespace"] = "default"
			}
			if spec, _ := want["spec"].(map[string]any); kind.Name == "Pod" && spec["serviceAccountName"] == nil {
				spec["serviceAccountName"], spec["serviceAccount"] = "default", "default"
			}
			if strings.HasSuffix(kind.Name, "Role") && tt.Shown["rules"] == nil {
				want["rules"] = nil
			}
			require.Equal(t, want, Object(res))
		})
	}
	for kind := range ofKinds {
		if kind.Group != "apiregistration.k8s.io" {
			require.True(t, kinds[kind], "no object shows the defaults of %s", kind)
		}
	}
	for of := range shapes {
		require.True(t, kinds[kindOfShape(of)], "no object shows the shape of %s", of)
	}
}

func kindOfShape(of [2]string) rule.Kind {
	group, _, grouped := strings.Cut(of[0], "/")
	if !grouped {
		group = "core"
	}
	return rule.Kind{Group: group, Name: of[1]}
}
