package doks_test

import (
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

// bucket asks for a bucket.
func bucket(args *spec.BucketArgs) clustertest.Ask {
	return func(ctx *pulumi.Context, c *clusters.Cluster) error {
		_, err := clusters.NewBucket(ctx, c, args)
		return err
	}
}

func TestABucketIsPrivateAndKeepsVersions(t *testing.T) {
	t.Parallel()
	var made *clusters.Bucket
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "data", ExpireDays: 90, NoncurrentDays: 7})
		return err
	})
	got := r.One(t, bucketType, "main-data")
	for path, want := range map[string]any{
		"name": nil, "region": "fra1", "acl": "private", "versioning.enabled": true,
		"forceDestroy": true, // of a cluster that is not protected
		"lifecycleRules": []any{
			map[string]any{
				"id": "noncurrent", "enabled": true, "abortIncompleteMultipartUploadDays": 7.0,
				"noncurrentVersionExpiration": map[string]any{"days": 7.0},
			},
			map[string]any{"id": "expire", "enabled": true, "expiration": map[string]any{"days": 90.0}},
		},
	} {
		require.Equal(t, want, got.Value(path), path)
	}
	require.Equal(t, "s3://main-data", clustertest.Text(made.URL))
	require.Equal(t, "https://fra1.digitaloceanspaces.com", made.Endpoint)
	require.Equal(t, "fra1", made.Region)
	require.Equal(t, []any{"do:space:main-data"}, r.One(t, memberType, "main-data").Value("resources"))
	require.Empty(t, r.Of("digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy"), "Spaces takes no key for a single bucket where there is a policy")
}

func TestObjectsStayUnlessAskedOtherwise(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil, bucket(&spec.BucketArgs{Name: "data"}))
	got := r.One(t, bucketType, "main-data")
	require.Equal(t, float64(spec.DefaultNoncurrentDays), got.Value("lifecycleRules[0].noncurrentVersionExpiration.days"))
	require.Nil(t, got.Value("lifecycleRules[1]"))
}

func TestBucketsAndRegistriesAreAsNearAsTheyCanBe(t *testing.T) {
	t.Parallel()
	// The provider's list of regions of Spaces, and the API's of the registry's.
	spaces := []string{"ams3", "atl1", "blr1", "fra1", "lon1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"}
	registries := []string{"ams3", "blr1", "fra1", "nyc3", "sfo2", "sfo3", "sgp1", "syd1"}
	cloud, _ := catalog.Get(catalog.DigitalOcean)
	elsewhere := map[string][2]string{ // of the buckets, of the registry
		"nyc1": {"nyc3", "nyc3"}, "atl1": {"atl1", "nyc3"}, "lon1": {"lon1", "ams3"}, "tor1": {"tor1", "nyc3"},
	}
	for _, region := range cloud.Regions() {
		t.Run("from "+region, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.Region, c.RegistryIntegration = region, true }, bucket(&spec.BucketArgs{Name: "data"}))
			want, far := elsewhere[region]
			if !far {
				want = [2]string{region, region}
			}
			require.Contains(t, spaces, want[0])
			require.Contains(t, registries, want[1])
			require.Equal(t, want[0], r.One(t, bucketType, "main-data").Value("region"))
			require.Equal(t, want[1], r.One(t, registryType, "main-registry").Value("region"))
		})
	}
}

func TestTheRegistryIsThereBeforeTheClusterThatPullsFromIt(t *testing.T) {
	t.Parallel()
	for _, integrated := range []bool{true, false} {
		var made *clusters.Registry
		r, _ := deploy(t, func(c *spec.Cluster) { c.RegistryIntegration = integrated },
			func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
				made, err = clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"shop/storefront"}})
				return err
			})
		registry := r.Of(registryType)
		require.Len(t, registry, 1, "an account has one")
		require.Equal(t, "professional", registry[0].Value("subscriptionTierSlug"))
		require.Nil(t, registry[0].Value("name"), "names are unique in the world: Pulumi makes one")
		require.Equal(t, "registry.digitalocean.com/main-registry", clustertest.Text(made.Address))
		require.Equal(t, "registry.digitalocean.com/main-registry/shop/storefront", clustertest.Text(made.Repositories["shop/storefront"]))

		cluster := r.One(t, clusterType, "main")
		require.Equal(t, integrated, cluster.Value("registryIntegration"))
		require.Equal(t, integrated, slices.Contains(cluster.Dependencies, "main-registry"))
	}
}

func TestAZoneIsServedByDigitalOcean(t *testing.T) {
	t.Parallel()
	var made *clusters.Zone
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "doks.example.com"})
		return err
	})
	require.Equal(t, "doks.example.com", r.One(t, domainType, "main-zone").Value("name"))
	require.Equal(t, "do:domain:doks.example.com", clustertest.Text(made.Reference))
	require.Equal(t, []any{"do:domain:doks.example.com"}, r.One(t, memberType, "main-zone").Value("resources"))
	names := make(chan []string, 1)
	made.NameServers.ApplyT(func(all []string) []string { names <- all; return all })
	require.Equal(t, []string{"ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"}, <-names)
}

func TestAnIdentityIsAKeyForItsBucketsOnly(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		grants func(data, logs *spec.Bucket) []spec.Grant
		want   []any
	}{
		{"that may read one", func(data, _ *spec.Bucket) []spec.Grant {
			return []spec.Grant{{Action: spec.ReadBucket, Bucket: data}}
		}, []any{map[string]any{"bucket": "main-data", "permission": "read"}}},
		{"that may write one and read another", func(data, logs *spec.Bucket) []spec.Grant {
			return []spec.Grant{{Action: spec.WriteBucket, Bucket: data}, {Action: spec.ReadBucket, Bucket: logs}}
		}, []any{map[string]any{"bucket": "main-data", "permission": "readwrite"}, map[string]any{"bucket": "main-logs", "permission": "read"}}},
		{"with the wider of two grants on one", func(data, _ *spec.Bucket) []spec.Grant {
			return []spec.Grant{{Action: spec.ReadBucket, Bucket: data}, {Action: spec.WriteBucket, Bucket: data}, {Action: spec.ReadBucket, Bucket: data}}
		}, []any{map[string]any{"bucket": "main-data", "permission": "readwrite"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var made *clusters.Identity
			r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) error {
				data, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "data"})
				if err != nil {
					return err
				}
				logs, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "logs"})
				if err != nil {
					return err
				}
				made, err = clusters.NewIdentity(ctx, c, &spec.IdentityArgs{
					Name: "reports", Namespace: "shop", ServiceAccount: "reports", Grants: tt.grants(&data.Bucket, &logs.Bucket),
				})
				return err
			})
			key := r.One(t, keyType, "main-reports")
			require.Equal(t, tt.want, key.Value("grants"))
			require.Equal(t, []string{"secretKey"}, key.SecretOutputs)

			require.NotNil(t, made.Credentials)
			require.True(t, pulumi.IsSecret(*made.Credentials), "a credential is a secret")
			got := make(chan map[string]string, 1)
			made.Credentials.ApplyT(func(m map[string]string) string { got <- m; return "" })
			require.Equal(t, map[string]string{"AWS_ACCESS_KEY_ID": "DO-main-reports", "AWS_SECRET_ACCESS_KEY": clustertest.Token}, <-got)
		})
	}
}

func TestWhatDigitalOceanDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		ask  clustertest.Ask
		want string
	}{
		{"a key", func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: "data"})
			return err
		}, "keys"},
		{"a secret store", func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewSecretStore(ctx, c, &spec.SecretStoreArgs{})
			return err
		}, "secretStore"},
		{"an identity that changes a zone", func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewIdentity(ctx, c, &spec.IdentityArgs{
				Name: "dns", Namespace: "dns", ServiceAccount: "dns", Grants: []spec.Grant{{Action: spec.ChangeZone, Zone: &spec.Zone{}}},
			})
			return err
		}, "grants[0].action"},
		{"a bucket with a key of its own", bucket(&spec.BucketArgs{Name: "data", Key: &spec.Key{Name: "own"}}), "key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &clustertest.Recorder{}
			err := r.Run(func(ctx *pulumi.Context) error {
				c, err := clusters.NewCluster(ctx, "main", clustertest.DOKS())
				if err != nil {
					return err
				}
				return tt.ask(ctx, c)
			})
			var wrong *check.Error
			require.ErrorAs(t, err, &wrong)
			require.Len(t, wrong.Mistakes, 1)
			require.Equal(t, tt.want, wrong.Mistakes[0].Path)
			require.NotEmpty(t, wrong.Mistakes[0].Hint)
		})
	}
}
