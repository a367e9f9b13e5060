package spec

import (
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// errNotOffered is what a platform answers that was asked in spite of package
// catalog, which says what each cloud offers and is asked first.
var errNotOffered = errors.New("not offered by this cloud")

// OffersNothing is embedded by a platform that has nothing, or not everything,
// of what components ask a cloud for.
type OffersNothing struct{}

// Bucket is not offered.
func (OffersNothing) Bucket(*pulumi.Context, pulumi.Resource, string, *BucketArgs) (*Bucket, error) {
	return nil, errNotOffered
}

// Zone is not offered.
func (OffersNothing) Zone(*pulumi.Context, pulumi.Resource, string, *ZoneArgs) (*Zone, error) {
	return nil, errNotOffered
}

// Registry is not offered.
func (OffersNothing) Registry(*pulumi.Context, pulumi.Resource, string, *RegistryArgs) (*Registry, error) {
	return nil, errNotOffered
}

// Key is not offered.
func (OffersNothing) Key(*pulumi.Context, pulumi.Resource, string, *KeyArgs) (*Key, error) {
	return nil, errNotOffered
}

// SecretStore is not offered.
func (OffersNothing) SecretStore(*pulumi.Context, pulumi.Resource, string, *SecretStoreArgs) (*SecretStore, error) {
	return nil, errNotOffered
}

// Identity is not offered.
func (OffersNothing) Identity(*pulumi.Context, pulumi.Resource, string, *IdentityArgs) (*Identity, error) {
	return nil, errNotOffered
}
