package clouds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const gcpIAMMemberType = "gcp:projects/iAMMember:IAMMember"

// gcpRole is the form of a role's name: predefined ones, and those of a project or organization.
var gcpRole = regexp.MustCompile(`^(roles/[A-Za-z0-9._]+|(projects|organizations)/[^/]+/roles/[A-Za-z0-9_.]+)$`)

// gcpMember is the type of the members that one kind of resource has. on is the input that names the
// resource, place those that the provider fills in, and resource finds it and gives the first part of the id.
func gcpMember(token, noun, on string, place []string, resource func(c *Call) (string, error)) *Type {
	return &Type{
		Token: token, Noun: noun, Untagged: true,
		Does:             "refuses what it is a member of, service accounts of the project and custom roles that do not exist; grants nothing, because the sandbox has no IAM",
		Required:         []string{on, "role", "member"},
		Immutable:        append([]string{on, "role", "member", "condition"}, place...),
		OptionalComputed: place,
		Computed:         []string{"etag"},
		Check:            gcpCheckMember,
		Known: func(c *Call) {
			if len(place) > 0 {
				gcpPlace(false)(c)
			}
		},
		Create: func(c *Call) (string, error) {
			first, err := resource(c)
			if err != nil {
				return "", err
			}
			if err := gcpMemberExists(c, first); err != nil {
				return "", err
			}
			c.Props["etag"] = "Bw" + hashedName(10, alphanumeric, first, c.Name)
			id := fmt.Sprintf("%s/%s/%s", first, props.Str(c.Props, "role"), props.Str(c.Props, "member"))
			if t := props.Str(c.Props, "condition.title"); t != "" {
				id += "/" + t
			}
			return id, gcpFree(c, id)
		},
	}
}

func gcpCheckMember(c *Call) []Failure {
	var f []Failure
	if m := props.Str(c.Props, "member"); m != "" && m != "allUsers" && m != "allAuthenticatedUsers" && !strings.Contains(m, ":") {
		f = append(f, Failure{"member", fmt.Sprintf("%q needs its kind in front: user:, group:, domain:, serviceAccount:, principal: or principalSet:", m)})
	}
	r := props.Str(c.Props, "role")
	if r != "" && !gcpRole.MatchString(r) {
		f = append(f, Failure{"role", fmt.Sprintf("%q is no role: use roles/… or projects/…/roles/…", r)})
	}
	if props.Map(c.Props, "condition") == nil {
		return f
	}
	for _, k := range []string{"title", "expression"} {
		if props.Get(c.Props, "condition."+k) == nil {
			f = append(f, Failure{"condition." + k, "a condition needs title and expression"})
		}
	}
	// cloud.google.com/iam/docs/conditions-overview: not with the basic roles.
	if slices.Contains([]string{"roles/owner", "roles/editor", "roles/viewer"}, r) {
		f = append(f, Failure{"condition", "the basic role " + r + " takes no condition: use a predefined or a custom role"})
	}
	return f
}

// gcpMemberExists refuses members and roles of the sandbox's projects that were never made.
func gcpMemberExists(c *Call, resource string) error {
	member, project := props.Str(c.Props, "member"), props.StrOr(c.Props, "project", gcpPart(resource, "projects"))
	if project == "" {
		project = c.Project
	}
	pool := project + ".svc.id.goog"
	if strings.Contains(member, pool) { // PROJECT.svc.id.goog[NAMESPACE/NAME], or a principal of that pool
		if err := gcpPoolOfIdentities(c, pool); err != nil {
			return err
		}
	} else if email, ok := strings.CutPrefix(member, "serviceAccount:"); ok {
		if err := gcpAccountExists(c, email, project); err != nil {
			return err
		}
	}
	role := props.Str(c.Props, "role")
	if strings.HasPrefix(role, "projects/"+project+"/") {
		if _, err := c.Find(gcpCustomRoleType, role, "notFound"); err != nil {
			return err
		}
	}
	return nil
}

// gcpPoolOfIdentities refuses a member of the project's workload identity pool as long as there is none: the
// first cluster with workloadIdentityConfig brings it. cloud.google.com/kubernetes-engine/docs/how-to/workload-identity.
func gcpPoolOfIdentities(c *Call, pool string) error {
	found, err := c.Others(gcpClusterType, func(o *store.Object) bool {
		return props.Str(o.Properties, "workloadIdentityConfig.workloadPool") == pool
	})
	if err != nil || len(found) > 0 {
		return err
	}
	return c.Errorf("badRequest: Identity Pool does not exist (%s): it comes with the first cluster that has workloadIdentityConfig; make the member after the cluster", pool)
}

var gcpIAMMember = gcpMember(gcpIAMMemberType, "IAM member of a project", "project", nil, func(c *Call) (string, error) {
	if m := props.Str(c.Props, "member"); m == "allUsers" || m == "allAuthenticatedUsers" {
		return "", c.Errorf("badRequest: %s cannot be a member of a project", m) // cloud.google.com/iam/docs/principals-overview
	}
	return props.Str(c.Props, "project"), nil
})

var gcpAccountMember = gcpMember("gcp:serviceaccount/iAMMember:IAMMember", "IAM member of a service account", "serviceAccountId", nil, func(c *Call) (string, error) {
	account, err := c.Find(gcpServiceAccountType, props.Str(c.Props, "serviceAccountId"), "notFound")
	if err != nil {
		return "", err
	}
	return account.ID, nil
})

var gcpKeyMember = gcpMember(gcpKeyMemberType, "IAM member of a key", "cryptoKeyId", nil, func(c *Call) (string, error) {
	key, err := c.Find(gcpKeyType, props.Str(c.Props, "cryptoKeyId"), "notFound")
	if err != nil {
		return "", err
	}
	return key.ID, nil
})

var gcpBucketMember = gcpMember("gcp:storage/bucketIAMMember:BucketIAMMember", "IAM member of a bucket", "bucket", nil, func(c *Call) (string, error) {
	name := strings.TrimPrefix(props.Str(c.Props, "bucket"), "b/")
	bucket, err := c.Find(gcpBucketType, name, "notFound")
	if err != nil {
		return "", err
	}
	member := props.Str(c.Props, "member")
	switch {
	case strings.HasPrefix(member, "all") && props.Str(bucket.Properties, "publicAccessPrevention") == "enforced":
		return "", c.Errorf("conditionNotMet: %s cannot be a member: public access prevention is enforced on the bucket %s", member, name)
	case props.Map(c.Props, "condition") != nil && !props.Bool(bucket.Properties, "uniformBucketLevelAccess"):
		return "", c.Errorf("conditionNotMet: a condition needs uniformBucketLevelAccess on the bucket %s", name)
	}
	return "b/" + name, nil
})

var gcpZoneMember = gcpMember("gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember", "IAM member of a DNS zone", "managedZone", []string{"project"}, func(c *Call) (string, error) {
	return gcpNamed(c, gcpZoneType, "projects/%s/managedZones/%s", "project", "managedZone")
})

var gcpRepositoryMember = gcpMember("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", "IAM member of a repository", "repository", []string{"project", "location"}, func(c *Call) (string, error) {
	setDefaults(c.Props, props.Object{"location": firstOf(c.Props["location"], gcpPart(props.Str(c.Props, "repository"), "locations"), c.Region)})
	return gcpNamed(c, gcpRepositoryType, "projects/%s/locations/%s/repositories/%s", "project", "location", "repository")
})

var gcpSecretMember = gcpMember("gcp:secretmanager/secretIamMember:SecretIamMember", "IAM member of a secret", "secretId", []string{"project"}, func(c *Call) (string, error) {
	return gcpNamed(c, gcpSecretType, "projects/%s/secrets/%s", "project", "secretId")
})

// gcpNamed finds a resource whose last key may be its name or its whole id.
func gcpNamed(c *Call, typ, format string, keys ...string) (string, error) {
	if err := gcpPlaced(c, false); err != nil {
		return "", err
	}
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = gcpLast(props.Str(c.Props, k))
	}
	o, err := c.Find(typ, fmt.Sprintf(format, values...), "notFound")
	if err != nil {
		return "", err
	}
	return o.ID, nil
}
