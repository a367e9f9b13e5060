package workflows_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/workflows"
)

const file = "../../../.github/workflows/images.yaml"

func TestMistakes(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	checkout := regexp.MustCompile(`actions/checkout@[0-9a-f]{40} # v[0-9.]+`).FindString(string(content))
	require.NotEmpty(t, checkout)
	for name, c := range map[string]struct{ part, instead, rule, says string }{
		"an action by its tag":                {checkout, "actions/checkout@v7", "pinned-action", "actions/checkout@v7 can change under the same name"},
		"a commit without its version":        {checkout, strings.Fields(checkout)[0], "pinned-action", "says no version"},
		"permissions by default":              {"\npermissions: {}\n", "\n", "permissions", "write `permissions: {}`"},
		"a permission that is none":           {"id-token: write", "id-tokens: write", "actionlint/permissions", "id-tokens"},
		"a job that waits for nobody":         {"needs: [check, scan]", "needs: [check, scans]", "actionlint/job-needs", "scans"},
		"an output that there is not":         {"needs.check.outputs.created", "needs.check.outputs.creatd", "actionlint/expression", "creatd"},
		"a script that outsiders could write": {`run: echo "google=${GCP_REGISTRY%%/*}"`, `run: echo "${{ github.event.pull_request.title }} ${GCP_REGISTRY%%/*}"`, "actionlint/expression", "potentially untrusted"},
		"a runner that there is not":          {"runs-on: ubuntu-24.04", "runs-on: ubuntu-1.0", "actionlint/runner-label", "ubuntu-1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(content), c.part)
			findings, err := workflows.Check("images.yaml", []byte(strings.Replace(string(content), c.part, c.instead, 1)))
			require.NoError(t, err)
			for _, f := range findings {
				if f.Rule == c.rule && strings.Contains(f.Message, c.says) {
					return
				}
			}
			t.Fatalf("nothing says %s: %s; there is %v", c.rule, c.says, findings)
		})
	}
}
