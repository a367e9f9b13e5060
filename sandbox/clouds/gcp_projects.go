package clouds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpServiceType    = "gcp:projects/service:Service"
	gcpCustomRoleType = "gcp:projects/iAMCustomRole:IAMCustomRole"
)

// gcpServiceName is the form of an API's name: container.googleapis.com.
var gcpServiceName = regexp.MustCompile(`^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$`)

// gcpNeeds are the APIs that others cannot do without.
// Source: cloud.google.com/service-usage/docs/enabled-service.
var gcpNeeds = map[string][]string{"container.googleapis.com": {"compute.googleapis.com"}}

var gcpService = &Type{
	Token: gcpServiceType, Noun: "API of a project", Untagged: true,
	Does:             "refuses to disable an API that another enabled one needs; resources do not ask whether their API is enabled",
	Required:         []string{"service"},
	Immutable:        []string{"service", "project"},
	Defaults:         props.Object{"disableOnDestroy": true, "checkIfServiceHasUsageOnDestroy": false},
	OptionalComputed: []string{"project"},
	WriteOnly:        []string{"disableDependentServices", "disableOnDestroy", "checkIfServiceHasUsageOnDestroy"},
	Check: func(c *Call) []Failure {
		if s := props.Str(c.Props, "service"); s != "" && !gcpServiceName.MatchString(s) {
			return []Failure{{"service", fmt.Sprintf("%q is no name of an API such as container.googleapis.com", s)}}
		}
		return nil
	},
	Known:  gcpPlace(false),
	Create: func(c *Call) (string, error) { return gcpMake(c, "%s/%s", "project", "service") },
	Delete: func(c *Call) error {
		// A Service of the state of an older program may lack the input: the default is to disable.
		if v, ok := c.Props["disableOnDestroy"].(bool); (ok && !v) || props.Bool(c.Props, "disableDependentServices") {
			return nil
		}
		project, service := props.Str(c.Props, "project"), props.Str(c.Props, "service")
		users, err := c.Others(gcpServiceType, func(o *store.Object) bool {
			return props.Str(o.Properties, "project") == project && slices.Contains(gcpNeeds[props.Str(o.Properties, "service")], service)
		})
		if err != nil || len(users) == 0 {
			return err
		}
		return c.Errorf("failedPrecondition: the API %s is needed by %s: set disableOnDestroy to false, or disableDependentServices to true", service, props.Str(users[0].Properties, "service"))
	},
}

var gcpServiceIdentity = &Type{
	Token: "gcp:projects/serviceIdentity:ServiceIdentity", Noun: "service agent", Untagged: true,
	Does:             "gives the email of a service's agent in the project; for a service that the sandbox does not know it is empty",
	Required:         []string{"service"},
	Immutable:        []string{"service", "project"},
	OptionalComputed: []string{"project"},
	Computed:         []string{"email", "member"},
	Known:            gcpPlace(false),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, false); err != nil {
			return "", err
		}
		c.Props["email"], c.Props["member"] = "", ""
		if a := gcpAgent(props.Str(c.Props, "project"), props.Str(c.Props, "service")); a != "" {
			c.Props["email"], c.Props["member"] = a, "serviceAccount:"+a
		}
		// Two programs may ask for the agent of one service: it is there already.
		return fmt.Sprintf("projects/%s/services/%s", props.Str(c.Props, "project"), props.Str(c.Props, "service")), nil
	},
}

// gcpRoleID is the form of a custom role's id: verify.ValidateIAMCustomRoleID.
var gcpRoleID = regexp.MustCompile(`^[a-zA-Z0-9_.]{3,64}$`)

var gcpCustomRole = &Type{
	Token: gcpCustomRoleType, Noun: "custom role", Untagged: true,
	Does:             "refuses permissions that have another form than service.resource.verb",
	Required:         []string{"roleId", "title", "permissions"},
	Immutable:        []string{"roleId", "project"},
	Defaults:         props.Object{"stage": "GA"},
	OptionalComputed: []string{"project"},
	Computed:         []string{"deleted", "name"},
	Sets:             []string{"permissions"},
	Check: func(c *Call) []Failure {
		f := oneOf(c.Props, "stage", "ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP")
		if id := props.Str(c.Props, "roleId"); id != "" && !gcpRoleID.MatchString(id) {
			f = append(f, Failure{"roleId", fmt.Sprintf("%q must have 3 to 64 letters, digits, _ and .: a hyphen is not allowed", id)})
		}
		for i, p := range props.List(c.Props, "permissions") {
			if s, ok := p.(string); ok && !props.IsUnknown(p) && strings.Count(s, ".") < 2 {
				f = append(f, Failure{props.Index("permissions", i), fmt.Sprintf("%q is no permission such as storage.objects.get: a custom role takes no wildcards", s)})
			}
		}
		return f
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/roles/%s", "project", "roleId")
		c.Props["name"], c.Props["deleted"] = id, false
		return id, err
	},
}

var gcpAuditConfig = &Type{
	Token: "gcp:projects/iAMAuditConfig:IAMAuditConfig", Noun: "audit configuration", Untagged: true,
	Does:      "is the only one for its service in the project",
	Required:  []string{"project", "service", "auditLogConfigs"},
	Immutable: []string{"project", "service"},
	Computed:  []string{"etag"},
	Sets:      []string{"auditLogConfigs"},
	Check: func(c *Call) []Failure {
		var f []Failure
		for i := range props.List(c.Props, "auditLogConfigs") {
			f = append(f, oneOf(c.Props, props.Index("auditLogConfigs", i)+".logType", "DATA_READ", "DATA_WRITE", "ADMIN_READ")...)
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		c.Props["etag"] = "Bw" + hashedName(10, alphanumeric, c.Name)
		return gcpMake(c, "%s/audit_config/%s", "project", "service")
	},
}
