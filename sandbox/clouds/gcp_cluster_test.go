package clouds

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func plainGKE(more props.Object) props.Object {
	return with(props.Object{"name": "c", "location": "europe-west1", "initialNodeCount": 1, "removeDefaultNodePool": true, "deletionProtection": false}, more)
}

func TestGKEFindsMistakesBeforeAClusterIsMade(t *testing.T) {
	t.Parallel()
	window := func(start, end, rule string) props.Object {
		return props.Object{"maintenancePolicy": props.Object{"recurringWindow": props.Object{"startTime": "2026-01-03T" + start + ":00Z", "endTime": "2026-01-03T" + end + ":00Z", "recurrence": rule}}}
	}
	exclusion := func(until, scope string, more props.Object) props.Object {
		o := window("02:00", "08:00", "FREQ=WEEKLY;BYDAY=SA,SU")
		props.Map(o, "maintenancePolicy")["maintenanceExclusions"] = []any{props.Object{
			"exclusionName": "freeze", "startTime": "2026-12-01T00:00:00Z", "endTime": until, "exclusionOptions": props.Object{"scope": scope},
		}}
		return with(o, more)
	}
	private := props.Object{"enablePrivateNodes": true, "enablePrivateEndpoint": true}
	cases := []struct {
		name string
		in   props.Object
		want string
	}{
		{"a weekend of twelve hours", window("02:00", "08:00", "FREQ=WEEKLY;BYDAY=SA,SU"), ""},
		{"a weekend of eight hours", window("02:00", "06:00", "FREQ=WEEKLY;BYDAY=SA,SU"), "the windows leave 32h0m0s in 32 days: GKE needs 48h0m0s"},
		{"windows that are too short", window("02:00", "04:00", "FREQ=DAILY"), "a window of 2h0m0s is shorter than 4h0m0s"},
		{"a window that ends before it starts", window("06:00", "02:00", "FREQ=DAILY"), "the end is not after the start"},
		{"two kinds of windows", props.Object{"maintenancePolicy": props.Object{"dailyMaintenanceWindow": props.Object{"startTime": "03:00"}, "recurringWindow": props.Object{"recurrence": "FREQ=DAILY"}}}, "cannot be set together"},
		{"four weeks without upgrades", exclusion("2026-12-29T00:00:00Z", "NO_UPGRADES", nil), ""},
		{"two months without upgrades", exclusion("2027-02-01T00:00:00Z", "NO_UPGRADES", nil), "62 days without any upgrade: GKE allows 30"},
		{"two months without minor upgrades", exclusion("2027-02-01T00:00:00Z", "NO_MINOR_UPGRADES", nil), ""},
		{"a scope without a channel", exclusion("2026-12-29T00:00:00Z", "NO_MINOR_UPGRADES", props.Object{"releaseChannel": props.Object{"channel": "UNSPECIFIED"}}), "needs a release channel"},
		{"encryption without a key", props.Object{"databaseEncryption": props.Object{"state": "ENCRYPTED"}}, "state ENCRYPTED needs the name of a key"},
		{"Dataplane V2 with Calico", props.Object{"datapathProvider": "ADVANCED_DATAPATH", "networkPolicy": props.Object{"enabled": true}}, "enforces network policies by itself"},
		{"a private endpoint for everybody", props.Object{"privateClusterConfig": private}, "enablePrivateEndpoint needs masterAuthorizedNetworksConfig"},
		{"a private endpoint for named ranges", props.Object{"privateClusterConfig": private, "masterAuthorizedNetworksConfig": props.Object{"cidrBlocks": []any{props.Object{"cidrBlock": "10.0.0.0/8"}}}}, ""},
		{"an authorized range that is none", props.Object{"masterAuthorizedNetworksConfig": props.Object{"cidrBlocks": []any{props.Object{"cidrBlock": "10.0.0.1/8"}}}}, "masterAuthorizedNetworksConfig.cidrBlocks[0].cidrBlock: "},
		{"the pool of another project", props.Object{"project": "demo", "workloadIdentityConfig": props.Object{"workloadPool": "other.svc.id.goog"}}, "use demo.svc.id.goog"},
		{"a mode that is none", props.Object{"securityPostureConfig": props.Object{"mode": "STRICT"}}, `"STRICT" is none of DISABLED, BASIC`},
		{"a component without logs", props.Object{"loggingConfig": props.Object{"enableComponents": []any{"SYSTEM_COMPONENTS", "AUDIT"}}}, `enableComponents[1]: simulated gcp: "AUDIT" is none of`},
		{"Binary Authorization in two ways", props.Object{"binaryAuthorization": props.Object{"enabled": true, "evaluationMode": "DISABLED"}}, "cannot be set together"},
		{"ranges in two ways", props.Object{"ipAllocationPolicy": props.Object{"clusterIpv4CidrBlock": "/16", "clusterSecondaryRangeName": "pods"}}, "cannot be set together"},
	}
	e := newStack(t).gcp()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireMistake(t, e, gcpClusterType, plainGKE(c.in), c.want)
		})
	}
}

func TestGKEFindsMistakesInAPool(t *testing.T) {
	t.Parallel()
	config := func(machine string, more props.Object) props.Object {
		return props.Object{"nodeConfig": with(props.Object{"machineType": machine}, more)}
	}
	gpu := func(kind string, n int) props.Object {
		return props.Object{"guestAccelerators": []any{props.Object{"type": kind, "count": n}}}
	}
	cases := []struct {
		name string
		in   props.Object
		want string
	}{
		{"limits per zone", props.Object{"autoscaling": props.Object{"minNodeCount": 0, "maxNodeCount": 3}}, ""},
		{"limits of the whole pool", props.Object{"autoscaling": props.Object{"totalMinNodeCount": 1, "totalMaxNodeCount": 9, "locationPolicy": "ANY"}}, ""},
		{"limits of both kinds", props.Object{"autoscaling": props.Object{"minNodeCount": 0, "totalMaxNodeCount": 3}}, "limits per zone and limits of the whole pool cannot be set together"},
		{"blue and green with a surge", props.Object{"upgradeSettings": props.Object{"strategy": "BLUE_GREEN", "maxSurge": 1}}, "maxSurge and maxUnavailable go with the strategy SURGE"},
		{"a surge with blue and green", props.Object{"upgradeSettings": props.Object{"maxSurge": 1, "blueGreenSettings": props.Object{}}}, "blueGreenSettings go with the strategy BLUE_GREEN"},
		{"an upgrade that cannot move", props.Object{"upgradeSettings": props.Object{"maxSurge": 0, "maxUnavailable": 0}}, "cannot both be 0"},
		{"a prefix beside a name", props.Object{"namePrefix": "x-"}, "name and namePrefix cannot be set together"},
		{"a GPU on N1", config("n1-standard-4", gpu("nvidia-tesla-t4", 1)), ""},
		{"three GPUs on N1", config("n1-standard-4", gpu("nvidia-tesla-t4", 3)), "3 is none of [1 2 4]"},
		{"a GPU on N2", config("n2-standard-4", gpu("nvidia-tesla-t4", 1)), "n2-standard-4 takes no GPUs"},
		{"another GPU than the machine's", config("g2-standard-24", gpu("nvidia-l4", 1)), "g2-standard-24 comes with 2 nvidia-l4"},
		{"a disk that C4A does not have", config("c4a-standard-4", props.Object{"diskType": "pd-balanced"}), "use hyperdisk-balanced"},
		{"T2A where it is not", with(config("t2a-standard-4", nil), props.Object{"location": "europe-west1"}), "only in us-central1, europe-west4, asia-southeast1"},
		{"spot and preemptible", config("e2-standard-4", props.Object{"spot": true, "preemptible": true}), "take spot"},
	}
	e := newStack(t).gcp()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireMistake(t, e, gcpPoolType, with(props.Object{"cluster": "c", "name": "p"}, c.in), c.want)
		})
	}
}

func TestSecretsOfAClusterAreEncryptedWithAKeyThatGKEMayUse(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	key := makeKey(e, "europe-west1", "")
	in := plainGKE(props.Object{"databaseEncryption": props.Object{"state": "ENCRYPTED", "keyName": key.id}})
	_, err := e.tryCreate(gcpClusterType, "c", in)
	require.ErrorContains(t, err, "container-engine-robot.iam.gserviceaccount.com may not use the key")
	e.create(gcpKeyMemberType, "gke", props.Object{"cryptoKeyId": key.id, "role": gcpKeyEncrypter, "member": "serviceAccount:" + gcpAgent("demo", "container.googleapis.com")})
	c := e.create(gcpClusterType, "c", in)
	in["databaseEncryption"] = props.Object{"state": "DECRYPTED"}
	require.Empty(t, e.diff(c, in).GetReplaces(), "encryption is turned on and off in place")
	in["databaseEncryption"] = props.Object{"state": "ENCRYPTED", "keyName": key.id + "2"}
	_, err = e.tryUpdate(c, in, false)
	require.ErrorContains(t, err, "does not exist")
}

func TestWhatReplacesAGKECluster(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		old, in props.Object
		want    []string
	}{
		{"another version does not", props.Object{"minMasterVersion": "1.34"}, props.Object{"minMasterVersion": "1.35"}, nil},
		{"other maintenance does not", props.Object{}, props.Object{"maintenancePolicy": props.Object{"dailyMaintenanceWindow": props.Object{"startTime": "03:00"}}}, nil},
		{"other authorized networks do not", props.Object{}, props.Object{"masterAuthorizedNetworksConfig": props.Object{"cidrBlocks": []any{props.Object{"cidrBlock": "10.0.0.0/8"}}}}, nil},
		{"a private endpoint does not", props.Object{"privateClusterConfig": props.Object{"enablePrivateEndpoint": false}}, props.Object{"privateClusterConfig": props.Object{"enablePrivateEndpoint": true}}, nil},
		{"private nodes do", props.Object{"privateClusterConfig": props.Object{"enablePrivateNodes": false}}, props.Object{"privateClusterConfig": props.Object{"enablePrivateNodes": true}}, []string{"privateClusterConfig.enablePrivateNodes"}},
		{"another data plane does", props.Object{"datapathProvider": "LEGACY_DATAPATH"}, props.Object{"datapathProvider": "ADVANCED_DATAPATH"}, []string{"datapathProvider"}},
		{"confidential nodes do", props.Object{"confidentialNodes": props.Object{"enabled": false}}, props.Object{"confidentialNodes": props.Object{"enabled": true}}, []string{"confidentialNodes.enabled"}},
		{"subsetting on does not", props.Object{}, props.Object{"enableL4IlbSubsetting": true}, nil},
		{"subsetting off does", props.Object{"enableL4IlbSubsetting": true}, props.Object{}, []string{"enableL4IlbSubsetting"}},
		{"more ranges for pods do not", props.Object{"ipAllocationPolicy": props.Object{}}, props.Object{"ipAllocationPolicy": props.Object{"additionalPodRangesConfig": props.Object{"podRangeNames": []any{"more"}}}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := gcpCluster.diff(c.old, c.in, nil)
			require.NotEmpty(t, d.GetDiffs())
			require.Equal(t, c.want, d.GetReplaces())
		})
	}
}

func TestWhatReplacesAGKENodePool(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name    string
		key     string
		old, in any
		want    bool
	}{
		{"another machine type does not", "machineType", "e2-standard-4", "e2-standard-8", false},
		{"a larger disk does not", "diskSizeGb", 100, 200, false},
		{"another disk does not", "diskType", "pd-balanced", "pd-ssd", false},
		{"another image does not", "imageType", "COS_CONTAINERD", "UBUNTU_CONTAINERD", false},
		{"other labels do not", "labels", props.Object{"a": "1"}, props.Object{"a": "2"}, false},
		{"other taints do not", "taints", []any{}, []any{props.Object{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}}, false},
		{"other tags do not", "tags", []any{"a"}, []any{"b"}, false},
		{"other resource labels do not", "resourceLabels", props.Object{"a": "1"}, props.Object{"a": "2"}, false},
		{"the metadata server does not", "workloadMetadataConfig", props.Object{"mode": "GCE_METADATA"}, props.Object{"mode": "GKE_METADATA"}, false},
		{"spot does", "spot", false, true, true},
		{"another account does", "serviceAccount", "a", "b", true},
		{"other metadata does", "metadata", props.Object{"a": "1"}, props.Object{"a": "2"}, true},
		{"secure boot does", "shieldedInstanceConfig", props.Object{"enableSecureBoot": false}, props.Object{"enableSecureBoot": true}, true},
		{"gVNIC does", "gvnic", props.Object{"enabled": false}, props.Object{"enabled": true}, true},
		{"a key of the disk does", "bootDiskKmsKey", "a", "b", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := gcpPool.diff(props.Object{"nodeConfig": props.Object{c.key: c.old}}, props.Object{"nodeConfig": props.Object{c.key: c.in}}, nil)
			require.NotEmpty(t, d.GetDiffs())
			require.Equal(t, c.want, len(d.GetReplaces()) > 0)
		})
	}
}

func TestAGKEClusterGoesUpOneMinorVersionAtATime(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	in := plainGKE(props.Object{"minMasterVersion": "1.33.5-gke.1000"})
	c := e.create(gcpClusterType, "c", in)
	in["minMasterVersion"] = "1.35"
	_, err := e.tryUpdate(c, in, false)
	require.ErrorContains(t, err, "one minor version at a time")
	in["minMasterVersion"] = "1.34.1-gke.1000"
	c = e.update(c, in)
	require.Equal(t, "1.34.1-gke.1000", c.outputs["masterVersion"])
	in["minMasterVersion"] = "1.33"
	c = e.update(c, in)
	require.Equal(t, "1.34.1-gke.1000", c.outputs["masterVersion"], "the provider does nothing for a version below")
	_, err = e.tryCreate(gcpPoolType, "p", props.Object{"cluster": c.id, "nodeCount": 1, "version": "1.35.0-gke.1"})
	require.ErrorContains(t, err, "must not be greater than the version of the control plane")
}

func TestAPoolGoesWithItsCluster(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	c := e.create(gcpClusterType, "c", plainGKE(props.Object{"confidentialNodes": props.Object{"enabled": true}}))
	pool := func(more props.Object) props.Object {
		return with(props.Object{"cluster": c.id, "nodeCount": 1, "nodeLocations": []any{"europe-west1-b"}, "nodeConfig": props.Object{"machineType": "n2d-standard-2"}}, more)
	}
	_, err := e.tryCreate(gcpPoolType, "p", pool(props.Object{"management": props.Object{"autoUpgrade": false}}))
	require.ErrorContains(t, err, "Auto_upgrade and auto_repair cannot be false when release_channel REGULAR is set")
	_, err = e.tryCreate(gcpPoolType, "p", pool(props.Object{"nodeConfig": props.Object{"machineType": "e2-standard-2"}}))
	require.ErrorContains(t, err, "use one of n2d, c2d, c3d")
	_, err = e.tryCreate(gcpPoolType, "p", pool(props.Object{"nodeConfig": props.Object{"machineType": "n2d-standard-2", "workloadMetadataConfig": props.Object{"mode": "GKE_METADATA"}}}))
	require.ErrorContains(t, err, "needs workloadIdentityConfig on the cluster 'c'")
	p := e.create(gcpPoolType, "p", pool(nil))
	require.Len(t, e.nodes("c"), 1)
	_, err = e.tryUpdate(p, pool(props.Object{"management": props.Object{"autoRepair": false}}), false)
	require.ErrorContains(t, err, "auto_repair cannot be false")
}

func TestArmAndAttachedGPUsShowOnTheNodes(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	c := e.create(gcpClusterType, "c", plainGKE(nil))
	one := func(name string, config props.Object) (corev1.Node, resourceState) {
		p := e.create(gcpPoolType, name, props.Object{"name": name, "cluster": c.id, "nodeCount": 1, "nodeLocations": []any{"europe-west1-b"}, "nodeConfig": config})
		for _, n := range e.nodes("c") {
			if n.Labels["cloud.google.com/gke-nodepool"] == name {
				return n, p
			}
		}
		t.Fatalf("the pool %s has no node", name)
		return corev1.Node{}, p
	}
	arm, pool := one("arm", props.Object{"machineType": "c4a-standard-4"})
	require.Equal(t, "arm64", arm.Labels["kubernetes.io/arch"])
	require.Equal(t, "hyperdisk-balanced", arm.Labels["cloud.google.com/gke-boot-disk"])
	require.Equal(t, []corev1.Taint{{Key: "kubernetes.io/arch", Value: "arm64", Effect: corev1.TaintEffectNoSchedule}}, arm.Spec.Taints)
	require.Equal(t, "NO_SCHEDULE", props.Str(pool.outputs, "nodeConfig.effectiveTaints[0].effect"))
	gpu, _ := one("gpu", props.Object{"machineType": "n1-standard-4", "guestAccelerators": []any{props.Object{"type": "nvidia-tesla-t4", "count": 2}}})
	gpus := gpu.Status.Allocatable["nvidia.com/gpu"]
	require.Equal(t, "2", gpus.String())
	require.Equal(t, "nvidia-tesla-t4", gpu.Labels["cloud.google.com/gke-accelerator"])
	_, l4 := one("l4", props.Object{"machineType": "g2-standard-24"})
	require.InDelta(t, 2, props.Get(l4.outputs, "nodeConfig.guestAccelerators[0].count"), 0, "the machine comes with its GPUs")
}
