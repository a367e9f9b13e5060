package nodes

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	clientv1 "k8s.io/client-go/kubernetes/typed/core/v1"
	fakev1 "k8s.io/client-go/kubernetes/typed/core/v1/fake"
	clienttesting "k8s.io/client-go/testing"
)

func fakeNodes() (clientv1.NodeInterface, *clienttesting.Fake) {
	fake := &clienttesting.Fake{}
	fake.AddReactor("*", "*", clienttesting.ObjectReaction(clienttesting.NewObjectTracker(scheme.Scheme, scheme.Codecs.UniversalDecoder())))
	return (&fakev1.FakeCoreV1{Fake: fake}).Nodes(), fake
}

func pool(name string, n int) Pool {
	m, err := AWS.Find("m6i.large")
	if err != nil {
		panic(err)
	}
	return Pool{
		Selector: Label{"pool", name}, Machine: m, Nodes: make([]Place, n), Region: "eu-west-1", Labels: map[string]string{"team": "platform"},
		Taints:      []corev1.Taint{{Key: "dedicated", Value: name, Effect: corev1.TaintEffectNoSchedule}},
		Allocatable: EKSAllocatable,
		Identity: func(i, attempt int) Identity { // two pools that want the same names
			return Identity{Name: fmt.Sprintf("node-%d", i+attempt), ProviderID: fmt.Sprintf("aws:///a/i-%d", i+attempt)}
		},
	}
}

func list(t *testing.T, c clientv1.NodeInterface) []corev1.Node {
	t.Helper()
	l, err := c.List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	return l.Items
}

func TestPoolsOfOneClusterShareNoNames(t *testing.T) {
	t.Parallel()
	c, _ := fakeNodes()
	a, err := Reconcile(t.Context(), c, pool("a", 3))
	require.NoError(t, err)
	b, err := Reconcile(t.Context(), c, pool("b", 3))
	require.NoError(t, err)
	require.Len(t, list(t, c), 6)
	for _, n := range b {
		require.NotContains(t, a, n)
	}
	again, err := Reconcile(t.Context(), c, pool("a", 3))
	require.NoError(t, err)
	require.Equal(t, a, again)
}

func TestNothingIsWrittenWhenNothingChanged(t *testing.T) {
	t.Parallel()
	c, fake := fakeNodes()
	_, err := Reconcile(t.Context(), c, pool("a", 2))
	require.NoError(t, err)
	fake.ClearActions()
	_, err = Reconcile(t.Context(), c, pool("a", 2))
	require.NoError(t, err)
	require.Len(t, fake.Actions(), 1, "one list and no write: %v", fake.Actions())
}

func TestWhatOthersPutOnANodeStays(t *testing.T) {
	t.Parallel()
	c, _ := fakeNodes()
	p := pool("a", 1)
	names, err := Reconcile(t.Context(), c, p)
	require.NoError(t, err)
	n, err := c.Get(t.Context(), names[0], metav1.GetOptions{})
	require.NoError(t, err)
	n.Labels["by"] = "hand"
	n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: "node.kubernetes.io/not-ready", Effect: corev1.TaintEffectNoSchedule})
	_, err = c.Update(t.Context(), n, metav1.UpdateOptions{})
	require.NoError(t, err)
	p.Labels, p.Taints = map[string]string{"tier": "core"}, nil
	_, err = Reconcile(t.Context(), c, p)
	require.NoError(t, err)
	n, err = c.Get(t.Context(), names[0], metav1.GetOptions{})
	require.NoError(t, err)
	require.Equal(t, "hand", n.Labels["by"])
	require.Equal(t, "core", n.Labels["tier"])
	require.NotContains(t, n.Labels, "team", "a label that the pool gave up")
	require.Equal(t, []corev1.Taint{{Key: "node.kubernetes.io/not-ready", Effect: corev1.TaintEffectNoSchedule}}, n.Spec.Taints)
}

func TestANodeInAnotherZoneIsMadeAnew(t *testing.T) {
	t.Parallel()
	c, _ := fakeNodes()
	p := pool("a", 1)
	p.Nodes[0].Zone = "eu-west-1a"
	_, err := Reconcile(t.Context(), c, p)
	require.NoError(t, err)
	p.Nodes[0].Zone = "eu-west-1b"
	_, err = Reconcile(t.Context(), c, p)
	require.NoError(t, err)
	nodes := list(t, c)
	require.Len(t, nodes, 1)
	require.Equal(t, "eu-west-1b", nodes[0].Labels[corev1.LabelTopologyZone])
}

func TestAServerThatFailsIsReported(t *testing.T) {
	t.Parallel()
	c, fake := fakeNodes()
	fake.PrependReactor("create", "nodes", func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("quota") })
	_, err := Reconcile(t.Context(), c, pool("a", 1))
	require.EqualError(t, err, "create node node-0: quota")
}

func TestAllocatableFollowsTheVendorsRules(t *testing.T) {
	t.Parallel()
	find := func(c *Catalog, name string) Machine {
		m, err := c.Find(name)
		require.NoError(t, err)
		return m
	}
	cases := []struct {
		name      string
		got       corev1.ResourceList
		cpu       string
		memoryMiB int64
	}{
		// 4096 MiB − 255 − 11 × 17 − 100
		{"EKS, t3.medium", EKSAllocatable(find(AWS, "t3.medium")), "1930m", 3554},
		// 8192 MiB − 255 − 11 × 29 − 100
		{"EKS, m6i.large", EKSAllocatable(find(AWS, "m6i.large")), "1930m", 7518},
		{"EKS, m6i.4xlarge", EKSAllocatable(find(AWS, "m6i.4xlarge")), "15890m", 62607},
		// 25% of 4 GiB, 20% of 4, 10% of 8: 2662 MiB, and 100
		{"GKE, e2-standard-4", GKEAllocatable(find(GCP, "e2-standard-4")), "3920m", 13622},
		{"GKE, e2-medium keeps most of its processors", GKEAllocatable(find(GCP, "e2-medium")), "940m", 2972},
		// The page's own example: 9.8577 of 150 GiB are kept.
		{"GKE, 150 GiB", GKEAllocatable(Machine{Name: "x", VCPU: 2, MemoryMiB: 150 * 1024}), "1930m", 143505},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.cpu, c.got.Cpu().String())
			require.InDelta(t, c.memoryMiB, c.got.Memory().Value()>>20, 2)
		})
	}
}

func TestEveryMachineLeavesRoomForPods(t *testing.T) {
	t.Parallel()
	rules := map[*Catalog]func(Machine) corev1.ResourceList{AWS: EKSAllocatable, GCP: GKEAllocatable, DigitalOcean: DOKSAllocatable}
	for c, allocatable := range rules {
		require.NotEmpty(t, c.Names())
		for _, name := range c.Names() {
			m, err := c.Find(name)
			require.NoError(t, err)
			got := allocatable(m)
			require.Positive(t, got.Cpu().MilliValue(), name)
			require.Positive(t, got.Memory().Value(), name)
			require.Positive(t, got.Pods().Value(), name)
			full := m.Capacity()
			require.Negative(t, got.Memory().Cmp(*full.Memory()), name)
			require.Equal(t, m.GPUs > 0, m.GPU != "", name)
		}
	}
}

func TestADropletsNameSaysWhatItHas(t *testing.T) {
	t.Parallel()
	for _, name := range DigitalOcean.Names() {
		var kind string
		var vcpu, gib int
		if n, _ := fmt.Sscanf(strings.Replace(name, "-", " ", 1), "%s %dvcpu-%dgb", &kind, &vcpu, &gib); n != 3 {
			continue // c-2, gpu-…
		}
		m, err := DigitalOcean.Find(name)
		require.NoError(t, err)
		require.Equal(t, []int{vcpu, gib * 1024}, []int{m.VCPU, m.MemoryMiB}, name)
	}
}

func TestAnUnknownMachineIsRefusedWithOnesLikeIt(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, machine string
		c             *Catalog
		want          []string
	}{
		{"a letter is missing", "m6i.larg", AWS, []string{`"m6i.larg" is no instance type of aws that the sandbox knows`, "m6i.large"}},
		{"of another cloud", "e2-standard-4", DigitalOcean, []string{"it is one of gcp", "g-4vcpu-16gb"}},
		{"a GPU machine of another cloud", "g5.xlarge", GCP, []string{"it is one of aws", "g2-standard-4"}},
		{"Google does not have it", "e2-highmem-32", GCP, []string{"no machine type of gcp"}},
		{"nothing like it", "", GCP, []string{"near it"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := c.c.Find(c.machine)
			for _, w := range c.want {
				require.ErrorContains(t, err, w)
			}
		})
	}
}

func TestTheInstanceTypesOfTheClassesAreThere(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name      string
		vcpu, gib int
		gpu       string
		arm       bool
	}{
		{"t3.medium", 2, 4, "", false}, {"t4g.large", 2, 8, "", true}, {"m5.2xlarge", 8, 32, "", false}, {"m5a.xlarge", 4, 16, "", false},
		{"m6a.large", 2, 8, "", false}, {"m6i.4xlarge", 16, 64, "", false}, {"m7i.4xlarge", 16, 64, "", false}, {"m6g.xlarge", 4, 16, "", true},
		{"m7g.4xlarge", 16, 64, "", true}, {"c6i.4xlarge", 16, 32, "", false}, {"c7i.xlarge", 4, 8, "", false}, {"c7g.2xlarge", 8, 16, "", true},
		{"r6i.4xlarge", 16, 128, "", false}, {"r7i.large", 2, 16, "", false}, {"r7g.2xlarge", 8, 64, "", true}, {"g5.4xlarge", 16, 64, "A10G", false},
		{"g6.xlarge", 4, 16, "L4", false}, {"p4d.24xlarge", 96, 1152, "A100", false},
	}
	for _, c := range cases {
		m, err := AWS.Find(c.name)
		require.NoError(t, err)
		require.Equal(t, []any{c.vcpu, c.gib * 1024, c.gpu, c.arm}, []any{m.VCPU, m.MemoryMiB, m.GPU, m.ARM}, c.name)
	}
}

func TestAManagedNodeHasACapOfPods(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, machine string
		prefixes      bool
		want          int
	}{
		{"few addresses", "m6i.large", false, 29},
		{"few addresses, in ranges", "m6i.large", true, 110},
		{"more addresses than the cap", "m6i.4xlarge", false, 110},
		{"30 processors and more", "m6i.8xlarge", false, 234},
		{"30 processors and more, in ranges", "m6i.8xlarge", true, 250},
	}
	for _, c := range cases {
		m, err := AWS.Find(c.machine)
		require.NoError(t, err)
		require.Equal(t, c.want, EKSMaxPods(m, c.prefixes), c.name)
	}
}
