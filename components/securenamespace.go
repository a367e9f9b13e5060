// Package components makes what goes into a cluster: one component per
// capability, on any cloud. A component takes plain, typed arguments, checks
// them before it registers its first resource, and reads neither configuration
// nor environment.
package components

import (
	"fmt"
	"maps"
	"slices"
	"strings"

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
// within a quota, they talk to each other and to DNS, and beyond that to what
// is declared; people have the rights of their role.
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
	// Description says in one line what the namespace is for.
	Description string
	// Contact is where its team is reached, such as an e-mail address.
	Contact string
	// Quota bounds what all pods of the namespace may ask for together.
	Quota Quota
	// Limits bound what one container, pod or claim may ask for.
	Limits Limits
	// HighestPriority is the highest rank that its pods may have, one of
	// [Priorities]; empty means normal.
	HighestPriority string
	// Access says who may do what in it.
	Access NamespaceAccess
	// Egress is where its pods may go, besides each other and DNS.
	Egress []Egress
	// Ingress is who may come in from other namespaces.
	Ingress []Ingress
	// ClusterRanges are the networks of the cluster's own nodes, pods and
	// services, in CIDR notation. Egress to a wider network leaves them out.
	ClusterRanges []string
	// DomainPolicies is true if the cluster serves the kind FQDNNetworkPolicy of
	// GKE, so that egress can be declared by name.
	DomainPolicies bool
	// DeletionProtection keeps the namespace, and with it all that is in it,
	// from being deleted or replaced.
	DeletionProtection bool
	// Exemptions that hold; those for this namespace are written on it.
	Exemptions []configuration.Exemption
}

// podSecurityLevel is the strictest of the Pod Security Standards:
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
const podSecurityLevel = "restricted"

// Mistakes returns everything that is wrong with the arguments.
func (a *SecureNamespaceArgs) Mistakes() []check.Mistake {
	var list check.List
	// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
	list.DNSLabel("namespace", a.Namespace, 63)
	singleLine(&list, "description", a.Description)
	singleLine(&list, "contact", a.Contact)
	a.Quota.check(&list)
	a.Limits.check(&list, a.Quota)
	if a.HighestPriority != "" {
		list.OneOf("highestPriority", a.HighestPriority, Priorities())
	}
	a.Access.check(&list)
	a.checkEgress(&list)
	a.checkIngress(&list)
	return list.All()
}

// singleLine adds a mistake if text has several lines: it is shown in tables.
func singleLine(list *check.List, path, text string) {
	if strings.ContainsAny(text, "\r\n") {
		list.Add(path, nil, "has more than one line", "say it in one")
	}
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
	namespace, err := corev1.NewNamespace(ctx, name, &corev1.NamespaceArgs{Metadata: args.metadata()},
		// Whoever deletes a namespace deletes the volumes in it.
		pulumi.Parent(n), pulumi.Protect(args.DeletionProtection))
	if err != nil {
		return nil, err
	}
	o := &namespaceObjects{
		ctx: ctx, name: name, args: args,
		namespace: namespace,
		in:        []pulumi.ResourceOption{pulumi.Parent(n), pulumi.DependsOn([]pulumi.Resource{namespace})},
	}
	for _, part := range []func() ([]pulumi.Resource, error){
		o.bounds, o.networkPolicies, o.declaredTraffic, o.defaultAccount,
	} {
		made, err := part()
		if err != nil {
			return nil, err
		}
		n.guards = slices.Concat(n.guards, made)
	}
	if err := o.access(); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"name": pulumi.String(n.Name)})
}

// metadata of the namespace itself.
func (a *SecureNamespaceArgs) metadata() metav1.ObjectMetaArgs {
	exempt, answers := admission.NamespaceExemptions(a.Exemptions, a.Namespace)
	all := podSecurityLabels(enforcedLevel(exempt))
	maps.Copy(all, a.labels())
	maps.Copy(all, exempt)
	annotations := map[string]string{labels.KeyDescription: a.Description, labels.KeyContact: a.Contact}
	maps.Copy(annotations, answers)
	maps.DeleteFunc(annotations, func(_, text string) bool { return text == "" })
	meta := metav1.ObjectMetaArgs{Name: pulumi.String(a.Namespace), Labels: pulumi.ToStringMap(all)}
	if len(annotations) > 0 {
		meta.Annotations = pulumi.ToStringMap(annotations)
	}
	return meta
}

func (a *SecureNamespaceArgs) labels() map[string]string {
	return a.Owner.Kubernetes(labels.App{Name: a.Namespace, Component: "namespace"})
}

// namespaceObjects makes what is in a namespace from the start.
type namespaceObjects struct {
	ctx  *pulumi.Context
	name string
	args *SecureNamespaceArgs

	namespace pulumi.Resource
	in        []pulumi.ResourceOption
}

// meta is the metadata of an object in the namespace; its name tells what it is
// for.
func (o *namespaceObjects) meta(object string) metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name: pulumi.String(object), Namespace: pulumi.String(o.args.Namespace), Labels: pulumi.ToStringMap(o.args.labels()),
	}
}

// defaultAccount takes the token from the account that Kubernetes makes in every
// namespace and gives to pods that name none. It is patched, not made.
func (o *namespaceObjects) defaultAccount() ([]pulumi.Resource, error) {
	account, err := corev1.NewServiceAccountPatch(o.ctx, o.name+"-default", &corev1.ServiceAccountPatchArgs{
		Metadata: metav1.ObjectMetaPatchArgs{
			Name: pulumi.String("default"), Namespace: pulumi.String(o.args.Namespace),
			Annotations: pulumi.StringMap{"pulumi.com/patchForce": pulumi.String("true")},
		},
		// A pod that never calls the API server needs no key to it.
		AutomountServiceAccountToken: pulumi.Bool(false),
		// It goes with the namespace. To take the patch back before would give the
		// account its token again, which the gate of prod refuses.
	}, append(slices.Clone(o.in), pulumi.DeletedWith(o.namespace))...)
	return []pulumi.Resource{account}, err
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
