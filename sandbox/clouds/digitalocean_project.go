package clouds

import (
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const doProjectType = "digitalocean:index/project:Project"

var doProject = &Type{
	Token: doProjectType, Noun: "project",
	Does:             "refuses a name in use, and resources that do not exist",
	Autoname:         &Autoname{Property: "name", MaxLength: 175},
	Defaults:         props.Object{"description": "", "purpose": "Web Application", "isDefault": false},
	OptionalComputed: []string{"resources"},
	Computed:         []string{"createdAt", "ownerId", "ownerUuid", "updatedAt"},
	ComputedByUpdate: []string{"updatedAt"},
	Sets:             []string{"resources"},
	Check: func(c *Call) []Failure {
		if e := strings.ToLower(props.Str(c.Props, "environment")); e != "" {
			return oneOf(props.Object{"environment": e}, "environment", "development", "staging", "production")
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		same, err := c.Others(doProjectType, func(o *store.Object) bool { return props.Str(o.Properties, "name") == name })
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("409 conflict: there is a project with the name %q", name)
		}
		setDefaults(c.Props, props.Object{"resources": []any{}})
		c.Props["createdAt"], c.Props["updatedAt"], c.Props["ownerId"], c.Props["ownerUuid"] = c.Timestamp(), c.Timestamp(), 258992, uuidFrom("owner")
		return uuid(), doResources(c)
	},
	Update: func(c *Call) error {
		c.Props["updatedAt"] = c.Timestamp()
		return doResources(c)
	},
}

var doProjectResources = &Type{
	Token: "digitalocean:index/projectResources:ProjectResources", Noun: "assignment to a project",
	Does:      "refuses a project and resources that do not exist; its id ends at random, the provider's is the project's",
	Required:  []string{"project", "resources"},
	Immutable: []string{"project"},
	Sets:      []string{"resources"},
	Create: func(c *Call) (string, error) {
		p, err := c.Find(doProjectType, props.Str(c.Props, "project"), "404 not_found")
		if err != nil {
			return "", err
		}
		// A project may have several; the provider gives all of them the project's id, and the store keeps one object for an id.
		return p.ID + "-" + randomHex(8), doResources(c)
	},
	Update: doResources,
}

// doResources refuses URNs of clusters, buckets and domains that do not exist, and texts that are no URN.
func doResources(c *Call) error {
	for _, urn := range props.StrList(c.Props, "resources") {
		parts := strings.SplitN(urn, ":", 3)
		if len(parts) != 3 || parts[0] != "do" {
			return c.Errorf("400 bad_request: %q is no URN such as do:kubernetes:…", urn)
		}
		if parts[1] != "space" && parts[1] != "kubernetes" && parts[1] != "domain" {
			continue
		}
		ok, err := doKnown(c, urn)
		if err != nil {
			return err
		}
		if !ok {
			return c.Errorf("404 not_found: there is no resource %s", urn)
		}
	}
	return nil
}
