package clouds

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsSigningKeyType = "aws:route53/keySigningKey:KeySigningKey"
	awsZoneDNSSECType = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
)

var awsSigningKeyName = regexp.MustCompile(`^[0-9A-Za-z_.-]{3,128}$`)

// Source of the rules: docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html.
var awsSigningKey = &Type{
	Token: awsSigningKeyType, Noun: "key-signing key", Untagged: true,
	Does: "refuses KMS keys outside us-east-1, of another kind than ECC_NIST_P256 SIGN_VERIFY, or closed to Route 53, and a third key of a zone; " +
		"its records have the form of real ones and verify nothing",
	Autoname: &Autoname{Property: "name", MaxLength: 128},
	Required: []string{"hostedZoneId", "keyManagementServiceArn"},
	// The real provider takes a change of the KMS key for an update and makes none.
	Immutable: []string{"hostedZoneId", "name"},
	Defaults:  props.Object{"status": "ACTIVE"},
	Computed: []string{
		"digestAlgorithmMnemonic", "digestAlgorithmType", "digestValue", "dnskeyRecord", "dsRecord", "flag", "keyTag", "publicKey", "signingAlgorithmMnemonic", "signingAlgorithmType",
	},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "status", "ACTIVE", "INACTIVE")
		if n := props.Str(c.Props, "name"); n != "" && !awsSigningKeyName.MatchString(n) {
			f = append(f, Failure{"name", fmt.Sprintf("%q must have 3 to 128 letters, digits, dots, hyphens and underscores", n)})
		}
		if a := props.Str(c.Props, "keyManagementServiceArn"); a != "" && !strings.HasPrefix(a, "arn:aws:kms:us-east-1:") {
			f = append(f, Failure{"keyManagementServiceArn", fmt.Sprintf("InvalidKMSArn: %s: the key must be in us-east-1", a)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		zone, name := props.Str(c.Props, "hostedZoneId"), props.Str(c.Props, "name")
		if _, err := c.Find(awsZoneType, zone, "NoSuchHostedZone"); err != nil {
			return "", err
		}
		if err := awsCanSign(c); err != nil {
			return "", err
		}
		keys, err := awsSigningKeys(c, zone)
		if err != nil {
			return "", err
		}
		if len(keys) >= 2 {
			return "", c.Errorf("TooManyKeySigningKeys: the zone %s has two key-signing keys already", zone)
		}
		id := zone + "," + name
		digest, public := awsDigits(id, "digest", 32), awsDigits(id, "public", 64)
		tag := int(hashed(id) % 65536)
		pub := base64.StdEncoding.EncodeToString(public)
		hash := strings.ToUpper(hex.EncodeToString(digest))
		// 257: a key that signs keys; 13: ECDSA P-256 with SHA-256; 2: SHA-256. Sources: RFC 4034, RFC 6605, RFC 4509.
		set(c, "flag", 257, "signingAlgorithmType", 13, "signingAlgorithmMnemonic", "ECDSAP256SHA256", "digestAlgorithmType", 2, "digestAlgorithmMnemonic", "SHA-256",
			"keyTag", tag, "digestValue", hash, "publicKey", pub, "dnskeyRecord", "257 3 13 "+pub, "dsRecord", fmt.Sprintf("%d 13 2 %s", tag, hash))
		return id, awsFree(c, id, "KeySigningKeyAlreadyExists: the zone %s has a key-signing key %s already", zone, name)
	},
	Update: func(c *Call) error {
		if !props.Equal(c.Old["keyManagementServiceArn"], c.Props["keyManagementServiceArn"]) {
			return c.Errorf("the KMS key of the key-signing key %s cannot be changed, and the real provider says nothing and changes nothing: make a second key-signing key", c.ID)
		}
		if props.Str(c.Props, "status") == "INACTIVE" {
			return awsSigningKeyUnused(c)
		}
		return nil
	},
	Delete: awsSigningKeyUnused,
}

// awsDigits are n bytes that are always the same for a key.
func awsDigits(id, what string, n int) []byte {
	b := make([]byte, 0, n)
	for i := 0; len(b) < n; i++ {
		b = append(b, byte(hashed(id, what, i)%256))
	}
	return b
}

func awsCanSign(c *Call) error {
	arn := props.Str(c.Props, "keyManagementServiceArn")
	key, err := awsKeyOf(c, arn, "InvalidKMSArn")
	if err != nil || key == nil {
		return err
	}
	spec, usage := props.Str(key.Properties, "customerMasterKeySpec"), props.Str(key.Properties, "keyUsage")
	switch {
	case spec != "ECC_NIST_P256" || usage != "SIGN_VERIFY":
		return c.Errorf("InvalidKMSArn: the key %s is %s for %s: it must be ECC_NIST_P256 for SIGN_VERIFY", arn, spec, usage)
	case !awsTrusts(props.Str(key.Properties, "policy"), "dnssec-route53.amazonaws.com"):
		return c.Errorf("InvalidKMSArn: the policy of the key %s does not let dnssec-route53.amazonaws.com use it", arn)
	}
	return nil
}

func awsSigningKeys(c *Call, zone string) ([]*store.Object, error) {
	return c.Others(awsSigningKeyType, func(o *store.Object) bool { return props.Str(o.Properties, "hostedZoneId") == zone && o.ID != c.ID })
}

// awsSigns says whether a zone has an active key-signing key, besides the one of the call.
func awsSigns(c *Call, zone string) (bool, error) {
	keys, err := awsSigningKeys(c, zone)
	return slices.ContainsFunc(keys, func(k *store.Object) bool { return props.Str(k.Properties, "status") == "ACTIVE" }), err
}

// awsSigningKeyUnused refuses to take away the last active key of a zone that is signed.
func awsSigningKeyUnused(c *Call) error {
	zone := props.Str(c.Props, "hostedZoneId")
	signed, err := c.Store.Get(awsZoneDNSSECType, zone)
	if err != nil || props.Str(signed.Properties, "signingStatus") != "SIGNING" {
		return nil //nolint:nilerr // without DNSSEC no key is needed
	}
	if signs, err := awsSigns(c, zone); signs || err != nil {
		return err
	}
	return c.Errorf("KeySigningKeyInUse: %s is the only active key-signing key of the zone %s, which is signed: turn signing off first", c.ID, zone)
}

var awsZoneDNSSEC = &Type{
	Token: awsZoneDNSSECType, Noun: "DNSSEC of a hosted zone", Untagged: true,
	Does:      "refuses a zone without an active key-signing key; the zone above knows nothing of it",
	Required:  []string{"hostedZoneId"},
	Immutable: []string{"hostedZoneId"},
	Defaults:  props.Object{"signingStatus": "SIGNING"},
	Check:     func(c *Call) []Failure { return awsOneOf(c.Props, "signingStatus", "SIGNING", "NOT_SIGNING") },
	Create: func(c *Call) (string, error) {
		zone := props.Str(c.Props, "hostedZoneId")
		if _, err := c.Find(awsZoneType, zone, "NoSuchHostedZone"); err != nil {
			return "", err
		}
		return zone, awsCanBeSigned(c)
	},
	Update: awsCanBeSigned,
}

func awsCanBeSigned(c *Call) error {
	zone := props.Str(c.Props, "hostedZoneId")
	if props.Str(c.Props, "signingStatus") != "SIGNING" {
		return nil
	}
	if signs, err := awsSigns(c, zone); signs || err != nil {
		return err
	}
	return c.Errorf("KeySigningKeyWithActiveStatusNotFound: the zone %s has no active key-signing key", zone)
}
