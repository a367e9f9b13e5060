package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nodeRole is what a node needs, and nothing more: to write logs and
// metrics. The project's default account, which nodes would otherwise have, may
// change the whole project.
// https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa
const nodeRole = "roles/container.defaultNodeServiceAccount"

// createNodeIdentity makes the account that nodes act as. CIS GKE 5.2.1.
func (p *Platform) createNodeIdentity(ctx *pulumi.Context) error {
	var err error
	if p.nodes, err = serviceaccount.NewAccount(ctx, p.name+"-node", &serviceaccount.AccountArgs{
		AccountId:   pulumi.String(accountID("gke", p.name)),
		DisplayName: pulumi.String("Nodes of the GKE cluster " + p.name),
		Description: p.description("Nodes of the GKE cluster " + p.name),
		Project:     pulumi.String(p.project),
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["iam"]})); err != nil {
		return err
	}
	grant, err := projects.NewIAMMember(ctx, p.name+"-node", &projects.IAMMemberArgs{
		Project: pulumi.String(p.project), Role: pulumi.String(nodeRole), Member: member(p.nodes.Email),
	}, p.in())
	if err != nil {
		return err
	}
	p.ready = append(p.ready, grant)
	return nil
}
