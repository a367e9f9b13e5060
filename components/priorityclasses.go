package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	schedulingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/scheduling/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// Ranks of pods, the highest first. A rank is the end of a class's name.
const (
	PriorityCritical = "critical"
	PriorityHigh     = "high"
	PriorityNormal   = "normal"
	PriorityBatch    = "batch"
)

// DefaultPriority is the highest rank of a namespace that says nothing: if
// everybody is important, nobody is.
const DefaultPriority = PriorityNormal

// ranks of pods, the highest first. None is the default of the cluster, which
// may have one: what names no class has the priority 0, as normal has. All are
// above headroom, which gives way to batch as well.
var ranks = []struct {
	name        string
	value       int
	description string
	// waits is true for pods that push no others away.
	waits bool
}{
	{PriorityCritical, 10_000, "What others cannot work without: it takes the room of any below", false},
	{PriorityHigh, 1_000, "What answers users: it takes the room of what does not", false},
	{PriorityNormal, 0, "As pods that name no class", false},
	{PriorityBatch, -5, "What can wait until there is room: it pushes nobody away", true},
}

// Priorities lists the ranks, the highest first.
func Priorities() []string {
	names := make([]string, len(ranks))
	for i, r := range ranks {
		names[i] = r.name
	}
	return names
}

// PriorityClass is the name of the class of a rank.
func PriorityClass(rank string) string { return labels.PartOf + "-" + rank }

// PriorityClasses are the ranks of pods in a cluster: when nodes are full, the
// scheduler takes room from those of lower rank.
type PriorityClasses struct {
	pulumi.ResourceState
}

// PriorityClassesArgs are the arguments of [NewPriorityClasses].
type PriorityClassesArgs struct {
	// Owner is whom the objects are labelled with.
	Owner labels.Owner
	// Keep leaves the classes in the cluster when they are deleted here: for a
	// cluster that others use too, whose pods may name them.
	Keep bool
}

// Mistakes returns everything that is wrong with the arguments.
func (a *PriorityClassesArgs) Mistakes() []check.Mistake {
	var list check.List
	list.DNSLabel("owner.environment", a.Owner.Environment, 63)
	return list.All()
}

// NewPriorityClasses makes the classes in the cluster of the provider it is
// given. The error of wrong arguments is a [*check.Error] with every mistake,
// returned before any resource is registered.
func NewPriorityClasses(ctx *pulumi.Context, name string, args *PriorityClassesArgs, opts ...pulumi.ResourceOption) (*PriorityClasses, error) {
	if args == nil {
		args = &PriorityClassesArgs{}
	}
	if err := check.Err(fmt.Sprintf("priority classes %q", name), args.Mistakes()); err != nil {
		return nil, err
	}
	p := &PriorityClasses{}
	if err := ctx.RegisterComponentResource("ai-now:components:PriorityClasses", name, p, opts...); err != nil {
		return nil, err
	}
	for _, r := range ranks {
		policy := "PreemptLowerPriority"
		if r.waits {
			policy = "Never"
		}
		class := PriorityClass(r.name)
		if _, err := schedulingv1.NewPriorityClass(ctx, name+"-"+r.name, &schedulingv1.PriorityClassArgs{
			Metadata: metav1.ObjectMetaArgs{
				Name: pulumi.String(class), Labels: pulumi.ToStringMap(args.Owner.Kubernetes(labels.App{Name: class, Component: "scheduling"})),
			},
			Value: pulumi.Int(r.value), PreemptionPolicy: pulumi.String(policy), Description: pulumi.String(r.description),
		}, pulumi.Parent(p), pulumi.RetainOnDelete(args.Keep)); err != nil {
			return nil, err
		}
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

// clusterClasses are for what a cluster cannot be without:
// https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/
var clusterClasses = []string{"system-cluster-critical", "system-node-critical"}

// priorityQuota keeps pods of a higher rank than the namespace has out of it: a
// quota of none for their classes.
// https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-per-priorityclass
func (o *namespaceObjects) priorityQuota() ([]pulumi.Resource, error) {
	highest := o.args.HighestPriority
	if highest == "" {
		highest = DefaultPriority
	}
	above := clusterClasses
	for _, r := range ranks {
		if r.name == highest {
			break
		}
		above = append(above[:len(above):len(above)], PriorityClass(r.name))
	}
	quota, err := corev1.NewResourceQuota(o.ctx, o.name+"-priority", &corev1.ResourceQuotaArgs{
		Metadata: o.meta("priority"),
		Spec: corev1.ResourceQuotaSpecArgs{
			Hard: pulumi.StringMap{"pods": pulumi.String("0")},
			ScopeSelector: corev1.ScopeSelectorArgs{MatchExpressions: corev1.ScopedResourceSelectorRequirementArray{
				corev1.ScopedResourceSelectorRequirementArgs{
					ScopeName: pulumi.String("PriorityClass"), Operator: pulumi.String("In"), Values: pulumi.ToStringArray(above),
				},
			}},
		},
	}, o.in...)
	return []pulumi.Resource{quota}, err
}
