package composefile_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/composefile"
)

// The checkout's own file, changed a part at a time, breaks one rule after the other.
const file = "../../compose.yaml"

func TestMistakes(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, c := range map[string]struct{ part, instead, says string }{
		"a key that is none":                {"profiles: [production]\n    image: ai-now/sample", "profils: [production]\n    image: ai-now/sample", "profils"},
		"a service in no profile":           {"    profiles: [production]\n    image: ai-now/sample", "    image: ai-now/sample", "service sample: it is in no profile and would always start"},
		"a profile that is none":            {"profiles: [production]\n    image: ai-now/sample", "profiles: [prod]\n    image: ai-now/sample", `it is in the profile "prod"; it takes development or production`},
		"a root file system to write":       {"read_only: true\n  user", "user", "set read_only: true"},
		"root":                              {`user: "65532:65532"`, `user: "0"`, `it runs as "0"`},
		"capabilities kept":                 {"cap_drop: [ALL]", "cap_drop: [NET_RAW]", "it keeps capabilities"},
		"capabilities asked for":            {"cap_drop: [ALL]", "cap_drop: [ALL]\n  cap_add: [NET_ADMIN]", "it asks for capabilities: NET_ADMIN"},
		"new privileges":                    {`security_opt: ["no-new-privileges:true"]`, "security_opt: []", "may gain privileges"},
		"privileges":                        {"cap_drop: [ALL]", "cap_drop: [ALL]\n  privileged: true", "it is privileged"},
		"the host's processes":              {"cap_drop: [ALL]", "cap_drop: [ALL]\n  pid: host", "it shares a namespace with the host"},
		"the latest image":                  {"image: ai-now/sample:${VERSION:-0.0.0-dev}", "image: ai-now/sample:latest", `its image is "ai-now/sample:latest"`},
		"no limit of processes":             {`limits: {cpus: "0.5", memory: 64M, pids: 64}`, `limits: {cpus: "0.5", memory: 64M}`, "it has no limits"},
		"nothing reserved":                  {`        reservations: {cpus: "0.05", memory: 32M}` + "\n", "", "it reserves nothing"},
		"a port that everybody may reach":   {`"127.0.0.1:8080:8080"`, `"8080:8080"`, "port 8080 is open to the network; publish it as 127.0.0.1:8080:8080"},
		"a secret in the environment":       {"SAMPLE_TOKEN_FILE: /run/secrets/token", "SAMPLE_TOKEN: guess", "the variable SAMPLE_TOKEN looks like a secret"},
		"a secret that there is not":        {"secrets: *secrets", "secrets: [absent]", "absent"},
		"a network that there is not":       {"networks: [front]\n    stop_grace_period", "networks: [back]\n    stop_grace_period", "back"},
		"a server that says not how it is":  {"    healthcheck:\n      test: [\"CMD\", \"/usr/local/bin/sample\", \"healthcheck\"]\n      interval: 10s\n      timeout: 3s\n      start_period: 5s\n      retries: 3\n", "", "it serves and has no healthcheck"},
		"a variable that breaks the syntax": {"${SAMPLE_LOG_LEVEL:-info}", "${SAMPLE_LOG_LEVEL", "invalid interpolation format"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, string(content), c.part)
			findings := composefile.Check(t.Context(), file, []byte(strings.Replace(string(content), c.part, c.instead, 1)))
			for _, f := range findings {
				if strings.Contains(f.Message, c.says) {
					return
				}
			}
			t.Fatalf("nothing says %q; there is %v", c.says, findings)
		})
	}
}
