package clusters

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// What components ask a cloud for. Each is a component resource whose children
// are the cloud's own; a cloud that has no such thing refuses with a
// [*check.Error] before anything is registered.
type (
	// Bucket is an object bucket.
	Bucket struct {
		pulumi.ResourceState
		spec.Bucket
	}
	// Zone is a public DNS zone.
	Zone struct {
		pulumi.ResourceState
		spec.Zone
	}
	// Registry is a container registry.
	Registry struct {
		pulumi.ResourceState
		spec.Registry
	}
	// Key is an encryption key that the cloud rotates.
	Key struct {
		pulumi.ResourceState
		spec.Key
	}
	// SecretStore is where the cloud keeps secrets.
	SecretStore struct {
		pulumi.ResourceState
		spec.SecretStore
	}
	// Identity is an identity in the cloud for one service account.
	Identity struct {
		pulumi.ResourceState
		spec.Identity
	}
)

// NewBucket makes an object bucket in the cluster's cloud: private, encrypted,
// versioned, over TLS only.
func NewBucket(ctx *pulumi.Context, c *Cluster, args *spec.BucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error) {
	made, name := &Bucket{}, c.Name+"-"+args.Name
	if err := c.ask(ctx, "Bucket", catalog.OfferBuckets, name, args.Mistakes(c.cloud), made, opts); err != nil {
		return nil, err
	}
	answer, err := c.platform.Bucket(ctx, made, name, args)
	if err != nil {
		return nil, fmt.Errorf("bucket %q: %w", name, err)
	}
	made.Bucket = *answer
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"name": answer.Name, "url": answer.URL})
}

// NewZone makes a public DNS zone in the cluster's cloud.
func NewZone(ctx *pulumi.Context, c *Cluster, args *spec.ZoneArgs, opts ...pulumi.ResourceOption) (*Zone, error) {
	var list check.List
	if len(validation.IsDNS1123Subdomain(args.Domain)) > 0 {
		list.Add("domain", args.Domain, "is not a domain name", "use lower-case letters, digits, '-' and '.', such as eks.example.com")
	}
	made, name := &Zone{}, c.Name+"-zone"
	if err := c.ask(ctx, "Zone", catalog.OfferZone, name, list.All(), made, opts); err != nil {
		return nil, err
	}
	answer, err := c.platform.Zone(ctx, made, name, args)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w", name, err)
	}
	made.Zone = *answer
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"domain": pulumi.String(answer.Domain), "nameServers": answer.NameServers})
}

// NewRegistry makes a container registry in the cluster's cloud: images are
// scanned, tags cannot be moved, old images go.
func NewRegistry(ctx *pulumi.Context, c *Cluster, args *spec.RegistryArgs, opts ...pulumi.ResourceOption) (*Registry, error) {
	made, name := &Registry{}, c.Name+"-registry"
	if err := c.ask(ctx, "Registry", catalog.OfferRegistry, name, args.Mistakes(c.cloud), made, opts); err != nil {
		return nil, err
	}
	answer, err := c.platform.Registry(ctx, made, name, args)
	if err != nil {
		return nil, fmt.Errorf("registry %q: %w", name, err)
	}
	made.Registry = *answer
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"address": answer.Address})
}

// NewKey makes an encryption key in the cluster's cloud.
func NewKey(ctx *pulumi.Context, c *Cluster, args *spec.KeyArgs, opts ...pulumi.ResourceOption) (*Key, error) {
	var list check.List
	list.DNSLabel("name", args.Name, spec.MaxPoolName)
	made, name := &Key{}, c.Name+"-"+args.Name
	if err := c.ask(ctx, "Key", catalog.OfferKeys, name, list.All(), made, opts); err != nil {
		return nil, err
	}
	answer, err := c.platform.Key(ctx, made, name, args)
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", name, err)
	}
	made.Key = *answer
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"id": answer.ID})
}

// NewSecretStore prepares the secret store of the cluster's cloud: the key that
// encrypts what is put there.
func NewSecretStore(ctx *pulumi.Context, c *Cluster, args *spec.SecretStoreArgs, opts ...pulumi.ResourceOption) (*SecretStore, error) {
	whole := *args
	if whole.Prefix == "" {
		whole.Prefix = c.Name + "/"
	}
	made, name := &SecretStore{}, c.Name+"-secret-store"
	if err := c.ask(ctx, "SecretStore", catalog.OfferSecretStore, name, whole.Mistakes(), made, opts); err != nil {
		return nil, err
	}
	answer, err := c.platform.SecretStore(ctx, made, name, &whole)
	if err != nil {
		return nil, fmt.Errorf("secret store %q: %w", name, err)
	}
	made.SecretStore = *answer
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"kind": pulumi.String(answer.Kind), "prefix": pulumi.String(answer.Prefix)})
}

// NewIdentity makes an identity in the cluster's cloud for one service account,
// with exactly the rights it is granted.
func NewIdentity(ctx *pulumi.Context, c *Cluster, args *spec.IdentityArgs, opts ...pulumi.ResourceOption) (*Identity, error) {
	made, name := &Identity{}, c.Name+"-"+args.Name
	if err := c.ask(ctx, "Identity", catalog.OfferIdentities, name, args.Mistakes(c.cloud), made, opts); err != nil {
		return nil, err
	}
	answer, err := c.platform.Identity(ctx, made, name, args)
	if err != nil {
		return nil, fmt.Errorf("identity %q: %w", name, err)
	}
	made.Identity = *answer
	return made, ctx.RegisterResourceOutputs(made, pulumi.Map{"name": answer.Name})
}

// ask refuses what the cloud does not offer and what is wrong with the request,
// and registers the component.
func (c *Cluster) ask(ctx *pulumi.Context, kind, offer, name string, mistakes []check.Mistake, made pulumi.ComponentResource, opts []pulumi.ResourceOption) error {
	if !slices.Contains(c.cloud.Offers, offer) {
		mistakes = []check.Mistake{spec.NotOffered(c.cloud, offer)}
	}
	if err := check.Err(fmt.Sprintf("%s %q", kind, name), mistakes); err != nil {
		return err
	}
	return ctx.RegisterComponentResource("ai-now:clusters:"+kind, name, made, append([]pulumi.ResourceOption{pulumi.Parent(c)}, opts...)...)
}
