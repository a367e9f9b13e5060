// Package composefile checks the Compose file: its own library reads it, and the platform's rules are about what each
// service may do.
package composefile

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/ai-now/platform/images/tools/finding"
)

// Profiles that a service may be in. A service in none would start with both.
var Profiles = []string{"development", "production"}

// user is whom every container runs as.
const user = "65532:65532"

// Check returns what is wrong with a Compose file.
func Check(ctx context.Context, path string, content []byte) []finding.Finding {
	project, err := loader.LoadWithContext(ctx, types.ConfigDetails{
		WorkingDir:  filepath.Dir(path),
		ConfigFiles: []types.ConfigFile{{Filename: path, Content: content}},
		// Secrets that come from the caller's environment.
		Environment: types.Mapping{"SAMPLE_TOKEN": "t", "PULUMI_CONFIG_PASSPHRASE": "p"},
	}, func(o *loader.Options) { o.Profiles = []string{"*"} })
	if err != nil {
		return []finding.Finding{{Rule: "compose", File: path, Message: err.Error()}}
	}
	var findings []finding.Finding
	for _, name := range slices.Sorted(maps.Keys(project.Services)) {
		service := project.Services[name]
		for _, message := range mistakes(&service) {
			findings = append(findings, finding.Finding{Rule: "compose", File: path, Message: "service " + name + ": " + message})
		}
	}
	return findings
}

func mistakes(s *types.ServiceConfig) []string {
	var list []string
	refuse := func(wrong bool, message string, args ...any) {
		if wrong {
			list = append(list, fmt.Sprintf(message, args...))
		}
	}
	refuse(len(s.Profiles) == 0, "it is in no profile and would always start; it takes %s", strings.Join(Profiles, " or "))
	for _, profile := range s.Profiles {
		refuse(!slices.Contains(Profiles, profile), "it is in the profile %q; it takes %s", profile, strings.Join(Profiles, " or "))
	}
	refuse(!s.ReadOnly, "its root file system can be written; set read_only: true and mount what must be")
	refuse(s.User != user, "it runs as %q; set user: %q", s.User, user)
	refuse(!slices.Equal(s.CapDrop, []string{"ALL"}), "it keeps capabilities; set cap_drop: [ALL]")
	refuse(len(s.CapAdd) > 0, "it asks for capabilities: %s", strings.Join(s.CapAdd, ", "))
	refuse(!slices.Contains(s.SecurityOpt, "no-new-privileges:true"), `a program in it may gain privileges; set security_opt: ["no-new-privileges:true"]`)
	refuse(s.Privileged, "it is privileged")
	refuse(s.NetworkMode == "host" || s.Pid == "host" || s.Ipc == "host", "it shares a namespace with the host")
	refuse(strings.HasSuffix(s.Image, ":latest") || !strings.Contains(s.Image, ":"), "its image is %q; name a version", s.Image)

	limits, reservations := resources(s)
	refuse(limits == nil || limits.NanoCPUs == 0 || limits.MemoryBytes == 0 || limits.Pids == 0, "it has no limits; set deploy.resources.limits: cpus, memory and pids")
	refuse(reservations == nil || reservations.NanoCPUs == 0 || reservations.MemoryBytes == 0, "it reserves nothing; set deploy.resources.reservations: cpus and memory")
	refuse(len(s.Ports) > 0 && (s.HealthCheck == nil || len(s.HealthCheck.Test) == 0), "it serves and has no healthcheck")
	for _, port := range s.Ports {
		refuse(port.HostIP != "127.0.0.1", "port %d is open to the network; publish it as 127.0.0.1:%s:%d", port.Target, port.Published, port.Target)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
		refuse(looksSecret(name) && !strings.HasSuffix(name, "_FILE"), "the variable %s looks like a secret; use secrets:, and pass the file's name", name)
	}
	return list
}

func resources(s *types.ServiceConfig) (limits, reservations *types.Resource) {
	if s.Deploy == nil {
		return nil, nil
	}
	return s.Deploy.Resources.Limits, s.Deploy.Resources.Reservations
}

func looksSecret(name string) bool {
	for _, word := range []string{"TOKEN", "SECRET", "PASSWORD", "PASSPHRASE", "KEY"} {
		if strings.Contains(strings.ToUpper(name), word) {
			return true
		}
	}
	return false
}
