package doks

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// environments holds DigitalOcean's words for environments. It has three; those
// not listed are for development.
var environments = map[string]string{"prod": "Production", "production": "Production", "staging": "Staging"}

// makeProject makes the project that shows operators the cluster and what
// belongs to it on one page.
func (p *Platform) makeProject(ctx *pulumi.Context, parent pulumi.Resource) error {
	environment, known := environments[p.owner.Environment]
	if !known {
		environment = "Development"
	}
	var err error
	p.project, err = digitalocean.NewProject(ctx, p.name, &digitalocean.ProjectArgs{
		Name: pulumi.String(p.name), Description: pulumi.String(p.description()),
		// One of the purposes the API knows; it would change a text of our own.
		// https://docs.digitalocean.com/reference/api/digitalocean/#tag/Projects
		Purpose:     pulumi.String("Service or API"),
		Environment: pulumi.String(environment),
		// Its resources are put into it one by one: a list here would throw out
		// the load balancers and volumes the cluster makes.
	}, pulumi.Parent(parent))
	if err != nil {
		return err
	}
	return p.show(ctx, parent, p.name, p.cluster.ClusterUrn)
}

// show puts a resource into the project, by its uniform resource name, which
// firewalls, registries and keys do not have.
// https://docs.digitalocean.com/products/projects/details/features/
func (p *Platform) show(ctx *pulumi.Context, parent pulumi.Resource, name string, urn pulumi.StringOutput) error {
	_, err := digitalocean.NewProjectResources(ctx, name, &digitalocean.ProjectResourcesArgs{
		Project: p.project.ID(), Resources: pulumi.StringArray{urn},
	}, pulumi.Parent(parent))
	return err
}
