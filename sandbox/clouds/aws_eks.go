package clouds

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsEKSClusterType = "aws:eks/cluster:Cluster"

// eksName is the form of a cluster's name: docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html.
var eksName = regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)

// eksModes are the authentication modes, in the order in which a cluster can move: never back.
// Source: docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html.
var eksModes = []string{"CONFIG_MAP", "API_AND_CONFIG_MAP", "API"}

var eksLogTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

var awsEKSCluster = &Type{
	Token: awsEKSClusterType, Noun: "EKS cluster",
	Does:     "runs a control plane, whose address and authority are the cluster's; refuses subnets in fewer than two zones; cannot be deleted with node groups",
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
	WriteOnly: []string{"defaultAddonsToRemoves", "bootstrapSelfManagedAddons"},
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

func eksCheckCluster(c *Call) []Failure {
	var f []Failure
	if n := props.Str(c.Props, "name"); n != "" && !eksName.MatchString(n) {
		f = append(f, Failure{"name", fmt.Sprintf("%q must have 1 to 100 letters, digits, hyphens and underscores, a letter or digit first", n)})
	}
	if v := props.Str(c.Props, "version"); v != "" && !regexp.MustCompile(`^1\.\d+$`).MatchString(v) {
		f = append(f, Failure{"version", fmt.Sprintf("%q is no version of EKS: a minor version such as 1.35", v)})
	}
	if m := props.Str(c.Props, "accessConfig.authenticationMode"); m != "" && !slices.Contains(eksModes, m) {
		f = append(f, Failure{"accessConfig.authenticationMode", fmt.Sprintf("%q is none of %s", m, strings.Join(eksModes, ", "))})
	}
	for i, l := range props.StrList(c.Props, "enabledClusterLogTypes") {
		if !slices.Contains(eksLogTypes, l) {
			f = append(f, Failure{props.Index("enabledClusterLogTypes", i), fmt.Sprintf("%q is none of %s", l, strings.Join(eksLogTypes, ", "))})
		}
	}
	public, known := props.Get(c.Props, "vpcConfig.endpointPublicAccess").(bool)
	if private, ok := props.Get(c.Props, "vpcConfig.endpointPrivateAccess").(bool); ok && known && !public && !private {
		f = append(f, Failure{"vpcConfig.endpointPublicAccess", "a cluster needs public or private access to its endpoint"})
	}
	return append(f, checkCIDR(c.Props, "kubernetesNetworkConfig.serviceIpv4Cidr", 12, 24)...)
}

func eksCreateCluster(c *Call) (string, error) {
	name := props.Str(c.Props, "name")
	if err := freeClusterName(c, name, "ResourceInUseException: cluster already exists with name: "+name); err != nil {
		return "", err
	}
	if err := awsRoleExists(c, props.Str(c.Props, "roleArn"), "InvalidParameterException"); err != nil {
		return "", err
	}
	vpc, err := eksPlace(c)
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

// eksPlace checks the subnets and returns their VPC.
func eksPlace(c *Call) (*store.Object, error) {
	zones, vpc := map[string]bool{}, ""
	for _, id := range props.StrList(c.Props, "vpcConfig.subnetIds") {
		s, err := awsFind(c, awsSubnetType, id, "InvalidParameterException")
		if err != nil {
			return nil, err
		}
		zones[props.Str(s.Properties, "availabilityZone")] = true
		v := props.Str(s.Properties, "vpcId")
		if vpc != "" && v != vpc {
			return nil, c.Errorf("InvalidParameterException: the subnets are in two VPCs, %s and %s", vpc, v)
		}
		vpc = v
	}
	if len(zones) < 2 {
		return nil, c.Errorf("InvalidParameterException: the subnets specified must be in at least two different AZs, and are in %d", len(zones))
	}
	for _, id := range props.StrList(c.Props, "vpcConfig.securityGroupIds") {
		if !awsGroupExists(c, id) {
			return nil, c.Errorf("InvalidParameterException: the security group %s does not exist", id)
		}
	}
	return awsFind(c, awsVPCType, vpc, "InvalidParameterException")
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
	// docs.aws.amazon.com/eks/latest/userguide/enable-kms.html: encryption cannot be taken off again.
	if props.Map(c.Old, "encryptionConfig") != nil && props.Map(c.Props, "encryptionConfig") == nil {
		return c.Errorf("InvalidParameterException: encryption of Secrets cannot be disabled")
	}
	_, err := eksPlace(c)
	return err
}
