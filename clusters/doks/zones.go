package doks

import (
	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// nameServers serve every domain at DigitalOcean.
// https://docs.digitalocean.com/products/networking/dns/getting-started/dns-registrars/
var nameServers = []string{"ns1.digitalocean.com", "ns2.digitalocean.com", "ns3.digitalocean.com"}

// Zone makes a DNS zone. DigitalOcean signs none: there is no DNSSEC.
func (p *Platform) Zone(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.ZoneArgs) (*spec.Zone, error) {
	domain, err := digitalocean.NewDomain(ctx, name, &digitalocean.DomainArgs{
		Name: pulumi.String(args.Domain),
	}, pulumi.Parent(parent), p.protect())
	if err != nil {
		return nil, err
	}
	if err := p.show(ctx, parent, name, domain.DomainUrn); err != nil {
		return nil, err
	}
	return &spec.Zone{
		Domain: args.Domain, ID: domain.Name, Reference: domain.DomainUrn,
		NameServers: pulumi.ToStringArray(nameServers).ToStringArrayOutput(),
	}, nil
}
