package components

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/policy/admission"
)

// AdmissionPolicies is the second gate of the rules over Kubernetes objects: the
// cluster's API server itself refuses, warns of or logs what breaks one, whoever
// makes it and by whatever tool. What the policies shall judge must depend on this
// component.
type AdmissionPolicies struct {
	pulumi.ResourceState
}

// AdmissionPoliciesArgs are the arguments of [NewAdmissionPolicies].
type AdmissionPoliciesArgs struct {
	// Gate says which rules hold, at which levels and with which settings, what
	// the cluster does, and what is exempt. Its environment and labels are set
	// from Owner.
	Gate admission.Gate
	// Owner is whom the objects are labelled with.
	Owner labels.Owner
}

// Mistakes returns everything that is wrong with the arguments.
func (a *AdmissionPoliciesArgs) Mistakes() []check.Mistake {
	var list check.List
	// The names of the objects have the environment in them.
	list.DNSLabel("owner.environment", a.Owner.Environment, 63)
	if len(a.Gate.Rules) == 0 {
		list.Missing("gate.rules", "name the rules that shall hold")
	}
	for _, r := range a.Gate.Rules {
		if _, resolved := a.Gate.Resolved[r.ID]; !resolved {
			list.Missing(fmt.Sprintf("gate.resolved[%q]", r.ID), "resolve the configuration of all rules")
		}
	}
	return list.All()
}

// NewAdmissionPolicies installs the rules in the cluster of the provider it is
// given. The error of wrong arguments is a [*check.Error] with every mistake,
// returned before any resource is registered.
func NewAdmissionPolicies(ctx *pulumi.Context, name string, args *AdmissionPoliciesArgs, opts ...pulumi.ResourceOption) (*AdmissionPolicies, error) {
	if args == nil {
		args = &AdmissionPoliciesArgs{}
	}
	if err := check.Err(fmt.Sprintf("admission policies %q", name), args.Mistakes()); err != nil {
		return nil, err
	}
	p := &AdmissionPolicies{}
	if err := ctx.RegisterComponentResource("ai-now:components:AdmissionPolicies", name, p, opts...); err != nil {
		return nil, err
	}
	gate := args.Gate
	gate.Environment = args.Owner.Environment
	gate.Labels = args.Owner.Kubernetes(labels.App{Name: "admission-policies", Component: "policy"})
	var policy pulumi.Resource
	for _, o := range gate.Objects() {
		in := []pulumi.ResourceOption{pulumi.Parent(p)}
		if policy != nil && o["kind"] == bindingKind {
			in = append(in, pulumi.DependsOn([]pulumi.Resource{policy}))
		}
		made, err := newAdmissionObject(ctx, name, o, gate.Labels, in...)
		if err != nil {
			return nil, err
		}
		policy = made
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{})
}

const bindingKind = "ValidatingAdmissionPolicyBinding"

// newAdmissionObject makes a policy or binding from data. The SDK's types for them
// would say nothing that the data does not, and take longer to compile than all of
// this program.
func newAdmissionObject(ctx *pulumi.Context, component string, o admission.Object, common map[string]string, opts ...pulumi.ResourceOption) (pulumi.Resource, error) {
	metadata, _ := o["metadata"].(admission.Object)
	inCluster, _ := metadata["name"].(string)
	kind, _ := o["kind"].(string)
	apiVersion, _ := o["apiVersion"].(string)
	// As in eks-eu-policies-workloads-deny: the environment is the stack's already.
	name := component + "-" + strings.TrimPrefix(inCluster, "ai-now-"+common[labels.KeyEnvironment]+"-")
	if kind == bindingKind {
		name += "-binding"
	}
	return apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String(apiVersion), Kind: pulumi.String(kind),
		Metadata:    metav1.ObjectMetaArgs{Name: pulumi.String(inCluster), Labels: pulumi.ToStringMap(common)},
		OtherFields: kubernetes.UntypedArgs{"spec": o["spec"]},
	}, opts...)
}
