package clouds

import (
	"context"
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsNodeGroupType = "aws:eks/nodeGroup:NodeGroup"

var awsNodeGroup = &Type{
	Token: awsNodeGroupType, Noun: "EKS node group",
	Does:     "makes nodes in the cluster, desiredSize of them over the zones of its subnets; resizing, labels and taints change them in place",
	Autoname: &Autoname{Property: "nodeGroupName", MaxLength: 63},
	Required: []string{"clusterName", "nodeRoleArn", "scalingConfig", "subnetIds"},
	Immutable: []string{
		"amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name", "nodeGroupName", "nodeGroupNamePrefix",
		"nodeRoleArn", "remoteAccess", "subnetIds",
	},
	OptionalComputed: []string{
		"amiType", "capacityType", "diskSize", "instanceTypes", "nodeGroupNamePrefix", "releaseVersion", "updateConfig", "version", "nodeRepairConfig",
		"launchTemplate.id", "launchTemplate.name",
	},
	Computed:  []string{"arn", "resources", "status"},
	Sets:      []string{"subnetIds", "taints"},
	WriteOnly: []string{"forceUpdateVersion"},
	Check:     eksCheckNodeGroup,
	Create:    eksCreateNodeGroup,
	Update: func(c *Call) error {
		cluster, err := c.Find(awsEKSClusterType, props.Str(c.Props, "clusterName"), "ResourceNotFoundException")
		if err != nil {
			return err
		}
		if err := eksGroupVersion(c, cluster); err != nil {
			return err
		}
		_, err = eksTemplate(c)
		return err
	},
	Realize: eksRealizeNodeGroup,
	Observe: observePool(eksRealizeNodeGroup),
	Remove: func(ctx context.Context, c *Call) error {
		return removePool(ctx, c, props.Str(c.Props, "clusterName"), eksSelector(props.Str(c.Props, "nodeGroupName")))
	},
}

func eksSelector(group string) nodes.Label {
	return nodes.Label{Key: "eks.amazonaws.com/nodegroup", Value: group}
}

func eksCheckNodeGroup(c *Call) []Failure {
	var f []Failure
	for i := range props.List(c.Props, "instanceTypes") {
		f = append(f, checkMachine(nodes.AWS, c.Props, props.Index("instanceTypes", i))...)
	}
	f = append(f, checkTaints(c.Props, "taints", "NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")...)
	least, ok := props.Int(c.Props, "scalingConfig.minSize")
	wanted, ok2 := props.Int(c.Props, "scalingConfig.desiredSize")
	most, ok3 := props.Int(c.Props, "scalingConfig.maxSize")
	if ok && ok2 && ok3 && (least > wanted || wanted > most) {
		f = append(f, Failure{"scalingConfig.desiredSize", fmt.Sprintf("desiredSize %d is not between minSize %d and maxSize %d", wanted, least, most)})
	}
	if ok3 && most < 1 {
		f = append(f, Failure{"scalingConfig.maxSize", "maxSize must be at least 1"})
	}
	if c.Props["launchTemplate"] != nil && c.Props["diskSize"] != nil {
		f = append(f, Failure{"diskSize", "with a launch template the size of the disk belongs into the template"})
	}
	return f
}

func eksCreateNodeGroup(c *Call) (string, error) {
	clusterName, name := props.Str(c.Props, "clusterName"), props.Str(c.Props, "nodeGroupName")
	cluster, err := awsFind(c, awsEKSClusterType, clusterName, "ResourceNotFoundException: no cluster found for name")
	if err != nil {
		return "", err
	}
	id := clusterName + ":" + name
	if _, err := c.Store.Get(awsNodeGroupType, id); err == nil {
		return "", c.Errorf("ResourceInUseException: nodegroup already exists with name %s and cluster name %s", name, clusterName)
	}
	if err := awsRoleExists(c, props.Str(c.Props, "nodeRoleArn"), "InvalidParameterException"); err != nil {
		return "", err
	}
	for _, s := range props.StrList(c.Props, "subnetIds") {
		subnet, err := awsFind(c, awsSubnetType, s, "InvalidParameterException")
		if err != nil {
			return "", err
		}
		if v := props.Str(cluster.Properties, "vpcConfig.vpcId"); props.Str(subnet.Properties, "vpcId") != v {
			return "", c.Errorf("InvalidParameterException: the subnet %s is not in the VPC %s of the cluster", s, v)
		}
	}
	if err := eksMachines(c); err != nil {
		return "", err
	}
	setDefaults(c.Props, props.Object{"capacityType": "ON_DEMAND", "version": cluster.Properties["version"], "updateConfig": props.Object{"maxUnavailable": 1}})
	if err := eksGroupVersion(c, cluster); err != nil {
		return "", err
	}
	set(c, "arn", awsARN(c.Env, "eks", "nodegroup/"+clusterName+"/"+name+"/"+uuid()), "status", "ACTIVE", "resources", []any{props.Object{
		"autoscalingGroups": []any{props.Object{"name": "eks-" + name + "-" + uuid()}}, "remoteAccessSecurityGroupId": "",
	}})
	return id, nil
}

// eksTemplate finds the launch template of a node group, nil if it has none.
func eksTemplate(c *Call) (*store.Object, error) {
	id, name := props.Str(c.Props, "launchTemplate.id"), props.Str(c.Props, "launchTemplate.name")
	if id == "" && name == "" {
		return nil, nil
	}
	found, err := awsHere(c.Env, awsLaunchTemplateType, func(o *store.Object) bool {
		return o.ID == id || id == "" && props.Str(o.Properties, "name") == name
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, c.Errorf("InvalidRequestException: the launch template %s%s does not exist", id, name)
	}
	lt := found[0]
	version, latest := props.Str(c.Props, "launchTemplate.version"), props.IntOr(lt.Properties, "latestVersion", 1)
	n := 0
	if _, err := fmt.Sscanf(version, "%d", &n); err == nil && n > latest {
		return nil, c.Errorf("InvalidRequestException: the launch template %s has no version %d: the latest is %d", lt.ID, n, latest)
	}
	t := props.Map(c.Props, "launchTemplate")
	t["id"], t["name"] = lt.ID, props.Str(lt.Properties, "name")
	return lt, nil
}

// eksMachines settles instance types, image type and disk of a node group.
func eksMachines(c *Call) error {
	lt, err := eksTemplate(c)
	if err != nil {
		return err
	}
	if lt != nil && props.Str(lt.Properties, "instanceType") != "" {
		if props.List(c.Props, "instanceTypes") != nil {
			return c.Errorf("InvalidParameterException: instance type is in the launch template %s and in the node group: give it once", lt.ID)
		}
	} else {
		setDefaults(c.Props, props.Object{"instanceTypes": []any{"t3.medium"}}) // docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
	}
	machine, err := eksMachine(c, lt)
	if err != nil {
		return err
	}
	// Since 1.30 a node group that says nothing gets Amazon Linux 2023: docs.aws.amazon.com/eks/latest/userguide/al2023.html.
	image := "AL2023_x86_64_STANDARD"
	switch {
	case lt != nil && props.Str(lt.Properties, "imageId") != "":
		image = "CUSTOM"
	case machine.ARM:
		image = "AL2023_ARM_64_STANDARD"
	case machine.GPUs > 0:
		image = "AL2023_x86_64_NVIDIA"
	}
	setDefaults(c.Props, props.Object{"amiType": image})
	if lt == nil {
		setDefaults(c.Props, props.Object{"diskSize": 20})
	}
	if a := props.Str(c.Props, "amiType"); a != "CUSTOM" && strings.Contains(a, "ARM_64") != machine.ARM {
		return c.Errorf("InvalidParameterException: [%s] is not a valid instance type for requested amiType %s", machine.Name, a)
	}
	return nil
}

func eksMachine(c *Call, lt *store.Object) (nodes.Machine, error) {
	name := "t3.medium"
	if l := props.StrList(c.Props, "instanceTypes"); len(l) > 0 {
		name = l[0]
	} else if lt != nil {
		name = props.StrOr(lt.Properties, "instanceType", name)
	}
	m, err := nodes.AWS.Find(name)
	if err != nil {
		return m, c.Errorf("InvalidParameterException: %v", err)
	}
	return m, nil
}

// eksGroupVersion refuses nodes newer than the control plane.
func eksGroupVersion(c *Call, cluster *store.Object) error {
	group, ok := minor(props.Str(c.Props, "version"))
	plane, ok2 := minor(props.Str(cluster.Properties, "version"))
	if ok && ok2 && group > plane {
		return c.Errorf("InvalidParameterException: requested Nodegroup version 1.%d is greater than the cluster version 1.%d", group, plane)
	}
	return nil
}
