package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// annotation binds a service account of Kubernetes to one of Google Cloud.
const annotation = "iam.gke.io/gcp-service-account"

// roleUseIdentity lets a pod get tokens of a service account.
const roleUseIdentity = "roles/iam.workloadIdentityUser"

// Identity makes a service account of Google Cloud that the pods of one service
// account of Kubernetes act as. A role could also be given to the latter without
// an account between, but not every API and client takes that, and an account
// has a name in audit logs.
// https://cloud.google.com/iam/docs/federated-identity-supported-services
//
// The workload identity pool is the project's: a namespace and service account
// of the same names in another cluster of the project have the same identity.
// https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#identity_sameness
func (p *Platform) Identity(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.IdentityArgs) (*spec.Identity, error) {
	who := fmt.Sprintf("Pods of %s/%s in the GKE cluster %s", args.Namespace, args.ServiceAccount, p.name)
	account, err := serviceaccount.NewAccount(ctx, name, &serviceaccount.AccountArgs{
		AccountId: pulumi.String(accountID("pod", name)), Project: pulumi.String(p.project),
		DisplayName: pulumi.String(bounded(who, maxDisplayName)), Description: p.description("Identity of pods"),
	}, pulumi.Parent(parent))
	if err != nil {
		return nil, err
	}
	binding, err := serviceaccount.NewIAMMember(ctx, name, &serviceaccount.IAMMemberArgs{
		ServiceAccountId: account.Name, Role: pulumi.String(roleUseIdentity),
		Member: pulumi.String(fmt.Sprintf("serviceAccount:%s[%s/%s]", p.pool(), args.Namespace, args.ServiceAccount)),
	}, pulumi.Parent(parent),
		// The first cluster of a project brings the pool.
		pulumi.DependsOn([]pulumi.Resource{p.cluster}))
	if err != nil {
		return nil, err
	}
	ready := []pulumi.Resource{binding}
	for i := range args.Grants {
		made, err := p.grant(ctx, parent, name, &args.Grants[i], member(account.Email))
		if err != nil {
			return nil, err
		}
		ready = append(ready, made...)
	}
	return &spec.Identity{
		Name:        account.Email,
		Annotations: pulumi.StringMap{annotation: account.Email}.ToStringMapOutput(),
		Ready:       ready,
		// GKE's metadata server, as Dataplane V2 sees it and as it is behind it:
		// https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
		Sources: []spec.Source{{CIDR: "169.254.169.254/32", Port: 80}, {CIDR: "169.254.169.252/32", Port: 988}},
	}, nil
}

// maxDisplayName is the longest name of a service account:
// https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts
const maxDisplayName = 100
