package gke_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

// permissions are those of the roles of Google that are used here, as published
// in November 2026: https://cloud.google.com/iam/docs/roles-permissions
func permissions(t *testing.T) map[string]map[string]bool {
	t.Helper()
	raw, err := os.ReadFile("testdata/roles.json")
	require.NoError(t, err)
	var listed map[string][]string
	require.NoError(t, json.Unmarshal(raw, &listed))
	all := map[string]map[string]bool{}
	for role, names := range listed {
		all[role] = map[string]bool{}
		for _, name := range names {
			all[role][name] = true
		}
	}
	return all
}

// right is one role an identity has on one thing.
type right struct{ role, on, condition string }

// rights are all an identity has, by the account pods act as.
func rights(r *clustertest.Recorder, account string) []right {
	var all []right
	for _, res := range r.All() {
		if res.Value("member") != "serviceAccount:"+account {
			continue
		}
		found := right{role: res.Value("role").(string)}
		for _, on := range []string{"bucket", "cryptoKeyId", "managedZone", "repository", "project"} {
			if v, ok := res.Value(on).(string); ok {
				found.on = on + " " + v
				break
			}
		}
		if condition, ok := res.Value("condition.expression").(string); ok {
			found.condition = condition
		}
		all = append(all, found)
	}
	return all
}

// granted makes everything that can be granted, and an identity with one right.
func granted(t *testing.T, action spec.Action) *clustertest.Recorder {
	t.Helper()
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) error {
		bucket, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: "data"})
		require.NoError(t, err)
		zone, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: "gke.example.com"})
		require.NoError(t, err)
		registry, err := clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"shop/cart"}})
		require.NoError(t, err)
		key, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: "orders"})
		require.NoError(t, err)
		grant := spec.Grant{Action: action}
		switch action {
		case spec.ReadSecrets:
			grant.Prefix = "main/"
		case spec.ReadBucket, spec.WriteBucket:
			grant.Bucket = &bucket.Bucket
		case spec.ChangeZone:
			grant.Zone = &zone.Zone
		case spec.PullImages, spec.PushImages:
			grant.Registry, grant.Repository = &registry.Registry, "shop/cart"
		case spec.UseKey:
			grant.Key = &key.Key
		}
		_, err = clusters.NewIdentity(ctx, c, &spec.IdentityArgs{Name: "app", Namespace: "shop", ServiceAccount: "cart", Grants: []spec.Grant{grant}})
		return err
	})
	return r
}

func TestEachGrantAllowsWhatItSaysAndNoMore(t *testing.T) {
	t.Parallel()
	repository := "repository main-registry-shop/cart-id"
	tests := []struct {
		action    spec.Action
		rights    []right
		must, not []string
	}{
		{
			spec.ReadSecrets, []right{{"roles/secretmanager.secretAccessor", "project example", `resource.name.startsWith("projects/123456789012/secrets/main_")`}},
			[]string{"secretmanager.versions.access"},
			[]string{"secretmanager.secrets.setIamPolicy", "secretmanager.versions.add", "secretmanager.versions.destroy", "secretmanager.secrets.delete"},
		},
		{
			spec.ReadBucket, []right{{"roles/storage.objectViewer", "bucket main-data-1234567", ""}},
			[]string{"storage.objects.get", "storage.objects.list"},
			[]string{"storage.objects.create", "storage.objects.delete", "storage.objects.update", "storage.buckets.delete", "storage.buckets.setIamPolicy"},
		},
		{
			spec.WriteBucket, []right{{"roles/storage.objectUser", "bucket main-data-1234567", ""}},
			[]string{"storage.objects.get", "storage.objects.list", "storage.objects.create", "storage.objects.delete", "storage.multipartUploads.create"},
			[]string{"storage.objects.setIamPolicy", "storage.buckets.update", "storage.buckets.delete", "storage.buckets.setIamPolicy"},
		},
		{
			spec.ChangeZone, []right{
				{"projects/example/roles/main.changeRecords", "managedZone main-zone", ""},
				{"projects/example/roles/main.listZones", "project example", ""},
			},
			[]string{"dns.resourceRecordSets.create", "dns.resourceRecordSets.update", "dns.resourceRecordSets.delete", "dns.changes.create", "dns.managedZones.list"},
			[]string{"dns.managedZones.delete", "dns.managedZones.update", "dns.managedZones.create", "dns.managedZones.setIamPolicy"},
		},
		{
			spec.PullImages, []right{{"roles/artifactregistry.reader", repository, ""}},
			[]string{"artifactregistry.repositories.downloadArtifacts"},
			[]string{"artifactregistry.repositories.uploadArtifacts", "artifactregistry.tags.update", "artifactregistry.versions.delete"},
		},
		{
			spec.PushImages, []right{{"roles/artifactregistry.writer", repository, ""}},
			[]string{"artifactregistry.repositories.downloadArtifacts", "artifactregistry.repositories.uploadArtifacts", "artifactregistry.tags.create"},
			[]string{"artifactregistry.versions.delete", "artifactregistry.tags.delete", "artifactregistry.repositories.delete", "artifactregistry.repositories.setIamPolicy"},
		},
		{
			spec.UseKey, []right{{"roles/cloudkms.cryptoKeyEncrypterDecrypter", "cryptoKeyId main-orders-id", ""}},
			[]string{"cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"},
			[]string{"cloudkms.cryptoKeyVersions.destroy", "cloudkms.cryptoKeys.setIamPolicy", "cloudkms.cryptoKeys.update"},
		},
	}
	require.Len(t, tests, len(spec.Actions), "every action is here")
	published := permissions(t)
	for _, tt := range tests {
		t.Run(string(tt.action), func(t *testing.T) {
			t.Parallel()
			r := granted(t, tt.action)
			got := rights(r, "main-app@example.iam.gserviceaccount.com")
			require.ElementsMatch(t, tt.rights, got)
			allowed := map[string]bool{}
			for _, right := range got {
				for name := range rolePermissions(t, r, published, right.role) {
					allowed[name] = true
				}
			}
			for _, name := range tt.must {
				require.True(t, allowed[name], "%s must be allowed", name)
			}
			for _, name := range tt.not {
				require.False(t, allowed[name], "%s must not be allowed", name)
			}
			for name := range allowed {
				require.False(t, strings.HasSuffix(name, ".setIamPolicy") || strings.HasPrefix(name, "iam."), "%s would give rights to others", name)
			}
		})
	}
}

// rolePermissions are those of a role that Google publishes or that was made.
func rolePermissions(t *testing.T, r *clustertest.Recorder, published map[string]map[string]bool, role string) map[string]bool {
	t.Helper()
	if known, ok := published[role]; ok {
		return known
	}
	all := map[string]bool{}
	for _, made := range r.Of("gcp:projects/iAMCustomRole:IAMCustomRole") {
		if "projects/example/roles/"+made.Value("roleId").(string) == role {
			for _, name := range made.Value("permissions").([]any) {
				all[name.(string)] = true
			}
		}
	}
	require.NotEmpty(t, all, "the role %s is neither published nor made", role)
	return all
}

func TestAnIdentityIsForOneServiceAccount(t *testing.T) {
	t.Parallel()
	var made *clusters.Identity
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) (err error) {
		made, err = clusters.NewIdentity(ctx, c, &spec.IdentityArgs{
			Name: "app", Namespace: "shop", ServiceAccount: "cart", Grants: []spec.Grant{{Action: spec.ReadSecrets, Prefix: "shop/"}},
		})
		return err
	})
	binding := r.One(t, "gcp:serviceaccount/iAMMember:IAMMember", "main-app")
	binding.RequireValues(t, map[string]any{
		"serviceAccountId": "projects/example/serviceAccounts/main-app@example.iam.gserviceaccount.com",
		"role":             "roles/iam.workloadIdentityUser", "member": "serviceAccount:example.svc.id.goog[shop/cart]",
	})
	require.Contains(t, binding.Dependencies, "main", "the pool comes with the cluster")
	got := make(chan map[string]string, 1)
	made.Annotations.ApplyT(func(m map[string]string) string { got <- m; return "" })
	require.Equal(t, map[string]string{"iam.gke.io/gcp-service-account": "main-app@example.iam.gserviceaccount.com"}, <-got)
	require.Nil(t, made.Credentials, "there is no key to lose")
	require.Len(t, made.Ready, 2)
}

func TestAGrantKeepsItsNameWhenAnotherGoes(t *testing.T) {
	t.Parallel()
	ask := func(grants ...string) []string {
		r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) error {
			var all []spec.Grant
			for _, name := range grants {
				bucket, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: name})
				require.NoError(t, err)
				all = append(all, spec.Grant{Action: spec.ReadBucket, Bucket: &bucket.Bucket}, spec.Grant{Action: spec.ReadSecrets, Prefix: name + "/"})
			}
			_, err := clusters.NewIdentity(ctx, c, &spec.IdentityArgs{Name: "app", Namespace: "shop", ServiceAccount: "cart", Grants: all})
			return err
		})
		return append(r.Names("gcp:storage/bucketIAMMember:BucketIAMMember"), r.Names(memberType)...)
	}
	before, after := ask("one", "two"), ask("two")
	require.Contains(t, after, "main-app-readBucket-two")
	require.Contains(t, after, "main-app-readSecrets-two_")
	for _, name := range after {
		require.True(t, slices.Contains(before, name), name)
	}
}

func TestServiceAccountIDsFit(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, name := range []string{"a", "gke-eu", "a-very-long-cluster-name-number-1", "a-very-long-cluster-name-number-2"} {
		r := &clustertest.Recorder{}
		require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
			_, err := clusters.NewCluster(ctx, name, clustertest.GKE())
			return err
		}))
		id := r.One(t, "gcp:serviceaccount/account:Account", name+"-node").Value("accountId").(string)
		require.Regexp(t, `^[a-z][a-z0-9-]{4,28}[a-z0-9]$`, id)
		require.False(t, seen[id], "names that are cut stay different")
		seen[id] = true
	}
}
