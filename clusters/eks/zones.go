package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/route53"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// Zone makes a public hosted zone of Route 53.
//
// It is not signed (DNSSEC). The key that signs must lie in us-east-1, and the
// signature counts only when the parent zone, which is not ours, has its DS
// record: a change of key in the wrong order takes the domain off the internet
// for those who check. Who owns the parent turns it on, in this order:
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-enable-signing.html
func (p *Platform) Zone(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.ZoneArgs) (*spec.Zone, error) {
	zone, err := route53.NewZone(ctx, name, &route53.ZoneArgs{
		Name:    pulumi.String(args.Domain),
		Comment: pulumi.String("Records of the EKS cluster " + p.name),
		// Controllers in the cluster write the records: where the cluster may be
		// deleted, those they left go with the zone.
		ForceDestroy: pulumi.Bool(!p.args.DeletionProtection),
		Tags:         p.tags(name),
		// A new zone has other name servers, and the parent points at the old ones.
	}, with(p.below(parent), p.keep())...)
	if err != nil {
		return nil, err
	}
	return &spec.Zone{Domain: args.Domain, ID: zone.ZoneId, Reference: zone.Arn, NameServers: zone.NameServers}, nil
}
