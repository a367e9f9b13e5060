package eks_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

const (
	subnetType   = "aws:ec2/subnet:Subnet"
	routeType    = "aws:ec2/route:Route"
	endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint"
)

func TestSubnetsDivideTheVPC(t *testing.T) {
	t.Parallel()
	for _, vpc := range []string{"10.0.0.0/16", "10.0.16.0/20"} {
		t.Run(vpc, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.Network.Nodes = vpc })
			whole := netip.MustParsePrefix(vpc)
			subnets := r.Of(subnetType)
			require.Len(t, subnets, 9, "public, private and intra in three zones")
			for i, subnet := range subnets {
				cidr := netip.MustParsePrefix(subnet.Value("cidrBlock").(string))
				require.True(t, whole.Contains(cidr.Addr()) && cidr.Bits() > whole.Bits(), "%s is in the VPC", cidr)
				require.Equal(t, cidr.Masked(), cidr, "%s begins with its first address", cidr)
				for _, other := range subnets[:i] {
					require.False(t, netip.MustParsePrefix(other.Value("cidrBlock").(string)).Overlaps(cidr), "%s overlaps with %s", subnet.Name, other.Name)
				}
				require.Equal(t, false, subnet.Value("mapPublicIpOnLaunch"), subnet.Name)
				require.Equal(t, "shared", subnet.Value(`tags["kubernetes.io/cluster/main"]`), subnet.Name)
			}
			require.Equal(t, whole.Bits()+2, netip.MustParsePrefix(r.One(t, subnetType, "main-private-eu-west-1c").Value("cidrBlock").(string)).Bits(),
				"pods take their addresses from the private subnets, which have most of them")
		})
	}
}

func TestASubnetSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for kind, want := range map[string][2]any{
		"public":  {"1", nil},
		"private": {nil, "1"},
		"intra":   {nil, nil},
	} {
		subnet := r.One(t, subnetType, "main-"+kind+"-eu-west-1b")
		require.Equal(t, "eu-west-1b", subnet.Value("availabilityZone"))
		got := [2]any{subnet.Value(`tags["kubernetes.io/role/elb"]`), subnet.Value(`tags["kubernetes.io/role/internal-elb"]`)}
		require.Equal(t, want, got, kind)
	}
}

func TestOnlyTheControlPlaneIsInIntraSubnetsAndTheyLeadNowhere(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	intra := []any{"main-intra-eu-west-1a-id", "main-intra-eu-west-1b-id", "main-intra-eu-west-1c-id"}
	r.One(t, "eks:index:Cluster", "main").RequireValues(t, map[string]any{"subnetIds": intra, "privateSubnetIds": nil, "publicSubnetIds": nil})
	for _, route := range r.Of(routeType) {
		require.NotEqual(t, "main-intra-id", route.Value("routeTableId"), "%s leads out", route.Name)
	}
	for _, zone := range []string{"a", "b", "c"} {
		association := r.One(t, "aws:ec2/routeTableAssociation:RouteTableAssociation", "main-intra-eu-west-1"+zone)
		require.Equal(t, "main-intra-id", association.Value("routeTableId"))
	}
}

func TestNodesReachTheInternetThroughNAT(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		available bool
		gateways  []string
		third     string
	}{
		{"of their own zone where one may fail", true, []string{"main-eu-west-1a", "main-eu-west-1b", "main-eu-west-1c"}, "main-eu-west-1c-id"},
		{"of one zone where that is enough", false, []string{"main-eu-west-1a"}, "main-eu-west-1a-id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.HighlyAvailable = tt.available })
			require.Equal(t, tt.gateways, r.Names("aws:ec2/natGateway:NatGateway"))
			r.One(t, routeType, "main-private-eu-west-1c").RequireValues(t, map[string]any{
				"natGatewayId": tt.third, "gatewayId": nil, "destinationCidrBlock": "0.0.0.0/0", "routeTableId": "main-private-eu-west-1c-id",
			})
			r.One(t, routeType, "main-public").RequireValues(t, map[string]any{"gatewayId": "main-id", "routeTableId": "main-public-id"})
		})
	}
}

func TestTheDefaultSecurityGroupIsClosed(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	r.One(t, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "main").RequireValues(t, map[string]any{"vpcId": "main-id", "ingress": nil, "egress": nil})
}

func TestServicesOfAWSAreReachedInsideTheVPC(t *testing.T) {
	t.Parallel()
	all := []string{"main-ec2", "main-ecr-api", "main-ecr-dkr", "main-eks", "main-eks-auth", "main-logs", "main-s3", "main-sqs", "main-sts"}
	for _, tt := range []struct {
		name   string
		change func(*spec.Cluster)
		want   []string
	}{
		{"with Karpenter", func(*spec.Cluster) {}, all},
		{"with the Cluster Autoscaler", func(c *spec.Cluster) { c.Autoscaling.Engine = spec.EngineClusterAutoscaler },
			[]string{"main-autoscaling", "main-ec2", "main-ecr-api", "main-ecr-dkr", "main-eks", "main-eks-auth", "main-logs", "main-s3", "main-sts"}},
		{"where they are billed only if asked for", func(c *spec.Cluster) { c.HighlyAvailable = false }, []string{"main-s3"}},
		{"where some have other names", func(c *spec.Cluster) {
			c.Region, c.Zones = "cn-north-1", []string{"cn-north-1a", "cn-north-1b"}
		}, []string{"main-s3"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, tt.change)
			require.Equal(t, tt.want, r.Names(endpointType))
		})
	}

	r, _ := deploy(t, nil)
	s3 := r.One(t, endpointType, "main-s3")
	s3.RequireValues(t, map[string]any{"vpcEndpointType": "Gateway", "serviceName": "com.amazonaws.eu-west-1.s3", "subnetIds": nil})
	require.Len(t, s3.Value("routeTableIds"), 5, "every route table of the VPC")
	r.One(t, endpointType, "main-ecr-dkr").RequireValues(t, map[string]any{
		"vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.ecr.dkr", "privateDnsEnabled": true,
		"securityGroupIds": []any{"main-endpoints-id"}, "routeTableIds": nil,
		"subnetIds": []any{"main-private-eu-west-1a-id", "main-private-eu-west-1b-id", "main-private-eu-west-1c-id"},
	})
	r.One(t, "aws:ec2/securityGroup:SecurityGroup", "main-endpoints").RequireValues(t, map[string]any{"ingress": nil, "egress": nil, "vpcId": "main-id"})
	r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "main-endpoints").RequireValues(t, map[string]any{
		"securityGroupId": "main-endpoints-id", "cidrIpv4": "10.0.0.0/16", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
	})
}

func TestTrafficIsRecordedAndKept(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]float64{0: 365, 90: 90} {
		t.Run(fmt.Sprintf("%d days asked for", days), func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.Audit.RetentionDays = days })
			r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-flow-logs").RequireValues(t, map[string]any{
				"name": "/aws/vpc/main/flow-logs", "retentionInDays": want, "kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/main-logs",
			})
		})
	}
	r, _ := deploy(t, nil)
	group := "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vpc/main/flow-logs"
	log := r.One(t, "aws:ec2/flowLog:FlowLog", "main-flow-logs")
	log.RequireValues(t, map[string]any{
		"vpcId": "main-id", "trafficType": "ALL", "logDestinationType": "cloud-watch-logs", "logDestination": group,
		"iamRoleArn": "arn:aws:iam::123456789012:role/main-flow-logs",
	})
	require.Contains(t, log.Dependencies, "main-flow-logs", "the role may write before it has to")
	require.Equal(t, []map[string]any{{
		"Effect": "Allow", "Action": []any{"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}, "Resource": []any{group, group + ":*"},
	}}, policy(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "main-flow-logs").Value("policy")))
	require.Equal(t, []map[string]any{{
		"Effect": "Allow", "Action": []any{"sts:AssumeRole"}, "Principal": map[string]any{"Service": "vpc-flow-logs.amazonaws.com"},
		"Condition": map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": []any{account}}},
	}}, policy(t, r.One(t, "aws:iam/role:Role", "main-flow-logs").Value("assumeRolePolicy")))
}
