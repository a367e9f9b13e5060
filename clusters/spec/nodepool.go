package spec

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// NodePool says what group of equal nodes to make.
type NodePool struct {
	// Name of the pool, unique in its cluster.
	Name string
	// Class is what its nodes are for, one of package catalog; empty means
	// general.
	Class string
	// Size is the cloud's instance type, such as m6i.large; empty means the
	// class's.
	Size string
	// OtherSizes are instance types of about the same size that the cloud may
	// use where Size is not to be had: on AWS, and there for spot above all.
	// Empty means the class's, where Size is the class's too.
	OtherSizes []string
	// Nodes says how many there are.
	Nodes NodeCount
	// Labels of the nodes, besides those every node has.
	Labels map[string]string
	// Taints of the nodes, besides those of the class.
	Taints []Taint
}

// NodeCount bounds how many nodes a pool has, over all zones. Where Min is less
// than Max, the autoscaler chooses.
type NodeCount struct {
	// Initial is how many nodes the pool begins with.
	Initial int
	// Min is the fewest it shrinks to.
	Min int
	// Max is the most it grows to.
	Max int
}

// Taint keeps pods away from a node unless they tolerate it.
type Taint = catalog.Taint

// TaintEffects are the effects Kubernetes knows:
// https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
var TaintEffects = []string{"NoSchedule", "PreferNoSchedule", "NoExecute"}

// UpperTaintEffects spells them the way the APIs of EKS and GKE do.
var UpperTaintEffects = map[string]string{
	"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE",
}

// Complete returns the pool with what its class adds: size, labels and taints.
// The labels tell a node's pool and class; the taints of a class that is not
// for everybody come first.
func (p NodePool) Complete(cloud catalog.Cloud) NodePool {
	class := cloud.Classes[p.class()]
	p.Class = class.Name
	if p.Size == "" {
		p.Size = class.Size
		if len(p.OtherSizes) == 0 {
			p.OtherSizes = slices.Clone(class.OtherSizes)
		}
	}
	all := map[string]string{labels.KeyNodePool: p.Name, labels.KeyNodeClass: p.Class}
	maps.Copy(all, p.Labels)
	p.Labels = all
	if class.Taint != (Taint{}) {
		p.Taints = append([]Taint{class.Taint}, p.Taints...)
	}
	return p
}

// DeclaredTaints are the taints of a completed pool without the one the cloud
// puts on the class's nodes by itself.
func (p *NodePool) DeclaredTaints(cloud catalog.Cloud) []Taint {
	class := cloud.Classes[p.class()]
	return slices.DeleteFunc(slices.Clone(p.Taints), func(t Taint) bool { return class.TaintedByCloud && t == class.Taint })
}

func (p *NodePool) class() string {
	if p.Class == "" {
		return catalog.ClassGeneral
	}
	return p.Class
}

// Scales is true if the number of nodes is the autoscaler's to choose.
func (p *NodePool) Scales() bool { return p.Nodes.Min < p.Nodes.Max }

// WhenScaling returns a bound for the autoscaler, nil if there is none to bound.
func (p *NodePool) WhenScaling(n int) pulumi.IntPtrInput {
	if !p.Scales() {
		return nil
	}
	return pulumi.Int(n)
}

// checkPools checks every pool and that no two share a name.
func (c *Cluster) checkPools(list *check.List, cloud catalog.Cloud) {
	if cloud.Settings[catalog.SettingNodePools] == catalog.Refused {
		return
	}
	if len(c.NodePools) > 0 {
		c.checkFirstPool(list, cloud)
	}
	names := map[string]int{}
	for i := range c.NodePools {
		pool := &c.NodePools[i]
		path := fmt.Sprintf("%s[%d]", catalog.SettingNodePools, i)
		list.Under(path, pool.Mistakes(cloud))
		if first, taken := names[pool.Name]; taken && pool.Name != "" {
			list.Add(path+".name", pool.Name, fmt.Sprintf("is the name of %s[%d] as well", catalog.SettingNodePools, first), "rename one of them")
		} else {
			names[pool.Name] = i
		}
		if zones := len(c.Zones); cloud.EvenPools && zones > 0 {
			if pool.Nodes.Initial%zones != 0 {
				list.Add(path+".nodes.initial", pool.Nodes.Initial,
					fmt.Sprintf("is not a multiple of the %d zones, and %s puts equally many nodes in each", zones, cloud.Product),
					fmt.Sprintf("use %d", (pool.Nodes.Initial/zones+1)*zones))
			}
		}
		c.checkBaseLoad(list, path, pool, cloud)
	}
}

// checkFirstPool makes sure that the cluster's own services find a place.
func (c *Cluster) checkFirstPool(list *check.List, cloud catalog.Cloud) {
	path, first := catalog.SettingNodePools+"[0]", &c.NodePools[0]
	class := cloud.Classes[first.class()]
	if class.Taint != (Taint{}) {
		list.Add(path+".class", first.Class, "keeps the cluster's own services from the first pool",
			"put a pool of the class system or general first")
	}
	if len(first.Taints) > 0 {
		list.Add(path+".taints", nil, "keeps the cluster's own services from the first pool", "put a pool without taints first")
	}
	if first.Nodes.Min == 0 && first.Nodes.Max > 0 {
		list.Add(path+".nodes.min", 0, "would let the pool of the cluster's own services shrink to nothing", "use 1 or more")
	}
}

// checkBaseLoad makes sure that a pool of Karpenter's begins at its minimum:
// that many nodes are a node group, and the rest come and go with the pods.
func (c *Cluster) checkBaseLoad(list *check.List, path string, pool *NodePool, cloud catalog.Cloud) {
	if n := pool.Nodes; c.Autoscaling.EngineOf(cloud) == EngineKarpenter && pool.Scales() && n.Initial > n.Min && n.Initial <= n.Max {
		list.Add(path+".nodes.initial", n.Initial, fmt.Sprintf("is more than nodes.min (%d), and Karpenter adds nodes only for pods that wait", n.Min),
			"remove it, or raise nodes.min")
	}
}

// Labels and taints follow the qualified names of Kubernetes:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
var (
	qualifiedName = regexp.MustCompile(`^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`)
	nodeLabel     = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$`)
	reserved      = regexp.MustCompile(`(^|\.)(kubernetes|k8s)\.io/`)
)

// Mistakes returns everything that is wrong with the pool. Paths are those of a
// pool in the configuration.
func (p *NodePool) Mistakes(cloud catalog.Cloud) []check.Mistake {
	var list check.List
	list.DNSLabel("name", p.Name, MaxPoolName)
	p.checkClass(&list, cloud)
	p.checkCount(&list)
	p.checkLabels(&list)
	p.checkTaints(&list)
	return list.All()
}

// checkClass checks the class and the sizes.
func (p *NodePool) checkClass(list *check.List, cloud catalog.Cloud) {
	if cloud.Size == nil {
		return
	}
	_, offered := cloud.Classes[p.class()]
	switch {
	case offered:
	case slices.Contains(catalog.Classes, p.class()):
		list.Add("class", p.Class, fmt.Sprintf("is not to be had on %s, which has no such machines for %s", cloud.Name, cloud.Product),
			"use "+check.Choices(cloud.ClassNames()))
	default:
		list.OneOf("class", p.Class, cloud.ClassNames())
	}
	if p.Size != "" {
		checkSize(list, "size", p.Size, cloud)
	}
	if len(p.OtherSizes) > 0 && !cloud.ManySizes {
		list.Add("otherSizes", nil, "has no meaning on "+cloud.Name, "remove it: a pool there has one size")
		return
	}
	for i, size := range p.OtherSizes {
		path := fmt.Sprintf("otherSizes[%d]", i)
		checkSize(list, path, size, cloud)
		if size == p.Size || slices.Contains(p.OtherSizes[:i], size) {
			list.Add(path, size, "is named twice", "name each size once")
		}
	}
}

func checkSize(list *check.List, path, size string, cloud catalog.Cloud) {
	switch other := catalog.CloudOfSize(size); {
	case cloud.Size.MatchString(size):
	case other != "":
		list.Add(path, size, fmt.Sprintf("is an instance type of %s, and the cluster is on %s", other, cloud.Name),
			fmt.Sprintf("use one of %s, such as %s", cloud.Name, cloud.SizeExample))
	default:
		list.Add(path, size, "does not look like an instance type of "+cloud.Name, "an example is "+cloud.SizeExample)
	}
}

func (p *NodePool) checkCount(list *check.List) {
	n := p.Nodes
	if n.Max == 0 {
		list.Missing("nodes.max", "say how many nodes the pool may have at most")
	}
	for _, c := range []struct {
		path  string
		value int
	}{{"nodes.initial", n.Initial}, {"nodes.min", n.Min}, {"nodes.max", n.Max}} {
		if c.value < 0 {
			list.Add(c.path, c.value, "is less than nothing", "use 0 or more")
		}
	}
	switch {
	case n.Max <= 0 || n.Min < 0 || n.Initial < 0:
	case n.Min > n.Max:
		list.Add("nodes.min", n.Min, fmt.Sprintf("is more than nodes.max (%d)", n.Max), "lower min or raise max")
	case n.Initial < n.Min || n.Initial > n.Max:
		list.Add("nodes.initial", n.Initial, fmt.Sprintf("is not between nodes.min (%d) and nodes.max (%d)", n.Min, n.Max), "choose a number between them")
	}
}

func (p *NodePool) checkLabels(list *check.List) {
	for _, key := range check.Keys(p.Labels) {
		path := fmt.Sprintf("labels[%q]", key)
		switch value := p.Labels[key]; {
		case !qualifiedName.MatchString(key):
			list.Add(path, value, "has a key that is not a label name", "write it as name or prefix/name with letters, digits, '-', '_' and '.'")
		case key == labels.KeyNodePool || key == labels.KeyNodeClass:
			list.Add(path, value, "is set by the platform", "remove it")
		case reserved.MatchString(key):
			list.Add(path, value, "uses a prefix reserved for Kubernetes", "use a prefix of your own")
		case !nodeLabel.MatchString(value):
			list.Add(path, value, "is not a label value", "use at most 63 letters, digits, '-', '_' and '.'")
		}
	}
}

func (p *NodePool) checkTaints(list *check.List) {
	for i, taint := range p.Taints {
		path := fmt.Sprintf("taints[%d]", i)
		if !qualifiedName.MatchString(taint.Key) {
			list.Add(path+".key", taint.Key, "is not a taint's key", "write it as name or prefix/name with letters, digits, '-', '_' and '.'")
		}
		if taint.Key == labels.KeyNodeClass {
			list.Add(path+".key", taint.Key, "is set by the platform for the pool's class", "remove it")
		}
		if !nodeLabel.MatchString(taint.Value) {
			list.Add(path+".value", taint.Value, "is not a taint's value", "use at most 63 letters, digits, '-', '_' and '.'")
		}
		list.OneOf(path+".effect", taint.Effect, TaintEffects)
		if slices.ContainsFunc(p.Taints[:i], func(t Taint) bool { return t.Key == taint.Key && t.Effect == taint.Effect }) {
			list.Add(path, nil, fmt.Sprintf("repeats key %q with effect %q", taint.Key, taint.Effect), "remove one of them")
		}
	}
}
