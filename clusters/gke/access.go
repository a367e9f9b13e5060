package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Roles of people. Google checks them for every request to the Kubernetes API,
// before RBAC. There are none for one cluster: who operates one cluster of a
// project operates all of them, so clusters with other operators belong in a
// project of their own.
// https://cloud.google.com/iam/docs/roles-permissions/container
const (
	// roleAdmin is everything in the Kubernetes API, RBAC included, and the
	// cluster itself, which its deletion protection guards.
	roleAdmin = "roles/container.admin"
	// roleViewer is to read every kind of object but secrets.
	roleViewer = "roles/container.viewer"
)

// createAccess lets people use the Kubernetes API.
func (p *Platform) createAccess(ctx *pulumi.Context) error {
	for _, kind := range []struct {
		name, role string
		principals []string
	}{{"admin", roleAdmin, p.args.Access.Admins}, {"viewer", roleViewer, p.args.Access.Viewers}} {
		for _, principal := range kind.principals {
			if _, err := projects.NewIAMMember(ctx, p.name+"-"+kind.name+"-"+principal, &projects.IAMMemberArgs{
				Project: pulumi.String(p.project), Role: pulumi.String(kind.role), Member: pulumi.String(principal),
			}, p.in()); err != nil {
				return err
			}
		}
	}
	return nil
}
