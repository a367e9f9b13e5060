package eks

import (
	"slices"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// systemNamespace is where the autoscalers run: what is there may have the
// priority of the cluster's own services.
const systemNamespace = "kube-system"

// Autoscalers wait on each other and on AWS far more than they compute; memory
// grows with the number of nodes and pods they keep in mind.
const (
	autoscalerCPU    = "200m"
	autoscalerMemory = "1Gi"
)

// createAutoscaler installs what makes and removes nodes as pods come and go, if
// any pool is to grow.
func (p *Platform) createAutoscaler(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider, opts ...pulumi.ResourceOption) error {
	growing := slices.DeleteFunc(slices.Clone(p.pools), func(pool *spec.NodePool) bool { return !pool.Scales() })
	if len(growing) == 0 {
		return nil
	}
	// Objects in the cluster have another provider than resources of AWS. The node
	// groups are there first and go last: the autoscaler runs on them while it
	// removes its own machines.
	in := []pulumi.ResourceOption{pulumi.Parent(parent), pulumi.Provider(provider), pulumi.DependsOn(p.groups)}
	if p.engine() == spec.EngineClusterAutoscaler {
		return p.createClusterAutoscaler(ctx, opts, in)
	}
	return p.createKarpenter(ctx, growing, opts, in)
}

// autoscalerReplicas is two where they find different machines among those the
// autoscaler does not itself remove, else one: a second would wait for ever.
func (p *Platform) autoscalerReplicas() int { return min(2, p.pools[0].Nodes.Min) }

// autoscalerLabels are the labels of an autoscaler's objects.
func (p *Platform) autoscalerLabels(name, version string) map[string]string {
	return p.owner.Kubernetes(labels.App{Name: name, Instance: p.name, Component: "autoscaler", Version: version})
}
