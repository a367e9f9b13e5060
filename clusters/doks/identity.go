package doks

import (
	"fmt"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// Permissions of a key for Spaces; readwrite lets it delete too. The third,
// fullaccess, is for every bucket of the account and is never given.
// https://docs.digitalocean.com/products/spaces/how-to/manage-access/
const (
	permissionRead  = "read"
	permissionWrite = "readwrite"
)

// Identity makes a key for Spaces that opens the buckets it is granted and no
// others. DigitalOcean has no identities for pods: the key is a long-lived
// credential, which the caller keeps as a Secret of the namespace. To renew it,
// replace the resource.
func (p *Platform) Identity(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.IdentityArgs) (*spec.Identity, error) {
	grants, err := keyGrants(args.Grants)
	if err != nil {
		return nil, err
	}
	key, err := digitalocean.NewSpacesKey(ctx, name, &digitalocean.SpacesKeyArgs{
		// Keys have no tags; the name tells whose pods have it.
		Name: pulumi.String(name), Grants: grants,
	}, pulumi.Parent(parent)) // the SDK marks secretKey as secret
	if err != nil {
		return nil, err
	}
	credentials := pulumi.ToSecret(pulumi.StringMap{
		"AWS_ACCESS_KEY_ID": key.AccessKey, "AWS_SECRET_ACCESS_KEY": key.SecretKey,
	}.ToStringMapOutput()).(pulumi.StringMapOutput)
	return &spec.Identity{
		Name:        key.Name,
		Annotations: pulumi.StringMap{}.ToStringMapOutput(),
		Credentials: &credentials,
		Ready:       []pulumi.Resource{key},
	}, nil
}

// keyGrants returns one grant for each bucket, the widest asked for: the API
// takes a bucket once.
func keyGrants(asked []spec.Grant) (digitalocean.SpacesKeyGrantArray, error) {
	var buckets []*spec.Bucket
	permissions := map[*spec.Bucket]string{}
	for _, g := range asked {
		if _, known := permissions[g.Bucket]; !known {
			buckets = append(buckets, g.Bucket)
		}
		switch {
		case g.Action == spec.WriteBucket:
			permissions[g.Bucket] = permissionWrite
		case g.Action == spec.ReadBucket && permissions[g.Bucket] == "":
			permissions[g.Bucket] = permissionRead
		case g.Action != spec.ReadBucket:
			return nil, fmt.Errorf("%s cannot be granted on DigitalOcean; %s", g.Action, digitalOcean.GrantHint)
		}
	}
	grants := digitalocean.SpacesKeyGrantArray{}
	for _, b := range buckets {
		grants = append(grants, digitalocean.SpacesKeyGrantArgs{Bucket: b.ID, Permission: pulumi.String(permissions[b])})
	}
	return grants, nil
}
