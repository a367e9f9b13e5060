package components

import (
	"fmt"
	"time"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// Workload is a stateless application: a hardened Deployment with a service
// account of its own, a disruption budget, and a Service if it has ports.
type Workload struct {
	pulumi.ResourceState

	// Name of its Deployment and Service.
	Name string
	// Address under which other pods reach it, such as
	// storefront.shop.svc.cluster.local; empty if it has no ports.
	Address string
}

// WorkloadArgs are the arguments of [NewWorkload].
type WorkloadArgs struct {
	// Name of the application, a DNS label, unique in the namespace.
	Name string
	// Namespace it runs in.
	Namespace *SecureNamespace
	// Owner is whom its objects are labelled with.
	Owner labels.Owner
	// Image with a tag other than latest, or a digest.
	Image string
	// Args are passed to the image's entry point.
	Args []string
	// Env holds environment variables that are no secrets.
	Env map[string]string
	// Replicas is the number of pods; 0 means 2.
	Replicas int
	// Ports the application listens on.
	Ports []Port
	// HealthPath is requested over HTTP on the first port to see whether a pod
	// works; empty means that the port accepting connections is enough.
	HealthPath string
	// Resources every pod gets.
	Resources Resources
	// NodePool is the pool whose nodes it runs on; empty means any pool without
	// taints.
	NodePool string
	// Taints of that pool, which the pods then tolerate.
	Taints []clusters.Taint
	// Identity it has in the cluster's cloud; nil means none.
	Identity *clusters.Identity
	// RolloutTimeout is how long an update waits for the pods to run, such as
	// 5m; empty means 10m.
	RolloutTimeout string

	// priorityClass of its pods; empty means the cluster's default.
	priorityClass string
}

// Port is a port an application listens on.
type Port struct {
	// Name of the port, at most 15 letters, digits and '-', such as http.
	Name string
	// Number from 1024 to 65535.
	Number int
}

// Resources of one pod, as Kubernetes quantities.
type Resources struct {
	// CPU that is kept free for the pod; it may use more while the node has it.
	// Empty means 100m.
	CPU string
	// Memory the pod gets and may not exceed. Empty means 128Mi.
	Memory string
}

// Defaults of a workload. Two replicas survive the loss of a node.
const (
	DefaultReplicas       = 2
	DefaultCPU            = "100m"
	DefaultMemory         = "128Mi"
	DefaultRolloutTimeout = "10m"
)

// firstUnprivilegedPort is the lowest port a process without capabilities may
// listen on.
const firstUnprivilegedPort = 1024

// WithDefaults returns the arguments with what is left out filled in.
func (a WorkloadArgs) WithDefaults() WorkloadArgs {
	if a.Replicas == 0 {
		a.Replicas = DefaultReplicas
	}
	if a.Resources.CPU == "" {
		a.Resources.CPU = DefaultCPU
	}
	if a.Resources.Memory == "" {
		a.Resources.Memory = DefaultMemory
	}
	if a.RolloutTimeout == "" {
		a.RolloutTimeout = DefaultRolloutTimeout
	}
	return a
}

// Mistakes returns everything that is wrong with the arguments, apart from the
// namespace.
func (a *WorkloadArgs) Mistakes() []check.Mistake {
	args := a.WithDefaults()
	var list check.List
	// A Service's name is a DNS label:
	// https://kubernetes.io/docs/concepts/services-networking/service/
	list.DNSLabel("name", args.Name, 63)
	checkImage(&list, "image", args.Image)
	if args.Replicas < 0 {
		list.Add("replicas", args.Replicas, "is less than nothing", "use 1 or more")
	}
	quantity(&list, "resources.cpu", args.Resources.CPU, DefaultCPU)
	quantity(&list, "resources.memory", args.Resources.Memory, DefaultMemory)
	for _, name := range check.Keys(args.Env) {
		if len(validation.IsEnvVarName(name)) > 0 {
			list.Add(fmt.Sprintf("env[%q]", name), nil, "is not the name of an environment variable", "use letters, digits, '_', '-' and '.', not beginning with a digit")
		}
	}
	args.checkPorts(&list)
	if args.HealthPath != "" {
		switch {
		case args.HealthPath[0] != '/':
			list.Add("healthPath", args.HealthPath, "is not a path", "begin it with '/'")
		case len(args.Ports) == 0:
			list.Add("healthPath", args.HealthPath, "needs a port to be requested on", "declare the port under ports, or remove the path")
		}
	}
	if timeout, err := time.ParseDuration(args.RolloutTimeout); err != nil || timeout < time.Second {
		list.Add("rolloutTimeout", args.RolloutTimeout, "is not a length of time", "write it as 90s, 10m or 1h")
	}
	return list.All()
}

func (a *WorkloadArgs) checkPorts(list *check.List) {
	names, numbers := map[string]int{}, map[int]int{}
	for i, p := range a.Ports {
		path := fmt.Sprintf("ports[%d]", i)
		if first, taken := names[p.Name]; taken {
			list.Add(path+".name", p.Name, fmt.Sprintf("is the name of ports[%d] as well", first), "rename one of them")
		} else if len(validation.IsValidPortName(p.Name)) > 0 {
			list.Add(path+".name", p.Name, "is not an IANA service name (RFC 6335)",
				"use at most 15 lower-case letters, digits and single '-', with at least one letter, such as http")
		}
		if first, taken := numbers[p.Number]; taken {
			list.Add(path+".port", p.Number, fmt.Sprintf("is the number of ports[%d] as well", first), "remove one of them")
		} else if p.Number < firstUnprivilegedPort || p.Number > 65535 {
			list.Add(path+".port", p.Number, "is not a port an unprivileged process can listen on",
				fmt.Sprintf("use %d to 65535", firstUnprivilegedPort))
		}
		names[p.Name], numbers[p.Number] = i, i
	}
}

// NewWorkload makes an application in a namespace, in the cluster of the
// provider it is given, and waits until its pods run. The error of wrong
// arguments is a [*check.Error] with every mistake, returned before any
// resource is registered.
func NewWorkload(ctx *pulumi.Context, name string, args *WorkloadArgs, opts ...pulumi.ResourceOption) (*Workload, error) {
	if args == nil {
		args = &WorkloadArgs{}
	}
	mistakes := args.Mistakes()
	if args.Namespace == nil {
		mistakes = append(mistakes, check.Mistake{Path: "namespace", Problem: "is required", Hint: "pass a SecureNamespace"})
	}
	if err := check.Err(fmt.Sprintf("workload %q", name), mistakes); err != nil {
		return nil, err
	}
	filled := args.WithDefaults()
	args = &filled

	w := &Workload{Name: args.Name}
	if err := ctx.RegisterComponentResource("ai-now:components:Workload", name, w, opts...); err != nil {
		return nil, err
	}
	// Not before the namespace is closed and bounded.
	in := []pulumi.ResourceOption{pulumi.Parent(w), pulumi.DependsOn(args.Namespace.guards)}
	_, tag, _ := splitImage(args.Image)
	meta := metav1.ObjectMetaArgs{
		Name: pulumi.String(args.Name), Namespace: pulumi.String(args.Namespace.Name),
		Labels: pulumi.ToStringMap(args.Owner.Kubernetes(labels.App{Name: args.Name, Component: "workload", Version: tag})),
	}
	// Selectors cannot change: they hold only what never does.
	selector := pulumi.StringMap{labels.KeyName: pulumi.String(args.Name)}

	accountMeta := meta
	if args.Identity != nil {
		accountMeta.Annotations = args.Identity.Annotations
		made, err := newIdentityAccess(ctx, name, args, meta, selector, in...)
		if err != nil {
			return nil, err
		}
		in = append(in, pulumi.DependsOn(made))
	}
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata:                     accountMeta,
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, in...)
	if err != nil {
		return nil, err
	}
	// One pod at a time may be taken away by a drain. A budget of "none" would
	// block the drain of a node for ever.
	if _, err := policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: meta,
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1),
			Selector:       metav1.LabelSelectorArgs{MatchLabels: selector},
		},
	}, in...); err != nil {
		return nil, err
	}
	in = append(in, pulumi.DependsOn([]pulumi.Resource{account}))
	deployment, err := newDeployment(ctx, name, args, meta, selector, in...)
	if err != nil {
		return nil, err
	}
	if len(args.Ports) > 0 {
		if err := newService(ctx, name, args, meta, selector, append(in, pulumi.DependsOn([]pulumi.Resource{deployment}))...); err != nil {
			return nil, err
		}
		w.Address = fmt.Sprintf("%s.%s.svc.cluster.local", args.Name, args.Namespace.Name)
	}
	return w, ctx.RegisterResourceOutputs(w, pulumi.Map{"name": pulumi.String(w.Name), "address": pulumi.String(w.Address)})
}
