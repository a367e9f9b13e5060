package clouds

import (
	"encoding/json"
	"net/netip"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// awsNetwork is a VPC with a private subnet in each of three zones.
type awsNetwork struct {
	vpc     resourceState
	subnets []resourceState
	ids     []any
}

func makeNetwork(e *engine) awsNetwork {
	n := awsNetwork{vpc: e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16"})}
	for i, zone := range []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"} {
		s := e.create(awsSubnetType, zone, props.Object{"vpcId": n.vpc.id, "cidrBlock": []string{"10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/20"}[i], "availabilityZone": zone})
		n.subnets, n.ids = append(n.subnets, s), append(n.ids, s.id)
	}
	return n
}

func makeRole(e *engine, name string) resourceState {
	return e.create(awsRoleType, name, props.Object{"name": name, "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[]}`})
}

func makeEKS(e *engine) (awsNetwork, resourceState) {
	n := makeNetwork(e)
	return n, e.create(awsEKSClusterType, "eks-eu", props.Object{
		"name": "eks-eu", "roleArn": makeRole(e, "cluster").outputs["arn"], "version": "1.35",
		"vpcConfig": props.Object{"subnetIds": n.ids, "endpointPrivateAccess": true}, "accessConfig": props.Object{"authenticationMode": "API_AND_CONFIG_MAP"},
	})
}

func groupInputs(e *engine, n awsNetwork) props.Object {
	role := makeRole(e, "nodes")
	return props.Object{
		"nodeGroupName": "system", "clusterName": "eks-eu", "nodeRoleArn": role.outputs["arn"], "subnetIds": n.ids, "instanceTypes": []any{"m6i.large"},
		"scalingConfig": props.Object{"minSize": 1, "desiredSize": 3, "maxSize": 6},
		"labels":        props.Object{"ai-now.io/node-pool": "system", "tier": "core"},
		"taints":        []any{props.Object{"key": "dedicated", "value": "system", "effect": "NO_SCHEDULE"}},
	}
}

func TestAnEKSClusterIsAControlPlane(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	n, c := makeEKS(e)
	require.Equal(t, "eks-eu", c.id)
	require.Equal(t, "https://127.0.0.1:6443", c.outputs["endpoint"])
	require.Equal(t, "YXV0aG9yaXR5IG9mIGVrcy1ldQ==", props.Str(c.outputs, "certificateAuthority.data"))
	require.Equal(t, props.Str(c.outputs, "certificateAuthority.data"), props.Str(c.outputs, "certificateAuthorities[0].data"))
	require.Regexp(t, `^https://oidc\.eks\.eu-west-1\.amazonaws\.com/id/[0-9A-F]{32}$`, props.Str(c.outputs, "identities[0].oidcs[0].issuer"))
	require.Equal(t, n.vpc.id, props.Str(c.outputs, "vpcConfig.vpcId"))
	require.Regexp(t, `^sg-0[0-9a-f]{16}$`, props.Str(c.outputs, "vpcConfig.clusterSecurityGroupId"))
	require.Equal(t, "API_AND_CONFIG_MAP", props.Str(c.outputs, "accessConfig.authenticationMode"))
	require.Equal(t, "10.100.0.0/16", props.Str(c.outputs, "kubernetesNetworkConfig.serviceIpv4Cidr"))
	require.Equal(t, "ACTIVE", c.outputs["status"])

	now, _ := e.read(c)
	require.Equal(t, c.inputs, now.inputs, "a refresh follows the program's inputs")
	e.delete(c)
	require.Equal(t, []string{"eks-eu"}, e.planes.removed)
}

func TestANodeGroupIsNodes(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	n, _ := makeEKS(e)
	in := groupInputs(e, n)
	group := e.create(awsNodeGroupType, "system", in)
	require.Equal(t, "eks-eu:system", group.id)
	require.Equal(t, "AL2023_x86_64_STANDARD", group.outputs["amiType"])
	nodes := e.nodes("eks-eu")
	require.Len(t, nodes, 3)
	zones := map[string]int{}
	for name, node := range nodes {
		require.Regexp(t, `^ip-10-0-\d+-\d+\.eu-west-1\.compute\.internal$`, name)
		require.Equal(t, name, node.Labels["kubernetes.io/hostname"])
		require.Equal(t, "m6i.large", node.Labels["node.kubernetes.io/instance-type"])
		require.Equal(t, "eu-west-1", node.Labels["topology.kubernetes.io/region"])
		require.Equal(t, "amd64", node.Labels["kubernetes.io/arch"])
		require.Equal(t, "system", node.Labels["eks.amazonaws.com/nodegroup"])
		require.Equal(t, "ON_DEMAND", node.Labels["eks.amazonaws.com/capacityType"])
		require.Equal(t, "system", node.Labels["ai-now.io/node-pool"])
		require.Equal(t, "fake", node.Annotations["kwok.x-k8s.io/node"])
		require.Equal(t, []corev1.Taint{{Key: "dedicated", Value: "system", Effect: corev1.TaintEffectNoSchedule}}, node.Spec.Taints)
		zone := node.Labels["topology.kubernetes.io/zone"]
		zones[zone]++
		require.Regexp(t, `^aws:///`+zone+`/i-0[0-9a-f]{16}$`, node.Spec.ProviderID)
		require.Equal(t, "2", node.Status.Capacity.Cpu().String())
		require.Equal(t, "8Gi", node.Status.Capacity.Memory().String())
		require.Equal(t, "29", node.Status.Allocatable.Pods().String())
		require.Equal(t, "1930m", node.Status.Allocatable.Cpu().String())
		ip := netip.MustParseAddr(node.Status.Addresses[1].Address)
		require.True(t, netip.MustParsePrefix("10.0.0.0/18").Contains(ip))
	}
	require.Equal(t, map[string]int{"eu-west-1a": 1, "eu-west-1b": 1, "eu-west-1c": 1}, zones)

	in["scalingConfig"] = props.Object{"minSize": 1, "desiredSize": 5, "maxSize": 6}
	in["labels"] = props.Object{"ai-now.io/node-pool": "system"}
	in["taints"] = []any{}
	group = e.update(group, in)
	grown := e.nodes("eks-eu")
	require.Len(t, grown, 5)
	for name := range nodes {
		require.Contains(t, grown, name, "nodes that stay keep their names")
		require.NotContains(t, grown[name].Labels, "tier")
		require.Empty(t, grown[name].Spec.Taints)
	}
	in["scalingConfig"] = props.Object{"minSize": 1, "desiredSize": 1, "maxSize": 6}
	group = e.update(group, in)
	require.Len(t, e.nodes("eks-eu"), 1)
	again, _ := e.read(group)
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(again, in).GetChanges())
	e.delete(group)
	require.Empty(t, e.nodes("eks-eu"))
}

func TestTheCloudRefuses(t *testing.T) {
	t.Parallel()
	cases := []refusal{
		{"a subnet outside its VPC", func(e *engine) error {
			n := makeNetwork(e)
			_, err := e.tryCreate(awsSubnetType, "s", props.Object{"vpcId": n.vpc.id, "cidrBlock": "10.1.0.0/20"})
			return err
		}, "InvalidSubnet.Range"},
		{"a subnet over another", func(e *engine) error {
			n := makeNetwork(e)
			_, err := e.tryCreate(awsSubnetType, "s", props.Object{"vpcId": n.vpc.id, "cidrBlock": "10.0.8.0/24"})
			return err
		}, "InvalidSubnet.Conflict"},
		{"a subnet in a VPC that does not exist", func(e *engine) error {
			_, err := e.tryCreate(awsSubnetType, "s", props.Object{"vpcId": "vpc-0", "cidrBlock": "10.0.0.0/20"})
			return err
		}, "InvalidVpcID.NotFound"},
		{"to delete a VPC with subnets", func(e *engine) error { return e.tryDelete(makeNetwork(e).vpc) }, "DependencyViolation"},
		{"to delete a subnet with a cluster", func(e *engine) error { n, _ := makeEKS(e); return e.tryDelete(n.subnets[0]) }, "DependencyViolation"},
		{"a second internet gateway", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16"})
			e.create(awsInternetGatewayType, "a", props.Object{"vpcId": vpc.id})
			_, err := e.tryCreate(awsInternetGatewayType, "b", props.Object{"vpcId": vpc.id})
			return err
		}, "Resource.AlreadyAssociated"},
		{"to release an address in use", func(e *engine) error {
			n := makeNetwork(e)
			ip := e.create(awsEIPType, "ip", props.Object{"domain": "vpc"})
			e.create(awsNATGatewayType, "nat", props.Object{"allocationId": ip.id, "subnetId": n.subnets[0].id})
			return e.tryDelete(ip)
		}, "InvalidIPAddress.InUse"},
		{"a cluster in one zone", func(e *engine) error {
			n := makeNetwork(e)
			_, err := e.tryCreate(awsEKSClusterType, "c", props.Object{"roleArn": makeRole(e, "r").outputs["arn"], "vpcConfig": props.Object{"subnetIds": n.ids[:1]}})
			return err
		}, "at least two different AZs"},
		{"a cluster name that exists", func(e *engine) error {
			n, c := makeEKS(e)
			_, err := e.tryCreate(awsEKSClusterType, "other", props.Object{"name": "eks-eu", "roleArn": c.inputs["roleArn"], "vpcConfig": props.Object{"subnetIds": n.ids}})
			return err
		}, "ResourceInUseException: cluster already exists with name: eks-eu"},
		{"a role that does not exist", func(e *engine) error {
			n := makeNetwork(e)
			_, err := e.tryCreate(awsEKSClusterType, "c", props.Object{"roleArn": "arn:aws:iam::123456789012:role/none", "vpcConfig": props.Object{"subnetIds": n.ids}})
			return err
		}, "the role arn:aws:iam::123456789012:role/none cannot be found"},
		{"to delete a cluster with node groups", func(e *engine) error {
			n, c := makeEKS(e)
			e.create(awsNodeGroupType, "system", groupInputs(e, n))
			return e.tryDelete(c)
		}, "has nodegroups attached"},
		{"an upgrade over a minor version", func(e *engine) error {
			n := makeNetwork(e)
			in := props.Object{"roleArn": makeRole(e, "r").outputs["arn"], "version": "1.32", "vpcConfig": props.Object{"subnetIds": n.ids}}
			c := e.create(awsEKSClusterType, "c", in)
			in["version"] = "1.34"
			_, err := e.tryUpdate(c, in, false)
			return err
		}, "one minor version at a time"},
		{"nodes newer than the control plane", func(e *engine) error {
			n, _ := makeEKS(e)
			in := groupInputs(e, n)
			in["version"] = "1.36"
			_, err := e.tryCreate(awsNodeGroupType, "g", in)
			return err
		}, "greater than the cluster version"},
		{"an image for another processor", func(e *engine) error {
			n, _ := makeEKS(e)
			in := groupInputs(e, n)
			in["amiType"] = "AL2023_ARM_64_STANDARD"
			_, err := e.tryCreate(awsNodeGroupType, "g", in)
			return err
		}, "[m6i.large] is not a valid instance type for requested amiType"},
		{"an access entry where only the config map counts", func(e *engine) error {
			n := makeNetwork(e)
			role := makeRole(e, "r")
			e.create(awsEKSClusterType, "c", props.Object{"name": "c", "roleArn": role.outputs["arn"], "vpcConfig": props.Object{"subnetIds": n.ids}})
			_, err := e.tryCreate(awsAccessEntryType, "a", props.Object{"clusterName": "c", "principalArn": role.outputs["arn"]})
			return err
		}, "authentication mode must be set to one of"},
		{"a log group that the cluster made", func(e *engine) error {
			n := makeNetwork(e)
			e.create(awsEKSClusterType, "c", props.Object{"name": "c", "roleArn": makeRole(e, "r").outputs["arn"], "vpcConfig": props.Object{"subnetIds": n.ids}, "enabledClusterLogTypes": []any{"audit"}})
			_, err := e.tryCreate("aws:cloudwatch/logGroup:LogGroup", "l", props.Object{"name": "/aws/eks/c/cluster"})
			return err
		}, "make the log group before the cluster"},
		{"to delete a role with a policy attached", func(e *engine) error {
			role := makeRole(e, "r")
			e.create(awsRolePolicyAttachmentType, "a", props.Object{"role": "r", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"})
			return e.tryDelete(role)
		}, "DeleteConflict"},
		{"two rules that are the same", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16"})
			sg := e.create(awsSecurityGroupType, "sg", props.Object{"vpcId": vpc.id})
			in := props.Object{"type": "ingress", "securityGroupId": sg.id, "protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": []any{"10.0.0.0/8"}}
			e.create(awsSecurityGroupRuleType, "a", in)
			_, err := e.tryCreate(awsSecurityGroupRuleType, "b", in)
			return err
		}, "InvalidPermission.Duplicate"},
		{"a route to a gateway that does not exist", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16"})
			rt := e.create(awsRouteTableType, "rt", props.Object{"vpcId": vpc.id})
			_, err := e.tryCreate(awsRouteType, "r", props.Object{"routeTableId": rt.id, "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-0"})
			return err
		}, "InvalidNatGatewayID.NotFound"},
		{"an alias of a key that does not exist", func(e *engine) error {
			_, err := e.tryCreate(awsAliasType, "a", props.Object{"targetKeyId": "none"})
			return err
		}, "NotFoundException"},
	}
	requireRefusals(t, AWS, (*stack).aws, cases)
}

func TestMistakesAreFoundBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	aws, gcp, do := s.aws(), s.gcp(), s.digitalOcean()
	group := props.Object{"clusterName": "c", "nodeRoleArn": "r", "subnetIds": []any{"s"}, "scalingConfig": props.Object{"minSize": 1, "desiredSize": 1, "maxSize": 1}}
	with := func(o props.Object, key string, v any) props.Object { o = props.Clone(o); o[key] = v; return o }
	cases := []struct {
		name, typ, property, want string
		e                         *engine
		in                        props.Object
	}{
		{"a zone of another region", awsSubnetType, "availabilityZone", `"us-east-1a" is no availability zone of eu-west-1: use one of eu-west-1a, eu-west-1b, eu-west-1c`, aws, props.Object{"vpcId": "v", "availabilityZone": "us-east-1a"}},
		{"a range with bits after its prefix", awsVPCType, "cidrBlock", "the range is 10.0.0.0/16", aws, props.Object{"cidrBlock": "10.0.1.0/16"}},
		{"a range that is too big", awsVPCType, "cidrBlock", "between /16 and /28", aws, props.Object{"cidrBlock": "10.0.0.0/8"}},
		{"a required input", awsSubnetType, "vpcId", "a subnet needs vpcId", aws, props.Object{}},
		{"a type that is nearly right", awsNodeGroupType, "instanceTypes[0]", "near it: m6i.large", aws, with(group, "instanceTypes", []any{"m6i.larg"})},
		{"a type of another cloud", awsNodeGroupType, "instanceTypes[0]", "it is one of digitalocean", aws, with(group, "instanceTypes", []any{"s-4vcpu-8gb"})},
		{"a desired size out of bounds", awsNodeGroupType, "scalingConfig.desiredSize", "is not between minSize 1 and maxSize 2", aws, with(group, "scalingConfig", props.Object{"minSize": 1, "desiredSize": 3, "maxSize": 2})},
		{"Kubernetes' word for an effect", awsNodeGroupType, "taints[0].effect", "use NO_SCHEDULE", aws, with(group, "taints", []any{props.Object{"key": "k", "effect": "NoSchedule"}})},
		{"a policy that is no JSON", awsRoleType, "assumeRolePolicy", "MalformedPolicyDocument", aws, props.Object{"assumeRolePolicy": "{"}},
		{"a cluster nobody can reach", awsEKSClusterType, "vpcConfig.endpointPublicAccess", "public or private access", aws, props.Object{"roleArn": "r", "vpcConfig": props.Object{"subnetIds": []any{"s"}, "endpointPublicAccess": false}}},
		{"a patch version of EKS", awsEKSClusterType, "version", "a minor version such as 1.35", aws, props.Object{"roleArn": "r", "version": "1.35.4", "vpcConfig": props.Object{"subnetIds": []any{"s"}}}},
		{"retention of any number of days", "aws:cloudwatch/logGroup:LogGroup", "retentionInDays", "is none of", aws, props.Object{"retentionInDays": 31}},
		{"a route without a target", awsRouteType, "carrierGatewayId", "exactly one of", aws, props.Object{"routeTableId": "r", "destinationCidrBlock": "0.0.0.0/0"}},
		{"a zone that the region does not have", gcpClusterType, "location", "is no zone of europe-west1: use one of europe-west1-b", gcp, props.Object{"location": "europe-west1-a", "initialNodeCount": 1}},
		{"an upper-case name", gcpNetworkType, "name", "lower-case letters", gcp, props.Object{"name": "Net"}},
		{"an account id that is too short", gcpServiceAccountType, "accountId", "6 to 30", gcp, props.Object{"accountId": "a"}},
		{"a member without its kind", "gcp:projects/iAMMember:IAMMember", "member", "needs its kind in front", gcp, props.Object{"project": "demo", "role": "roles/viewer", "member": "a@b.c"}},
		{"a region of another cloud", doVPCType, "region", `"eu-west-1" is no region of DigitalOcean`, do, props.Object{"region": "eu-west-1"}},
		{"a pool without a size", doPoolType, "size", "a Kubernetes node pool needs size", do, props.Object{"clusterId": "c", "nodeCount": 1}},
		{"a pool of nothing", doPoolType, "nodeCount", "a pool has at least one", do, props.Object{"clusterId": "c", "size": "s-2vcpu-4gb", "nodeCount": 0}},
		{"a version that is none", doClusterType, "version", "no version of DOKS", do, with(doksInputs(), "version", "v1.35")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireFailure(t, c.e, c.typ, c.in, c.property, c.want)
		})
	}
}

func TestFunctionsAnswerFromTheCloud(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	n := makeNetwork(e)
	rt := e.create(awsRouteTableType, "rt", props.Object{"vpcId": n.vpc.id})
	igw := e.create(awsInternetGatewayType, "igw", props.Object{"vpcId": n.vpc.id})
	e.create(awsRouteType, "r", props.Object{"routeTableId": rt.id, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": igw.id})
	e.create(awsRouteTableAssociationType, "a", props.Object{"routeTableId": rt.id, "subnetId": n.subnets[0].id})
	cases := []lookup{
		{"the partition", "aws:index/getPartition:getPartition", nil, "dnsSuffix", "amazonaws.com"},
		{"the region", "aws:index/getRegion:getRegion", nil, "name", "eu-west-1"},
		{"the caller", "aws:index/getCallerIdentity:getCallerIdentity", nil, "accountId", "123456789012"},
		{"the zones", "aws:index/getAvailabilityZones:getAvailabilityZones", props.Object{"state": "available"}, "names[2]", "eu-west-1c"},
		{"the zones but one", "aws:index/getAvailabilityZones:getAvailabilityZones", props.Object{"excludeNames": []any{"eu-west-1a"}}, "names[0]", "eu-west-1b"},
		{"their ids", "aws:index/getAvailabilityZones:getAvailabilityZones", nil, "zoneIds[0]", "euw1-az1"},
		{"a subnet", "aws:ec2/getSubnet:getSubnet", props.Object{"id": n.subnets[1].id}, "availabilityZone", "eu-west-1b"},
		{"the subnets of a VPC", "aws:ec2/getSubnets:getSubnets", props.Object{"filters": []any{props.Object{"name": "vpc-id", "values": []any{"vpc-0"}}}}, "ids", []any{}},
		{"the routes of a subnet", "aws:ec2/getRouteTable:getRouteTable", props.Object{"subnetId": n.subnets[0].id}, "routes[0].gatewayId", igw.id},
		{"a VPC", "aws:ec2/getVpc:getVpc", props.Object{"id": n.vpc.id}, "cidrBlock", "10.0.0.0/16"},
	}
	requireAnswers(t, e, cases)
	_, err := e.invoke("aws:ec2/getVpc:getVpc", props.Object{"id": "vpc-0"})
	require.ErrorContains(t, err, "0 objects of type aws:ec2/vpc:Vpc match")
}

func TestAPolicyDocumentIsWritten(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	out, err := e.invoke("aws:iam/getPolicyDocument:getPolicyDocument", props.Object{"statements": []any{
		props.Object{
			"actions":    []any{"sts:AssumeRoleWithWebIdentity"},
			"principals": []any{props.Object{"type": "Federated", "identifiers": []any{"arn:x"}}},
			"conditions": []any{props.Object{"test": "StringEquals", "variable": "oidc:sub", "values": []any{"system:serviceaccount:a:b"}}},
		},
		props.Object{"sid": "Deny", "effect": "Deny", "actions": []any{"s3:GetObject", "s3:PutObject"}, "resources": []any{"*"}},
	}})
	require.NoError(t, err)
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity","Principal":{"Federated":"arn:x"},"Condition":{"StringEquals":{"oidc:sub":"system:serviceaccount:a:b"}}},
		{"Sid":"Deny","Effect":"Deny","Action":["s3:PutObject","s3:GetObject"],"Resource":"*"}]}`, props.Str(out, "json"))
	require.True(t, json.Valid([]byte(props.Str(out, "minifiedJson"))))
}
