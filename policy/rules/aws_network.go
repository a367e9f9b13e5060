package rules

import (
	"strconv"

	"github.com/ai-now/platform/policy/rule"
)

const (
	awsSecurityGroup     = "aws:ec2/securityGroup:SecurityGroup"
	awsSecurityGroupRule = "aws:ec2/securityGroupRule:SecurityGroupRule"
	awsIngressRule       = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
)

var awsIngress = types(awsSecurityGroup, awsSecurityGroupRule, awsIngressRule)

func awsDefaultSecurityGroup() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-default-security-group",
		Title:    "The default security group of a VPC lets nothing through",
		Severity: rule.High,
		On:       types("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
		Why: "Whatever is put into a VPC without a security group gets the default one. As AWS makes it, " +
			"its members may all talk to each other and to the internet.",
		Fix: "Declare aws.ec2.DefaultSecurityGroup for the VPC without ingress and egress.",
		Controls: []rule.Control{
			hub("EC2.2", "VPC default security groups should not allow inbound or outbound traffic"),
		},
		Check: demands(
			demand{"ingress", isEmpty, "the default security group lets traffic in: {}"},
			demand{"egress", isEmpty, "the default security group lets traffic out: {}"},
		),
	}
}

func awsIngressPorts() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-ingress-ports",
		Title:    "Security groups are open to the internet on web ports only",
		Severity: rule.Critical,
		On:       awsIngress,
		Why: "What the whole internet can reach is scanned within minutes. Load balancers answer on the web " +
			"ports; nothing else is meant to be found.",
		Fix: "Name the networks or the security group that may come in. The ports that may be open to all " +
			"are the setting publicPorts.",
		Controls: []rule.Control{
			hub("EC2.18", "Security groups should only allow unrestricted incoming traffic for authorized ports"),
			hub("EC2.19", "Security groups should not allow unrestricted access to ports with high risk"),
		},
		Settings: []rule.Setting{publicPortsSetting(), shortestPrefixSetting()},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			eachIngress(q, r, func(in ingress) {
				q.Require(in.isNarrow(q.Settings.Int(shortestPrefix)).Or(in.onPorts(q.Settings.Strings(publicPorts))), in.at,
					"the internet may come in on %s", in.portText())
			})
		}),
	}
}

func awsIngressProtocols() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-ingress-protocols",
		Title:    "Security groups open ports, not everything",
		Severity: rule.High,
		On:       awsIngress,
		Why: "A rule for all protocols and ports opens what is installed tomorrow as well. Only members " +
			"of a security group may be trusted with that, for they are known.",
		Fix: "Set protocol, fromPort and toPort to what the network needs, or name a security group as the source.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			eachIngress(q, r, func(in ingress) {
				from := rule.False()
				for _, cidrs := range in.cidrs {
					from = from.Or(cidrs.Empty().Not())
				}
				all := in.protocol.OneOf([]string{"-1", "all"})
				q.Require(from.And(all).Not(), in.at, "a network may come in on all ports of all protocols")
			})
		}),
	}
}

// ingress is what a security group lets in, whichever of the three types says
// it.
type ingress struct {
	at                 rule.Value // where a finding is
	cidrs              []rule.Value
	protocol, from, to rule.Value
}

func eachIngress(q *rule.Inquiry, r *rule.Resource, f func(ingress)) {
	p := r.Properties
	switch r.Type {
	case awsSecurityGroup:
		q.Each(p.Get("ingress"), func(in rule.Value) { f(ingressOf(in, in)) })
	case awsSecurityGroupRule:
		if p.Get("type").Is("egress").IsTrue() {
			return
		}
		f(ingressOf(p, p.Get("cidrBlocks")))
	default:
		f(ingress{p.Get("cidrIpv4"), []rule.Value{p.Get("cidrIpv4"), p.Get("cidrIpv6")}, p.Get("ipProtocol"), p.Get("fromPort"), p.Get("toPort")})
	}
}

func ingressOf(v, at rule.Value) ingress {
	return ingress{at, []rule.Value{v.Get("cidrBlocks"), v.Get("ipv6CidrBlocks")}, v.Get("protocol"), v.Get("fromPort"), v.Get("toPort")}
}

// isNarrow asks whether none of the sources is the internet.
func (in ingress) isNarrow(shortest int) rule.Truth {
	narrow := rule.True()
	for _, cidrs := range in.cidrs {
		for _, cidr := range cidrs.OneOrMore() {
			narrow = narrow.And(isNarrow(cidr, shortest))
		}
	}
	return narrow
}

// onPorts asks whether only one of the ports is open.
func (in ingress) onPorts(ports []string) rule.Truth {
	web := rule.False()
	for _, port := range ports {
		n, err := strconv.Atoi(port)
		if err == nil {
			web = web.Or(in.from.Is(n).And(in.to.Is(n)))
		}
	}
	return in.protocol.OneOf([]string{"-1", "all"}).Not().And(web)
}

func (in ingress) portText() string {
	if in.protocol.OneOf([]string{"-1", "all"}).IsTrue() {
		return "all ports"
	}
	if in.from.String() == in.to.String() {
		return "port " + in.from.String()
	}
	return "the ports from " + in.from.String() + " to " + in.to.String()
}

const awsSubnet = "aws:ec2/subnet:Subnet"

func awsSubnetAddresses() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-subnet-addresses",
		Title:    "Subnets on AWS give out no public addresses",
		Severity: rule.Medium,
		On:       types(awsSubnet),
		Why: "In a subnet that gives every instance a public address, a forgotten machine is on the " +
			"internet. Load balancers and NAT gateways get theirs without it.",
		Fix: "Leave mapPublicIpOnLaunch out or set it to false.",
		Controls: []rule.Control{
			hub("EC2.15", "EC2 subnets should not automatically assign public IP addresses"),
		},
		Check: demands(demand{"mapPublicIpOnLaunch", isNot(true), "every instance in the subnet gets a public address"}),
	}
}
