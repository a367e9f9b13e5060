package gke_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

func askBucket(ctx *pulumi.Context, c *clusters.Cluster) error {
	_, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "data"})
	return err
}

func askZone(ctx *pulumi.Context, c *clusters.Cluster) error {
	_, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "gke.example.com"})
	return err
}

func askRegistry(ctx *pulumi.Context, c *clusters.Cluster) error {
	_, err := clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"shop/storefront"}})
	return err
}

func TestABucketIsPrivateVersionedAndCleansUp(t *testing.T) {
	t.Parallel()
	var made *clusters.Bucket
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "data", ExpireDays: 90, NoncurrentDays: 7})
		return err
	})
	r.One(t, "gcp:storage/bucket:Bucket", "main-data").RequireValues(t, map[string]any{
		"name": nil, "location": "EUROPE-WEST1", "uniformBucketLevelAccess": true, "publicAccessPrevention": "enforced",
		"versioning.enabled": true, "softDeletePolicy.retentionDurationSeconds": 604800.0, "forceDestroy": false, "encryption": nil,
		"lifecycleRules": []any{
			map[string]any{"action": map[string]any{"type": "Delete"}, "condition": map[string]any{"daysSinceNoncurrentTime": 7.0, "withState": "ARCHIVED"}},
			map[string]any{"action": map[string]any{"type": "AbortIncompleteMultipartUpload"}, "condition": map[string]any{"age": 7.0}},
			map[string]any{"action": map[string]any{"type": "Delete"}, "condition": map[string]any{"age": 90.0, "withState": "LIVE"}},
		},
	})
	require.Equal(t, "main-data-1234567", clustertest.Text(made.Name))
	require.Equal(t, "gs://main-data-1234567", clustertest.Text(made.URL))
	require.Equal(t, "europe-west1", made.Region)
}

func TestObjectsStayUnlessAskedOtherwise(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil, askBucket)
	bucket := r.One(t, "gcp:storage/bucket:Bucket", "main-data")
	require.Len(t, bucket.Value("lifecycleRules"), 2)
	require.Equal(t, float64(spec.DefaultNoncurrentDays), bucket.Value("lifecycleRules[0].condition.daysSinceNoncurrentTime"))
}

func TestAKeyIsLentToAServiceOnceHoweverManyThingsItEncrypts(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) error {
		key, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: "orders"})
		if err != nil {
			return err
		}
		for _, name := range []string{"one", "two"} {
			if _, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: name, Key: &key.Key}); err != nil {
				return err
			}
		}
		_, err = clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"shop/cart"}, Key: &key.Key})
		return err
	})
	for _, name := range []string{"main-one", "main-two"} {
		bucket := r.One(t, "gcp:storage/bucket:Bucket", name)
		require.Equal(t, "main-orders-id", bucket.Value("encryption.defaultKmsKeyName"))
		require.Contains(t, bucket.Dependencies, "main-orders-storage")
	}
	require.Equal(t, "serviceAccount:service-"+clustertest.ProjectNumber+"@gs-project-accounts.iam.gserviceaccount.com",
		r.One(t, loanType, "main-orders-storage").Value("member"))
	repository := r.Of("gcp:artifactregistry/repository:Repository")[0]
	require.Equal(t, "main-orders-id", repository.Value("kmsKeyName"))
	require.Contains(t, repository.Dependencies, "main-orders-artifactregistry")
}

func TestAZoneIsSignedAndLogsQueries(t *testing.T) {
	t.Parallel()
	var made *clusters.Zone
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "gke.example.com"})
		return err
	})
	r.One(t, "gcp:dns/managedZone:ManagedZone", "main-zone").RequireValues(t, map[string]any{
		"name": "main-zone", "dnsName": "gke.example.com.", "visibility": "public", "forceDestroy": false,
		"dnssecConfig": map[string]any{"state": "on", "nonExistence": "nsec3"}, "cloudLoggingConfig.enableLogging": true,
	})
	require.Equal(t, "main-zone", clustertest.Text(made.ID))
	require.Equal(t, "main-zone-id", clustertest.Text(made.Reference))
}

func TestARegistryHasARepositoryForEachName(t *testing.T) {
	t.Parallel()
	var made *clusters.Registry
	long := "a-very-long-team/a-very-long-application-with-a-very-long-name"
	repositories := []string{"shop/storefront", "shop-storefront", "shop.storefront", long}
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: repositories, KeepImages: 10})
		return err
	})
	seen := map[string]bool{}
	for _, repository := range r.Of("gcp:artifactregistry/repository:Repository") {
		id := repository.Value("repositoryId").(string)
		require.Regexp(t, `^[a-z][a-z0-9-]{0,61}[a-z0-9]$`, id)
		require.False(t, seen[id], "two names are one repository: %s", id)
		seen[id] = true
		repository.RequireValues(t, map[string]any{
			"format": "DOCKER", "location": "europe-west1", "dockerConfig.immutableTags": true, "cleanupPolicyDryRun": false, "kmsKeyName": nil,
			"cleanupPolicies": []any{
				map[string]any{"id": "keep-newest", "action": "KEEP", "mostRecentVersions": map[string]any{"keepCount": 10.0}},
				map[string]any{"id": "delete-untagged", "action": "DELETE", "condition": map[string]any{"tagState": "UNTAGGED", "olderThan": "604800s"}},
				map[string]any{"id": "delete-others", "action": "DELETE", "condition": map[string]any{"tagState": "ANY", "olderThan": "604800s"}},
			},
		})
	}
	require.Len(t, seen, len(repositories))
	readers := r.Of("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember")
	require.Len(t, readers, len(repositories), "nodes pull from every one")
	for _, reader := range readers {
		reader.RequireValues(t, map[string]any{
			"repository": strings.TrimSuffix(reader.Name, "-nodes") + "-id", "role": "roles/artifactregistry.reader",
			"project": "example", "location": "europe-west1",
			"member": "serviceAccount:main-node@example.iam.gserviceaccount.com",
		})
	}
	require.Equal(t, "europe-west1-docker.pkg.dev/example", clustertest.Text(made.Address))
	require.Regexp(t, `^europe-west1-docker\.pkg\.dev/example/main-shop-storefront-[0-9a-f]{8}/storefront$`, clustertest.Text(made.Repositories["shop/storefront"]))
}

func TestTheSecretStoreHasAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	var made *clusters.SecretStore
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewSecretStore(ctx, c, &spec.SecretStoreArgs{})
		return err
	})
	require.Equal(t, spec.SecretStore{Kind: "gcp-secret-manager", Prefix: "main/", Place: "example", Key: made.Key}, made.SecretStore)
	require.Equal(t, "main-secret-store-id", clustertest.Text(made.Key.ID))
	require.Equal(t, "serviceAccount:service-"+clustertest.ProjectNumber+"@gcp-sa-secretmanager.iam.gserviceaccount.com",
		r.One(t, loanType, "main-secret-store-secretmanager").Value("member"))
	require.Contains(t, r.One(t, loanType, "main-secret-store-secretmanager").Dependencies, "main-secretmanager", "the account is asked for first")
}
