package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// AWS is the table of the aws provider.
//
// Inputs, defaults and what replaces a resource: the schemas in
// github.com/hashicorp/terraform-provider-aws, internal/service. Error codes:
// the references of the EC2, IAM, KMS, CloudWatch Logs and EKS APIs.
var AWS = &Cloud{
	Name: "aws",
	// Above the SDK in go.mod and the one of @pulumi/eks, or the engine warns.
	Version:     "6.99.0",
	Source:      "sandbox/clouds/aws_….go",
	NeedsRegion: true, RegionFrom: []string{"AWS_REGION", "AWS_DEFAULT_REGION"},
	TagsProperty: "tags", TagsAll: tagsAll,
	Types: []*Type{
		awsVPC, awsVPCEndpoint, awsFlowLog, awsSubnet, awsInternetGateway, awsEIP, awsNATGateway, awsRouteTable, awsRoute, awsRouteTableAssociation,
		awsDefaultSecurityGroup, awsSecurityGroup, awsSecurityGroupRule, awsIngressRule, awsEgressRule, awsLaunchTemplate, awsLaunchConfiguration,
		awsRole, awsRolePolicy, awsRolePolicyAttachment, awsPolicy, awsServiceLinkedRole, awsInstanceProfile, awsOIDCProvider, awsKey, awsAlias,
		awsLogGroup, awsMetricFilter, awsLogResourcePolicy, awsAlarm, awsEventRule, awsEventTarget, awsStack,
		awsQueue, awsQueuePolicy, awsTopic, awsTopicPolicy, awsSubscription,
		awsBucket, awsBucketVersioning, awsBucketEncryption, awsPublicAccessBlock, awsBucketLifecycle, awsOwnershipControls, awsBucketPolicy, awsBucketLogging,
		awsFileSystem, awsMountTarget, awsBackupPolicy, awsFileSystemPolicy, awsAccessPoint,
		awsRepository, awsLifecyclePolicy, awsRepositoryPolicy, awsRegistryScanning, awsSecret, awsSecretVersion, awsSecretPolicy,
		awsZone, awsRecord, awsQueryLog, awsSigningKey, awsZoneDNSSEC, awsWebACL, awsWebACLAssociation, awsWebACLLogging, awsIPSet,
		awsEKSCluster, awsNodeGroup, awsAccessEntry, awsAccessPolicyAssociation, awsAddon, awsPodIdentityAssociation,
	},
	Functions: map[string]Function{
		"aws:index/getPartition:getPartition":                 awsGetPartition,
		"aws:index/getRegion:getRegion":                       awsGetRegion,
		"aws:index/getCallerIdentity:getCallerIdentity":       awsGetCallerIdentity,
		"aws:index/getAvailabilityZones:getAvailabilityZones": awsGetAvailabilityZones,
		"aws:iam/getPolicyDocument:getPolicyDocument":         awsGetPolicyDocument,
		"aws:ssm/getParameter:getParameter":                   awsGetParameter,
		"aws:ec2/getAmi:getAmi":                               awsGetAMI,
		"aws:ec2/getVpc:getVpc":                               awsGetVPC,
		"aws:ec2/getSubnet:getSubnet":                         awsGetSubnet,
		"aws:ec2/getSubnets:getSubnets":                       awsGetSubnets,
		"aws:ec2/getRouteTable:getRouteTable":                 awsGetRouteTable,
		"aws:ec2/getRouteTables:getRouteTables":               awsGetRouteTables,
		"aws:ec2/getPrefixList:getPrefixList":                 awsGetPrefixList,
		"aws:ec2/getManagedPrefixList:getManagedPrefixList":   awsGetManagedPrefixList,
		"aws:route53/getZone:getZone":                         awsGetZone,
		"aws:eks/getAddonVersion:getAddonVersion":             awsGetAddonVersion,
		"aws:ecr/getAuthorizationToken:getAuthorizationToken": awsGetAuthorizationToken,
	},
}

// awsAccount is the account of the simulated cloud, the one that AWS uses in its documentation.
const awsAccount = "123456789012"

// awsCaller is who calls the simulated API.
const awsCaller = "arn:aws:iam::" + awsAccount + ":user/sandbox"

// awsZones are the zones of each region, by their last letter.
// Source: docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html.
var awsZones = map[string]string{
	"af-south-1": "abc", "ap-east-1": "abc", "ap-northeast-1": "acd", "ap-northeast-2": "abcd", "ap-northeast-3": "abc",
	"ap-south-1": "abc", "ap-south-2": "abc", "ap-southeast-1": "abc", "ap-southeast-2": "abc", "ap-southeast-3": "abc", "ap-southeast-4": "abc",
	"ca-central-1": "abd", "ca-west-1": "abc", "eu-central-1": "abc", "eu-central-2": "abc", "eu-north-1": "abc", "eu-south-1": "abc",
	"eu-south-2": "abc", "eu-west-1": "abc", "eu-west-2": "abc", "eu-west-3": "abc", "il-central-1": "abc", "me-central-1": "abc",
	"me-south-1": "abc", "sa-east-1": "abc", "us-east-1": "abcdef", "us-east-2": "abc", "us-west-1": "ab", "us-west-2": "abcd",
}

func awsZonesOf(region string) []string {
	var out []string
	for _, letter := range awsZones[region] {
		out = append(out, region+string(letter))
	}
	return out
}

// awsZoneID is the id of a zone that is the same for all accounts, such as euw1-az2.
func awsZoneID(region, zone string) string {
	parts := strings.SplitN(region, "-", 3)
	if len(parts) != 3 {
		return ""
	}
	direction := parts[1]
	for _, d := range []string{"north", "south", "east", "west", "central"} {
		direction = strings.ReplaceAll(direction, d, d[:1])
	}
	return fmt.Sprintf("%s%s%s-az%d", parts[0], direction, parts[2], slices.Index(awsZonesOf(region), zone)+1)
}

// awsARN is the name of a resource in the provider's region.
func awsARN(e *Env, service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, e.Region, awsAccount, resource)
}

// awsID is an id in EC2's long form: the prefix, 0 and 16 more hexadecimal digits.
func awsID(prefix string) string { return prefix + "-0" + randomHex(16) }

// awsHere keeps the objects of the provider's region.
func awsHere(e *Env, typ string, keep func(o *store.Object) bool) ([]*store.Object, error) {
	return e.Others(typ, func(o *store.Object) bool { return o.Region == e.Region && keep(o) })
}

// awsRefuse returns an error if an object refers to another: it cannot be deleted.
func awsRefuse(c *Call, typ, property, code string) error {
	users, err := c.Others(typ, func(o *store.Object) bool { return awsMentions(props.Get(o.Properties, property), c.ID) })
	if err != nil || len(users) == 0 {
		return err
	}
	return c.Errorf("%s: the %s %s has dependencies and cannot be deleted: %s %s", code, c.Type.Noun, c.ID, typ, users[0].ID)
}

func awsMentions(v any, id string) bool {
	if l, ok := v.([]any); ok {
		return slices.Contains(l, any(id))
	}
	return v == id
}

// awsFind finds an object in the provider's region, or says with EC2's code that there is none.
func awsFind(c *Call, typ, id, code string) (*store.Object, error) {
	o, err := c.Find(typ, id, code)
	if err == nil && o.Region != c.Region {
		return nil, c.Errorf("%s: %s %s does not exist in %s: it is in %s", code, typ, id, c.Region, o.Region)
	}
	return o, err
}

// awsCheckZone finds a zone that is not one of the provider's region.
func awsCheckZone(c *Call) []Failure {
	zone := props.Str(c.Props, "availabilityZone")
	zones := awsZonesOf(c.Region)
	if zone == "" || zones == nil || slices.Contains(zones, zone) {
		return nil
	}
	return []Failure{{"availabilityZone", fmt.Sprintf("%q is no availability zone of %s: use one of %s", zone, c.Region, strings.Join(zones, ", "))}}
}
