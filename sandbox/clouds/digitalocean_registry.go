package clouds

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	doRegistryType = "digitalocean:index/containerRegistry:ContainerRegistry"
	doRegistryHost = "registry.digitalocean.com"
)

var doRegistryName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// doRegistryRegions: docs.digitalocean.com/reference/api, POST /v2/registries.
var doRegistryRegions = []string{"ams3", "blr1", "fra1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1"}

var doRegistry = &Type{
	Token: doRegistryType, Noun: "container registry",
	Does:             "is the only one of the account; cannot be deleted while a cluster has registryIntegration; holds no images",
	Autoname:         &Autoname{Property: "name", MaxLength: 63, Lower: true},
	Required:         []string{"subscriptionTierSlug"},
	Immutable:        []string{"name", "region"},
	OptionalComputed: []string{"region"},
	Computed:         []string{"createdAt", "endpoint", "serverUrl", "storageUsageBytes"},
	Check: func(c *Call) []Failure {
		f := append(oneOf(c.Props, "subscriptionTierSlug", "starter", "basic", "professional"), oneOf(c.Props, "region", doRegistryRegions...)...)
		if n := props.Str(c.Props, "name"); n != "" && !doRegistryName.MatchString(n) {
			f = append(f, Failure{"name", fmt.Sprintf("%q is no name for a registry: 3 to 63 lower-case letters, digits and hyphens", n)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		others, err := c.Others(doRegistryType, func(*store.Object) bool { return true })
		if err != nil {
			return "", err
		}
		if len(others) > 0 {
			return "", c.Errorf("409 conflict: the account has the registry %q: this resource makes the one that an account has", others[0].ID)
		}
		name := props.Str(c.Props, "name")
		setDefaults(c.Props, props.Object{"region": "fra1"})
		c.Props["endpoint"], c.Props["serverUrl"] = doRegistryHost+"/"+name, doRegistryHost
		c.Props["createdAt"], c.Props["storageUsageBytes"] = c.Timestamp(), 0
		return name, nil
	},
	Delete: func(c *Call) error {
		users, err := c.Others(doClusterType, func(o *store.Object) bool { return props.Bool(o.Properties, "registryIntegration") })
		if err != nil || len(users) == 0 {
			return err
		}
		return c.Errorf("412 precondition_failed: the registry %s is integrated with the cluster %q: turn off registryIntegration there", c.ID, props.Str(users[0].Properties, "name"))
	},
}

// doForever is what the provider takes when expirySeconds is left out: about fifty years, the API's limit.
const doForever = 1576800000

var doRegistryCredentials = &Type{
	Token: "digitalocean:index/containerRegistryDockerCredentials:ContainerRegistryDockerCredentials", Noun: "credential of a registry",
	Does:      "is a file for Docker with a token that opens nothing",
	Required:  []string{"registryName"},
	Immutable: []string{"registryName"},
	Defaults:  props.Object{"write": false, "expirySeconds": doForever},
	Computed:  []string{"credentialExpirationTime", "dockerCredentials"}, ComputedByUpdate: []string{"credentialExpirationTime", "dockerCredentials"},
	Secret: []string{"dockerCredentials"},
	Check:  func(c *Call) []Failure { return between(c.Props, "expirySeconds", 0, doForever) },
	Create: func(c *Call) (string, error) {
		registry, err := c.Find(doRegistryType, props.Str(c.Props, "registryName"), "404 not_found")
		if err != nil {
			return "", err
		}
		return registry.ID, doDockerFile(c)
	},
	Update: doDockerFile,
}

func doDockerFile(c *Call) error {
	seconds, _ := props.Int(c.Props, "expirySeconds")
	token := "dop_v1_" + randomHex(64)
	b, err := json.Marshal(map[string]any{"auths": map[string]any{doRegistryHost: map[string]any{
		"auth": base64.StdEncoding.EncodeToString([]byte(token + ":" + token)),
	}}})
	if err != nil {
		return c.Errorf("%v", err)
	}
	c.Props["dockerCredentials"] = string(b)
	c.Props["credentialExpirationTime"] = c.Now().Add(time.Duration(seconds) * time.Second).Format(time.RFC3339)
	return nil
}
