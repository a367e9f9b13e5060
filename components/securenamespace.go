// Package components makes what goes into a cluster: one component per
// capability, on any cloud. A component takes plain, typed arguments, checks
// them before it registers its first resource, and reads neither configuration
// nor environment.
package components

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/policy/admission"
	"github.com/ai-now/platform/policy/configuration"
)

// SecureNamespace is a namespace in which nothing is allowed that has not been
// asked for: pods must meet Pod Security "restricted", together they stay
// within a quota, and they talk to each other and to DNS only.
type SecureNamespace struct {
	pulumi.ResourceState

	// Name of the namespace in the cluster, known before the cluster is. What is
	// put into the namespace must depend on this component.
	Name string

	// guards protect the namespace: pods come after them.
	guards []pulumi.Resource
}

// SecureNamespaceArgs are the arguments of [NewSecureNamespace].
type SecureNamespaceArgs struct {
	// Namespace is the name of the namespace in the cluster, a DNS label.
	Namespace string
	// Owner is whom its objects are labelled with.
	Owner labels.Owner
	// Quota bounds what all pods of the namespace may ask for together.
	Quota Quota
	// Exemptions that hold; those for this namespace are written on it.
	Exemptions []configuration.Exemption
}

// Quota bounds a namespace. Amounts are Kubernetes quantities, such as 500m,
// 2 or 16Gi.
type Quota struct {
	// CPU is the sum of all CPU requests, in cores.
	CPU string
	// Memory is the sum of all memory requests, and also of all memory limits.
	Memory string
	// Pods is the largest number of pods.
	Pods int
	// Storage is the sum of all volume claims; empty means none may be made.
	Storage string
}

// Limits a container gets if it names none. They are small: who needs more
// says so.
const (
	defaultContainerCPU    = "50m"
	defaultContainerMemory = "128Mi"
)

// podSecurityLevel is the strictest of the Pod Security Standards:
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
const podSecurityLevel = "restricted"

// Mistakes returns everything that is wrong with the arguments.
func (a *SecureNamespaceArgs) Mistakes() []check.Mistake {
	var list check.List
	// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
	list.DNSLabel("namespace", a.Namespace, 63)
	quantity(&list, "quota.cpu", a.Quota.CPU, "8")
	quantity(&list, "quota.memory", a.Quota.Memory, "16Gi")
	if a.Quota.Storage != "" {
		quantity(&list, "quota.storage", a.Quota.Storage, "100Gi")
	}
	if a.Quota.Pods <= 0 {
		list.Add("quota.pods", a.Quota.Pods, "is not a number of pods", "use 1 or more")
	}
	return list.All()
}

// NewSecureNamespace makes a namespace with everything that protects it, in the
// cluster of the provider it is given. The error of wrong arguments is a
// [*check.Error] with every mistake, returned before any resource is
// registered.
func NewSecureNamespace(ctx *pulumi.Context, name string, args *SecureNamespaceArgs, opts ...pulumi.ResourceOption) (*SecureNamespace, error) {
	if args == nil {
		args = &SecureNamespaceArgs{}
	}
	if err := check.Err(fmt.Sprintf("namespace %q", name), args.Mistakes()); err != nil {
		return nil, err
	}
	n := &SecureNamespace{Name: args.Namespace}
	if err := ctx.RegisterComponentResource("ai-now:components:SecureNamespace", name, n, opts...); err != nil {
		return nil, err
	}

	common := args.Owner.Kubernetes(labels.App{Name: args.Namespace, Component: "namespace"})
	exempt, answers := admission.NamespaceExemptions(args.Exemptions, args.Namespace)
	namespaceLabels := podSecurityLabels(enforcedLevel(exempt))
	maps.Copy(namespaceLabels, common)
	maps.Copy(namespaceLabels, exempt)
	metadata := metav1.ObjectMetaArgs{Name: pulumi.String(args.Namespace), Labels: pulumi.ToStringMap(namespaceLabels)}
	if len(answers) > 0 {
		metadata.Annotations = pulumi.ToStringMap(answers)
	}
	namespace, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{
		Metadata: metadata,
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	in := []pulumi.ResourceOption{pulumi.Parent(n), pulumi.DependsOn([]pulumi.Resource{namespace})}
	// The object's metadata in this namespace; its name tells what it is for.
	meta := func(object string) metav1.ObjectMetaArgs {
		return metav1.ObjectMetaArgs{Name: pulumi.String(object), Namespace: pulumi.String(n.Name), Labels: pulumi.ToStringMap(common)}
	}

	quota, err := corev1.NewResourceQuota(ctx, name, &corev1.ResourceQuotaArgs{
		Metadata: meta("quota"),
		Spec:     corev1.ResourceQuotaSpecArgs{Hard: args.Quota.hard()},
	}, in...)
	if err != nil {
		return nil, err
	}
	// Without requests a pod would be refused by the quota; without a memory
	// limit it could take the whole node.
	limits, err := corev1.NewLimitRange(ctx, name, &corev1.LimitRangeArgs{
		Metadata: meta("container-defaults"),
		Spec: corev1.LimitRangeSpecArgs{Limits: corev1.LimitRangeItemArray{corev1.LimitRangeItemArgs{
			Type: pulumi.String("Container"),
			DefaultRequest: pulumi.StringMap{
				"cpu": pulumi.String(defaultContainerCPU), "memory": pulumi.String(defaultContainerMemory),
			},
			Default: pulumi.StringMap{"memory": pulumi.String(defaultContainerMemory)},
		}}},
	}, in...)
	if err != nil {
		return nil, err
	}
	policies, err := newNamespacePolicies(ctx, name, meta, in...)
	if err != nil {
		return nil, err
	}
	// Kubernetes makes this account in every namespace and gives it to pods
	// that name none; it is patched, not made.
	account, err := corev1.NewServiceAccountPatch(ctx, name+"-default", &corev1.ServiceAccountPatchArgs{
		Metadata: metav1.ObjectMetaPatchArgs{
			Name: pulumi.String("default"), Namespace: pulumi.String(n.Name),
			Annotations: pulumi.StringMap{"pulumi.com/patchForce": pulumi.String("true")},
		},
		// A pod that never calls the API server needs no key to it.
		AutomountServiceAccountToken: pulumi.Bool(false),
	}, in...)
	if err != nil {
		return nil, err
	}
	n.guards = slices.Concat(policies, []pulumi.Resource{quota, limits, account})
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"name": pulumi.String(n.Name)})
}

// podSecurityLabels make the API server refuse pods below the level, and audit and
// warn about those below the strictest one.
func podSecurityLabels(enforced string) map[string]string {
	all := map[string]string{}
	for _, mode := range []string{"enforce", "audit", "warn"} {
		all["pod-security.kubernetes.io/"+mode] = podSecurityLevel
		// The standard as the cluster's own version knows it.
		all["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
	}
	all["pod-security.kubernetes.io/enforce"] = enforced
	return all
}

// enforcedLevel is the level that leaves room for the namespace's exemptions from
// the rules about it, by their labels.
func enforcedLevel(exempt map[string]string) string {
	switch {
	case exempt[admission.ExemptionLabel("pod-security-baseline")] != "":
		return "privileged"
	case exempt[admission.ExemptionLabel("pod-security-restricted")] != "":
		return "baseline"
	default:
		return podSecurityLevel
	}
}

// hard returns the quota in the words of Kubernetes. CPU limits are not
// bounded: a limit only slows a pod down when the node has CPU to spare.
func (q Quota) hard() pulumi.StringMap {
	storage := q.Storage
	if storage == "" {
		storage = "0"
	}
	return pulumi.StringMap{
		"requests.cpu":     pulumi.String(q.CPU),
		"requests.memory":  pulumi.String(q.Memory),
		"limits.memory":    pulumi.String(q.Memory),
		"requests.storage": pulumi.String(storage),
		"pods":             pulumi.String(strconv.Itoa(q.Pods)),
		// A node port opens every node, past load balancer and gateway.
		"services.nodeports": pulumi.String("0"),
	}
}
