package clusters

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/doks"
	"github.com/ai-now/platform/clusters/eks"
	"github.com/ai-now/platform/clusters/existing"
	"github.com/ai-now/platform/clusters/gke"
	"github.com/ai-now/platform/clusters/spec"
)

// platform is a cloud's way to make a cluster and what its components ask for. A
// value serves one cluster; its methods are called in the order they are listed.
// Every resource is made a child of the parent given, which is a component.
// Package catalog says what a cloud takes and offers, and is asked before: a
// platform sees no request it cannot meet.
type platform interface {
	// Create makes network and control plane.
	Create(ctx *pulumi.Context, parent pulumi.Resource, cluster *spec.Cluster) (*spec.ControlPlane, error)
	// AddPool makes a node pool, completed with what its class adds.
	AddPool(ctx *pulumi.Context, parent pulumi.Resource, pool *spec.NodePool) error
	// Complete makes what needs running nodes or a reachable API server.
	Complete(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider) error

	// Key makes an encryption key.
	Key(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.KeyArgs) (*spec.Key, error)
	// Bucket makes an object bucket.
	Bucket(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.BucketArgs) (*spec.Bucket, error)
	// Zone makes a DNS zone.
	Zone(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.ZoneArgs) (*spec.Zone, error)
	// Registry makes a container registry.
	Registry(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.RegistryArgs) (*spec.Registry, error)
	// SecretStore prepares the cloud's secret store.
	SecretStore(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.SecretStoreArgs) (*spec.SecretStore, error)
	// Identity makes an identity for a service account.
	Identity(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.IdentityArgs) (*spec.Identity, error)
}

// platforms is the one place that knows which clouds there are.
var platforms = map[string]func() platform{
	catalog.AWS:          func() platform { return eks.New() },
	catalog.GCP:          func() platform { return gke.New() },
	catalog.DigitalOcean: func() platform { return doks.New() },
	catalog.Existing:     func() platform { return existing.New() },
}
