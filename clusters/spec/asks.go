package spec

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ControlPlane is what a cloud answers when a cluster is made.
type ControlPlane struct {
	// Version of Kubernetes it runs.
	Version pulumi.StringOutput
	// Endpoint is the URL of its API server.
	Endpoint pulumi.StringOutput
	// Kubeconfig gives its reader the rights of a cluster administrator.
	Kubeconfig pulumi.StringOutput
	// StorageClasses by purpose; a purpose the cloud has nothing for is missing.
	StorageClasses map[Purpose]string
	// Connect is the command that writes a kubeconfig for a person.
	Connect string
	// Console is where the cloud's own console shows the cluster.
	Console string
	// Facts are what else an operator or another program needs: ids and names
	// by what they are, such as vpcId or webAclArn.
	Facts pulumi.StringMap
}

// Purpose is what storage is used for.
type Purpose string

// Purposes of storage.
const (
	// General is for everything without special needs: a replicated block
	// volume on solid-state disks.
	General Purpose = "general"
	// Fast is for databases: more operations a second.
	Fast Purpose = "fast"
	// Shared is a file system that many pods write at once.
	Shared Purpose = "shared"
)

// Purposes lists them.
var Purposes = []Purpose{General, Fast, Shared}

// BucketArgs asks for an object bucket: private, encrypted, versioned, over TLS
// only.
type BucketArgs struct {
	// Name of the bucket, unique in the cluster. The cloud's name for it, which
	// must be unique in the world, begins with the cluster's and ends at
	// random.
	Name string
	// ExpireDays is after how many days objects are deleted; 0 means never.
	ExpireDays int
	// NoncurrentDays is how long replaced and deleted versions are kept; 0
	// means [DefaultNoncurrentDays].
	NoncurrentDays int
	// Key the objects are encrypted with; nil means one the cloud manages.
	Key *Key
}

// DefaultNoncurrentDays leaves a month to notice what was overwritten.
const DefaultNoncurrentDays = 30

// Noncurrent is how many days old versions are kept.
func (a *BucketArgs) Noncurrent() int {
	if a.NoncurrentDays == 0 {
		return DefaultNoncurrentDays
	}
	return a.NoncurrentDays
}

// Bucket is an object bucket.
type Bucket struct {
	// Name the cloud knows it by.
	Name pulumi.StringOutput
	// URL in the form its tools take: s3://name or gs://name.
	URL pulumi.StringOutput
	// Endpoint of an S3 interface that is not AWS's; empty otherwise.
	Endpoint string
	// Region it is in.
	Region string
	// ID is how grants name it: an ARN, or the name.
	ID pulumi.StringOutput
	// Key it is encrypted with, nil if the cloud manages it.
	Key *Key
}

// ZoneArgs asks for a DNS zone.
type ZoneArgs struct {
	// Domain of the zone, such as eks.prod.example.com.
	Domain string
}

// Zone is a public DNS zone.
type Zone struct {
	// Domain of the zone.
	Domain string
	// ID is the cloud's name for it.
	ID pulumi.StringOutput
	// ARN or full resource name, as grants name it.
	Reference pulumi.StringOutput
	// NameServers the parent zone must delegate to.
	NameServers pulumi.StringArrayOutput
}

// RegistryArgs asks for a container registry.
type RegistryArgs struct {
	// Repositories in it, such as shop/storefront.
	Repositories []string
	// KeepImages is how many images of a repository stay; 0 means
	// [DefaultKeepImages].
	KeepImages int
	// Key the images are encrypted with; nil means one the cloud manages.
	Key *Key
}

// DefaultKeepImages is enough to go back several releases.
const DefaultKeepImages = 50

// Keep is how many images of a repository stay.
func (a *RegistryArgs) Keep() int {
	if a.KeepImages == 0 {
		return DefaultKeepImages
	}
	return a.KeepImages
}

// Registry is a container registry.
type Registry struct {
	// Address images are named under, such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com.
	Address pulumi.StringOutput
	// Repositories holds the address of each, by name.
	Repositories map[string]pulumi.StringOutput
	// References are how grants name them.
	References map[string]pulumi.StringOutput
}

// KeyArgs asks for an encryption key that the cloud rotates.
type KeyArgs struct {
	// Name of the key, unique in the cluster.
	Name string
}

// Key is an encryption key.
type Key struct {
	// Name it was asked for.
	Name string
	// ID is the cloud's full name for it: an ARN, or projects/….
	ID pulumi.StringOutput
	// Resource is the key, for what must wait for it.
	Resource pulumi.Resource
}

// SecretStoreArgs asks for access to the cloud's secret store.
type SecretStoreArgs struct {
	// Prefix of the names of the secrets the platform may read: the cluster's
	// name and a slash, if empty.
	Prefix string
}

// SecretStore is where the cloud keeps secrets.
type SecretStore struct {
	// Kind is aws-secrets-manager or gcp-secret-manager.
	Kind string
	// Prefix of the names of the secrets.
	Prefix string
	// Place is the region or project it is in.
	Place string
	// Key the secrets are encrypted with.
	Key *Key
}
