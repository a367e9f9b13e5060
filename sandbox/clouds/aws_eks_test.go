package clouds

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// clusterInputs are those of a cluster with encryption, in all zones of the network.
func clusterInputs(e *engine, n awsNetwork) props.Object {
	return props.Object{
		"name": "eks-eu", "roleArn": makeRole(e, "cluster").outputs["arn"], "version": "1.34",
		"vpcConfig":        props.Object{"subnetIds": n.ids, "endpointPrivateAccess": true},
		"accessConfig":     props.Object{"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false},
		"encryptionConfig": props.Object{"provider": props.Object{"keyArn": e.create(awsKeyType, "k", props.Object{}).outputs["arn"]}, "resources": []any{"secrets"}},
		"upgradePolicy":    props.Object{"supportType": "STANDARD"}, "zonalShiftConfig": props.Object{"enabled": true},
		"enabledClusterLogTypes": []any{"audit"}, "bootstrapSelfManagedAddons": false,
	}
}

// templateInputs are those of a node group whose instance type is in its launch template.
func templateInputs(e *engine, n awsNetwork, lt resourceState, version any) props.Object {
	in := groupInputs(e, n)
	delete(in, "instanceTypes")
	in["launchTemplate"] = props.Object{"id": lt.id, "version": version}
	return in
}

// changed returns inputs with another value at a path.
func changed(t *testing.T, in props.Object, path string, value any) props.Object {
	t.Helper()
	in = props.Clone(in)
	if value == nil {
		props.Remove(in, path)
		return in
	}
	require.NoError(t, props.Set(in, path, value))
	return in
}

func TestAClusterChangesInPlaceOrIsReplaced(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	in := clusterInputs(e, makeNetwork(e))
	c := e.create(awsEKSClusterType, "eks-eu", in)
	cases := []edit{
		{"a minor version up", "version", "1.35", false},
		{"all logs", "enabledClusterLogTypes", []any{"api", "audit"}, false},
		{"extended support", "upgradePolicy.supportType", "EXTENDED", false},
		{"zonal shift", "zonalShiftConfig.enabled", false, false},
		{"a public endpoint", "vpcConfig.publicAccessCidrs", []any{"192.0.2.0/24"}, false},
		{"fewer subnets", "vpcConfig.subnetIds", []any{"a", "b"}, false},
		{"the authentication mode", "accessConfig.authenticationMode", "API_AND_CONFIG_MAP", false},
		{"the first administrator", "accessConfig.bootstrapClusterCreatorAdminPermissions", true, true},
		{"the add-ons it begins with", "bootstrapSelfManagedAddons", true, true},
		{"the range of Services", "kubernetesNetworkConfig", props.Object{"serviceIpv4Cidr": "172.20.0.0/16"}, true},
		{"its role", "roleArn", "arn:aws:iam::123456789012:role/other", true},
		{"no encryption any more", "encryptionConfig", nil, true},
		{"another key", "encryptionConfig.provider.keyArn", "arn:aws:kms:eu-west-1:123456789012:key/other", false},
	}
	requireEdits(t, e, c, in, cases)
}

func TestANodeGroupChangesInPlaceOrIsReplaced(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	n, _ := makeEKS(e)
	lt := e.create(awsLaunchTemplateType, "lt", props.Object{"instanceType": "m6i.large"})
	in := templateInputs(e, n, lt, "1")
	in["version"] = "1.34"
	g := e.create(awsNodeGroupType, "system", in)
	cases := []edit{
		{"labels", "labels.tier", "edge", false},
		{"taints", "taints", []any{}, false},
		{"its size", "scalingConfig.desiredSize", 2, false},
		{"its bounds", "scalingConfig.maxSize", 9, false},
		{"its version", "version", "1.35", false},
		{"the version of its template", "launchTemplate.version", "2", false},
		{"how many nodes are updated at once", "updateConfig", props.Object{"maxUnavailablePercentage": 33}, false},
		{"repair", "nodeRepairConfig", props.Object{"enabled": true}, false},
		{"its template", "launchTemplate.id", "lt-0", true},
		{"no template any more", "launchTemplate", nil, true},
		{"its image", "amiType", "BOTTLEROCKET_x86_64", true},
		{"spot", "capacityType", "SPOT", true},
		{"instance types", "instanceTypes", []any{"m6i.xlarge"}, true},
		{"its subnets", "subnetIds", n.ids[:1], true},
		{"its role", "nodeRoleArn", "other", true},
		{"its name", "nodeGroupName", "other", true},
	}
	requireEdits(t, e, g, in, cases)
}

func TestANodeGroupKeepsTheVersionOfItsTemplate(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	n, _ := makeEKS(e)
	ltIn := props.Object{"instanceType": "m6i.large", "updateDefaultVersion": true}
	lt := e.create(awsLaunchTemplateType, "lt", ltIn)
	in := templateInputs(e, n, lt, "$Latest")
	group := e.create(awsNodeGroupType, "system", in)
	require.Equal(t, "1", props.Str(group.outputs, "launchTemplate.version"), "the API answers with the number")

	ltIn["instanceType"] = "m6i.xlarge"
	lt = e.update(lt, ltIn)
	require.Equal(t, float64(2), lt.outputs["latestVersion"])
	group, _ = e.read(group)
	before := e.nodes("eks-eu")
	for _, node := range before {
		require.Equal(t, "m6i.large", node.Labels["node.kubernetes.io/instance-type"], "version 1 still")
	}
	in["launchTemplate"] = props.Object{"id": lt.id, "version": "2"}
	group = e.update(group, in)
	after := e.nodes("eks-eu")
	require.Len(t, after, 3)
	for _, node := range after {
		require.Equal(t, "m6i.xlarge", node.Labels["node.kubernetes.io/instance-type"])
		require.Equal(t, "2", node.Labels["eks.amazonaws.com/sourceLaunchTemplateVersion"])
		require.Equal(t, "4", node.Status.Capacity.Cpu().String())
	}
	e.delete(group)
	e.delete(lt)
	left, err := e.store.List(awsTemplateVersionType)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestNodesHaveWhatTheirMachineHas(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, machine, ami, cni string
		version                 any
		pods, gpus, arch        string
	}{
		{"the addresses of its interfaces are the limit", "m6i.large", "", "", nil, "29", "0", "amd64"},
		{"a managed node has a cap", "m6i.4xlarge", "", "", nil, "110", "0", "amd64"},
		{"a large one has a higher cap", "m6i.16xlarge", "", "", nil, "250", "0", "amd64"},
		{"ranges of addresses reach the cap", "m7g.large", "BOTTLEROCKET_ARM_64", `{"env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1"}}`, nil, "110", "0", "arm64"},
		{"ranges that are off", "t4g.medium", "", `{"env":{"ENABLE_PREFIX_DELEGATION":"false"}}`, nil, "17", "0", "arm64"},
		{"GPUs", "g6.xlarge", "BOTTLEROCKET_x86_64_NVIDIA", "", nil, "58", "1", "amd64"},
		{"many GPUs", "p4d.24xlarge", "", "", nil, "250", "8", "amd64"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newAWS(t)
			n, _ := makeEKS(e)
			if c.cni != "" {
				e.create(awsAddonType, "cni", props.Object{"clusterName": "eks-eu", "addonName": "vpc-cni", "configurationValues": c.cni})
			}
			in := groupInputs(e, n)
			in["instanceTypes"], in["capacityType"] = []any{c.machine}, "SPOT"
			if c.ami != "" {
				in["amiType"] = c.ami
			}
			e.create(awsNodeGroupType, "system", in)
			nodes := slices.Collect(maps.Values(e.nodes("eks-eu")))
			require.Len(t, nodes, 3)
			for _, node := range nodes {
				require.Equal(t, c.pods, node.Status.Capacity.Pods().String())
				gpus := node.Status.Capacity["nvidia.com/gpu"]
				require.Equal(t, c.gpus, gpus.String())
				require.Equal(t, c.arch, node.Labels["kubernetes.io/arch"])
				require.Equal(t, "SPOT", node.Labels["eks.amazonaws.com/capacityType"])
			}
		})
	}
}

func TestBottlerocketsPodsWriteToItsSecondDisk(t *testing.T) {
	t.Parallel()
	disks := []any{
		props.Object{"deviceName": "/dev/xvda", "ebs": props.Object{"volumeSize": 4}}, props.Object{"deviceName": "/dev/xvdb", "ebs": props.Object{"volumeSize": 80}},
	}
	for ami, want := range map[string]string{"BOTTLEROCKET_x86_64": "80Gi", "AL2023_x86_64_STANDARD": "4Gi"} {
		e := newAWS(t)
		n, _ := makeEKS(e)
		lt := e.create(awsLaunchTemplateType, "lt", props.Object{"instanceType": "m6i.large", "blockDeviceMappings": disks})
		in := templateInputs(e, n, lt, "1")
		in["amiType"] = ami
		e.create(awsNodeGroupType, "system", in)
		for _, node := range e.nodes("eks-eu") {
			require.Equal(t, want, node.Status.Capacity.StorageEphemeral().String(), ami)
		}
	}
}

func TestAnAddonGetsAVersionThatEKSHas(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	_, c := makeEKS(e)
	for name, version := range map[string]string{"vpc-cni": `^v1\.\d+\.\d+-eksbuild\.\d+$`, "kube-proxy": `^v1\.35\.0-eksbuild\.\d+$`, "aws-ebs-csi-driver": `^v1\.`} {
		out, err := e.invoke("aws:eks/getAddonVersion:getAddonVersion", props.Object{"addonName": name, "kubernetesVersion": "1.35", "mostRecent": true})
		require.NoError(t, err)
		require.Regexp(t, version, props.Str(out, "version"))
		a := e.create(awsAddonType, name, props.Object{"clusterName": c.id, "addonName": name, "podIdentityAssociations": []any{
			props.Object{"serviceAccount": "s", "roleArn": makeRole(e, name).outputs["arn"]},
		}})
		require.Equal(t, out["version"], a.outputs["addonVersion"])
	}
	_, err := e.invoke("aws:eks/getAddonVersion:getAddonVersion", props.Object{"addonName": "none"})
	require.ErrorContains(t, err, `"none" is no add-on of EKS: it is one of adot, `)
	_, err = e.invoke("aws:eks/getAddonVersion:getAddonVersion", props.Object{"addonName": "fluent-bit"})
	require.ErrorContains(t, err, "the sandbox knows no version of fluent-bit")
}

func TestEKSRefuses(t *testing.T) {
	t.Parallel()
	cluster := func(e *engine, path string, value any) error {
		in := clusterInputs(e, makeNetwork(e))
		c := e.create(awsEKSClusterType, "c", in)
		_, err := e.tryUpdate(c, changed(e.t, in, path, value), false)
		return err
	}
	template := func(e *engine, lt props.Object, path string, value any) error {
		n, _ := makeEKS(e)
		in := templateInputs(e, n, e.create(awsLaunchTemplateType, "lt", lt), "1")
		_, err := e.tryCreate(awsNodeGroupType, "g", changed(e.t, in, path, value))
		return err
	}
	cases := []refusal{
		{"to go back a version", func(e *engine) error { return cluster(e, "version", "1.33") }, "cannot go back from Kubernetes 1.34 to 1.33"},
		{"two versions at once", func(e *engine) error { return cluster(e, "version", "1.36") }, "one minor version at a time"},
		{"another key for Secrets", func(e *engine) error {
			return cluster(e, "encryptionConfig.provider.keyArn", "arn:aws:kms:eu-west-1:123456789012:key/other")
		}, "cannot be changed"},
		{"subnets in fewer zones", func(e *engine) error {
			in := clusterInputs(e, makeNetwork(e))
			c := e.create(awsEKSClusterType, "c", in)
			_, err := e.tryUpdate(c, changed(e.t, in, "vpcConfig.subnetIds", props.List(in, "vpcConfig.subnetIds")[:2]), false)
			return err
		}, "must be in the same VPC and zones as before"},
		{"a key that does not exist", func(e *engine) error {
			in := clusterInputs(e, makeNetwork(e))
			_, err := e.tryCreate(awsEKSClusterType, "c", changed(e.t, in, "encryptionConfig.provider.keyArn", "arn:aws:kms:eu-west-1:123456789012:key/none"))
			return err
		}, `aws:kms/key:Key "none" does not exist`},
		{"to leave nodes four versions behind", func(e *engine) error {
			n := makeNetwork(e)
			in := clusterInputs(e, n)
			c := e.create(awsEKSClusterType, "eks-eu", in)
			group := groupInputs(e, n)
			group["version"] = "1.31"
			e.create(awsNodeGroupType, "g", group)
			_, err := e.tryUpdate(c, changed(e.t, in, "version", "1.35"), false)
			return err
		}, "update the node group eks-eu:system, which has 1.31, first"},
		{"nodes that go back", func(e *engine) error {
			n, _ := makeEKS(e)
			in := groupInputs(e, n)
			in["version"] = "1.35"
			g := e.create(awsNodeGroupType, "g", in)
			_, err := e.tryUpdate(g, changed(e.t, in, "version", "1.34"), false)
			return err
		}, "a node group cannot go back"},
		{"an instance type twice", func(e *engine) error {
			return template(e, props.Object{"instanceType": "m6i.large"}, "instanceTypes", []any{"m6i.large"})
		}, "give it once"},
		{"a profile in the template", func(e *engine) error {
			return template(e, props.Object{"iamInstanceProfile": props.Object{"name": "p"}}, "tags", nil)
		}, "must not have iamInstanceProfile"},
		{"subnets in the template", func(e *engine) error {
			return template(e, props.Object{"networkInterfaces": []any{props.Object{"subnetId": "subnet-0"}}}, "tags", nil)
		}, "must not have subnets"},
		{"an image type beside an image", func(e *engine) error {
			return template(e, props.Object{"imageId": "ami-0"}, "amiType", "AL2023_x86_64_STANDARD")
		}, "leave amiType out"},
		{"a version of a template that does not exist", func(e *engine) error {
			return template(e, props.Object{}, "launchTemplate.version", "2")
		}, "has no version 2: the latest is 1"},
		{"Amazon Linux 2 on a version without it", func(e *engine) error {
			n, _ := makeEKS(e)
			_, err := e.tryCreate(awsNodeGroupType, "g", changed(e.t, groupInputs(e, n), "amiType", "AL2_x86_64"))
			return err
		}, "only supported for kubernetes versions 1.32 or earlier"},
		{"one processor's image for two", func(e *engine) error {
			n, _ := makeEKS(e)
			_, err := e.tryCreate(awsNodeGroupType, "g", changed(e.t, groupInputs(e, n), "instanceTypes", []any{"m6i.large", "m7g.large"}))
			return err
		}, "[m7g.large] is not a valid instance type"},
		{"an add-on with a role that does not exist", func(e *engine) error {
			_, c := makeEKS(e)
			_, err := e.tryCreate(awsAddonType, "a", props.Object{"clusterName": c.id, "addonName": "vpc-cni", "serviceAccountRoleArn": "arn:aws:iam::123456789012:role/none"})
			return err
		}, "cannot be found"},
		{"an access policy for nodes", func(e *engine) error {
			_, c := makeEKS(e)
			role := makeRole(e, "karpenter").outputs["arn"]
			entry := e.create(awsAccessEntryType, "a", props.Object{"clusterName": c.id, "principalArn": role, "type": "EC2_LINUX"})
			require.Equal(e.t, "system:node:{{EC2PrivateDNSName}}", entry.outputs["userName"])
			_, err := e.tryCreate("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "a", props.Object{
				"clusterName": c.id, "principalArn": role, "policyArn": eksPolicyARN + "AmazonEKSViewPolicy", "accessScope": props.Object{"type": "cluster"},
			})
			return err
		}, "which has no access policies"},
	}
	requireRefusals(t, AWS, (*stack).aws, cases)
}

func TestMistakesInEKSAreFoundBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	cluster := props.Object{"roleArn": "r", "vpcConfig": props.Object{"subnetIds": []any{"s"}}}
	group := props.Object{"clusterName": "c", "nodeRoleArn": "r", "subnetIds": []any{"s"}, "scalingConfig": props.Object{"minSize": 1, "desiredSize": 1, "maxSize": 1}}
	addon := props.Object{"clusterName": "c", "addonName": "vpc-cni"}
	entry := props.Object{"clusterName": "c", "principalArn": "p"}
	scope := props.Object{"clusterName": "c", "principalArn": "p", "policyArn": eksPolicyARN + "AmazonEKSViewPolicy", "accessScope": props.Object{"type": "cluster"}}
	cases := []struct {
		name, typ, path string
		value           any
		property, want  string
		in              props.Object
	}{
		{"support of another kind", awsEKSClusterType, "upgradePolicy", props.Object{"supportType": "LTS"}, "upgradePolicy.supportType", "is none of STANDARD, EXTENDED", cluster},
		{"a client without its range", awsEKSClusterType, "vpcConfig.publicAccessCidrs", []any{"192.0.2.1/24"}, "vpcConfig.publicAccessCidrs[0]", "is no range", cluster},
		{"Services on the internet", awsEKSClusterType, "kubernetesNetworkConfig", props.Object{"serviceIpv4Cidr": "192.0.0.0/16"}, "kubernetesNetworkConfig.serviceIpv4Cidr", "is in none of 10.0.0.0/8", cluster},
		{"encryption of everything", awsEKSClusterType, "encryptionConfig", props.Object{"resources": []any{"configmaps"}}, "encryptionConfig.resources[0]", "is none of secrets", cluster},
		{"a half of Auto Mode", awsEKSClusterType, "computeConfig", props.Object{"enabled": true}, "computeConfig.enabled", "must all be true or all false", cluster},
		{"an image that is none", awsNodeGroupType, "amiType", "BOTTLEROCKET_X86_64", "amiType", "BOTTLEROCKET_x86_64,", group},
		{"Karpenter's word for spot", awsNodeGroupType, "capacityType", "spot", "capacityType", "is none of ON_DEMAND, SPOT", group},
		{"a label of Kubernetes' own", awsNodeGroupType, "labels", props.Object{"node-role.kubernetes.io/worker": ""}, `labels["node-role.kubernetes.io/worker"]`, "reserved prefixes", group},
		{"a label of EKS's own", awsNodeGroupType, "labels", props.Object{"eks.amazonaws.com/nodegroup": "a"}, `labels["eks.amazonaws.com/nodegroup"]`, "reserved prefixes", group},
		{"a number and a percentage", awsNodeGroupType, "updateConfig", props.Object{"maxUnavailable": 1, "maxUnavailablePercentage": 33}, "updateConfig.maxUnavailablePercentage", "exactly one of", group},
		{"a disk beside a template", awsNodeGroupType, "launchTemplate", props.Object{"id": "lt-0", "version": "1"}, "diskSize", "belongs into the template", changed(t, group, "diskSize", 50)},
		{"a template without a version", awsNodeGroupType, "launchTemplate", props.Object{"id": "lt-0"}, "launchTemplate.version", "needs it", group},
		{"an add-on of another name", awsAddonType, "addonName", "aws-vpc-cni", "addonName", "it is one of adot, ", addon},
		{"settings in YAML", awsAddonType, "configurationValues", "env: {}", "configurationValues", "is no JSON object", addon},
		{"a version without its v", awsAddonType, "addonVersion", "1.21.1", "addonVersion", "is no version such as", addon},
		{"to keep what was not there", awsAddonType, "resolveConflictsOnCreate", "PRESERVE", "resolveConflictsOnCreate", "is none of NONE, OVERWRITE", addon},
		{"everybody's group", awsAccessEntryType, "kubernetesGroups", []any{"system:masters"}, "kubernetesGroups[0]", "cannot start with system:", entry},
		{"a policy of IAM", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "policyArn", "arn:aws:iam::aws:policy/AdministratorAccess", "policyArn", "is no access policy of EKS", scope},
		{"namespaces of a cluster", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "accessScope.namespaces", []any{"a"}, "accessScope.namespaces", "goes with the type namespace", scope},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireFailure(t, e, c.typ, changed(t, c.in, c.path, c.value), c.property, c.want)
		})
	}
}

func TestFunctionsFindListsZonesAndTheRegistry(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	public := e.create(awsZoneType, "public", props.Object{"name": "example.org"})
	private := e.create(awsZoneType, "private", props.Object{"name": "example.org", "vpcs": []any{props.Object{"vpcId": makeNetwork(e).vpc.id}}})
	require.Empty(t, private.outputs["nameServers"])
	cases := []lookup{
		{"a public zone by its name", "aws:route53/getZone:getZone", props.Object{"name": "example.org."}, "zoneId", public.id},
		{"a private zone by its name", "aws:route53/getZone:getZone", props.Object{"name": "example.org", "privateZone": true}, "zoneId", private.id},
		{"a zone by its id", "aws:route53/getZone:getZone", props.Object{"zoneId": private.id}, "privateZone", true},
		{"S3's prefix list", "aws:ec2/getPrefixList:getPrefixList", props.Object{"name": "com.amazonaws.eu-west-1.s3"}, "name", "com.amazonaws.eu-west-1.s3"},
		{"CloudFront's prefix list", "aws:ec2/getManagedPrefixList:getManagedPrefixList", props.Object{"name": "com.amazonaws.global.cloudfront.origin-facing"}, "ownerId", "AWS"},
		{"the registry", "aws:ecr/getAuthorizationToken:getAuthorizationToken", nil, "proxyEndpoint", "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com"},
	}
	requireAnswers(t, e, cases)
	_, err := e.invoke("aws:ec2/getPrefixList:getPrefixList", props.Object{"name": "s3"})
	require.ErrorContains(t, err, "0 prefix lists match")
}
