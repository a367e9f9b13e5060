package doks

import (
	"strings"

	"github.com/pulumi/pulumi-digitalocean/sdk/v4/go/digitalocean"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// maxDescription is the longest text DigitalOcean takes about a VPC or a
// project: the provider's schemas of both.
const maxDescription = 255

// makeVPC makes the network the cluster has for itself. Neither its region nor
// its range can be changed: with another, it and the cluster are made anew.
func (p *Platform) makeVPC(ctx *pulumi.Context, parent pulumi.Resource) (*digitalocean.Vpc, error) {
	return digitalocean.NewVpc(ctx, p.name, &digitalocean.VpcArgs{
		Name: pulumi.String(p.name), Region: pulumi.String(p.args.Region),
		IpRange: pulumi.String(p.args.Network.Nodes),
		// A VPC has no tags; its description says whose it is.
		Description: pulumi.String(p.description()),
	}, pulumi.Parent(parent))
}

func (p *Platform) description() string {
	text := "DOKS cluster " + p.name + "; " + strings.Join(p.owner.DigitalOcean(), " ")
	return text[:min(len(text), maxDescription)]
}

// makeFirewall makes a firewall for the cluster's nodes.
//
// DOKS keeps two of its own there: one for what comes from the VPC and the
// control plane, one that opens the ports of Services to the internet while they
// exist. Firewalls add up, so this one can neither close what those open nor
// break them. It writes down what the nodes need and stays when somebody takes
// those away, and it is where a further opening belongs, for what is changed in
// the other two is put back.
// https://docs.digitalocean.com/products/kubernetes/details/managed/#worker-node-firewalls
//
// A Service of type NodePort is opened to the whole internet unless it carries
// the annotation kubernetes.digitalocean.com/firewall-managed: "false". How many
// connections get in is a matter of the load balancer, which no firewall applies
// to: its size, do-loadbalancer-size-unit on the Service, bounds them, and
// spec.loadBalancerSourceRanges says from where.
// https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/master/docs/controllers/services/annotations.md
func (p *Platform) makeFirewall(ctx *pulumi.Context, parent pulumi.Resource) (*digitalocean.Firewall, error) {
	inside := pulumi.ToStringArray([]string{p.args.Network.Nodes, p.args.Network.Pods})
	in, out := digitalocean.FirewallInboundRuleArray{}, digitalocean.FirewallOutboundRuleArray{}
	for _, protocol := range []string{"tcp", "udp", "icmp"} {
		ports := everyPort
		if protocol == "icmp" {
			ports = "" // it has none
		}
		in = append(in, digitalocean.FirewallInboundRuleArgs{
			Protocol: pulumi.String(protocol), PortRange: portRange(ports), SourceAddresses: inside,
		})
		out = append(out, digitalocean.FirewallOutboundRuleArgs{
			Protocol: pulumi.String(protocol), PortRange: portRange(ports), DestinationAddresses: inside,
		})
	}
	for _, need := range []struct{ protocol, port string }{
		{"tcp", "443"},                               // registries, the clouds' APIs
		{"tcp", "53"}, {"udp", "53"}, {"udp", "123"}, // names and time
	} {
		out = append(out, digitalocean.FirewallOutboundRuleArgs{
			Protocol: pulumi.String(need.protocol), PortRange: portRange(need.port),
			DestinationAddresses: pulumi.ToStringArray([]string{"0.0.0.0/0", "::/0"}),
		})
	}
	return digitalocean.NewFirewall(ctx, p.name+"-nodes", &digitalocean.FirewallArgs{
		Name:         pulumi.String(p.name + "-nodes"),
		InboundRules: in, OutboundRules: out,
		// The tags of the droplets it applies to, not its own: DOKS puts this
		// one on every node of the cluster.
		Tags: pulumi.StringArray{pulumi.Sprintf("k8s:%s", p.cluster.ID())},
	}, pulumi.Parent(parent))
}

// everyPort is how the provider reads a rule for all ports back, so that any
// other way to write it would differ at each refresh.
const everyPort = "all"

func portRange(ports string) pulumi.StringPtrInput {
	if ports == "" {
		return nil
	}
	return pulumi.String(ports)
}
