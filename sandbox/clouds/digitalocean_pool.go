package clouds

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const doPoolType = "digitalocean:index/kubernetesNodePool:KubernetesNodePool"

var doPool = &Type{
	Token: doPoolType, Noun: "Kubernetes node pool",
	Does:      "makes nodes in the cluster; another name, resizing, labels and taints change them in place",
	Autoname:  &Autoname{Property: "name"},
	Required:  []string{"clusterId", "size"},
	Immutable: []string{"clusterId", "size"},
	Defaults:  props.Object{"autoScale": false},
	Computed:  []string{"actualNodeCount", "nodes"},
	Sets:      []string{"tags", "taints"},
	Check:     func(c *Call) []Failure { return append(doCheckPool(c.Props, ""), doCheckTags(c.Props, "tags")...) },
	Create:    func(c *Call) (string, error) { return uuid(), doPoolName(c) },
	Update:    doPoolName, // a pool is renamed in place
	Realize:   doRealizePool,
	Observe:   observePool(doRealizePool),
	Remove: func(ctx context.Context, c *Call) error {
		cluster, err := c.Store.Get(doClusterType, props.Str(c.Props, "clusterId"))
		if isNotExist(err) {
			return nil // the nodes went with the cluster
		}
		if err != nil {
			return c.Errorf("%v", err)
		}
		return removePool(ctx, c, props.Str(cluster.Properties, "name"), doSelector(c.ID))
	},
}

// doPoolName refuses a cluster that does not exist, and a name that another pool of it has.
func doPoolName(c *Call) error {
	cluster, err := c.Find(doClusterType, props.Str(c.Props, "clusterId"), "404 not_found")
	if err != nil {
		return err
	}
	name := props.Str(c.Props, "name")
	same, err := c.Others(doPoolType, func(o *store.Object) bool {
		return o.ID != c.ID && props.Str(o.Properties, "clusterId") == cluster.ID && props.Str(o.Properties, "name") == name
	})
	if err != nil {
		return err
	}
	if len(same) > 0 || props.Str(cluster.Properties, "nodePool.name") == name {
		return c.Errorf("422 unprocessable_entity: the cluster %q has a node pool %q", props.Str(cluster.Properties, "name"), name)
	}
	return nil
}

// doCheckPool checks a pool's inputs, which stand below at in a cluster.
func doCheckPool(o props.Object, at string) []Failure {
	f := checkMachine(nodes.DigitalOcean, o, at+"size")
	f = append(f, checkTaints(o, at+"taints", "NoSchedule", "PreferNoSchedule", "NoExecute")...)
	least, hasMin := props.Int(o, at+"minNodes")
	most, hasMax := props.Int(o, at+"maxNodes")
	if props.Bool(o, at+"autoScale") {
		// docs.digitalocean.com/products/kubernetes/how-to/autoscale: from 0 on.
		if hasMin && least < 0 {
			f = append(f, Failure{at + "minNodes", fmt.Sprintf("%d nodes: a pool scales down to 0 at least", least)})
		}
		if (!hasMax || most < 1) && !props.IsUnknown(props.Get(o, at+"maxNodes")) {
			f = append(f, Failure{at + "maxNodes", "a pool that scales by itself needs maxNodes, at least 1"})
		}
		if hasMin && hasMax && least > most {
			f = append(f, Failure{at + "minNodes", fmt.Sprintf("minNodes %d is above maxNodes %d", least, most)})
		}
		return f
	}
	if n, ok := props.Int(o, at+"nodeCount"); ok && n < 1 {
		f = append(f, Failure{at + "nodeCount", fmt.Sprintf("%d nodes: a pool has at least one, unless it scales by itself", n)})
	}
	if props.Get(o, at+"nodeCount") == nil && props.Get(o, at+"autoScale") != props.Unknown {
		f = append(f, Failure{at + "nodeCount", "a pool needs nodeCount, or autoScale with minNodes and maxNodes"})
	}
	return f
}

func doSelector(id string) nodes.Label {
	return nodes.Label{Key: "doks.digitalocean.com/node-pool-id", Value: id}
}

func doRealizePool(ctx context.Context, c *Call) error {
	cluster, err := c.Find(doClusterType, props.Str(c.Props, "clusterId"), "404 not_found")
	if err != nil {
		return err
	}
	return doMakeNodes(ctx, c, cluster.Properties, c.Props, c.ID)
}

// doDefaultPool makes the nodes of the pool inside a cluster.
func doDefaultPool(ctx context.Context, c *Call) error {
	pool := props.Map(c.Props, "nodePool")
	return doMakeNodes(ctx, c, c.Props, pool, props.Str(pool, "id"))
}

// doCount is the number of nodes: that of nodeCount, within the limits of a pool that scales by itself.
func doCount(pool props.Object) int {
	n := props.IntOr(pool, "nodeCount", 0)
	if !props.Bool(pool, "autoScale") {
		return n
	}
	n = max(n, props.IntOr(pool, "minNodes", 0))
	if most, ok := props.Int(pool, "maxNodes"); ok {
		n = min(n, most)
	}
	return n
}

// doMakeNodes makes a pool's nodes and notes them in the pool.
//
// Labels and providerID: github.com/digitalocean/digitalocean-cloud-controller-manager,
// docs/controllers/node/labels.md; it sets a region and no zone.
func doMakeNodes(ctx context.Context, c *Call, cluster, pool props.Object, id string) error {
	machine, err := nodes.DigitalOcean.Find(props.Str(pool, "size"))
	if err != nil {
		return c.Errorf("422 unprocessable_entity: %v", err)
	}
	name, region, clusterName := props.Str(pool, "name"), props.Str(cluster, "region"), props.Str(cluster, "name")
	labels := props.StrMap(pool, "labels")
	labels["doks.digitalocean.com/node-pool"] = name
	labels["doks.digitalocean.com/version"] = props.Str(cluster, "version")
	labels["region"] = region
	wanted := taints(pool, "taints")
	if machine.GPUs > 0 { // docs.digitalocean.com/products/kubernetes/details/supported-gpus
		labels["doks.digitalocean.com/gpu-brand"] = "nvidia"
		if machine.GPU == "h100" { // the one model whose label is documented
			labels["doks.digitalocean.com/gpu-model"] = machine.GPU
		}
		wanted = append(wanted, corev1.Taint{Key: "nvidia.com/gpu", Effect: corev1.TaintEffectNoSchedule})
	}
	names, err := applyPool(ctx, c, clusterName, nodes.Pool{
		Selector: doSelector(id), Machine: machine, Region: region,
		Nodes: make([]nodes.Place, doCount(pool)), Labels: labels, Taints: wanted, Allocatable: nodes.DOKSAllocatable,
		Identity: func(i, attempt int) nodes.Identity {
			return nodes.Identity{
				Name:       name + "-" + hashedName(5, alphanumeric, clusterName, id, i, attempt),
				ProviderID: fmt.Sprintf("digitalocean://%d", 400_000_000+hashed(clusterName, id, i, attempt)%100_000_000),
			}
		},
	})
	if err != nil {
		return err
	}
	known := map[string]props.Object{}
	for _, n := range props.Objects(pool, "nodes") {
		known[props.Str(n, "name")] = n
	}
	list := make([]any, len(names))
	for i, n := range names {
		if list[i] = known[n]; known[n] == nil {
			now := c.Timestamp()
			list[i] = props.Object{"id": uuid(), "name": n, "status": "running", "dropletId": "", "createdAt": now, "updatedAt": now}
		}
	}
	pool["actualNodeCount"], pool["nodes"] = len(names), list
	return nil
}
