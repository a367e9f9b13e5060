package clouds

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsEKSClusterType = "aws:eks/cluster:Cluster"

// eksModes are the authentication modes, in the order in which a cluster can move: never back.
// Source: docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html.
var eksModes = []string{"CONFIG_MAP", "API_AND_CONFIG_MAP", "API"}

var awsEKSCluster = &Type{
	Token: awsEKSClusterType, Noun: "EKS cluster",
	Does: "runs a control plane, whose address and authority are the cluster's; refuses subnets in fewer than two zones, " +
		"upgrades over a minor version or past its nodes, and to go back; cannot be deleted with node groups",
	Autoname: &Autoname{Property: "name", MaxLength: 100},
	Required: []string{"roleArn", "vpcConfig", "vpcConfig.subnetIds"},
	Immutable: []string{
		"name", "roleArn", "accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons", "kubernetesNetworkConfig.ipFamily",
		"kubernetesNetworkConfig.serviceIpv4Cidr", "outpostConfig.controlPlaneInstanceType", "outpostConfig.controlPlanePlacement", "remoteNetworkConfig",
	},
	Defaults: props.Object{
		"bootstrapSelfManagedAddons": true, "accessConfig.bootstrapClusterCreatorAdminPermissions": true,
		"vpcConfig.endpointPrivateAccess": false, "vpcConfig.endpointPublicAccess": true,
	},
	OptionalComputed: []string{
		"accessConfig", "kubernetesNetworkConfig", "upgradePolicy", "version", "vpcConfig.publicAccessCidrs",
	},
	Computed: []string{
		"arn", "certificateAuthorities", "certificateAuthority", "clusterId", "createdAt", "endpoint", "identities", "platformVersion", "status",
		"vpcConfig.clusterSecurityGroupId", "vpcConfig.vpcId", "kubernetesNetworkConfig.serviceIpv6Cidr",
	},
	Sets: []string{
		"enabledClusterLogTypes", "vpcConfig.subnetIds", "vpcConfig.securityGroupIds", "vpcConfig.publicAccessCidrs", "encryptionConfig.resources",
	},
	WriteOnly: []string{"defaultAddonsToRemoves", "bootstrapSelfManagedAddons", "forceUpdateVersion"},
	Replaced: func(old, in props.Object) []string {
		replaced := eksBlocks(old, in, "kubernetesNetworkConfig", "outpostConfig")
		// docs.aws.amazon.com/eks/latest/userguide/enable-kms.html: encryption cannot be taken off again.
		if old["encryptionConfig"] != nil && in["encryptionConfig"] == nil {
			replaced = append(replaced, "encryptionConfig")
		}
		return replaced
	},
	Exclusive: clusterLock,
	Check:     eksCheckCluster,
	Create:    eksCreateCluster,
	Update:    eksUpdateCluster,
	Delete: func(c *Call) error {
		groups, err := c.Others(awsNodeGroupType, func(o *store.Object) bool { return props.Str(o.Properties, "clusterName") == c.ID })
		if err != nil || len(groups) == 0 {
			return err
		}
		return c.Errorf("ResourceInUseException: the cluster %s has nodegroups attached: %s", c.ID, props.Str(groups[0].Properties, "nodeGroupName"))
	},
	Realize: func(ctx context.Context, c *Call) error {
		access, err := startPlane(ctx, c)
		if err != nil {
			return err
		}
		ca := props.Object{"data": ca64(access)}
		set(c, "endpoint", access.Server, "certificateAuthority", ca, "certificateAuthorities", []any{props.Clone(ca)})
		return nil
	},
	Remove: removePlane,
}

// eksBlocks names the blocks with immutable inputs that one side has and the other has not.
func eksBlocks(old, in props.Object, blocks ...string) []string {
	var out []string
	for _, b := range blocks {
		if (old[b] == nil) != (in[b] == nil) {
			out = append(out, b)
		}
	}
	return out
}

func eksCreateCluster(c *Call) (string, error) {
	name := props.Str(c.Props, "name")
	if err := freeClusterName(c, name, "ResourceInUseException: cluster already exists with name: "+name); err != nil {
		return "", err
	}
	if err := awsRoleExists(c, props.Str(c.Props, "roleArn"), "InvalidParameterException"); err != nil {
		return "", err
	}
	if err := eksKey(c); err != nil {
		return "", err
	}
	vpc, _, err := eksPlace(c)
	if err != nil {
		return "", err
	}
	services, err := eksServices(c, vpc)
	if err != nil {
		return "", err
	}
	v := props.Map(c.Props, "vpcConfig")
	setDefaults(v, props.Object{"publicAccessCidrs": []any{"0.0.0.0/0"}})
	v["vpcId"], v["clusterSecurityGroupId"] = vpc.ID, awsID("sg")
	// An API client that says nothing gets CONFIG_MAP: docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html.
	setDefaults(c.Props, props.Object{
		"version": strings.Join(strings.Split(Release, ".")[:2], "."), "accessConfig": props.Object{}, "kubernetesNetworkConfig": props.Object{},
		"upgradePolicy": props.Object{"supportType": "EXTENDED"}, "enabledClusterLogTypes": []any{},
	})
	setDefaults(props.Map(c.Props, "accessConfig"), props.Object{"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": true})
	setDefaults(props.Map(c.Props, "kubernetesNetworkConfig"), props.Object{"ipFamily": "ipv4", "serviceIpv4Cidr": services, "serviceIpv6Cidr": ""})
	issuer := fmt.Sprintf("https://oidc.eks.%s.amazonaws.com/id/%s", c.Region, strings.ToUpper(randomHex(32)))
	set(c, "arn", awsARN(c.Env, "eks", "cluster/"+name), "clusterId", "", "createdAt", c.Timestamp(), "platformVersion", "eks.1", "status", "ACTIVE",
		"identities", []any{props.Object{"oidcs": []any{props.Object{"issuer": issuer}}}})
	return name, nil
}

// eksKey refuses a key that cannot encrypt Secrets: docs.aws.amazon.com/eks/latest/userguide/enable-kms.html.
func eksKey(c *Call) error {
	arn := props.Str(c.Props, "encryptionConfig.provider.keyArn")
	if arn == "" {
		return nil
	}
	key, err := awsKeyOf(c, arn, "InvalidParameterException")
	if err == nil && key != nil && props.Str(key.Properties, "customerMasterKeySpec") != "SYMMETRIC_DEFAULT" {
		return c.Errorf("InvalidParameterException: the key %s is not symmetric", arn)
	}
	return err
}

// eksPlace checks the subnets and returns their VPC and their zones in order.
func eksPlace(c *Call) (*store.Object, []string, error) {
	zones, vpc := map[string]bool{}, ""
	for _, id := range props.StrList(c.Props, "vpcConfig.subnetIds") {
		s, err := awsFind(c, awsSubnetType, id, "InvalidParameterException")
		if err != nil {
			return nil, nil, err
		}
		zones[props.Str(s.Properties, "availabilityZone")] = true
		v := props.Str(s.Properties, "vpcId")
		if vpc != "" && v != vpc {
			return nil, nil, c.Errorf("InvalidParameterException: the subnets are in two VPCs, %s and %s", vpc, v)
		}
		vpc = v
	}
	if len(zones) < 2 {
		return nil, nil, c.Errorf("InvalidParameterException: the subnets specified must be in at least two different AZs, and are in %d", len(zones))
	}
	for _, id := range props.StrList(c.Props, "vpcConfig.securityGroupIds") {
		if !awsGroupExists(c, id) {
			return nil, nil, c.Errorf("InvalidParameterException: the security group %s does not exist", id)
		}
	}
	o, err := awsFind(c, awsVPCType, vpc, "InvalidParameterException")
	return o, props.SortedKeys(zones), err
}

// eksServices is the range of Services: the cluster's own, or the one of EKS's two that is not the VPC's.
func eksServices(c *Call, vpc *store.Object) (string, error) {
	inVPC := prefix(props.Str(vpc.Properties, "cidrBlock"))
	if own := props.Str(c.Props, "kubernetesNetworkConfig.serviceIpv4Cidr"); own != "" {
		if prefix(own).Overlaps(inVPC) {
			return "", c.Errorf("InvalidParameterException: the range %s of Services overlaps with %s of the VPC", own, inVPC)
		}
		return own, nil
	}
	// docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
	if prefix("10.100.0.0/16").Overlaps(inVPC) {
		return "172.20.0.0/16", nil
	}
	return "10.100.0.0/16", nil
}

func eksUpdateCluster(c *Call) error {
	if err := upgradable(c, props.Str(c.Old, "version"), props.Str(c.Props, "version")); err != nil {
		return err
	}
	from, to := props.Str(c.Old, "accessConfig.authenticationMode"), props.Str(c.Props, "accessConfig.authenticationMode")
	if slices.Index(eksModes, to) < slices.Index(eksModes, from) {
		return c.Errorf("InvalidParameterException: the authentication mode cannot go back from %s to %s", from, to)
	}
	if before := c.Old["encryptionConfig"]; before != nil && !props.Equal(before, c.Props["encryptionConfig"]) {
		return c.Errorf("InvalidParameterException: the encryption of Secrets of the cluster %s cannot be changed; the real provider says nothing and changes nothing", c.ID)
	}
	if err := eksKey(c); err != nil {
		return err
	}
	if err := eksNodesFollow(c); err != nil {
		return err
	}
	vpc, zones, err := eksPlace(c)
	if err != nil {
		return err
	}
	old := *c
	old.Props = c.Old
	before, zonesBefore, err := eksPlace(&old)
	// docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html, resourcesVpcConfig.
	if err == nil && (before.ID != vpc.ID || !slices.Equal(zones, zonesBefore)) {
		return c.Errorf("InvalidParameterException: other subnets must be in the same VPC and zones as before, %s and %s, not %s and %s",
			before.ID, strings.Join(zonesBefore, ", "), vpc.ID, strings.Join(zones, ", "))
	}
	return nil
}

// eksSkew is how many minor versions a node may be behind its control plane: kubernetes.io/releases/version-skew-policy.
const eksSkew = 3

// eksNodesFollow refuses an upgrade that leaves nodes too far behind.
func eksNodesFollow(c *Call) error {
	to, ok := minor(props.Str(c.Props, "version"))
	if !ok || props.Equal(c.Old["version"], c.Props["version"]) {
		return nil
	}
	behind, err := c.Others(awsNodeGroupType, func(o *store.Object) bool {
		group, known := minor(props.Str(o.Properties, "version"))
		return known && props.Str(o.Properties, "clusterName") == c.ID && group < to-eksSkew
	})
	if err != nil || len(behind) == 0 {
		return err
	}
	return c.Errorf("InvalidRequestException: nodes may be %d minor versions behind the control plane at most: update the node group %s, which has %s, first",
		eksSkew, behind[0].ID, props.Str(behind[0].Properties, "version"))
}
