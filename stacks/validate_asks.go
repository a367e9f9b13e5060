package stacks

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// checkAsks checks what is asked of each cluster's cloud: zone, registry,
// buckets and identities.
func (c *Config) checkAsks(list *check.List) {
	for i := range c.Clusters {
		cluster, path := &c.Clusters[i], fmt.Sprintf("clusters[%d]", i)
		cloud, known := catalog.Get(cluster.Cloud)
		if !known {
			continue
		}
		for _, ask := range []struct {
			offer, setting string
			set            bool
		}{
			{catalog.OfferZone, "zone", cluster.Zone != ""},
			{catalog.OfferRegistry, "registry", cluster.Registry != nil},
			{catalog.OfferBuckets, "buckets", len(cluster.Buckets) > 0},
			{catalog.OfferIdentities, "identities", len(cluster.Identities) > 0},
		} {
			if ask.set && !slices.Contains(cloud.Offers, ask.offer) {
				list.Under(path, []Mistake{spec.NotOffered(cloud, ask.setting)})
			}
		}
		if cluster.Zone != "" && len(validation.IsDNS1123Subdomain(cluster.Zone)) > 0 {
			list.Add(path+".zone", cluster.Zone, "is not a domain name", "use lower-case letters, digits, '-' and '.', such as eks."+c.Domain)
		}
		if cluster.Registry != nil {
			args := cluster.Registry.spec()
			list.Under(path+".registry", args.Mistakes(cloud))
		}
		checkBuckets(list, path, cluster, cloud)
		checkIdentities(list, path, cluster, cloud)
	}
	c.checkZones(list)
	c.checkRegistries(list)
	c.checkPrincipals(list)
}

// checkPrincipals makes sure that no principal is named for two clusters of one
// project of Google Cloud: rights there are the project's, and the end of one
// cluster would take them from the other.
func (c *Config) checkPrincipals(list *check.List) {
	taken := map[string]string{}
	for i := range c.Clusters {
		cluster := &c.Clusters[i]
		if cluster.Cloud != catalog.GCP {
			continue
		}
		for _, kind := range []struct {
			name       string
			principals []string
		}{{"admins", cluster.Access.Admins}, {"viewers", cluster.Access.Viewers}} {
			for j, principal := range kind.principals {
				path := fmt.Sprintf("clusters[%d].access.%s[%d]", i, kind.name, j)
				key := cluster.Project + " " + kind.name + " " + principal
				if first, twice := taken[key]; twice && !strings.HasPrefix(first, fmt.Sprintf("clusters[%d].", i)) {
					list.Add(path, principal, "has these rights by "+first+" already: on gcp they hold for all clusters of the project", "name each principal for one cluster of the project")
					continue
				}
				taken[key] = path
			}
		}
	}
}

// checkZones makes sure that no two clusters have the same zone.
func (c *Config) checkZones(list *check.List) {
	taken := map[string]int{}
	for i, cluster := range c.Clusters {
		if cluster.Zone == "" {
			continue
		}
		if first, twice := taken[cluster.Zone]; twice {
			list.Add(fmt.Sprintf("clusters[%d].zone", i), cluster.Zone, fmt.Sprintf("is the zone of clusters[%d] as well", first),
				"give each cluster a zone of its own")
			continue
		}
		taken[cluster.Zone] = i
	}
}

// checkRegistries makes sure that an account has no repository twice, and
// DigitalOcean no registry twice.
func (c *Config) checkRegistries(list *check.List) {
	taken := map[string]string{}
	for i, cluster := range c.Clusters {
		if cluster.Registry == nil {
			continue
		}
		for j, name := range cluster.Registry.Repositories {
			path := fmt.Sprintf("clusters[%d].registry.repositories[%d]", i, j)
			key := cluster.Cloud + " " + cluster.Project + " " + cluster.Region + " " + name
			// Twice in one list is reported there.
			if first, twice := taken[key]; twice && cluster.Cloud == catalog.AWS && !strings.HasPrefix(first, fmt.Sprintf("clusters[%d].", i)) {
				list.Add(path, name, "is a repository of "+first+" as well, in the same account and region", "name it in one of them")
				continue
			}
			taken[key] = path
		}
		if cluster.Cloud != catalog.DigitalOcean {
			continue
		}
		if first, twice := taken[catalog.DigitalOcean]; twice {
			list.Add(fmt.Sprintf("clusters[%d].registry", i), nil, "is the second on digitalocean, besides "+first+"'s: an account has one",
				"remove one of them")
		}
		taken[catalog.DigitalOcean] = fmt.Sprintf("clusters[%d]", i)
	}
}

func checkBuckets(list *check.List, path string, cluster *Cluster, cloud catalog.Cloud) {
	names := map[string]int{}
	for i := range cluster.Buckets {
		bucket, at := &cluster.Buckets[i], fmt.Sprintf("%s.buckets[%d]", path, i)
		args := bucket.spec()
		list.Under(at, args.Mistakes(cloud))
		unique(list, names, at, "buckets", bucket.Name, i)
		if bucket.OwnKey && !slices.Contains(cloud.Offers, catalog.OfferKeys) {
			list.Add(at+".ownKey", true, "has no meaning on "+cloud.Name, "remove it: the cloud encrypts with keys of its own")
		}
	}
}

func checkIdentities(list *check.List, path string, cluster *Cluster, cloud catalog.Cloud) {
	names, accounts := map[string]int{}, map[string]int{}
	for i := range cluster.Identities {
		identity, at := &cluster.Identities[i], fmt.Sprintf("%s.identities[%d]", path, i)
		unique(list, names, at, "identities", identity.Name, i)
		account := identity.Namespace + "/" + identity.ServiceAccount
		if first, taken := accounts[account]; taken {
			list.Add(at+".serviceAccount", identity.ServiceAccount, fmt.Sprintf("has the identity of identities[%d] already", first), "put all its rights into one")
		}
		accounts[account] = i
		list.DNSLabel(at+".name", identity.Name, spec.MaxPoolName)
		list.DNSLabel(at+".namespace", identity.Namespace, 63)
		list.DNSLabel(at+".serviceAccount", identity.ServiceAccount, 63)
		identity.checkGrants(list, at, cluster, cloud)
	}
}

// checkGrants checks that the cloud knows the rights and that what they name is
// there.
func (identity *Identity) checkGrants(list *check.List, path string, cluster *Cluster, cloud catalog.Cloud) {
	var buckets, repositories []string
	for _, b := range cluster.Buckets {
		buckets = append(buckets, b.Name)
	}
	if cluster.Registry != nil {
		repositories = cluster.Registry.Repositories
	}
	granted := false
	for _, grant := range []struct {
		setting string
		action  spec.Action
		names   []string
		kind    string
		known   []string
	}{
		{"readSecrets", spec.ReadSecrets, identity.ReadSecrets, "", nil},
		{"readBuckets", spec.ReadBucket, identity.ReadBuckets, "a bucket of this cluster", buckets},
		{"writeBuckets", spec.WriteBucket, identity.WriteBuckets, "a bucket of this cluster", buckets},
		{"pullImages", spec.PullImages, identity.PullImages, "a repository of this cluster", repositories},
		{"pushImages", spec.PushImages, identity.PushImages, "a repository of this cluster", repositories},
	} {
		if len(grant.names) == 0 {
			continue
		}
		granted = true
		if !slices.Contains(cloud.Grants, string(grant.action)) {
			list.Add(path+"."+grant.setting, nil, "cannot be granted on "+cloud.Name, cloud.GrantHint)
			continue
		}
		if grant.action == spec.ReadSecrets {
			for j, prefix := range grant.names {
				args := spec.SecretStoreArgs{Prefix: prefix}
				for _, m := range args.Mistakes() {
					m.Path = fmt.Sprintf("%s.%s[%d]", path, grant.setting, j)
					list.Add(m.Path, m.Value, m.Problem, m.Hint)
				}
			}
			continue
		}
		references(list, path+"."+grant.setting, grant.kind, grant.names, grant.known)
	}
	switch {
	case identity.ChangeZone && !slices.Contains(cloud.Grants, string(spec.ChangeZone)):
		list.Add(path+".changeZone", true, "cannot be granted on "+cloud.Name, cloud.GrantHint)
	case identity.ChangeZone && cluster.Zone == "":
		list.Add(path+".changeZone", true, "has no zone to change", "set zone on the cluster, or remove it")
	case !identity.ChangeZone && !granted:
		list.Add(path, nil, "has no rights", "say what it may do, such as readSecrets: [shop/], or remove it")
	}
}

func (r *Registry) spec() *spec.RegistryArgs {
	return &spec.RegistryArgs{Repositories: r.Repositories, KeepImages: r.KeepImages}
}

func (b *Bucket) spec() *spec.BucketArgs {
	return &spec.BucketArgs{Name: b.Name, ExpireDays: b.ExpireDays, NoncurrentDays: b.NoncurrentDays}
}
