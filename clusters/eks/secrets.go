package eks

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// secretsManager is how components know the secret store of AWS.
const secretsManager = "aws-secrets-manager"

// SecretStore prepares Secrets Manager, which needs no store but a key: whoever
// puts secrets below the prefix names it, and then neither the account's other
// identities nor AWS's default key can read them.
func (p *Platform) SecretStore(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.SecretStoreArgs) (*spec.SecretStore, error) {
	key, err := p.newKey(ctx, name, "Secrets below "+args.Prefix+" for the EKS cluster "+p.name, nil, p.below(parent)...)
	if err != nil {
		return nil, err
	}
	store := &spec.SecretStore{
		Kind: secretsManager, Prefix: args.Prefix, Place: p.region,
		Key: &spec.Key{Name: "secret-store", ID: key.Arn, Resource: key},
	}
	p.stores = append(p.stores, store)
	return store, nil
}

// keyOfSecrets returns the key of the secrets below a prefix, nil if they have
// none of ours.
func (p *Platform) keyOfSecrets(prefix string) *spec.Key {
	for _, store := range p.stores {
		if strings.HasPrefix(prefix, store.Prefix) {
			return store.Key
		}
	}
	return nil
}
