package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// gcpAgents are the domains of the service agents: the accounts that Google's services act with in a project.
// Source: cloud.google.com/iam/docs/service-agents.
var gcpAgents = map[string]string{ //nolint:gosec // domains, no credentials
	"artifactregistry.googleapis.com": "gcp-sa-artifactregistry",
	"compute.googleapis.com":          "compute-system",
	"container.googleapis.com":        "container-engine-robot",
	"gkebackup.googleapis.com":        "gcp-sa-gkebackup",
	"logging.googleapis.com":          "gcp-sa-logging",
	"monitoring.googleapis.com":       "gcp-sa-monitoring-notification",
	"pubsub.googleapis.com":           "gcp-sa-pubsub",
	"secretmanager.googleapis.com":    "gcp-sa-secretmanager",
	"storage.googleapis.com":          "gs-project-accounts",
}

// gcpAgent is the email of a service's agent in a project, empty for a service that the table does not have.
func gcpAgent(project, service string) string {
	domain := gcpAgents[service]
	if domain == "" {
		return ""
	}
	return fmt.Sprintf("service-%s@%s%s", gcpProjectNumber(project), domain, gcpAccountDomain)
}

const gcpEncrypterRole = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// gcpKeyUsable refuses a key that a service cannot encrypt with: one that does not exist, is for another
// purpose or in another place, or that the service's agent has no role on.
//
// Source: cloud.google.com/kms/docs/cmek, and the page about keys of each service.
func gcpKeyUsable(c *Call, ref, service string, locations ...string) error {
	if ref == "" {
		return nil
	}
	key, err := c.Find(gcpKeyType, ref, "notFound")
	if err != nil {
		return err
	}
	if p := props.Str(key.Properties, "purpose"); p != "ENCRYPT_DECRYPT" {
		return c.Errorf("failedPrecondition: the key %s is for %s: use one with the purpose ENCRYPT_DECRYPT", ref, p)
	}
	if at := gcpPart(ref, "locations"); len(locations) > 0 && !contains(locations, at) {
		return c.Errorf("invalid: the key %s is in %s: the %s needs one in %s", ref, at, c.Type.Noun, strings.Join(locations, " or "))
	}
	agent := gcpAgent(props.Str(c.Props, "project"), service)
	granted, err := gcpGranted(c, key.ID, "serviceAccount:"+agent)
	if err != nil || granted {
		return err
	}
	return c.Errorf("permissionDenied: %s may not use the key %s: give it %s on the key, and make the %s after that", agent, ref, gcpEncrypterRole, c.Type.Noun)
}

// gcpGranted says whether a member may encrypt with a key, by a role on the key or on its project.
func gcpGranted(c *Call, key, member string) (bool, error) {
	for typ, on := range map[string]string{gcpKeyMemberType: "cryptoKeyId", gcpIAMMemberType: "project"} {
		found, err := c.Others(typ, func(o *store.Object) bool {
			at := props.Str(o.Properties, on)
			return props.Str(o.Properties, "role") == gcpEncrypterRole && props.Str(o.Properties, "member") == member &&
				(at == key || at == gcpPart(key, "projects"))
		})
		if err != nil || len(found) > 0 {
			return len(found) > 0, err
		}
	}
	return false, nil
}

// gcpPart is what follows a word in an id: the location in projects/p/locations/l.
func gcpPart(id, word string) string {
	parts := strings.Split(id, "/")
	for i, p := range parts[:len(parts)-1] {
		if p == word {
			return parts[i+1]
		}
	}
	return ""
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if strings.EqualFold(l, s) {
			return true
		}
	}
	return false
}
