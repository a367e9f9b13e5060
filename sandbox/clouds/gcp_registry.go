package clouds

import (
	"fmt"
	"regexp"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpRepositoryType = "gcp:artifactregistry/repository:Repository"

var (
	gcpRepositoryID = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$`)
	gcpAge          = regexp.MustCompile(`^\d+[smhd]$`)
)

// gcpRepository has no setting for vulnerability scanning: this version of the provider lacks it, and Google scans
// images on push when the API containerscanning.googleapis.com is enabled.
var gcpRepository = &Type{
	Token: gcpRepositoryType, Noun: "repository", Untagged: true,
	Does:      "refuses a name in use, clean-up policies that contradict themselves, and a key that Artifact Registry may not use; holds no images",
	Required:  []string{"format", "repositoryId"},
	Immutable: []string{"repositoryId", "format", "location", "project", "kmsKeyName", "mode", "mavenConfig.allowSnapshotOverwrites", "mavenConfig.versionPolicy", "remoteRepositoryConfig"},
	Defaults: props.Object{
		"mode": "STANDARD_REPOSITORY", "mavenConfig.versionPolicy": "VERSION_POLICY_UNSPECIFIED",
	},
	OptionalComputed: []string{"location", "project"},
	Computed:         []string{"createTime", "name", "updateTime"},
	ComputedByUpdate: []string{"updateTime"},
	Secret:           gcpLabelOutputs,
	Sets:             []string{"cleanupPolicies"},
	Check: func(c *Call) []Failure {
		o := c.Props
		f := append(gcpCheckLabels(o, "labels"), oneOf(o, "format", "DOCKER", "MAVEN", "NPM", "PYTHON", "APT", "YUM", "GO", "KFP", "GENERIC")...)
		f = append(f, oneOf(o, "mode", "STANDARD_REPOSITORY", "VIRTUAL_REPOSITORY", "REMOTE_REPOSITORY")...)
		f = append(f, atMostOne(o, "remoteRepositoryConfig", "virtualRepositoryConfig")...)
		if id := props.Str(o, "repositoryId"); id != "" && !gcpRepositoryID.MatchString(id) {
			f = append(f, Failure{"repositoryId", fmt.Sprintf("%q is no name for a repository: lower-case letters, digits and hyphens, a letter first, 63 characters at most", id)})
		}
		if v := props.Str(o, "format"); v != "" && v != "DOCKER" && props.Get(o, "dockerConfig") != nil {
			f = append(f, Failure{"dockerConfig", "dockerConfig goes with the format DOCKER, not with " + v})
		}
		if l := props.Str(o, "location"); l != "" && gcpZones[l] == "" && gcpZones[gcpRegionOf(l)] != "" {
			f = append(f, Failure{"location", l + " is a zone: a repository is in a region, or in us, europe or asia"})
		}
		return append(f, gcpCheckCleanup(o)...)
	},
	Known: func(c *Call) {
		gcpLabelled(false)(c)
		setDefaults(c.Props, props.Object{"location": firstOf(c.Props["location"], c.Region)})
	},
	Create: func(c *Call) (string, error) {
		if props.Str(c.Props, "location") == "" {
			return "", c.Errorf("location: required field is not set: set location on the repository, or region on the provider")
		}
		id, err := gcpMake(c, "projects/%s/locations/%s/repositories/%s", "project", "location", "repositoryId")
		if err != nil {
			return "", err
		}
		c.Props["name"], c.Props["createTime"], c.Props["updateTime"] = gcpLast(id), c.Timestamp(), c.Timestamp()
		return id, gcpKeyUsable(c, props.Str(c.Props, "kmsKeyName"), "artifactregistry.googleapis.com", props.Str(c.Props, "location"))
	},
	Update: func(c *Call) error { c.Props["updateTime"] = c.Timestamp(); return nil },
}

// gcpCheckCleanup follows cloud.google.com/artifact-registry/docs/repositories/cleanup-policy.
func gcpCheckCleanup(o props.Object) []Failure {
	var f []Failure
	seen := map[string]bool{}
	for i := range props.List(o, "cleanupPolicies") {
		at := props.Index("cleanupPolicies", i)
		id, action := props.Str(o, at+".id"), props.Str(o, at+".action")
		if id != "" && seen[id] {
			f = append(f, Failure{at + ".id", fmt.Sprintf("two policies have the id %q", id)})
		}
		seen[id] = true
		f = append(f, oneOf(o, at+".action", "DELETE", "KEEP")...)
		f = append(f, oneOf(o, at+".condition.tagState", "TAGGED", "UNTAGGED", "ANY")...)
		f = append(f, exactlyOne(o, at+".condition", at+".mostRecentVersions")...)
		if action == "DELETE" && props.Get(o, at+".mostRecentVersions") != nil {
			f = append(f, Failure{at + ".mostRecentVersions", "mostRecentVersions goes with the action KEEP"})
		}
		for _, k := range []string{".condition.olderThan", ".condition.newerThan"} {
			if s := props.Str(o, at+k); s != "" && !gcpAge.MatchString(s) {
				f = append(f, Failure{at + k, fmt.Sprintf("%q is no age: a number with s, m, h or d, such as 30d", s)})
			}
		}
	}
	return f
}
