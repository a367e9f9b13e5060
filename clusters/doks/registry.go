package doks

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// registryTier is the one without a limit of repositories.
// https://docs.digitalocean.com/products/container-registry/details/pricing/
const registryTier = "professional"

// registryRegions holds the nearest region of a registry for each region of a
// cluster that has none itself.
// https://docs.digitalocean.com/reference/api/digitalocean/#tag/Container-Registries
var registryRegions = map[string]string{"atl1": "nyc3", "lon1": "ams3", "nyc1": "nyc3", "tor1": "nyc3"}

func registryRegion(region string) string {
	if near, moved := registryRegions[region]; moved {
		return near
	}
	return region
}

// makeRegistry makes the container registry. An account has one, ten in this
// tier; the tier is the account's. Its name must be unique in the world, so it
// ends at random, and neither name nor region can be changed.
// https://docs.digitalocean.com/products/container-registry/details/limits/
func (p *Platform) makeRegistry(ctx *pulumi.Context, parent pulumi.Resource) (*digitalocean.ContainerRegistry, error) {
	return digitalocean.NewContainerRegistry(ctx, p.name+"-registry", &digitalocean.ContainerRegistryArgs{
		SubscriptionTierSlug: pulumi.String(registryTier),
		Region:               pulumi.String(registryRegion(p.args.Region)),
	}, pulumi.Parent(parent), p.protect())
}

// Registry answers with the registry made for the cluster to pull from, or makes
// one that only others pull from.
//
// A repository is made by the first push to it. The registry neither scans
// images nor keeps tags from being moved, and deletes none by itself: `doctl
// registry garbage-collection start` frees what tags no longer name.
// https://docs.digitalocean.com/products/container-registry/how-to/clean-up-container-registry/
func (p *Platform) Registry(ctx *pulumi.Context, parent pulumi.Resource, _ string, args *spec.RegistryArgs) (*spec.Registry, error) {
	if p.registry == nil {
		var err error
		if p.registry, err = p.makeRegistry(ctx, parent); err != nil {
			return nil, err
		}
	}
	answer := &spec.Registry{
		Address:      p.registry.Endpoint,
		Repositories: map[string]pulumi.StringOutput{}, References: map[string]pulumi.StringOutput{},
	}
	for _, repository := range args.Repositories {
		answer.Repositories[repository] = pulumi.Sprintf("%s/%s", p.registry.Endpoint, repository)
		answer.References[repository] = pulumi.String(repository).ToStringOutput()
	}
	return answer, nil
}
