package spec

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Action is what an identity may do.
type Action string

// Actions a grant can name.
const (
	ReadSecrets Action = "readSecrets" // read the secrets below a prefix
	ReadBucket  Action = "readBucket"  // list a bucket and read its objects
	WriteBucket Action = "writeBucket" // the same, and write and delete objects
	ChangeZone  Action = "changeZone"  // change the records of a zone
	PullImages  Action = "pullImages"  // pull from a repository
	PushImages  Action = "pushImages"  // the same, and push to it
	UseKey      Action = "useKey"      // encrypt and decrypt with a key
)

// Actions lists them.
var Actions = []Action{ReadSecrets, ReadBucket, WriteBucket, ChangeZone, PullImages, PushImages, UseKey}

// Grant is one right of an identity: what it may do, and with what. The field
// that belongs to the action is set, and no other.
type Grant struct {
	Action Action
	// Prefix of the secrets it may read.
	Prefix string
	// Bucket it may use.
	Bucket *Bucket
	// Zone it may change.
	Zone *Zone
	// Registry and Repository it may use.
	Registry   *Registry
	Repository string
	// Key it may use.
	Key *Key
}

// IdentityArgs asks for an identity in the cloud for one service account.
type IdentityArgs struct {
	// Name of the identity, unique in the cluster.
	Name string
	// Namespace and ServiceAccount whose pods have it.
	Namespace, ServiceAccount string
	// Grants are its rights: all of them, for it has no other.
	Grants []Grant
}

// Identity is an identity in the cloud.
type Identity struct {
	// Name the cloud knows it by.
	Name pulumi.StringOutput
	// Annotations the service account must carry for its pods to have it; none
	// where the cloud binds it from its own side.
	Annotations pulumi.StringMapOutput
	// Credentials, where the cloud has no identities for pods: environment
	// variables, kept as a Secret. Always secret; nil elsewhere.
	Credentials *pulumi.StringMapOutput
	// Ready are the resources that must be there before its pods start.
	Ready []pulumi.Resource
	// Sources are the addresses in the node that give its pods their
	// credentials; a network policy must let them through.
	Sources []Source
}

// Source is an address that gives out credentials.
type Source struct {
	// CIDR of the address, a /32.
	CIDR string
	// Port there, TCP.
	Port int
}

// secretPrefix is what both AWS and Google Cloud allow in names of secrets,
// with the slash, which Google Cloud writes as '_':
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
// https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
var secretPrefix = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_/-]{0,126}$`)

// Mistakes returns what is wrong with the request for an identity.
func (a *IdentityArgs) Mistakes(cloud catalog.Cloud) []check.Mistake {
	var list check.List
	list.DNSLabel("name", a.Name, MaxPoolName)
	list.DNSLabel("namespace", a.Namespace, 63)
	list.DNSLabel("serviceAccount", a.ServiceAccount, 63)
	if len(a.Grants) == 0 {
		list.Missing("grants", "say what it may do; an identity without rights is not needed")
	}
	for i, g := range a.Grants {
		path := fmt.Sprintf("grants[%d]", i)
		if !slices.Contains(Actions, g.Action) {
			list.OneOf(path+".action", string(g.Action), names(Actions))
			continue
		}
		if !slices.Contains(cloud.Grants, string(g.Action)) {
			list.Add(path+".action", string(g.Action), "cannot be granted on "+cloud.Name, cloud.GrantHint)
			continue
		}
		if g.Action == ReadSecrets && !secretPrefix.MatchString(g.Prefix) {
			list.Add(path+".prefix", g.Prefix, "is not the beginning of a secret's name",
				"use letters, digits, '-', '_' and '/', beginning with a letter or digit, such as shop/")
		}
		if target := g.missing(); target != "" {
			list.Missing(path+"."+target, fmt.Sprintf("%s needs it", g.Action))
		}
	}
	return list.All()
}

// missing returns the field that the action needs and that is not set.
func (g *Grant) missing() string {
	switch {
	case (g.Action == ReadBucket || g.Action == WriteBucket) && g.Bucket == nil:
		return "bucket"
	case g.Action == ChangeZone && g.Zone == nil:
		return "zone"
	case (g.Action == PullImages || g.Action == PushImages) && (g.Registry == nil || g.Registry.References[g.Repository].OutputState == nil):
		return "repository"
	case g.Action == UseKey && g.Key == nil:
		return "key"
	}
	return ""
}

func names[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
