package rules

import "github.com/ai-now/platform/policy/rule"

func stackPoolBounds() *rule.Rule {
	return &rule.Rule{
		ID:           "stack-pool-bounds",
		Title:        "Production pools grow and shrink within bounds",
		Severity:     rule.High,
		On:           wholeStack,
		Environments: production,
		Why: "A pool that does not grow is full when it matters, one without an upper bound is a bill without " +
			"one, and a pool of one node is down whenever the node is.",
		Fix: "Set the pool's smallest and largest size within the settings, and let it scale on GKE and DOKS. A " +
			"pool with taints or of spot machines may be empty.",
		Settings: []rule.Setting{
			number("least", 2, 1, 1000, "Fewest nodes of a pool that workloads come to by themselves."),
			number("most", 50, 1, 15000, "Most nodes a pool may grow to."),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			least, most := q.Settings.Int("least"), q.Settings.Int("most")
			for _, p := range poolsOf(s) {
				q.Require(p.scales, p.at, "the pool does not scale")
				q.Require(p.special.Or(p.min.atLeast(least)), p.at, "the pool may shrink to fewer than %d nodes", least)
				q.Require(p.max.atMost(most), p.at, "the pool may grow beyond %d nodes, or without a bound", most)
			}
		}),
	}
}

func stackNodeCeiling() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-node-ceiling",
		Title:    "A stack cannot grow into a bill that nobody expects",
		Severity: rule.Medium,
		On:       wholeStack,
		Why: "Each pool's bound is reasonable, and all of them together are what a runaway workload or a mistake " +
			"may cost. The sum is looked at by nobody, unless a rule does.",
		Fix: "Lower the largest sizes of the pools, or raise the setting nodes when the budget covers it.",
		Settings: []rule.Setting{
			number("nodes", 100, 1, 100000, "Most nodes that all pools of the stack may grow to together."),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			limit, sum := q.Settings.Int("nodes"), 0
			known := rule.True()
			for _, p := range poolsOf(s) {
				n, ok := p.max.value.Number()
				if !ok && p.max.value.IsUnknown() {
					known = known.And(p.max.value.Present())
				}
				sum += int(n) * p.max.times
			}
			q.Require(rule.Known(sum <= limit).And(known), rule.Value{}, "the pools may grow to %d nodes together, the most is %d", sum, limit)
		}),
	}
}
