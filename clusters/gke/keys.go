package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// Ninety days is the longest that CIS Google Cloud Foundation Benchmark 1.10
// allows: https://cloud.google.com/kms/docs/key-rotation
const rotation = "7776000s"

// Thirty days to notice that a key was destroyed which something still needs;
// Cloud KMS does not let one change it later.
// https://cloud.google.com/kms/docs/destroy-restore
const destroyAfter = "2592000s"

// createKeys makes the cluster's key ring and the keys of its secrets and disks.
//
// Rings and keys are never deleted by Google, and keep their names for ever: a
// destroy only forgets a ring, and destroys the material of its keys. Both get
// a random end to their names, so that a cluster can be made again.
// https://cloud.google.com/kms/docs/resource-hierarchy
func (p *Platform) createKeys(ctx *pulumi.Context) error {
	var err error
	if p.ring, err = kms.NewKeyRing(ctx, p.name, &kms.KeyRingArgs{
		// Where the cluster is, as GKE demands; a zonal cluster takes its region's.
		Project: pulumi.String(p.project), Location: pulumi.String(p.args.Region),
	}, p.in(), p.protect(), pulumi.DependsOn([]pulumi.Resource{p.services["cloudkms"]})); err != nil {
		return err
	}
	p.disks, err = p.newKey(ctx, p.parent, p.name+"-disks", "disks")
	return err
}

// Key makes an encryption key.
func (p *Platform) Key(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.KeyArgs) (*spec.Key, error) {
	return p.newKey(ctx, parent, name, args.Name)
}

// maxKeyName leaves room for a random end of eight characters within the 63 that
// names of keys may have, which the provider does not know.
// https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/create
const maxKeyName = 55

func (p *Platform) newKey(ctx *pulumi.Context, parent pulumi.Resource, name, short string) (*spec.Key, error) {
	key, err := kms.NewCryptoKey(ctx, bounded(name, maxKeyName), &kms.CryptoKeyArgs{
		KeyRing: p.ring.ID(), Purpose: pulumi.String("ENCRYPT_DECRYPT"),
		RotationPeriod: pulumi.String(rotation), DestroyScheduledDuration: pulumi.String(destroyAfter),
		Labels: p.labels(),
	}, pulumi.Parent(parent), p.protect())
	if err != nil {
		return nil, err
	}
	return &spec.Key{Name: short, ID: key.ID().ToStringOutput(), Resource: key}, nil
}
