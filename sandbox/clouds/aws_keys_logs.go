package clouds

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsKeyType      = "aws:kms/key:Key"
	awsAliasType    = "aws:kms/alias:Alias"
	awsLogGroupType = "aws:cloudwatch/logGroup:LogGroup"
)

var awsKey = &Type{
	Token: awsKeyType, Noun: "KMS key",
	Immutable: []string{"customerMasterKeySpec", "keyUsage", "customKeyStoreId", "multiRegion", "xksKeyId"},
	Defaults: props.Object{
		"customerMasterKeySpec": "SYMMETRIC_DEFAULT", "keyUsage": "ENCRYPT_DECRYPT", "isEnabled": true, "enableKeyRotation": false, "bypassPolicyLockoutSafetyCheck": false,
	},
	OptionalComputed: []string{"description", "multiRegion", "policy", "rotationPeriodInDays"},
	Computed:         []string{"arn", "keyId"},
	WriteOnly:        []string{"deletionWindowInDays", "bypassPolicyLockoutSafetyCheck"},
	Check: func(c *Call) []Failure {
		f := append(awsCheckResourcePolicy(c.Props, "policy"), awsCheckKey(c.Props)...)
		// docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
		if n, ok := props.Int(c.Props, "deletionWindowInDays"); ok && (n < 7 || n > 30) {
			f = append(f, Failure{"deletionWindowInDays", fmt.Sprintf("%d is not between 7 and 30", n)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		id := uuid()
		policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "key-default-1", "Statement": []any{map[string]any{
			"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
			"Principal": map[string]any{"AWS": "arn:aws:iam::" + awsAccount + ":root"},
		}}})
		if err != nil {
			return "", c.Errorf("%v", err)
		}
		setDefaults(c.Props, props.Object{"description": "", "multiRegion": false, "policy": string(policy)})
		if props.Bool(c.Props, "enableKeyRotation") {
			setDefaults(c.Props, props.Object{"rotationPeriodInDays": 365})
		}
		set(c, "keyId", id, "arn", awsARN(c.Env, "kms", "key/"+id))
		return id, nil
	},
}

// awsCheckKey finds a use that the kind of key does not have, and a policy that locks its owner out.
// Sources: docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html, rotate-keys.html and key-policy-default.html.
func awsCheckKey(o props.Object) []Failure {
	var f []Failure
	spec, usage := props.Str(o, "customerMasterKeySpec"), props.Str(o, "keyUsage")
	uses := []string{"ENCRYPT_DECRYPT"}
	switch {
	case strings.HasPrefix(spec, "RSA_"):
		uses = []string{"ENCRYPT_DECRYPT", "SIGN_VERIFY"}
	case strings.HasPrefix(spec, "ECC_"):
		uses = []string{"SIGN_VERIFY", "KEY_AGREEMENT"}
	case strings.HasPrefix(spec, "HMAC_"):
		uses = []string{"GENERATE_VERIFY_MAC"}
	}
	if usage != "" && spec != "" && !slices.Contains(uses, usage) {
		f = append(f, Failure{"keyUsage", fmt.Sprintf("ValidationException: a key of %s is for %s, not %s", spec, strings.Join(uses, " or "), usage)})
	}
	if props.Bool(o, "enableKeyRotation") && spec != "" && spec != "SYMMETRIC_DEFAULT" {
		f = append(f, Failure{"enableKeyRotation", fmt.Sprintf("UnsupportedOperationException: a key of %s cannot be rotated", spec)})
	}
	f = append(f, awsBetween(o, "rotationPeriodInDays", 90, 2560)...)
	policy := props.Str(o, "policy")
	keeps := slices.ContainsFunc(awsStatements(policy), func(s policyStatement) bool {
		return s.Effect == "Allow" && slices.ContainsFunc(awsTexts(s.Action), func(a string) bool {
			return a == "*" || a == "kms:*" || a == "kms:Put*" || a == "kms:PutKeyPolicy"
		})
	})
	if policy != "" && !keeps && !props.Bool(o, "bypassPolicyLockoutSafetyCheck") {
		f = append(f, Failure{"policy", "MalformedPolicyDocumentException: the new key policy will not allow you to update the key policy in the future: allow kms:* to the account"})
	}
	return f
}

var awsAlias = &Type{
	Token: awsAliasType, Noun: "KMS alias", Untagged: true,
	Does:             "refuses a key that does not exist and a name in use",
	Autoname:         &Autoname{Property: "name", Prefix: "alias/", MaxLength: 256},
	Required:         []string{"targetKeyId"},
	Immutable:        []string{"name", "namePrefix"},
	OptionalComputed: []string{"namePrefix"},
	Computed:         []string{"arn", "targetKeyArn"},
	ComputedByUpdate: []string{"targetKeyArn"},
	Check: func(c *Call) []Failure {
		n := props.Str(c.Props, "name")
		switch {
		case n == "":
		case !strings.HasPrefix(n, "alias/"):
			return []Failure{{"name", fmt.Sprintf("%q must begin with alias/", n)}}
		case strings.HasPrefix(n, "alias/aws/"):
			return []Failure{{"name", fmt.Sprintf("%q: names that begin with alias/aws/ are AWS's own", n)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if same, err := awsHere(c.Env, awsAliasType, func(o *store.Object) bool { return o.ID == name }); err != nil || len(same) > 0 {
			if err == nil {
				err = c.Errorf("AlreadyExistsException: an alias with the name %s already exists", awsARN(c.Env, "kms", name))
			}
			return "", err
		}
		set(c, "arn", awsARN(c.Env, "kms", name))
		return name, awsAliasTarget(c)
	},
	Update: awsAliasTarget,
}

func awsAliasTarget(c *Call) error {
	ref := props.Str(c.Props, "targetKeyId")
	id := ref[strings.LastIndex(ref, "/")+1:]
	key, err := awsFind(c, awsKeyType, id, "NotFoundException")
	if err != nil {
		return err
	}
	c.Props["targetKeyArn"] = key.Properties["arn"]
	return nil
}

// awsRetention are the numbers of days that a log group can keep its events; 0 is for ever.
// Source: docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html.
var awsRetention = []int{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

var awsLogGroup = &Type{
	Token: awsLogGroupType, Noun: "log group",
	Does:             "refuses a name in use, also where a cluster that logs made the group before, and KMS keys that CloudWatch Logs may not use",
	Autoname:         &Autoname{Property: "name", MaxLength: 512},
	Immutable:        []string{"name", "namePrefix", "logGroupClass"},
	Defaults:         props.Object{"retentionInDays": 0, "skipDestroy": false},
	OptionalComputed: []string{"logGroupClass", "namePrefix"},
	Computed:         []string{"arn"},
	WriteOnly:        []string{"skipDestroy"},
	Check: func(c *Call) []Failure {
		if n, ok := props.Int(c.Props, "retentionInDays"); ok && !slices.Contains(awsRetention, n) {
			return []Failure{{"retentionInDays", fmt.Sprintf("%d is none of %v", n, awsRetention)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		taken, err := awsHere(c.Env, c.Type.Token, func(o *store.Object) bool { return o.ID == name })
		if err != nil {
			return "", err
		}
		clusters, err := awsHere(c.Env, awsEKSClusterType, func(o *store.Object) bool {
			return name == "/aws/eks/"+o.ID+"/cluster" && len(props.List(o.Properties, "enabledClusterLogTypes")) > 0
		})
		switch {
		case err != nil:
			return "", err
		case len(taken) > 0:
			return "", c.Errorf("ResourceAlreadyExistsException: the log group %s already exists", name)
		case len(clusters) > 0:
			return "", c.Errorf("ResourceAlreadyExistsException: the log group %s already exists: the cluster %s made it, because its logs are on; make the log group before the cluster", name, clusters[0].ID)
		}
		setDefaults(c.Props, props.Object{"logGroupClass": "STANDARD"})
		set(c, "arn", awsARN(c.Env, "logs", "log-group:"+name))
		return name, awsLogKey(c)
	},
	Update: awsLogKey,
}

// awsLogKey refuses a key that CloudWatch Logs may not use: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html.
func awsLogKey(c *Call) error {
	arn := props.Str(c.Props, "kmsKeyId")
	if arn == "" {
		return nil
	}
	key, err := awsKeyOf(c, arn, "InvalidParameterException")
	if err != nil || key == nil {
		return err
	}
	service := "logs." + c.Region + ".amazonaws.com"
	if !awsTrusts(props.Str(key.Properties, "policy"), service) {
		return c.Errorf("AccessDeniedException: the KMS key %s does not exist or is not allowed to be used with the log group: its policy must let %s use it", arn, service)
	}
	return nil
}
