package clouds

import (
	"context"
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsNodeGroupType = "aws:eks/nodeGroup:NodeGroup"

var awsNodeGroup = &Type{
	Token: awsNodeGroupType, Noun: "EKS node group",
	Does: "makes nodes in the cluster, desiredSize of them over the zones of its subnets; resizing, labels and taints change them in place, " +
		"another instance type in its launch template makes them anew",
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
	Replaced:  func(old, in props.Object) []string { return eksBlocks(old, in, "launchTemplate") },
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
		// docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html
		before, ok := minor(props.Str(c.Old, "version"))
		if after, ok2 := minor(props.Str(c.Props, "version")); ok && ok2 && after < before {
			return c.Errorf("InvalidParameterException: a node group cannot go back from Kubernetes 1.%d to 1.%d", before, after)
		}
		lt, err := eksTemplate(c)
		if err != nil {
			return err
		}
		if err := eksTemplateFits(c, lt); err != nil {
			return err
		}
		return eksImageFits(c, lt)
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
	for _, k := range []string{"diskSize", "remoteAccess"} { // docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
		if c.Props["launchTemplate"] != nil && c.Props[k] != nil {
			f = append(f, Failure{k, "with a launch template it belongs into the template"})
		}
	}
	return append(f, eksCheckNodes(c.Props)...)
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
	if err := eksMachines(c, cluster); err != nil {
		return "", err
	}
	if err := eksGroupVersion(c, cluster); err != nil {
		return "", err
	}
	set(c, "arn", awsARN(c.Env, "eks", "nodegroup/"+clusterName+"/"+name+"/"+uuid()), "status", "ACTIVE", "resources", []any{props.Object{
		"autoscalingGroups": []any{props.Object{"name": "eks-" + name + "-" + uuid()}}, "remoteAccessSecurityGroupId": "",
	}})
	return id, nil
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
