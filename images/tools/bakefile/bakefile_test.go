package bakefile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/bakefile"
)

const (
	file = "../../docker-bake.hcl"
	root = "../../.."
)

var platforms = []string{"linux/amd64", "linux/arm64"}

func TestTargetsInheritAndTakeVariables(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	parsed, err := bakefile.Parse(file, content)
	require.NoError(t, err)
	sample, found := parsed.Resolve("sample")
	require.True(t, found)
	require.Equal(t, "images/sample/Dockerfile", sample.Path())
	require.Equal(t, []string{"ai-now/sample:0.0.0-dev"}, sample.Tags)
	require.Equal(t, platforms, sample.Platforms)
	require.Equal(t, "0.0.0-dev", sample.Args["VERSION"])
	_, found = parsed.Resolve("simple")
	require.False(t, found)
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, c := range map[string]struct{ part, instead, says string }{
		"a file that is no HCL":             {`group "default" {`, `group "default" [`, "Invalid"},
		"a key that is none":                {"platforms =", "plattforms =", `An argument named "plattforms" is not expected here`},
		"a variable that there is not":      {"VERSION  = VERSION", "VERSION  = RELEASE", "There is no variable named"},
		"a target that there is not":        {`targets = ["runner", "debug", "sample"]`, `targets = ["simple"]`, "group default names the target simple, which there is not"},
		"a Dockerfile that there is not":    {`"images/runner/Dockerfile"`, `"images/Dockerfile"`, "target runner: there is no Dockerfile images/Dockerfile"},
		"a platform too few":                {`"linux/amd64", "linux/arm64"`, `"linux/amd64"`, "target runner is built for linux/amd64; a production image is for linux/amd64, linux/arm64"},
		"no list of what is inside":         {`    "type=sbom",` + "\n", "", "target debug is built without the attestation type=sbom"},
		"a provenance that says too little": {"mode=max", "mode=min", "without the attestation type=provenance,mode=max"},
		"labels that nobody fills":          {"    REVISION = REVISION\n", "", "does not pass the argument REVISION on"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(content), c.part)
			var said []string
			for _, f := range bakefile.Check(file, []byte(strings.Replace(string(content), c.part, c.instead, 1)), root, platforms) {
				said = append(said, f.Message)
			}
			require.Contains(t, strings.Join(said, "\n"), c.says)
		})
	}
}
