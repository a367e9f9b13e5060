package clusters

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// NodePool is a group of equal nodes of a cluster. Every node carries the label
// ai-now.io/node-pool with the pool's name.
type NodePool struct {
	pulumi.ResourceState

	// Name of the pool, unique in its cluster.
	Name string
	// Taints of its nodes, which a pod must tolerate to run there.
	Taints []Taint
}

// NodePoolSpec says what node pool to make.
type NodePoolSpec struct {
	// Name of the pool, unique in its cluster.
	Name string
	// Size is the cloud's instance type, such as m6i.large.
	Size string
	// Nodes says how many there are.
	Nodes NodeCount
	// Labels of the nodes, besides those every node has.
	Labels map[string]string
	// Taints of the nodes.
	Taints []Taint
}

// NodeCount bounds how many nodes a pool has, over all zones. Where Min is less
// than Max, the cloud's autoscaler chooses.
type NodeCount struct {
	// Initial is how many nodes the pool begins with.
	Initial int
	// Min is the fewest it shrinks to.
	Min int
	// Max is the most it grows to.
	Max int
}

// Taint keeps pods away from a node unless they tolerate it.
type Taint struct {
	Key, Value string
	// Effect is NoSchedule, PreferNoSchedule or NoExecute.
	Effect string
}

// TaintEffects are the effects Kubernetes knows:
// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
var TaintEffects = []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}

// NodePoolArgs are the arguments of [NewNodePool].
type NodePoolArgs struct {
	// Cluster the pool is added to.
	Cluster *Cluster
	NodePoolSpec
}

// NewNodePool adds a node pool to a cluster. The error of wrong arguments is a
// [*check.Error] with every mistake, returned before any resource is
// registered.
func NewNodePool(ctx *pulumi.Context, name string, args *NodePoolArgs, opts ...pulumi.ResourceOption) (*NodePool, error) {
	subject := fmt.Sprintf("node pool %q", name)
	if args == nil || args.Cluster == nil {
		return nil, check.Err(subject, []check.Mistake{{Path: "cluster", Problem: "is required", Hint: "pass the cluster the pool belongs to"}})
	}
	cloud, _ := catalog.Get(args.Cluster.Cloud)
	mistakes := args.mistakes(cloud)
	if _, exists := args.Cluster.Pools[args.Name]; exists {
		mistakes = append(mistakes, check.Mistake{
			Path: "name", Value: args.Name, Problem: "is the name of another pool of the cluster", Hint: "choose another",
		})
	}
	if cloud.Settings[catalog.SettingNodePools] == catalog.Refused {
		mistakes = append(mistakes, check.Mistake{
			Path: "cluster", Value: args.Cluster.Name, Problem: "is an existing cluster, whose nodes are not managed here", Hint: "add the nodes where the cluster was made",
		})
	}
	if err := check.Err(subject, mistakes); err != nil {
		return nil, err
	}

	pool := &NodePool{Name: args.Name, Taints: args.Taints}
	if err := ctx.RegisterComponentResource("ai-now:clusters:NodePool", name, pool, opts...); err != nil {
		return nil, err
	}
	spec := poolWithLabel(args.NodePoolSpec)
	if err := args.Cluster.platform.addPool(ctx, pool, &spec); err != nil {
		return nil, err
	}
	return pool, ctx.RegisterResourceOutputs(pool, pulumi.Map{"name": pulumi.String(pool.Name)})
}

// newNodePool adds one of the pools a cluster is made with.
func newNodePool(ctx *pulumi.Context, c *Cluster, spec *NodePoolSpec) (*NodePool, error) {
	return NewNodePool(ctx, c.Name+"-"+spec.Name, &NodePoolArgs{Cluster: c, NodePoolSpec: *spec}, pulumi.Parent(c))
}

// checkPools checks every pool and that no two share a name.
func (a *ClusterArgs) checkPools(list *check.List, cloud catalog.Cloud) {
	if cloud.Settings[catalog.SettingNodePools] == catalog.Refused {
		return
	}
	names := map[string]int{}
	for i, pool := range a.NodePools {
		path := fmt.Sprintf("%s[%d]", catalog.SettingNodePools, i)
		list.Under(path, pool.mistakes(cloud))
		if first, taken := names[pool.Name]; taken && pool.Name != "" {
			list.Add(path+".name", pool.Name, fmt.Sprintf("is the name of %s[%d] as well", catalog.SettingNodePools, first), "rename one of them")
		} else {
			names[pool.Name] = i
		}
		if zones := len(a.Zones); cloud.EvenPools && zones > 0 {
			if pool.Nodes.Initial%zones != 0 {
				list.Add(path+".nodes.initial", pool.Nodes.Initial,
					fmt.Sprintf("is not a multiple of the %d zones, and %s puts equally many nodes in each", zones, cloud.Product),
					fmt.Sprintf("use %d", (pool.Nodes.Initial/zones+1)*zones))
			}
		}
	}
	if len(a.NodePools) > 0 && len(a.NodePools[0].Taints) > 0 {
		list.Add(catalog.SettingNodePools+"[0].taints", nil, "keeps the cluster's own services from the first pool",
			"put a pool without taints first")
	}
}

// Labels and taints follow the qualified names of Kubernetes:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
var (
	qualifiedName = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)
	nodeLabel     = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)
	reserved      = regexp.MustCompile(`(^|\.)(kubernetes|k8s)\.io/`)
)

func (s *NodePoolSpec) mistakes(cloud catalog.Cloud) []check.Mistake {
	var list check.List
	list.DNSLabel("name", s.Name, maxPoolName)
	switch other := catalog.CloudOfSize(s.Size); {
	case cloud.Size == nil:
	case s.Size == "":
		list.Missing("size", fmt.Sprintf("name an instance type of %s, such as %s", cloud.Name, cloud.SizeExample))
	case cloud.Size.MatchString(s.Size):
	case other != "":
		list.Add("size", s.Size, fmt.Sprintf("is an instance type of %s, and the cluster is on %s", other, cloud.Name),
			fmt.Sprintf("use one of %s, such as %s", cloud.Name, cloud.SizeExample))
	default:
		list.Add("size", s.Size, "does not look like an instance type of "+cloud.Name, "an example is "+cloud.SizeExample)
	}

	n := s.Nodes
	if n.Max == 0 {
		list.Missing("nodes.max", "say how many nodes the pool may have at most")
	}
	for _, c := range []struct {
		path  string
		value int
	}{{"nodes.initial", n.Initial}, {"nodes.min", n.Min}, {"nodes.max", n.Max}} {
		if c.value < 0 {
			list.Add(c.path, c.value, "is less than nothing", "use 1 or more")
		}
	}
	switch {
	case n.Max <= 0:
	case n.Min > n.Max:
		list.Add("nodes.min", n.Min, fmt.Sprintf("is more than nodes.max (%d)", n.Max), "lower min or raise max")
	case n.Min < 1:
		list.Add("nodes.min", n.Min, "would let the pool shrink to nothing", "use 1 or more; remove the pool if it is not needed")
	case n.Initial < n.Min || n.Initial > n.Max:
		list.Add("nodes.initial", n.Initial, fmt.Sprintf("is not between nodes.min (%d) and nodes.max (%d)", n.Min, n.Max), "choose a number between them")
	}

	for _, key := range check.Keys(s.Labels) {
		path := fmt.Sprintf("labels[%q]", key)
		switch value := s.Labels[key]; {
		case !qualifiedName.MatchString(key):
			list.Add(path, value, "has a key that is not a label name", "write it as name or prefix/name with letters, digits, '-', '_' and '.'")
		case key == labels.KeyNodePool:
			list.Add(path, value, "is set by the platform to the pool's name", "remove it")
		case reserved.MatchString(key):
			list.Add(path, value, "uses a prefix reserved for Kubernetes", "use a prefix of your own")
		case !nodeLabel.MatchString(value):
			list.Add(path, value, "is not a label value", "use at most 63 letters, digits, '-', '_' and '.'")
		}
	}
	for i, taint := range s.Taints {
		path := fmt.Sprintf("taints[%d]", i)
		if !qualifiedName.MatchString(taint.Key) {
			list.Add(path+".key", taint.Key, "is not a taint's key", "write it as name or prefix/name with letters, digits, '-', '_' and '.'")
		}
		if !nodeLabel.MatchString(taint.Value) {
			list.Add(path+".value", taint.Value, "is not a taint's value", "use at most 63 letters, digits, '-', '_' and '.'")
		}
		list.OneOf(path+".effect", taint.Effect, TaintEffects)
		if slices.ContainsFunc(s.Taints[:i], func(t Taint) bool { return t.Key == taint.Key && t.Effect == taint.Effect }) {
			list.Add(path, nil, fmt.Sprintf("repeats key %q with effect %q", taint.Key, taint.Effect), "remove one of them")
		}
	}
	return list.All()
}

// poolWithLabel returns the pool with the label that tells its nodes apart.
func poolWithLabel(spec NodePoolSpec) NodePoolSpec {
	all := map[string]string{labels.KeyNodePool: spec.Name}
	for key, value := range spec.Labels {
		all[key] = value
	}
	spec.Labels = all
	return spec
}

// scales is true if the number of nodes is the autoscaler's to choose.
func (s *NodePoolSpec) scales() bool { return s.Nodes.Min < s.Nodes.Max }

// whenScaling returns a bound for the autoscaler, nil if there is none to bound.
func (s *NodePoolSpec) whenScaling(n int) pulumi.IntPtrInput {
	if !s.scales() {
		return nil
	}
	return pulumi.Int(n)
}
