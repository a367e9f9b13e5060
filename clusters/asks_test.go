package clusters_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

func TestWhatACloudDoesNotOfferIsRefusedBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	existing := &clusters.ClusterArgs{Cloud: "existing", Kubeconfig: pulumi.String(someKubeconfig)}
	tests := []struct {
		name string
		args *clusters.ClusterArgs
		ask  clustertest.Ask
		path string
	}{
		{"a bucket on an existing cluster", existing, func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "reports"})
			return err
		}, "buckets"},
		{"a zone on an existing cluster", existing, func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "example.com"})
			return err
		}, "zone"},
		{"a registry on an existing cluster", existing, func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"a"}})
			return err
		}, "registry"},
		{"a key on DigitalOcean", clustertest.DOKS(), func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: "a"})
			return err
		}, "keys"},
		{"a secret store on DigitalOcean", clustertest.DOKS(), func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewSecretStore(ctx, c, &spec.SecretStoreArgs{})
			return err
		}, "secretStore"},
		{"secrets for an identity on DigitalOcean", clustertest.DOKS(), func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewIdentity(ctx, c, &spec.IdentityArgs{Name: "a", Namespace: "a", ServiceAccount: "a", Grants: []spec.Grant{{Action: spec.ReadSecrets, Prefix: "a/"}}})
			return err
		}, "grants[0].action"},
		{"an identity without rights", clustertest.EKS(), func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewIdentity(ctx, c, &spec.IdentityArgs{Name: "a", Namespace: "a", ServiceAccount: "a"})
			return err
		}, "grants"},
		{"a right to a bucket that is not named", clustertest.EKS(), func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewIdentity(ctx, c, &spec.IdentityArgs{Name: "a", Namespace: "a", ServiceAccount: "a", Grants: []spec.Grant{{Action: spec.ReadBucket}}})
			return err
		}, "grants[0].bucket"},
		{"a domain that is none", clustertest.GKE(), func(ctx *pulumi.Context, c *clusters.Cluster) error {
			_, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "not a domain"})
			return err
		}, "domain"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := &clustertest.Recorder{}
			var before int
			err := r.Run(func(ctx *pulumi.Context) error {
				c, err := clusters.NewCluster(ctx, "main", tt.args)
				require.NoError(t, err)
				before = len(r.Of("ai-now:clusters:Cluster"))
				return tt.ask(ctx, c)
			})
			var wrong *check.Error
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, tt.path, wrong.Mistakes[0].Path)
			require.NotEmpty(t, wrong.Mistakes[0].Hint)
			require.Equal(t, 1, before)
			for _, kind := range []string{"Bucket", "Zone", "Registry", "Key", "SecretStore", "Identity"} {
				require.Empty(t, r.Of("ai-now:clusters:"+kind))
			}
		})
	}
}

// TestEveryCloudAnswersWhatComponentsAskFor asks each cloud for everything its catalog says it offers.
func TestEveryCloudAnswersWhatComponentsAskFor(t *testing.T) {
	t.Parallel()
	for name, args := range map[string]*clusters.ClusterArgs{"EKS": clustertest.EKS(), "GKE": clustertest.GKE(), "DOKS": clustertest.DOKS()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &clustertest.Recorder{}
			require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
				c, err := clusters.NewCluster(ctx, "main", args)
				require.NoError(t, err)
				bucketArgs := &spec.BucketArgs{Name: "reports", ExpireDays: 90}
				if name != "DOKS" {
					key, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: "reports"})
					require.NoError(t, err)
					require.NotNil(t, key.Resource, "what is encrypted with it waits for it")
					bucketArgs.Key = &key.Key
					store, err := clusters.NewSecretStore(ctx, c, &spec.SecretStoreArgs{})
					require.NoError(t, err)
					require.Contains(t, store.Prefix, "main")
				}
				bucket, err := clusters.NewBucket(ctx, c, bucketArgs)
				require.NoError(t, err)
				zone, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "main.example.com"})
				require.NoError(t, err)
				registry, err := clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"shop/cart"}})
				require.NoError(t, err)
				require.Contains(t, registry.Repositories, "shop/cart")

				grants := []spec.Grant{{Action: spec.ReadBucket, Bucket: &bucket.Bucket}, {Action: spec.WriteBucket, Bucket: &bucket.Bucket}}
				if name != "DOKS" {
					grants = append(grants,
						spec.Grant{Action: spec.ReadSecrets, Prefix: "shop/"},
						spec.Grant{Action: spec.ChangeZone, Zone: &zone.Zone},
						spec.Grant{Action: spec.PullImages, Registry: &registry.Registry, Repository: "shop/cart"},
						spec.Grant{Action: spec.PushImages, Registry: &registry.Registry, Repository: "shop/cart"},
						spec.Grant{Action: spec.UseKey, Key: bucketArgs.Key})
				}
				identity, err := clusters.NewIdentity(ctx, c, &spec.IdentityArgs{Name: "cart", Namespace: "shop", ServiceAccount: "cart", Grants: grants})
				require.NoError(t, err)
				if name == "DOKS" {
					require.NotNil(t, identity.Credentials)
					require.True(t, pulumi.IsSecret(*identity.Credentials), "credentials are secret")
				} else {
					require.Nil(t, identity.Credentials, "no keys where pods have identities")
				}
				return nil
			}))
		})
	}
}
