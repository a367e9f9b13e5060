package gke

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// kindSecretManager is Secret Manager in [spec.SecretStore.Kind].
const kindSecretManager = "gcp-secret-manager" //nolint:gosec // the name of a service

// SecretStore prepares Secret Manager: the key that secrets name when they are
// made.
func (p *Platform) SecretStore(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.SecretStoreArgs) (*spec.SecretStore, error) {
	key, err := p.newKey(ctx, parent, name, "secret-store")
	if err != nil {
		return nil, err
	}
	if _, err := p.lend(ctx, name, key, "secretmanager"); err != nil {
		return nil, err
	}
	return &spec.SecretStore{Kind: kindSecretManager, Prefix: args.Prefix, Place: p.project, Key: key}, nil
}

// secretName writes the name of a secret as Secret Manager takes it, which has
// no slashes: shop/db is shop_db there. Names of clusters have no underscores,
// so that the secrets of the cluster shop do not begin like those of shop-eu.
func secretName(name string) string { return strings.ReplaceAll(name, "/", "_") }
