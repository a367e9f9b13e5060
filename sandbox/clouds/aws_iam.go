package clouds

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const (
	awsRoleType                 = "aws:iam/role:Role"
	awsRolePolicyType           = "aws:iam/rolePolicy:RolePolicy"
	awsRolePolicyAttachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
	awsInstanceProfileType      = "aws:iam/instanceProfile:InstanceProfile"
	awsOIDCProviderType         = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
)

// awsIAMID is an id of IAM's: a prefix for the kind and 17 more letters and digits.
// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html.
func awsIAMID(prefix string) string {
	return prefix + hashedName(17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", randomHex(32))
}

// awsCheckPolicy finds a policy that is not JSON with statements.
func awsCheckPolicy(o props.Object, path string) []Failure {
	s := props.Str(o, path)
	if s == "" {
		return nil
	}
	var doc struct{ Statement any }
	if err := json.Unmarshal([]byte(s), &doc); err != nil {
		return []Failure{{path, fmt.Sprintf("MalformedPolicyDocument: the policy is not valid JSON: %v", err)}}
	}
	if doc.Statement == nil {
		return []Failure{{path, "MalformedPolicyDocument: the policy has no Statement"}}
	}
	return nil
}

var awsRole = &Type{
	Token: awsRoleType, Noun: "role",
	Does:             "refuses policies that do not exist; cannot be deleted with policies attached, or while an instance profile has it",
	Autoname:         &Autoname{Property: "name", MaxLength: 64},
	Required:         []string{"assumeRolePolicy"},
	Immutable:        []string{"name", "namePrefix", "path"},
	Defaults:         props.Object{"maxSessionDuration": 3600, "path": "/", "forceDetachPolicies": false},
	OptionalComputed: []string{"namePrefix", "managedPolicyArns", "inlinePolicies"},
	Computed:         []string{"arn", "createDate", "uniqueId"},
	Sets:             []string{"managedPolicyArns", "inlinePolicies"},
	WriteOnly:        []string{"forceDetachPolicies"},
	Check: func(c *Call) []Failure {
		f := append(awsCheckTrustPolicy(c.Props, "assumeRolePolicy"), awsBetween(c.Props, "maxSessionDuration", 3600, 43200)...)
		for i := range props.List(c.Props, "inlinePolicies") {
			f = append(f, awsCheckIdentityPolicy(c.Props, props.Index("inlinePolicies", i)+".policy", 10240)...)
		}
		if n := props.Str(c.Props, "name"); len(n) > 64 {
			f = append(f, Failure{"name", fmt.Sprintf("%q has %d characters: a role's name has 64 at most", n, len(n))})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if _, err := c.Store.Get(awsRoleType, name); err == nil {
			return "", c.Errorf("EntityAlreadyExists: role with name %s already exists", name)
		}
		set(c, "arn", "arn:aws:iam::"+awsAccount+":role"+props.Str(c.Props, "path")+name, "createDate", c.Timestamp(), "uniqueId", awsIAMID("AROA"))
		return name, awsRolePolicies(c)
	},
	Update: awsRolePolicies,
	Delete: func(c *Call) error {
		if !props.Bool(c.Props, "forceDetachPolicies") {
			for _, t := range []string{awsRolePolicyAttachmentType, awsRolePolicyType} {
				if err := awsRefuse(c, t, "role", "DeleteConflict"); err != nil {
					return err
				}
			}
		}
		return awsRefuse(c, awsInstanceProfileType, "role", "DeleteConflict")
	},
}

// awsRolePolicies refuses a boundary or an attached policy that was never made.
func awsRolePolicies(c *Call) error {
	for _, arn := range append(props.StrList(c.Props, "managedPolicyArns"), props.Str(c.Props, "permissionsBoundary")) {
		if err := awsPolicyExists(c, arn); err != nil {
			return err
		}
	}
	return nil
}

// awsRoleExists refuses a role of the account that was never made. It takes a name or an ARN.
func awsRoleExists(c *Call, ref, code string) error {
	name := ref
	if strings.HasPrefix(ref, "arn:") {
		if !strings.Contains(ref, ":"+awsAccount+":role/") || strings.Contains(ref, "/aws-service-role/") {
			return nil // another account's, or AWS's own
		}
		name = ref[strings.LastIndex(ref, "/")+1:]
	}
	if _, err := c.Store.Get(awsRoleType, name); err != nil {
		if isNotExist(err) {
			return c.Errorf("%s: the role %s cannot be found", code, ref)
		}
		return c.Errorf("%v", err)
	}
	return nil
}

var awsRolePolicy = &Type{
	Token: awsRolePolicyType, Noun: "policy of a role", Untagged: true,
	Autoname:         &Autoname{Property: "name", MaxLength: 128},
	Required:         []string{"role", "policy"},
	Immutable:        []string{"name", "namePrefix", "role"},
	OptionalComputed: []string{"namePrefix"},
	Check:            func(c *Call) []Failure { return awsCheckIdentityPolicy(c.Props, "policy", 10240) },
	Create: func(c *Call) (string, error) {
		role := props.Str(c.Props, "role")
		return role + ":" + props.Str(c.Props, "name"), awsRoleExists(c, role, "NoSuchEntity")
	},
}

var awsRolePolicyAttachment = &Type{
	Token: awsRolePolicyAttachmentType, Noun: "attachment of a policy", Untagged: true,
	Does:      "refuses roles and policies that do not exist",
	Required:  []string{"role", "policyArn"},
	Immutable: []string{"role", "policyArn"},
	Check: func(c *Call) []Failure {
		if a := props.Str(c.Props, "policyArn"); a != "" && (!strings.HasPrefix(a, "arn:") || !strings.Contains(a, ":policy/")) {
			return []Failure{{"policyArn", fmt.Sprintf("%q is no ARN of a policy", a)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		role := props.Str(c.Props, "role")
		if err := awsPolicyExists(c, props.Str(c.Props, "policyArn")); err != nil {
			return "", err
		}
		return role + "-" + c.Now().Format("20060102150405") + randomHex(12), awsRoleExists(c, role, "NoSuchEntity")
	},
}

var awsInstanceProfile = &Type{
	Token: awsInstanceProfileType, Noun: "instance profile",
	Autoname:         &Autoname{Property: "name", MaxLength: 128},
	Immutable:        []string{"name", "namePrefix", "path"},
	Defaults:         props.Object{"path": "/"},
	OptionalComputed: []string{"namePrefix"},
	Computed:         []string{"arn", "createDate", "uniqueId"},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if _, err := c.Store.Get(awsInstanceProfileType, name); err == nil {
			return "", c.Errorf("EntityAlreadyExists: instance profile %s already exists", name)
		}
		set(c, "arn", "arn:aws:iam::"+awsAccount+":instance-profile"+props.Str(c.Props, "path")+name, "createDate", c.Timestamp(), "uniqueId", awsIAMID("AIPA"))
		if role := props.Str(c.Props, "role"); role != "" {
			return name, awsRoleExists(c, role, "NoSuchEntity")
		}
		return name, nil
	},
}

var awsOIDCProvider = &Type{
	Token: awsOIDCProviderType, Noun: "OpenID Connect provider",
	Does:             "refuses a second provider for one URL",
	Required:         []string{"url", "clientIdLists"},
	Immutable:        []string{"url"},
	OptionalComputed: []string{"thumbprintLists"},
	Computed:         []string{"arn"},
	Sets:             []string{"clientIdLists"},
	Check: func(c *Call) []Failure {
		if u := props.Str(c.Props, "url"); u != "" && !strings.HasPrefix(u, "https://") {
			return []Failure{{"url", fmt.Sprintf("%q must begin with https://", u)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		arn := "arn:aws:iam::" + awsAccount + ":oidc-provider/" + strings.TrimPrefix(props.Str(c.Props, "url"), "https://")
		if _, err := c.Store.Get(awsOIDCProviderType, arn); err == nil {
			return "", c.Errorf("EntityAlreadyExists: provider with url %s already exists", props.Str(c.Props, "url"))
		}
		set(c, "arn", arn)
		return arn, nil
	},
}
