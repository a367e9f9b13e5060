package gke_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

// Types of resources the tests look at.
const (
	clusterType  = "gcp:container/cluster:Cluster"
	poolType     = "gcp:container/nodePool:NodePool"
	keyType      = "gcp:kms/cryptoKey:CryptoKey"
	loanType     = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
	memberType   = "gcp:projects/iAMMember:IAMMember"
	serviceType  = "gcp:projects/service:Service"
	firewallType = "gcp:compute/firewall:Firewall"
	natType      = "gcp:compute/routerNat:RouterNat"
	classType    = "kubernetes:storage.k8s.io/v1:StorageClass"
)

// deploy makes a cluster called main, changed from the usual one, and what is asked of it.
func deploy(t *testing.T, change func(*spec.Cluster), asks ...clustertest.Ask) (*clustertest.Recorder, *clusters.Cluster) {
	t.Helper()
	return clustertest.Deploy(t, clustertest.GKE(), change, asks...)
}

// cheap is a cluster in one zone that nobody would miss.
func cheap(c *spec.Cluster) {
	c.HighlyAvailable, c.DeletionProtection, c.Zones, c.APIServerAccess = false, false, []string{"europe-west1-b"}, nil
}

func TestWhatAnOperatorNeedsIsAmongTheFacts(t *testing.T) {
	t.Parallel()
	_, c := deploy(t, func(c *spec.Cluster) { c.Edge.Firewall = true })
	for fact, want := range map[string]string{
		"network": "https://www.googleapis.com/compute/v1/main", "subnetwork": "https://www.googleapis.com/compute/v1/main",
		"natAddresses": "address-of-main-nat-a,address-of-main-nat-b", "projectNumber": clustertest.ProjectNumber,
		"workloadPool": "example.svc.id.goog", "nodeServiceAccount": "main-node@example.iam.gserviceaccount.com",
		"keyRing": "main-id", "securityPolicy": "main",
	} {
		require.Equal(t, want, clustertest.Text(c.Facts[fact].ToStringOutput()), fact)
	}
	require.Len(t, c.Facts, 8)
	require.Equal(t, "gcloud container clusters get-credentials main --location europe-west1 --project example", c.Connect)
	require.Equal(t, "https://console.cloud.google.com/kubernetes/clusters/details/europe-west1/main?project=example", c.Console)
}

func TestWhatCannotBeMadeAgainIsProtected(t *testing.T) {
	t.Parallel()
	kinds := []string{
		clusterType, keyType, "gcp:kms/keyRing:KeyRing", "gcp:compute/address:Address", "gcp:gkebackup/backupPlan:BackupPlan",
		"gcp:logging/projectBucketConfig:ProjectBucketConfig", "gcp:storage/bucket:Bucket", "gcp:dns/managedZone:ManagedZone",
		"gcp:artifactregistry/repository:Repository",
	}
	asks := []clustertest.Ask{askBucket, askZone, askRegistry}
	for name, protect := range map[string]bool{"a protected stack": true, "another": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.DeletionProtection = protect }, asks...)
			for _, kind := range kinds {
				require.NotEmpty(t, r.Of(kind), kind)
			}
			for _, res := range r.All() {
				require.Equal(t, protect && slices.Contains(kinds, res.Type), res.Protect, "%s %s", res.Type, res.Name)
			}
			require.Equal(t, protect, r.One(t, clusterType, "main").Value("deletionProtection"))
		})
	}
}

func TestAPIsAreTurnedOnOnceAndLeftOn(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil, askBucket, askZone, askRegistry)
	seen := map[string]bool{}
	for _, service := range r.Of(serviceType) {
		name := service.Value("service").(string)
		require.True(t, strings.HasSuffix(name, ".googleapis.com"), name)
		require.False(t, seen[name], "%s is turned on twice", name)
		seen[name] = true
		require.Equal(t, false, service.Value("disableOnDestroy"), name)
	}
	for _, want := range []string{"container", "cloudkms", "gkebackup", "dns", "artifactregistry", "containerscanning", "storage"} {
		require.True(t, seen[want+".googleapis.com"], want)
	}
}

func TestEveryServiceThatEncryptsMayUseItsKeyFirst(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for name, want := range map[string]struct{ key, agent, before, kind string }{
		"main-secrets-container": {"main-secrets-id", "container-engine-robot", "main", clusterType},
		"main-disks-compute":     {"main-disks-id", "compute-system", "main", clusterType},
		"main-backups-gkebackup": {"main-backups-id", "gcp-sa-gkebackup", "main", "gcp:gkebackup/backupPlan:BackupPlan"},
	} {
		loan := r.One(t, loanType, name)
		loan.RequireValues(t, map[string]any{
			"cryptoKeyId": want.key, "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
			"member": "serviceAccount:service-" + clustertest.ProjectNumber + "@" + want.agent + ".iam.gserviceaccount.com",
		})
		require.Contains(t, r.One(t, want.kind, want.before).Dependencies, name)
	}
	require.Len(t, r.Of(loanType), 3, "and nobody else may")
}

func TestKeysAreRotatedAndSlowToGo(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil, func(ctx *pulumi.Context, c *clusters.Cluster) error {
		_, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: "orders"})
		return err
	})
	require.Equal(t, []string{"main-backups", "main-disks", "main-orders", "main-secrets"}, r.Names(keyType))
	for _, key := range r.Of(keyType) {
		key.RequireValues(t, map[string]any{
			"keyRing": "main-id", "purpose": "ENCRYPT_DECRYPT", "rotationPeriod": "7776000s", "destroyScheduledDuration": "2592000s",
			"name": nil, // Google keeps names for ever: each gets a random end
		})
	}
	require.Nil(t, r.One(t, "gcp:kms/keyRing:KeyRing", "main").Value("name"))
}
