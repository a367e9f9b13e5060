package clouds

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpSecretType        = "gcp:secretmanager/secret:Secret"
	gcpSecretVersionType = "gcp:secretmanager/secretVersion:SecretVersion"
)

var gcpSecretID = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`)

var gcpSecret = &Type{
	Token: gcpSecretType, Noun: "secret", Untagged: true,
	Does:             "refuses a key that Secret Manager may not use; its versions go with it",
	Required:         []string{"secretId", "replication"},
	Immutable:        []string{"secretId", "project", "replication.userManaged.replicas.location"},
	OptionalComputed: []string{"project", "expireTime"},
	Computed:         []string{"createTime", "name", "effectiveAnnotations"},
	Secret:           gcpLabelOutputs,
	Maps:             []string{"annotations", "versionAliases"},
	WriteOnly:        []string{"ttl"},
	Check: func(c *Call) []Failure {
		o := c.Props
		f := append(gcpCheckLabels(o, "labels"), exactlyOne(o, "replication.auto", "replication.userManaged")...)
		if gcpAutomatic(o) { // an empty object is how a program asks for it
			f = gcpCheckLabels(o, "labels")
		}
		f = append(f, atMostOne(o, "expireTime", "ttl")...)
		if id := props.Str(o, "secretId"); id != "" && !gcpSecretID.MatchString(id) {
			f = append(f, Failure{"secretId", fmt.Sprintf("%q is no name for a secret: letters, digits, _ and -", id)})
		}
		if props.Get(o, "rotation") != nil && len(props.List(o, "topics")) == 0 && !props.IsUnknown(o["topics"]) {
			f = append(f, Failure{"rotation", "rotation needs topics: Secret Manager only sends a message when it is time"})
		}
		if props.Get(o, "rotation.nextRotationTime") != nil && props.Get(o, "rotation.rotationPeriod") == nil {
			f = append(f, Failure{"rotation.rotationPeriod", "nextRotationTime needs rotationPeriod"})
		}
		// cloud.google.com/secret-manager/docs/secret-rotation: at least an hour, at most 100 years.
		return append(f, gcpCheckSeconds(o, "rotation.rotationPeriod", 3600, 3153600000)...)
	},
	Replaced: func(old, in props.Object) []string {
		if gcpAutomatic(old) != gcpAutomatic(in) {
			return []string{"replication"}
		}
		return nil
	},
	Known: gcpLabelled(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/secrets/%s", "project", "secretId")
		if err != nil {
			return "", err
		}
		// The API answers with the number of the project.
		c.Props["name"] = fmt.Sprintf("projects/%s/secrets/%s", gcpProjectNumber(props.Str(c.Props, "project")), props.Str(c.Props, "secretId"))
		c.Props["createTime"], c.Props["effectiveAnnotations"] = c.Timestamp(), props.Clone(props.Map(c.Props, "annotations"))
		return id, gcpSecretKeys(c)
	},
	Update: gcpSecretKeys,
	Delete: func(c *Call) error {
		versions, err := gcpVersions(c, c.ID)
		if err != nil {
			return err
		}
		for _, v := range versions {
			if err := c.Store.Delete(v.Type, v.ID); err != nil {
				return c.Errorf("%v", err)
			}
		}
		return nil
	},
}

// gcpAutomatic says whether Google chooses where the secret is.
func gcpAutomatic(o props.Object) bool {
	r := props.Map(o, "replication")
	_, auto := r["auto"]
	_, managed := r["userManaged"]
	return auto && !managed
}

// gcpSecretKeys checks the keys. cloud.google.com/secret-manager/docs/cmek: an automatic replication takes a global key.
func gcpSecretKeys(c *Call) error {
	const service = "secretmanager.googleapis.com"
	if err := gcpKeyUsable(c, props.Str(c.Props, "replication.auto.customerManagedEncryption.kmsKeyName"), service, "global"); err != nil {
		return err
	}
	for _, r := range props.Objects(c.Props, "replication.userManaged.replicas") {
		if err := gcpKeyUsable(c, props.Str(r, "customerManagedEncryption.kmsKeyName"), service, props.Str(r, "location")); err != nil {
			return err
		}
	}
	return nil
}

func gcpVersions(c *Call, secret string) ([]*store.Object, error) {
	return c.Others(gcpSecretVersionType, func(o *store.Object) bool { return props.Str(o.Properties, "secret") == secret })
}

var gcpSecretVersion = &Type{
	Token: gcpSecretVersionType, Noun: "version of a secret", Untagged: true,
	Does:      "is numbered within its secret",
	Required:  []string{"secret", "secretData"},
	Immutable: []string{"secret", "secretData", "isSecretDataBase64"},
	Defaults:  props.Object{"enabled": true, "deletionPolicy": "DELETE", "isSecretDataBase64": false},
	Computed:  []string{"createTime", "destroyTime", "name", "version"},
	Secret:    []string{"secretData"},
	WriteOnly: []string{"deletionPolicy"},
	Check: func(c *Call) []Failure {
		f := oneOf(c.Props, "deletionPolicy", "DELETE", "DISABLE", "ABANDON")
		// cloud.google.com/secret-manager/quotas
		if most := 64 << 10; len(props.Str(c.Props, "secretData")) > most {
			f = append(f, Failure{"secretData", fmt.Sprintf("a secret holds at most %d bytes", most)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		secret, err := c.Find(gcpSecretType, props.Str(c.Props, "secret"), "notFound")
		if err != nil {
			return "", err
		}
		all, err := c.Others(gcpSecretVersionType, func(o *store.Object) bool {
			return strings.HasPrefix(o.ID, props.Str(secret.Properties, "name")+"/")
		})
		if err != nil {
			return "", err
		}
		last := 0
		for _, v := range all {
			if n, err := strconv.Atoi(props.Str(v.Properties, "version")); err == nil {
				last = max(last, n)
			}
		}
		version := strconv.Itoa(last + 1)
		id := props.Str(secret.Properties, "name") + "/versions/" + version
		c.Props["name"], c.Props["version"], c.Props["createTime"], c.Props["destroyTime"] = id, version, c.Timestamp(), ""
		return id, nil
	},
}
