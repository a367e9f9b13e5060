package clouds

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsSecretType = "aws:secretsmanager/secret:Secret"
	// awsDeletedSecretType holds the names that deleted secrets keep for a while. It is no type of the provider.
	awsDeletedSecretType = "aws:secretsmanager/secret:ScheduledForDeletion"
)

var awsSecretName = regexp.MustCompile(`^[0-9A-Za-z/_+=.@-]{1,512}$`)

var awsSecret = &Type{
	Token: awsSecretType, Noun: "secret",
	Does:             "refuses a name in use, also that of a deleted secret whose recovery window is not over",
	Autoname:         &Autoname{Property: "name", MaxLength: 512},
	Immutable:        []string{"name", "namePrefix"},
	Defaults:         props.Object{"forceOverwriteReplicaSecret": false, "recoveryWindowInDays": 30},
	OptionalComputed: []string{"namePrefix", "policy", "replicas"},
	Computed:         []string{"arn"},
	Sets:             []string{"replicas"},
	WriteOnly:        []string{"forceOverwriteReplicaSecret", "recoveryWindowInDays"},
	Check: func(c *Call) []Failure {
		f := awsCheckResourcePolicy(c.Props, "policy")
		if n := props.Str(c.Props, "name"); n != "" && !awsSecretName.MatchString(n) {
			f = append(f, Failure{"name", fmt.Sprintf("%q must have 1 to 512 letters, digits and characters of /_+=.@-", n)})
		}
		if n, ok := props.Int(c.Props, "recoveryWindowInDays"); ok && n != 0 && (n < 7 || n > 30) {
			f = append(f, Failure{"recoveryWindowInDays", fmt.Sprintf("%d is neither 0 nor between 7 and 30", n)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		same, err := awsHere(c.Env, awsSecretType, func(o *store.Object) bool { return props.Str(o.Properties, "name") == name })
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("ResourceExistsException: the operation failed because the secret %s already exists", name)
		}
		if err := awsNameIsFree(c, name); err != nil {
			return "", err
		}
		arn := awsARN(c.Env, "secretsmanager", "secret:"+name+"-"+hashedName(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", randomHex(32)))
		setDefaults(c.Props, props.Object{"policy": "", "replicas": []any{}})
		set(c, "arn", arn)
		return arn, awsKeyExists(c, "InvalidParameterException", "kmsKeyId")
	},
	Update: func(c *Call) error { return awsKeyExists(c, "InvalidParameterException", "kmsKeyId") },
	Delete: func(c *Call) error {
		days := props.IntOr(c.Props, "recoveryWindowInDays", 30)
		if days == 0 {
			return nil
		}
		name := props.Str(c.Props, "name")
		err := c.Store.Put(&store.Object{
			Type: awsDeletedSecretType, ID: c.Region + "/" + name, Region: c.Region, Created: c.Now(),
			Properties: props.Object{"deletionDate": c.Now().AddDate(0, 0, days).Format(time.RFC3339)},
		})
		if err != nil {
			return c.Errorf("%v", err)
		}
		return nil
	},
}

// awsNameIsFree refuses the name of a secret that is deleted and can still be recovered.
func awsNameIsFree(c *Call, name string) error {
	left, err := c.Store.Get(awsDeletedSecretType, c.Region+"/"+name)
	if isNotExist(err) {
		return nil
	}
	if err != nil {
		return c.Errorf("%v", err)
	}
	until, err := time.Parse(time.RFC3339, props.Str(left.Properties, "deletionDate"))
	if err == nil && c.Now().Before(until) {
		return c.Errorf("InvalidRequestException: you can't create this secret because a secret with the name %s is already scheduled for deletion, until %s: "+
			"restore that one, or let the program name its secrets, or set recoveryWindowInDays to 0 before deleting", name, until.Format(time.DateOnly))
	}
	return nil
}

var awsSecretVersion = &Type{
	Token: "aws:secretsmanager/secretVersion:SecretVersion", Noun: "version of a secret", Untagged: true,
	Does:             "keeps the value in a file that only its owner can read",
	Required:         []string{"secretId"},
	Immutable:        []string{"secretBinary", "secretId", "secretString"},
	OptionalComputed: []string{"versionStages"},
	Computed:         []string{"arn", "versionId"},
	Sets:             []string{"versionStages"},
	Secret:           []string{"secretBinary", "secretString"},
	Check: func(c *Call) []Failure {
		f := awsExactlyOne(c.Props, "secretString", "secretBinary")
		if n := len(props.Str(c.Props, "secretString")); n > 65536 { // docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
			f = append(f, Failure{"secretString", fmt.Sprintf("has %d bytes: 65536 at most", n)})
		}
		if b := props.Str(c.Props, "secretBinary"); b != "" {
			if _, err := base64.StdEncoding.DecodeString(b); err != nil {
				f = append(f, Failure{"secretBinary", "is not base64"})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		ref := props.Str(c.Props, "secretId")
		found, err := awsHere(c.Env, awsSecretType, func(o *store.Object) bool { return o.ID == ref || props.Str(o.Properties, "name") == ref })
		if err != nil {
			return "", err
		}
		if len(found) == 0 {
			return "", c.Errorf("ResourceNotFoundException: Secrets Manager can't find the specified secret %s", ref)
		}
		version := uuid()
		setDefaults(c.Props, props.Object{"versionStages": []any{"AWSCURRENT"}})
		set(c, "arn", found[0].ID, "versionId", version)
		return ref + "|" + version, nil
	},
}

var awsSecretPolicy = &Type{
	Token: "aws:secretsmanager/secretPolicy:SecretPolicy", Noun: "policy of a secret", Untagged: true,
	Does:      "with blockPublicPolicy, refuses one that lets everybody in",
	Required:  []string{"secretArn", "policy"},
	Immutable: []string{"secretArn"},
	WriteOnly: []string{"blockPublicPolicy"},
	Check: func(c *Call) []Failure {
		f := awsCheckResourcePolicy(c.Props, "policy")
		if props.Bool(c.Props, "blockPublicPolicy") && awsPublic(props.Str(c.Props, "policy")) {
			f = append(f, Failure{"policy", "PublicPolicyException: the policy lets everybody read the secret"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		arn := props.Str(c.Props, "secretArn")
		if _, err := c.Find(awsSecretType, arn, "ResourceNotFoundException"); err != nil {
			return "", err
		}
		return arn, awsFree(c, arn, "the secret %s has a policy already: two would undo each other", arn)
	},
}
