package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// healthChecks are the addresses Google's load balancers look at backends from:
// https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges
var healthChecks = []string{"35.191.0.0/16", "130.211.0.0/22"}

// webhookPorts are those that admission webhooks commonly listen on besides 443
// and 10250, which GKE opens to the control plane itself: 8443 and 9443 by the
// libraries operators are made with, 15017 by Istio.
// https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules
var webhookPorts = []string{"8443", "9443", "15017"}

// firewallRule lets some addresses reach the nodes and their pods.
type firewallRule struct {
	name, why    string
	sources      []string
	ports        []string
	priority     int
	deny, logged bool
}

// createFirewall closes the network but for what the cluster needs. GKE adds
// its own rules for nodes, pods and each load balancer, with the priority 1000
// or one that is stronger: https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules
// CIS GKE 5.6.6.
func (p *Platform) createFirewall(ctx *pulumi.Context, in pulumi.ResourceOption) error {
	for _, rule := range []firewallRule{
		{name: "health-checks", why: "Health checks of Google's load balancers", sources: healthChecks, priority: 1000},
		{name: "webhooks", why: "Admission webhooks, from the control plane", sources: []string{p.args.Network.ControlPlane}, ports: webhookPorts, priority: 1000},
		// The VPC denies the rest by itself, but does not log it.
		{name: "deny-ingress", why: "Everything else that comes in", sources: []string{"0.0.0.0/0"}, priority: 65534, deny: true, logged: true},
	} {
		if err := p.newFirewallRule(ctx, rule, in); err != nil {
			return err
		}
	}
	return nil
}

func (p *Platform) newFirewallRule(ctx *pulumi.Context, rule firewallRule, in pulumi.ResourceOption) error {
	name := p.name + "-" + rule.name
	args := &compute.FirewallArgs{
		Name: pulumi.String(name), Project: pulumi.String(p.project), Network: p.network.vpc.SelfLink,
		Description: p.description(rule.why), Direction: pulumi.String("INGRESS"),
		Priority: pulumi.Int(rule.priority), SourceRanges: pulumi.ToStringArray(rule.sources),
	}
	if rule.logged {
		args.LogConfig = compute.FirewallLogConfigArgs{Metadata: pulumi.String("INCLUDE_ALL_METADATA")}
	}
	if rule.deny {
		args.Denies = compute.FirewallDenyArray{compute.FirewallDenyArgs{Protocol: pulumi.String("all")}}
	} else {
		args.Allows = compute.FirewallAllowArray{compute.FirewallAllowArgs{
			Protocol: pulumi.String("tcp"), Ports: pulumi.ToStringArray(rule.ports),
		}}
		// By identity, not by tag: whoever may edit a machine may tag it.
		args.TargetServiceAccounts = pulumi.StringArray{p.nodes.Email}
	}
	_, err := compute.NewFirewall(ctx, name, args, in)
	return err
}
