package clouds

import (
	"regexp"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpKeyRingType   = "gcp:kms/keyRing:KeyRing"
	gcpKeyType       = "gcp:kms/cryptoKey:CryptoKey"
	gcpKeyMemberType = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
	// gcpKeptType holds what a destroy forgets and Google keeps.
	gcpKeptType = "gcp:kms/kept:Kept"
)

// gcpKMSName is the form of the names of rings and keys. cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create.
var gcpKMSName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,63}$`)

func gcpCheckKMSName(o props.Object) []Failure {
	if n := props.Str(o, "name"); n != "" && !gcpKMSName.MatchString(n) {
		return []Failure{{"name", "a name of Cloud KMS has 1 to 63 letters, digits, _ and -"}}
	}
	return nil
}

// gcpNotKept refuses the name of a ring or key that was destroyed.
//
// The real provider only forgets both: resourceKMSKeyRingDelete, resourceKMSCryptoKeyDelete. Google keeps them for ever.
func gcpNotKept(c *Call, id string) error {
	if _, err := c.Store.Get(gcpKeptType, id); err == nil {
		return c.Errorf("alreadyExists: %s: Google never deletes a %s, so a destroyed one keeps its name: take another name (to play on, delete %s)", id, c.Type.Noun, c.Store.Path(gcpKeptType, id))
	} else if !isNotExist(err) {
		return c.Errorf("%v", err)
	}
	return nil
}

func gcpKeep(c *Call) error {
	err := c.Store.Put(&store.Object{Type: gcpKeptType, ID: c.ID, URN: c.URN, Created: c.Now(), Properties: props.Object{"name": c.Props["name"]}})
	if err != nil {
		return c.Errorf("%v", err)
	}
	return nil
}

var gcpKeyRing = &Type{
	Token: gcpKeyRingType, Noun: "key ring", Untagged: true,
	Does:             "is never deleted: a destroy forgets it, and its name stays taken",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Required:         []string{"location"},
	Immutable:        []string{"name", "location", "project"},
	OptionalComputed: []string{"project"},
	Check: func(c *Call) []Failure {
		f := gcpCheckKMSName(c.Props)
		if l := props.Str(c.Props, "location"); l != "" && gcpZones[l] == "" && gcpZones[gcpRegionOf(l)] != "" {
			f = append(f, Failure{"location", l + " is a zone: a key ring is in a region, in a multi-region such as europe, or global"})
		}
		return f
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/locations/%s/keyRings/%s", "project", "location", "name")
		if err != nil {
			return "", err
		}
		return id, gcpNotKept(c, id)
	},
	Delete: gcpKeep,
}

var gcpKey = &Type{
	Token: gcpKeyType, Noun: "key", Untagged: true,
	Does:      "refuses a key ring that does not exist; a destroy destroys its versions, forgets the key, and its name stays taken",
	Autoname:  &Autoname{Property: "name", MaxLength: 255},
	Required:  []string{"keyRing"},
	Immutable: []string{"name", "keyRing", "purpose", "destroyScheduledDuration", "importOnly", "cryptoKeyBackend", "skipInitialVersionCreation", "versionTemplate.protectionLevel"},
	Defaults:  props.Object{"purpose": "ENCRYPT_DECRYPT", "versionTemplate.protectionLevel": "SOFTWARE"},
	OptionalComputed: []string{
		"cryptoKeyBackend", "destroyScheduledDuration", "importOnly", "keyAccessJustificationsPolicy", "versionTemplate",
	},
	Computed: []string{"primaries"},
	Secret:   gcpLabelOutputs,
	Check: func(c *Call) []Failure {
		const day, century = 86400, 100 * 365 * 86400
		f := append(gcpCheckKMSName(c.Props), gcpCheckLabels(c.Props, "labels")...)
		f = append(f, oneOf(c.Props, "purpose", "ENCRYPT_DECRYPT", "ASYMMETRIC_SIGN", "ASYMMETRIC_DECRYPT", "MAC", "RAW_ENCRYPT_DECRYPT")...)
		f = append(f, oneOf(c.Props, "versionTemplate.protectionLevel", "SOFTWARE", "HSM", "EXTERNAL", "EXTERNAL_VPC")...)
		// cloud.google.com/kms/docs/key-rotation and …/docs/destroy-restore.
		f = append(f, gcpCheckSeconds(c.Props, "rotationPeriod", day, century)...)
		f = append(f, gcpCheckSeconds(c.Props, "destroyScheduledDuration", day, 120*day)...)
		if p := props.Str(c.Props, "purpose"); p != "" && p != "ENCRYPT_DECRYPT" && props.Str(c.Props, "rotationPeriod") != "" {
			f = append(f, Failure{"rotationPeriod", "only a key with the purpose ENCRYPT_DECRYPT rotates by itself, not one for " + p})
		}
		return f
	},
	Known: func(c *Call) {
		gcpLabelled(false)(c)
		delete(c.Props, "project") // a key has none of its own
	},
	Create: func(c *Call) (string, error) {
		ring, err := c.Find(gcpKeyRingType, props.Str(c.Props, "keyRing"), "notFound")
		if err != nil {
			return "", err
		}
		id := ring.ID + "/cryptoKeys/" + props.Str(c.Props, "name")
		if err := gcpNotKept(c, id); err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{
			"destroyScheduledDuration": "2592000s", "importOnly": false, "cryptoKeyBackend": "",
			"versionTemplate": props.Object{"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protectionLevel": "SOFTWARE"},
		})
		c.Props["primaries"] = []any{props.Object{"name": id + "/cryptoKeyVersions/1", "state": "ENABLED"}}
		return id, gcpFree(c, id)
	},
	Delete: gcpKeep,
}
