package components

import (
	"fmt"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	schedulingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/scheduling/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// Headroom keeps room free in a cluster: pods that do nothing and give way to
// any other. When they have to, they wait, and the autoscaler adds a node for
// them; so a new pod rarely waits for one itself.
type Headroom struct {
	pulumi.ResourceState
}

// HeadroomArgs are the arguments of [NewHeadroom].
type HeadroomArgs struct {
	// Owner is whom its objects are labelled with.
	Owner labels.Owner
	// CPU each of the pods keeps free, a Kubernetes quantity.
	CPU string
	// Memory each of them keeps free.
	Memory string
	// Replicas is how many there are.
	Replicas int
}

// headroomName is the name of the namespace and of what is in it.
const headroomName = "headroom"

// headroomPriority is below that of all pods that name no class (0), and not
// below -10, where the Cluster Autoscaler stops adding nodes for a pod:
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#how-can-i-configure-overprovisioning-with-cluster-autoscaler
const headroomPriority = -10

// pauseImage sleeps: it is what holds a pod's namespaces on every node anyway.
const pauseImage = "registry.k8s.io/pause:3.10"

// Mistakes returns everything that is wrong with the arguments.
func (a *HeadroomArgs) Mistakes() []check.Mistake {
	var list check.List
	quantity(&list, "cpu", a.CPU, "500m")
	quantity(&list, "memory", a.Memory, "1Gi")
	if a.Replicas < 1 {
		list.Add("replicas", a.Replicas, "keeps nothing free", "use 1 or more")
	}
	return list.All()
}

// quota is what all its pods take together, and one more while they are
// replaced.
func (a *HeadroomArgs) quota() Quota {
	sum := func(text string) string {
		one, total := resource.MustParse(text), resource.MustParse(text)
		for range a.Replicas {
			total.Add(one)
		}
		return total.String()
	}
	return Quota{CPU: sum(a.CPU), Memory: sum(a.Memory), Pods: a.Replicas + 1}
}

// NewHeadroom keeps room free in the cluster of the provider it is given. The
// error of wrong arguments is a [*check.Error] with every mistake, returned
// before any resource is registered.
func NewHeadroom(ctx *pulumi.Context, name string, args *HeadroomArgs, opts ...pulumi.ResourceOption) (*Headroom, error) {
	if args == nil {
		args = &HeadroomArgs{}
	}
	if err := check.Err(fmt.Sprintf("headroom %q", name), args.Mistakes()); err != nil {
		return nil, err
	}
	h := &Headroom{}
	if err := ctx.RegisterComponentResource("ai-now:components:Headroom", name, h, opts...); err != nil {
		return nil, err
	}
	namespace, err := NewSecureNamespace(ctx, name, &SecureNamespaceArgs{
		Namespace: headroomName, Owner: args.Owner, Quota: args.quota(),
	}, pulumi.Parent(h))
	if err != nil {
		return nil, err
	}
	common := pulumi.ToStringMap(args.Owner.Kubernetes(labels.App{Name: headroomName, Component: "autoscaling"}))
	class, err := schedulingv1.NewPriorityClass(ctx, name, &schedulingv1.PriorityClassArgs{
		Metadata:    metav1.ObjectMetaArgs{Name: pulumi.String(headroomName), Labels: common},
		Value:       pulumi.Int(headroomPriority),
		Description: pulumi.String("Pods that keep room free and give way to any other"),
		// They push nobody away themselves.
		PreemptionPolicy: pulumi.String("Never"),
	}, pulumi.Parent(h))
	if err != nil {
		return nil, err
	}
	meta := metav1.ObjectMetaArgs{Name: pulumi.String(headroomName), Namespace: pulumi.String(headroomName), Labels: common}
	in := []pulumi.ResourceOption{pulumi.Parent(h), pulumi.DependsOn(append([]pulumi.Resource{class}, namespace.guards...))}
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: meta, AutomountServiceAccountToken: pulumi.Bool(false),
	}, in...)
	if err != nil {
		return nil, err
	}
	// That they wait for a node is what they are for.
	meta.Annotations = pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	filled := WorkloadArgs{
		Name: headroomName, Owner: args.Owner, Image: pauseImage, Replicas: args.Replicas,
		Resources:     Resources{CPU: args.CPU, Memory: args.Memory},
		priorityClass: headroomName,
	}.WithDefaults()
	if _, err := newDeployment(ctx, name, &filled, meta, pulumi.StringMap{labels.KeyName: pulumi.String(headroomName)},
		append(in, pulumi.DependsOn([]pulumi.Resource{account}))...); err != nil {
		return nil, err
	}
	return h, ctx.RegisterResourceOutputs(h, pulumi.Map{})
}
