package eks

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// keyDeletionDays is the longest time AWS lets one take back the deletion of a
// key. What it encrypted is lost with it.
const keyDeletionDays = 30

// Actions on a key, kept apart: who looks after it, who uses it, and what lets a
// service of AWS go on using it.
// https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
var (
	keyAdministration = []string{
		"kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
		"kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy",
		"kms:GetKeyRotationStatus", "kms:ListKeyPolicies", "kms:ListKeyRotations", "kms:ListResourceTags",
		"kms:PutKeyPolicy", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource",
		"kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
	}
	keyUse = []string{
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
		"kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant",
	}
	keyGrants = []string{"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}
)

// keyPolicy is the policy of a key of an account. The account's own IAM policies
// say who in it looks after the key and who uses it, as everywhere else; grants
// are for services of AWS alone. More statements name services that use the key
// by themselves. In a key's policy the resource * is the key.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
func keyPolicy(partition, account string, services ...statement) (string, error) {
	root := map[string]string{"AWS": "arn:" + partition + ":iam::" + account + ":root"}
	this := []string{"*"}
	return document(append([]statement{
		{Sid: "Administration", Principal: root, Action: keyAdministration, Resource: this},
		{Sid: "Use", Principal: root, Action: keyUse, Resource: this},
		{Sid: "Grants", Principal: root, Action: keyGrants, Resource: this, Condition: map[string]map[string][]string{
			"Bool": {"kms:GrantIsForAWSResource": {"true"}},
		}},
	}, services...)...)
}

// newKey makes a key with an alias. Services are the services of AWS that use it
// by themselves, for an account.
func (p *Platform) newKey(ctx *pulumi.Context, name, description string, services func(account string) []statement, opts ...pulumi.ResourceOption) (*kms.Key, error) {
	policy := p.account.ApplyT(func(account string) (string, error) {
		var more []statement
		if services != nil {
			more = services(account)
		}
		return keyPolicy(p.partition, account, more...)
	}).(pulumi.StringOutput)
	key, err := kms.NewKey(ctx, name, &kms.KeyArgs{
		Description:          pulumi.String(description),
		EnableKeyRotation:    pulumi.Bool(true), // yearly, by AWS, without re-encryption
		DeletionWindowInDays: pulumi.Int(keyDeletionDays),
		Policy:               policy,
		Tags:                 p.tags(name),
	}, with(opts, p.keep())...)
	if err != nil {
		return nil, err
	}
	_, err = kms.NewAlias(ctx, name, &kms.AliasArgs{
		Name: pulumi.String("alias/" + name), TargetKeyId: key.KeyId,
	}, opts...)
	return key, err
}

// Key makes an encryption key.
func (p *Platform) Key(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.KeyArgs) (*spec.Key, error) {
	key, err := p.newKey(ctx, name, "Key "+args.Name+" of the EKS cluster "+p.name, nil, p.below(parent)...)
	if err != nil {
		return nil, err
	}
	return &spec.Key{Name: args.Name, ID: key.Arn, Resource: key}, nil
}

// below are the options of resources below a parent.
func (p *Platform) below(parent pulumi.Resource) []pulumi.ResourceOption {
	return []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(p.provider)}
}

// keep is the option of what cannot be made again, or would take data with it.
func (p *Platform) keep() pulumi.ResourceOption { return pulumi.Protect(p.args.DeletionProtection) }

// with adds to options and leaves theirs as they are.
func with(opts []pulumi.ResourceOption, more ...pulumi.ResourceOption) []pulumi.ResourceOption {
	return slices.Concat(opts, more)
}
