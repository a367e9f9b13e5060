package clouds

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func makeGKE(e *engine) (network, subnet, cluster resourceState) {
	network = e.create(gcpNetworkType, "net", props.Object{"autoCreateSubnetworks": false})
	subnet = e.create(gcpSubnetworkType, "nodes", props.Object{
		"network": network.outputs["selfLink"], "region": "europe-west1", "ipCidrRange": "10.0.0.0/20",
		"secondaryIpRanges": []any{props.Object{"rangeName": "pods", "ipCidrRange": "10.8.0.0/14"}, props.Object{"rangeName": "services", "ipCidrRange": "10.12.0.0/20"}},
	})
	cluster = e.create(gcpClusterType, "gke-eu", props.Object{
		"name": "gke-eu", "location": "europe-west1", "network": network.id, "subnetwork": subnet.id, "initialNodeCount": 1, "removeDefaultNodePool": true,
		"minMasterVersion":   "1.35",
		"ipAllocationPolicy": props.Object{"clusterSecondaryRangeName": "pods", "servicesSecondaryRangeName": "services"},
	})
	return network, subnet, cluster
}

func TestAGKEClusterIsAControlPlane(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	_, _, c := makeGKE(e)
	require.Equal(t, "projects/demo/locations/europe-west1/clusters/gke-eu", c.id)
	require.Equal(t, "127.0.0.1:6443", c.outputs["endpoint"], "GKE gives no scheme")
	require.Equal(t, "10.8.0.0/14", c.outputs["clusterIpv4Cidr"])
	require.Equal(t, "10.12.0.0/20", c.outputs["servicesIpv4Cidr"])
	require.Equal(t, gkeLatest, c.outputs["masterVersion"])
	require.NotEmpty(t, props.Str(c.outputs, "masterAuth.clusterCaCertificate"))
	require.Empty(t, e.nodes("gke-eu"), "the default pool is removed")

	now, _ := e.read(c)
	require.Equal(t, c.inputs, now.inputs)
	require.ErrorContains(t, e.tryDelete(c), "deletionProtection is set to true")
	in := props.Clone(c.inputs)
	in["deletionProtection"] = false
	delete(in, defaultsKey)
	require.Equal(t, []string{"deletionProtection"}, e.diff(c, in).GetDiffs())
	e.delete(e.update(c, in))
	require.Equal(t, []string{"gke-eu"}, e.planes.removed)
}

func TestAGKENodePoolIsNodesInEveryZone(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	_, _, c := makeGKE(e)
	in := props.Object{
		"name": "general", "cluster": c.outputs["name"], "location": "europe-west1", "initialNodeCount": 1,
		"autoscaling": props.Object{"minNodeCount": 1, "maxNodeCount": 3},
		"nodeConfig": props.Object{
			"machineType": "e2-standard-4", "labels": props.Object{"ai-now.io/node-pool": "general"}, "spot": true,
			"taints": []any{props.Object{"key": "k", "value": "v", "effect": "PREFER_NO_SCHEDULE"}},
		},
	}
	pool := e.create(gcpPoolType, "general", in)
	require.Equal(t, c.id+"/nodePools/general", pool.id)
	nodes := e.nodes("gke-eu")
	require.Len(t, nodes, 3, "one in each of three zones")
	zones := map[string]bool{}
	for name, n := range nodes {
		zone := n.Labels["topology.kubernetes.io/zone"]
		zones[zone] = true
		require.Regexp(t, `^gke-gke-eu-general-[0-9a-f]{8}-[a-z0-9]{4}$`, name)
		require.Equal(t, "gce://demo/"+zone+"/"+name, n.Spec.ProviderID)
		require.Equal(t, "europe-west1", n.Labels["topology.kubernetes.io/region"])
		require.Equal(t, "general", n.Labels["cloud.google.com/gke-nodepool"])
		require.Equal(t, "true", n.Labels["cloud.google.com/gke-spot"])
		require.Equal(t, "e2", n.Labels["cloud.google.com/machine-family"])
		require.Equal(t, corev1.TaintEffectPreferNoSchedule, n.Spec.Taints[0].Effect)
		require.Equal(t, "110", n.Status.Allocatable.Pods().String())
	}
	require.Equal(t, map[string]bool{"europe-west1-b": true, "europe-west1-c": true, "europe-west1-d": true}, zones)
	require.Len(t, pool.outputs["instanceGroupUrls"], 3)

	in["autoscaling"] = props.Object{"minNodeCount": 2, "maxNodeCount": 3}
	pool = e.update(pool, in)
	require.Len(t, e.nodes("gke-eu"), 6)
	config := in["nodeConfig"].(props.Object)
	config["machineType"] = "e2-standard-8"
	pool = e.update(pool, in)
	for _, n := range e.nodes("gke-eu") {
		require.Equal(t, "8", n.Status.Capacity.Cpu().String(), "another machine type makes the nodes anew")
	}
	again, _ := e.read(pool)
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(again, in).GetChanges(), "%v", e.diff(again, in).GetDiffs())
	e.delete(pool)
	require.Empty(t, e.nodes("gke-eu"))
}

func TestTheDefaultPoolOfGKEIsThereUnlessRemoved(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	c := e.create(gcpClusterType, "c", props.Object{"name": "c", "location": "europe-west1-b", "initialNodeCount": 2, "deletionProtection": false})
	require.Len(t, e.nodes("c"), 2)
	for _, n := range e.nodes("c") {
		require.Equal(t, "default-pool", n.Labels["cloud.google.com/gke-nodepool"])
		require.Equal(t, "e2-medium", n.Labels["node.kubernetes.io/instance-type"])
	}
	e.delete(c)
}

func TestAGPUPoolOfGKEIsTainted(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	_, _, c := makeGKE(e)
	e.create(gcpPoolType, "gpu", props.Object{"cluster": c.id, "nodeCount": 1, "nodeLocations": []any{"europe-west1-b"}, "nodeConfig": props.Object{"machineType": "g2-standard-8"}})
	require.Len(t, e.nodes("gke-eu"), 1)
	for _, n := range e.nodes("gke-eu") {
		require.Equal(t, []corev1.Taint{{Key: "nvidia.com/gpu", Value: "present", Effect: corev1.TaintEffectNoSchedule}}, n.Spec.Taints)
		gpus := n.Status.Allocatable["nvidia.com/gpu"]
		require.Equal(t, "1", gpus.String())
		require.Equal(t, "nvidia-l4", n.Labels["cloud.google.com/gke-accelerator"])
	}
}

func TestGoogleRefuses(t *testing.T) {
	t.Parallel()
	cases := []refusal{
		{"ranges that overlap", func(e *engine) error {
			n, _, _ := makeGKE(e)
			_, err := e.tryCreate(gcpSubnetworkType, "s", props.Object{"network": n.id, "ipCidrRange": "10.9.0.0/20"})
			return err
		}, "conflicts with the existing range 10.8.0.0/14"},
		{"a secondary range that is not there", func(e *engine) error {
			n, s, _ := makeGKE(e)
			_, err := e.tryCreate(gcpClusterType, "c", props.Object{"location": "europe-west1", "network": n.id, "subnetwork": s.id, "initialNodeCount": 1, "ipAllocationPolicy": props.Object{"clusterSecondaryRangeName": "pod"}})
			return err
		}, "has no secondary range 'pod'"},
		{"a subnetwork of another region", func(e *engine) error {
			n, s, _ := makeGKE(e)
			_, err := e.tryCreate(gcpClusterType, "c", props.Object{"location": "europe-west4", "network": n.id, "subnetwork": s.id, "initialNodeCount": 1})
			return err
		}, "is in europe-west1, the cluster in europe-west4"},
		{"to delete a network with subnetworks", func(e *engine) error { n, _, _ := makeGKE(e); return e.tryDelete(n) }, "resourceInUseByAnotherResource"},
		{"a service account that does not exist", func(e *engine) error {
			_, err := e.tryCreate("gcp:projects/iAMMember:IAMMember", "m", props.Object{"project": "demo", "role": "roles/viewer", "member": "serviceAccount:nobody@demo.iam.gserviceaccount.com"})
			return err
		}, "the service account nobody@demo.iam.gserviceaccount.com does not exist"},
		{"a pool of a cluster that does not exist", func(e *engine) error {
			_, err := e.tryCreate(gcpPoolType, "p", props.Object{"cluster": "none", "nodeCount": 1})
			return err
		}, "the cluster 'none' of the node pool does not exist"},
		{"a network that exists", func(e *engine) error {
			e.create(gcpNetworkType, "a", props.Object{"name": "net"})
			_, err := e.tryCreate(gcpNetworkType, "b", props.Object{"name": "net"})
			return err
		}, "alreadyExists"},
		{"a NAT of a router that does not exist", func(e *engine) error {
			_, err := e.tryCreate("gcp:compute/routerNat:RouterNat", "n", props.Object{"router": "none", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES"})
			return err
		}, "notFound"},
	}
	requireRefusals(t, GCP, (*stack).gcp, cases)
}

func TestAServiceAccountsEmailIsKnownInAPreview(t *testing.T) {
	t.Parallel()
	e := newStack(t).gcp()
	require.Equal(t, "serviceAccount:nodes-sa@demo.iam.gserviceaccount.com", e.preview(gcpServiceAccountType, "sa", props.Object{"accountId": "nodes-sa"})["member"])
	sa := e.create(gcpServiceAccountType, "sa", props.Object{"accountId": "nodes-sa"})
	require.Equal(t, "projects/demo/serviceAccounts/nodes-sa@demo.iam.gserviceaccount.com", sa.id)
	m := e.create("gcp:projects/iAMMember:IAMMember", "m", props.Object{"project": "demo", "role": "roles/logging.logWriter", "member": sa.outputs["member"]})
	require.Equal(t, "demo/roles/logging.logWriter/serviceAccount:nodes-sa@demo.iam.gserviceaccount.com", m.id)
}

func TestADOKSClusterHasItsDefaultPoolAndAKubeconfig(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	vpc := e.create(doVPCType, "net", props.Object{"region": "fra1", "ipRange": "10.20.0.0/20"})
	in := doksInputs()
	in["name"], in["vpcUuid"] = "doks-eu", vpc.id
	c := e.create(doClusterType, "c", in)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, c.id)
	require.Equal(t, doksLatest, c.outputs["version"])
	var config struct {
		CurrentContext string `json:"current-context"`
		Clusters       []struct{ Cluster struct{ Server string } }
		Users          []struct{ User struct{ Token string } }
	}
	require.NoError(t, yaml.Unmarshal([]byte(props.Str(c.outputs, "kubeConfigs[0].rawConfig")), &config))
	require.Equal(t, "do-fra1-doks-eu", config.CurrentContext)
	require.Equal(t, "https://127.0.0.1:6443", config.Clusters[0].Cluster.Server)
	require.Equal(t, "token-of-doks-eu", config.Users[0].User.Token)

	nodes := e.nodes("doks-eu")
	require.Len(t, nodes, 2)
	for name, n := range nodes {
		require.Regexp(t, `^system-[a-z0-9]{5}$`, name)
		require.Regexp(t, `^digitalocean://\d+$`, n.Spec.ProviderID)
		require.Equal(t, "fra1", n.Labels["topology.kubernetes.io/region"])
		require.NotContains(t, n.Labels, "topology.kubernetes.io/zone", "DigitalOcean has no zones")
		require.Equal(t, "system", n.Labels["doks.digitalocean.com/node-pool"])
		require.Equal(t, props.Str(c.outputs, "nodePool.id"), n.Labels["doks.digitalocean.com/node-pool-id"])
	}
	require.InDelta(t, 2, props.Get(c.outputs, "nodePool.actualNodeCount"), 0)

	in["nodePool"] = props.Object{"name": "system", "size": "s-2vcpu-4gb", "nodeCount": 3, "labels": props.Object{"a": "b"}}
	require.Empty(t, e.diff(c, in).GetReplaces())
	c = e.update(c, in)
	require.Len(t, e.nodes("doks-eu"), 3)
	for _, n := range e.nodes("doks-eu") {
		require.Equal(t, "b", n.Labels["a"])
	}
	in["nodePool"] = props.Object{"name": "system", "size": "s-4vcpu-8gb", "nodeCount": 3}
	require.Equal(t, []string{"nodePool.size"}, e.diff(c, in).GetReplaces())
	require.ErrorContains(t, e.tryDelete(vpc), "still has members")
	e.delete(c)
	e.delete(vpc)
}

func TestAPoolThatScalesByItselfStartsWithinItsLimits(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	c := e.create(doClusterType, "c", doksInputs())
	name := props.Str(c.outputs, "name")
	before := len(e.nodes(name))
	e.create(doPoolType, "p", props.Object{"clusterId": c.id, "size": "g-2vcpu-8gb", "autoScale": true, "minNodes": 2, "maxNodes": 5})
	require.Len(t, e.nodes(name), before+2)
}

func TestNamesOfClustersAreUniqueOverAllClouds(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	in := doksInputs()
	in["name"] = "main"
	s.digitalOcean().create(doClusterType, "c", in)
	_, err := s.gcp().tryCreate(gcpClusterType, "c", props.Object{"name": "main", "location": "europe-west1", "initialNodeCount": 1})
	require.ErrorContains(t, err, "the names of clusters are unique over all clouds")
	names, err := ClusterNames(s.store)
	require.NoError(t, err)
	require.Equal(t, []string{"main"}, names)
}
