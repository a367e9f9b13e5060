package rules

import "github.com/ai-now/platform/policy/rule"

// pool is a node pool of any cloud, in the same words.
type pool struct {
	// at is where a finding about the pool is.
	at rule.Value
	// scales says whether the pool's size is the autoscaler's.
	scales   rule.Truth
	min, max amount
	// special says that workloads come to the pool by name only, or know that
	// its nodes may go: such a pool may be empty.
	special rule.Truth
}

// amount is a number of nodes: a property, that many times.
type amount struct {
	value rule.Value
	times int
}

func (a amount) atLeast(n int) rule.Truth {
	return a.value.Measures(func(v float64) bool { return int(v)*a.times >= n })
}

func (a amount) atMost(n int) rule.Truth {
	return a.value.Measures(func(v float64) bool { return int(v)*a.times <= n })
}

// poolsOf are the node pools of a stack.
func poolsOf(s *rule.Stack) []pool {
	var pools []pool
	for _, r := range s.Resources {
		switch r.Type {
		case eksNodeGroup:
			size := r.Get("scalingConfig")
			pools = append(pools, pool{
				at: size, scales: rule.True(),
				min: amount{size.Get("minSize"), 1}, max: amount{size.Get("maxSize"), 1},
				special: isSet(r.Get("taints")).Or(r.Get("capacityType").Is("SPOT")),
			})
		case gkeNodePool:
			pools = append(pools, gkePool(r))
		case doksCluster:
			pools = append(pools, doksPool(r.Get("nodePool")))
		case doksNodePool:
			pools = append(pools, doksPool(r.Properties))
		}
	}
	return pools
}

func gkePool(r *rule.Resource) pool {
	size, node := r.Get("autoscaling"), r.Get("nodeConfig")
	p := pool{
		at: size, scales: isSet(size),
		special: isSet(node.Get("taints")).Or(node.Get("spot").Is(true), node.Get("preemptible").Is(true)),
	}
	total := size.Get("totalMaxNodeCount")
	switch {
	case size.Present().IsFalse():
		fixed := amount{r.Get("nodeCount"), zonesOf(r)}
		p.min, p.max = fixed, fixed
	// The provider writes 0 for limits that are not used.
	case isSet(total).And(total.Is(0).Not()).IsTrue(), total.IsUnknown():
		p.min, p.max = amount{size.Get("totalMinNodeCount"), 1}, amount{total, 1}
	default:
		p.min, p.max = amount{size.Get("minNodeCount"), zonesOf(r)}, amount{size.Get("maxNodeCount"), zonesOf(r)}
	}
	return p
}

// zonesOf is in how many zones a pool's counts are meant: those it names, three
// in a region, one in a zone.
func zonesOf(r *rule.Resource) int {
	if n := len(r.Get("nodeLocations").Items()); n > 0 {
		return n
	}
	if r.Get("location").Matches(gcpZone.MatchString).IsTrue() {
		return 1
	}
	return 3
}

func doksPool(v rule.Value) pool {
	p := pool{
		at: v.Get("autoScale"), scales: v.Get("autoScale").Is(true),
		special: isSet(v.Get("taints")),
		min:     amount{v.Get("minNodes"), 1}, max: amount{v.Get("maxNodes"), 1},
	}
	if p.scales.IsFalse() {
		fixed := amount{v.Get("nodeCount"), 1}
		p.min, p.max = fixed, fixed
	}
	return p
}
