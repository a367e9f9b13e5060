package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

const (
	awsVPC        = "aws:ec2/vpc:Vpc"
	awsRoute      = "aws:ec2/route:Route"
	awsRouteTable = "aws:ec2/routeTable:RouteTable"
	awsGateway    = "aws:ec2/internetGateway:InternetGateway"
	awsNAT        = "aws:ec2/natGateway:NatGateway"
	awsSubnetPath = "aws:ec2/routeTableAssociation:RouteTableAssociation"
)

func stackVPCFlowLogs() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-vpc-flow-logs",
		Title:    "Every VPC keeps flow logs",
		Severity: rule.Medium,
		On:       wholeStack,
		Why: "After an incident the first question is who talked to whom. Without flow logs there is no " +
			"answer, and they cannot be made afterwards.",
		Fix: "Add an aws.ec2.FlowLog with vpcId and trafficType ALL.",
		Controls: []rule.Control{
			hub("EC2.6", "VPC flow logging should be enabled in all VPCs"),
		},
		Settings: []rule.Setting{{
			Name: "traffic", Type: rule.StringList, Default: []any{"ALL"}, Allowed: []string{"ALL", "REJECT", "ACCEPT"},
			Description: "Kinds of traffic of which one must be logged.",
		}},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			logs := guard{"aws:ec2/flowLog:FlowLog", "vpcId", []string{"id"}, func(log *rule.Resource) rule.Truth {
				return log.Get("trafficType").OneOf(q.Settings.Strings("traffic"))
			}}
			for _, vpc := range s.Of(types(awsVPC)) {
				q.Require(logs.over(s, vpc), vpc.Get("id"), "the VPC has no flow log of %s",
					strings.Join(q.Settings.Strings("traffic"), " or "))
			}
		}),
	}
}

func stackNATZones() *rule.Rule {
	return &rule.Rule{
		ID:           "stack-nat-zones",
		Title:        "Production subnets leave through a NAT gateway of their own zone",
		Severity:     rule.High,
		On:           wholeStack,
		Environments: production,
		Why: "A NAT gateway is in one zone. When that zone is lost, so is the way out of every subnet that " +
			"uses it, and its nodes can pull no image; until then traffic between zones is paid for.",
		Fix: "Make a NAT gateway in every zone, and a route table for each zone's private subnets.",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, association := range s.Of(types(awsSubnetPath)) {
				subnet := linked(s, association, "subnetId", awsSubnet)
				table := linked(s, association, "routeTableId", awsRouteTable)
				if subnet == nil || table == nil {
					continue
				}
				for _, route := range s.Of(types(awsRoute)) {
					if !link(s, route, "routeTableId", table, "id").IsTrue() {
						continue
					}
					requireSameZone(q, s, subnet, route)
				}
			}
		}),
	}
}

// requireSameZone asks that the NAT gateway of a route is in the subnet's zone.
func requireSameZone(q *rule.Inquiry, s *rule.Stack, subnet, route *rule.Resource) {
	nat := linked(s, route, "natGatewayId", awsNAT)
	if nat == nil {
		return // a route to something else
	}
	at := linked(s, nat, "subnetId", awsSubnet)
	if at == nil {
		return
	}
	zone := subnet.Get("availabilityZone")
	q.Require(zone.Same(at.Get("availabilityZone")), zone,
		"the subnet in %s leaves through a NAT gateway in %s", zone, at.Get("availabilityZone"))
}

func stackEKSPrivateNodes() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-eks-private-nodes",
		Title:    "Node groups of EKS are in private subnets",
		Severity: rule.High,
		On:       wholeStack,
		Why: "A subnet whose route leads to the internet gateway is where load balancers are. A node there " +
			"is one security group rule away from the internet.",
		Fix: "Set subnetIds of the node group to subnets whose default route is a NAT gateway, or none.",
		Controls: []rule.Control{
			cis(cisEKS, "5.4.3", "Ensure clusters are created with Private Nodes"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, group := range s.Of(types(eksNodeGroup)) {
				requirePrivate(q, s, group.Get("subnetIds"), "subnetIds")
			}
		}),
	}
}

func stackEKSPrivateControlPlane() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-eks-private-control-plane",
		Title:    "EKS reaches its nodes through private subnets",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       wholeStack,
		Why: "EKS puts network interfaces of the control plane into the cluster's subnets. They need no way " +
			"to the internet; in subnets of their own nothing else takes their addresses.",
		Fix: "Give the cluster private subnets only, best small ones without any route out (intra subnets).",
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			for _, cluster := range s.Of(eksClusters) {
				requirePrivate(q, s, cluster.Get("vpcConfig", "subnetIds"), "vpcConfig")
			}
		}),
	}
}

// requirePrivate asks that none of the subnets that a property names has a
// route to an internet gateway.
func requirePrivate(q *rule.Inquiry, s *rule.Stack, ids rule.Value, property string) {
	subnets, complete := subnetsOf(s, ids, property)
	var public []string
	for _, subnet := range subnets {
		if isPublic(s, subnet) {
			public = append(public, subnet.Name)
		}
	}
	q.Require(rule.Known(len(public) == 0).And(complete), ids,
		"the subnets %s have a route to the internet gateway", strings.Join(public, ", "))
}

// isPublic says whether a subnet has a route to an internet gateway, by what the
// stack shows.
func isPublic(s *rule.Stack, subnet *rule.Resource) bool {
	for _, association := range s.Of(types(awsSubnetPath)) {
		if !link(s, association, "subnetId", subnet, "id").IsTrue() {
			continue
		}
		table := linked(s, association, "routeTableId", awsRouteTable)
		for _, route := range s.Of(types(awsRoute)) {
			if table != nil && link(s, route, "routeTableId", table, "id").IsTrue() &&
				linked(s, route, "gatewayId", awsGateway) != nil {
				return true
			}
		}
	}
	return false
}

func stackVPCEndpoints() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-vpc-endpoints",
		Title:    "Clusters on AWS reach its services without leaving the VPC",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       wholeStack,
		Why: "Without endpoints, images, logs and tokens go through the NAT gateway, which is paid by the " +
			"gigabyte and is a way out that endpoints make unnecessary.",
		Fix: "Add an aws.ec2.VpcEndpoint for each service of the setting services to the cluster's VPC.",
		Controls: []rule.Control{
			hub("EC2.10", "Amazon EC2 should be configured to use VPC endpoints"),
			hub("EC2.55", "VPCs should be configured with an interface endpoint for ECR API"),
			hub("EC2.56", "VPCs should be configured with an interface endpoint for Docker Registry"),
		},
		Settings: []rule.Setting{names("services", []string{"s3", "ecr.api", "ecr.dkr", "sts", "ec2", "logs"},
			"Services, as in the last part of com.amazonaws.REGION.SERVICE, that need an endpoint.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			if len(s.Of(eksClusters)) == 0 {
				return
			}
			for _, vpc := range s.Of(types(awsVPC)) {
				all := rule.True()
				var missing []string
				for _, service := range q.Settings.Strings("services") {
					present := guard{"aws:ec2/vpcEndpoint:VpcEndpoint", "vpcId", []string{"id"}, func(e *rule.Resource) rule.Truth {
						return e.Get("serviceName").Matches(func(name string) bool { return isService(name, service) })
					}}.over(s, vpc)
					all = all.And(present)
					if present.IsFalse() {
						missing = append(missing, service)
					}
				}
				q.Require(all, vpc.Get("id"), "the VPC has no endpoints for %s", strings.Join(missing, ", "))
			}
		}),
	}
}

// isService says whether com.amazonaws.REGION.SERVICE is the name of a service.
func isService(name, service string) bool {
	parts := strings.SplitN(name, ".", 4)
	return len(parts) == 4 && parts[3] == service
}
