package clouds

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpKeyEncrypter = "roles/cloudkms.cryptoKeyEncrypterDecrypter"

// makeKey makes a ring with a key in a place, which the agent of a service may use.
func makeKey(e *engine, location, service string) resourceState {
	ring := e.create(gcpKeyRingType, "ring", props.Object{"name": "ring", "location": location})
	key := e.create(gcpKeyType, "key", props.Object{"keyRing": ring.id, "name": "key", "rotationPeriod": "7776000s"})
	if service != "" {
		e.create(gcpKeyMemberType, "agent", props.Object{"cryptoKeyId": key.id, "role": gcpKeyEncrypter, "member": "serviceAccount:" + gcpAgent("demo", service)})
	}
	return key
}

func TestAKeyRingKeepsItsNameAfterADestroy(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	key := makeKey(e, "europe-west1", "")
	require.Equal(t, "projects/demo/locations/europe-west1/keyRings/ring/cryptoKeys/key", key.id)
	require.Equal(t, "2592000s", key.outputs["destroyScheduledDuration"])
	require.Equal(t, key.id+"/cryptoKeyVersions/1", props.Str(key.outputs, "primaries[0].name"))
	ring := resourceState{typ: gcpKeyRingType, name: "ring", id: "projects/demo/locations/europe-west1/keyRings/ring"}
	e.delete(key)
	e.delete(ring)
	_, err := e.tryCreate(gcpKeyRingType, "ring", props.Object{"name": "ring", "location": "europe-west1"})
	require.ErrorContains(t, err, "Google never deletes a key ring, so a destroyed one keeps its name")
	e.create(gcpKeyRingType, "ring", props.Object{"location": "europe-west1"})
}

func TestAKeyEncryptsOnlyWhereItsServiceMay(t *testing.T) {
	t.Parallel()
	bucket := func(key string) props.Object {
		return props.Object{"name": "data-demo", "location": "EU", "encryption": props.Object{"defaultKmsKeyName": key}}
	}
	cases := []struct {
		name, location, service, want string
	}{
		{"a key in the multi-region of the bucket", "europe", "storage.googleapis.com", ""},
		{"a key elsewhere", "europe-west1", "storage.googleapis.com", "is in europe-west1: the bucket needs one in europe"},
		{"a key that the agent has no role on", "europe", "", "gs-project-accounts.iam.gserviceaccount.com may not use the key"},
		{"a key that another service may use", "europe", "container.googleapis.com", "may not use the key"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newStack(t).gcp()
			_, err := e.tryCreate(gcpBucketType, "b", bucket(makeKey(e, c.location, c.service).id))
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestABucketsOutputsAreThoseOfTheService(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	in := props.Object{"name": "data-demo", "location": "europe-west1", "labels": props.Object{"team": "platform"}, "publicAccessPrevention": "enforced", "uniformBucketLevelAccess": true}
	preview := e.preview(gcpBucketType, "b", in)
	require.Equal(t, props.Object{"team": "platform"}, preview["effectiveLabels"], "the provider knows the labels before it creates")
	require.True(t, props.IsUnknown(preview["selfLink"]))
	b := e.create(gcpBucketType, "b", in)
	require.Equal(t, "gs://data-demo", b.outputs["url"])
	require.Equal(t, "https://www.googleapis.com/storage/v1/b/data-demo", b.outputs["selfLink"])
	require.InDelta(t, 604800, props.Get(b.outputs, "softDeletePolicy.retentionDurationSeconds"), 0)
	again, _ := e.read(b)
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(again, in).GetChanges(), "%v", e.diff(again, in).GetDiffs())
	_, err := e.tryCreate("gcp:storage/bucketIAMMember:BucketIAMMember", "m", props.Object{"bucket": b.id, "role": "roles/storage.objectViewer", "member": "allUsers"})
	require.ErrorContains(t, err, "public access prevention is enforced")

	in["retentionPolicy"] = props.Object{"retentionPeriod": 86400, "isLocked": true}
	require.Empty(t, e.diff(b, in).GetReplaces())
	b = e.update(b, in)
	in["retentionPolicy"] = props.Object{"retentionPeriod": 86400}
	require.NotEmpty(t, e.diff(b, in).GetReplaces(), "what is locked cannot be unlocked")
}

func TestASecretsVersionsAreNumberedAndGoWithIt(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	s := e.create(gcpSecretType, "s", props.Object{"secretId": "api", "replication": props.Object{"auto": props.Object{}}})
	require.Equal(t, "projects/demo/secrets/api", s.id)
	name := "projects/" + gcpProjectNumber("demo") + "/secrets/api"
	require.Equal(t, name, s.outputs["name"])
	first := e.create(gcpSecretVersionType, "v1", props.Object{"secret": s.id, "secretData": "one"})
	second := e.create(gcpSecretVersionType, "v2", props.Object{"secret": s.id, "secretData": "two"})
	require.Equal(t, name+"/versions/1", first.id)
	require.Equal(t, "2", second.outputs["version"])
	require.Equal(t, []string{"secretData"}, e.diff(first, props.Object{"secret": s.id, "secretData": "three"}).GetReplaces())
	e.delete(s)
	_, gone := e.read(second)
	require.True(t, gone)
}

func TestAZoneIsEmptyBeforeItGoes(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	z := e.create(gcpZoneType, "z", props.Object{"name": "main", "dnsName": "example.com.", "dnssecConfig": props.Object{"state": "on"}})
	require.Regexp(t, `^ns-cloud-[a-e]1\.googledomains\.com\.$`, props.Str(z.outputs, "nameServers[0]"))
	require.Equal(t, "Managed by Pulumi", z.outputs["description"])
	r := e.create(gcpRecordType, "r", props.Object{"managedZone": "main", "name": "www.example.com.", "type": "A", "ttl": 300, "rrdatas": []any{"198.51.100.1"}})
	require.Equal(t, "projects/demo/managedZones/main/rrsets/www.example.com./A", r.id)
	_, err := e.tryCreate(gcpRecordType, "c", props.Object{"managedZone": z.id, "name": "www.example.com.", "type": "CNAME", "rrdatas": []any{"a.b."}})
	require.ErrorContains(t, err, "a CNAME stands alone")
	_, err = e.tryCreate(gcpRecordType, "o", props.Object{"managedZone": "main", "name": "www.example.org.", "type": "A", "rrdatas": []any{"198.51.100.1"}})
	require.ErrorContains(t, err, "is not in the zone example.com.")
	require.ErrorContains(t, e.tryDelete(z), "containerNotEmpty")
	e.delete(r)
	e.delete(z)
}

func TestAnAddressIsItsOwnAndIsKeptByANAT(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	n := e.create(gcpNetworkType, "net", props.Object{"name": "net"})
	r := e.create(gcpRouterType, "r", props.Object{"name": "router", "network": n.id, "region": "europe-west1"})
	a := e.create(gcpAddressType, "a", props.Object{"name": "nat-1"})
	b := e.create(gcpAddressType, "b", props.Object{"name": "nat-2"})
	require.Regexp(t, `^198\.51\.100\.\d+$`, a.outputs["address"])
	require.NotEqual(t, a.outputs["address"], b.outputs["address"])
	nat := e.create(gcpNATType, "n", props.Object{
		"router": r.outputs["name"], "region": "europe-west1", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES", "natIpAllocateOption": "MANUAL_ONLY", "natIps": []any{a.outputs["selfLink"]},
	})
	require.ErrorContains(t, e.tryDelete(a), "is already being used by")
	e.delete(nat)
	e.delete(a)
	f := e.create(gcpFirewallType, "f", props.Object{"name": "internal", "network": n.outputs["selfLink"], "sourceRanges": []any{"10.0.0.0/8"}, "allows": []any{props.Object{"protocol": "tcp", "ports": []any{"443", "8000-9000"}}}})
	require.Equal(t, "INGRESS", f.outputs["direction"])
	require.ErrorContains(t, e.tryDelete(n), "is already being used by")
}

func TestASubnetworkGrowsInPlaceAndDoesNotShrink(t *testing.T) {
	t.Parallel()
	subnet := func(cidr string) props.Object {
		return props.Object{"network": "n", "region": "europe-west1", "ipCidrRange": cidr}
	}
	require.Empty(t, gcpSubnetwork.diff(subnet("10.0.0.0/20"), subnet("10.0.0.0/18"), nil).GetReplaces())
	require.Equal(t, []string{"ipCidrRange"}, gcpSubnetwork.diff(subnet("10.0.0.0/18"), subnet("10.0.0.0/20"), nil).GetReplaces())
	require.Equal(t, []string{"ipCidrRange"}, gcpSubnetwork.diff(subnet("10.0.0.0/18"), subnet("10.1.0.0/16"), nil).GetReplaces())
}

func TestAnAlertKnowsItsMetricAndItsChannel(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	alert := func(channel string) props.Object {
		return props.Object{"displayName": "denied", "combiner": "OR", "notificationChannels": []any{channel}, "conditions": []any{props.Object{
			"displayName": "many", "conditionThreshold": props.Object{
				"filter":     `metric.type="logging.googleapis.com/user/denied" AND resource.type="k8s_cluster"`,
				"comparison": "COMPARISON_GT", "duration": "300s", "thresholdValue": 5,
			},
		}}}
	}
	ch := e.create(gcpChannelType, "ops", props.Object{"type": "email", "labels": props.Object{"email_address": "ops@example.com"}})
	_, err := e.tryCreate(gcpAlertType, "a", alert(ch.id))
	require.ErrorContains(t, err, "cannot find the metric of the filter")
	e.create(gcpLogMetricType, "m", props.Object{"name": "denied", "filter": "severity>=ERROR"})
	a := e.create(gcpAlertType, "a", alert(ch.id))
	require.Regexp(t, `^projects/demo/alertPolicies/\d{19}$`, a.id)
	require.ErrorContains(t, e.tryDelete(ch), "is used by the alert policy")
	e.delete(a)
	e.delete(ch)
	_, err = e.tryCreate(gcpAlertType, "a", alert(ch.id))
	require.ErrorContains(t, err, "does not exist")
}

func TestLogsHaveABucketAndASink(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	const typ = "gcp:logging/projectBucketConfig:ProjectBucketConfig"
	in := props.Object{"project": "demo", "location": "europe-west1", "bucketId": "audit", "retentionDays": 400, "locked": true}
	b := e.create(typ, "audit", in)
	require.Equal(t, "projects/demo/locations/europe-west1/buckets/audit", b.id)
	in["locked"] = false
	_, err := e.tryUpdate(b, in, false)
	require.ErrorContains(t, err, "is locked, which cannot be undone")
	require.ErrorContains(t, e.tryDelete(b), "is locked")
	sink := e.create("gcp:logging/projectSink:ProjectSink", "s", props.Object{"destination": "logging.googleapis.com/" + b.id})
	require.Empty(t, sink.outputs["writerIdentity"], "a bucket of the own project needs none")
	sink = e.update(sink, props.Object{"destination": "storage.googleapis.com/archive"})
	require.Equal(t, "serviceAccount:service-"+gcpProjectNumber("demo")+"@gcp-sa-logging.iam.gserviceaccount.com", sink.outputs["writerIdentity"])
}

func TestServiceAgentsAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	id := e.create("gcp:projects/serviceIdentity:ServiceIdentity", "s", props.Object{"service": "container.googleapis.com"})
	require.Equal(t, "projects/demo/services/container.googleapis.com", id.id)
	require.Equal(t, "service-"+gcpProjectNumber("demo")+"@container-engine-robot.iam.gserviceaccount.com", id.outputs["email"])
	got, err := e.invoke("gcp:storage/getProjectServiceAccount:getProjectServiceAccount", nil)
	require.NoError(t, err)
	require.Equal(t, "serviceAccount:"+gcpAgent("demo", "storage.googleapis.com"), got["member"])
	project, err := e.invoke("gcp:organizations/getProject:getProject", nil)
	require.NoError(t, err)
	require.Contains(t, got["member"], project["number"])
}

func TestAnAPIThatAnotherNeedsStaysOn(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	compute := e.create(gcpServiceType, "compute", props.Object{"service": "compute.googleapis.com"})
	require.Equal(t, "demo/compute.googleapis.com", compute.id)
	gke := e.create(gcpServiceType, "container", props.Object{"service": "container.googleapis.com"})
	require.ErrorContains(t, e.tryDelete(compute), "is needed by container.googleapis.com: set disableOnDestroy to false")
	kept := e.update(compute, props.Object{"service": "compute.googleapis.com", "disableOnDestroy": false})
	e.delete(kept)
	e.delete(gke)
}

func TestAMembersPoolComesWithACluster(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	sa := e.create(gcpServiceAccountType, "sa", props.Object{"accountId": "backup"})
	member := props.Object{"serviceAccountId": sa.outputs["name"], "role": "roles/iam.workloadIdentityUser", "member": "serviceAccount:demo.svc.id.goog[ns/backup]"}
	const typ = "gcp:serviceaccount/iAMMember:IAMMember"
	_, err := e.tryCreate(typ, "m", member)
	require.ErrorContains(t, err, "Identity Pool does not exist (demo.svc.id.goog)")
	e.create(gcpClusterType, "c", props.Object{"name": "c", "location": "europe-west1", "initialNodeCount": 1, "workloadIdentityConfig": props.Object{"workloadPool": "demo.svc.id.goog"}})
	m := e.create(typ, "m", member)
	require.Equal(t, sa.id+"/roles/iam.workloadIdentityUser/serviceAccount:demo.svc.id.goog[ns/backup]", m.id)
	role := e.create(gcpCustomRoleType, "r", props.Object{"roleId": "backup", "title": "Backup", "permissions": []any{"storage.objects.create"}})
	member["role"] = role.id
	e.create(typ, "custom", member)
	member["role"] = "projects/demo/roles/none"
	_, err = e.tryCreate(typ, "none", member)
	require.ErrorContains(t, err, "does not exist")
}

func TestABackupPlanNeedsTheAgent(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	in := props.Object{"name": "c", "location": "europe-west1", "initialNodeCount": 1}
	c := e.create(gcpClusterType, "c", in)
	plan := props.Object{
		"cluster": c.id, "location": "europe-west1", "name": "daily", "backupConfig": props.Object{"allNamespaces": true, "includeSecrets": true},
		"backupSchedule": props.Object{"cronSchedule": "0 2 * * *"}, "retentionPolicy": props.Object{"backupRetainDays": 30},
	}
	_, err := e.tryCreate(gcpBackupPlan.Token, "p", plan)
	require.ErrorContains(t, err, "turn on addonsConfig.gkeBackupAgentConfig")
	in["addonsConfig"] = props.Object{"gkeBackupAgentConfig": props.Object{"enabled": true}}
	require.Empty(t, e.diff(c, in).GetReplaces())
	e.update(c, in)
	p := e.create(gcpBackupPlan.Token, "p", plan)
	require.Equal(t, "projects/demo/locations/europe-west1/backupPlans/daily", p.id)
	require.Equal(t, "READY", p.outputs["state"])
}

func TestARepositoryIsForItsMembers(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	r := e.create(gcpRepositoryType, "r", props.Object{"repositoryId": "images", "format": "DOCKER", "dockerConfig": props.Object{"immutableTags": true}})
	require.Equal(t, "projects/demo/locations/europe-west1/repositories/images", r.id, "the region of the provider is its location")
	sa := e.create(gcpServiceAccountType, "sa", props.Object{"accountId": "nodes-sa"})
	m := e.create("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", "m", props.Object{"repository": r.outputs["name"], "location": "europe-west1", "role": "roles/artifactregistry.reader", "member": sa.outputs["member"]})
	require.Equal(t, r.id+"/roles/artifactregistry.reader/serviceAccount:nodes-sa@demo.iam.gserviceaccount.com", m.id)
	whole := e.create("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", "w", props.Object{"repository": r.id, "role": "roles/artifactregistry.writer", "member": sa.outputs["member"]})
	require.Equal(t, "europe-west1", whole.outputs["location"], "the whole name says the location")
	_, err := e.tryCreate("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", "n", props.Object{"repository": "none", "location": "europe-west1", "role": "roles/artifactregistry.reader", "member": sa.outputs["member"]})
	require.ErrorContains(t, err, "does not exist")
}
