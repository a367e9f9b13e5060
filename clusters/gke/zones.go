package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/dns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// Zone makes a public DNS zone. Its signatures count once the parent zone has
// its DS record: gcloud dns dns-keys list shows it.
func (p *Platform) Zone(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.ZoneArgs) (*spec.Zone, error) {
	api, err := p.enable(ctx, "dns")
	if err != nil {
		return nil, err
	}
	zone, err := dns.NewManagedZone(ctx, name, &dns.ManagedZoneArgs{
		Name: pulumi.String(name), Project: pulumi.String(p.project),
		DnsName: pulumi.String(args.Domain + "."), Visibility: pulumi.String("public"),
		Description: p.description("Names of the GKE cluster " + p.name),
		// Answers are signed, and NSEC3 does not list the zone's names.
		// CIS Google Cloud Foundation Benchmark 3.3
		DnssecConfig: dns.ManagedZoneDnssecConfigArgs{State: pulumi.String("on"), NonExistence: pulumi.String("nsec3")},
		// Who asked for what, to find out where an attack on names began.
		CloudLoggingConfig: dns.ManagedZoneCloudLoggingConfigArgs{EnableLogging: pulumi.Bool(true)},
		// A zone with records in it is not deleted as long as the cluster is protected.
		ForceDestroy: pulumi.Bool(!p.args.DeletionProtection),
		Labels:       p.labels(),
	}, pulumi.Parent(parent), p.protect(), pulumi.DependsOn([]pulumi.Resource{api}))
	if err != nil {
		return nil, err
	}
	return &spec.Zone{Domain: args.Domain, ID: zone.Name, Reference: zone.ID().ToStringOutput(), NameServers: zone.NameServers}, nil
}
