package clouds

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const gcpServiceAccountType = "gcp:serviceaccount/account:Account"

// gcpAccountID is the form of a service account's id. cloud.google.com/iam/docs/service-accounts-create.
var gcpAccountID = regexp.MustCompile(`^[a-z]([-a-z0-9]{4,28}[a-z0-9])$`)

var gcpServiceAccount = &Type{
	Token: gcpServiceAccountType, Noun: "service account", Untagged: true,
	Does:             "its email is the one that IAM members and node pools are checked against",
	Required:         []string{"accountId"},
	Immutable:        []string{"accountId", "project"},
	Defaults:         props.Object{"disabled": false},
	OptionalComputed: []string{"project"},
	Computed:         []string{"email", "member", "name", "uniqueId"},
	WriteOnly:        []string{"createIgnoreAlreadyExists"},
	Check: func(c *Call) []Failure {
		if id := props.Str(c.Props, "accountId"); id != "" && !gcpAccountID.MatchString(id) {
			return []Failure{{"accountId", fmt.Sprintf("%q must have 6 to 30 lower-case letters, digits and hyphens, a letter first and no hyphen last", id)}}
		}
		return nil
	},
	Known: func(c *Call) {
		gcpPlace(false)(c)
		// The provider knows the email as soon as it knows project and account id.
		project, account := props.Str(c.Props, "project"), props.Str(c.Props, "accountId")
		if project == "" || account == "" {
			c.Props["email"], c.Props["member"] = props.Unknown, props.Unknown
			return
		}
		c.Props["email"] = account + "@" + project + gcpAccountDomain
		c.Props["member"] = "serviceAccount:" + account + "@" + project + gcpAccountDomain
	},
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, false); err != nil {
			return "", err
		}
		id := fmt.Sprintf("projects/%s/serviceAccounts/%s", props.Str(c.Props, "project"), props.Str(c.Props, "email"))
		c.Props["name"], c.Props["uniqueId"] = id, randomDigits(21)
		return id, gcpFree(c, id)
	},
}

const gcpAccountDomain = ".iam.gserviceaccount.com"

// gcpAccountExists refuses a service account of one of the sandbox's projects that was never made.
// Accounts of Google's own and default ones are left alone.
func gcpAccountExists(c *Call, email, project string) error {
	if email == "" || !strings.HasSuffix(email, "@"+project+gcpAccountDomain) {
		return nil
	}
	found, err := c.Others(gcpServiceAccountType, func(o *store.Object) bool { return props.Str(o.Properties, "email") == email })
	if err != nil || len(found) > 0 {
		return err
	}
	return c.Errorf("badRequest: the service account %s does not exist", email)
}
