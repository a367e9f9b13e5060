package eks

import "maps"

// karpenterRights are what Karpenter works with, once they are known.
type karpenterRights struct {
	place
	// cluster is its name.
	cluster string
	// nodeRole and queue are ARNs.
	nodeRole, queue string
	// spot is true if a pool of its has machines that may be taken back.
	spot bool
}

// Tags that Karpenter puts on what it makes, and by which it is known as its own.
const (
	tagNodePool  = "karpenter.sh/nodepool"
	tagNodeClaim = "karpenter.sh/nodeclaim"
	tagCluster   = "eks:eks-cluster-name"
)

// statements is the policy of Karpenter's controller. It follows what Karpenter
// documents for 1.14, and is less: machines have an instance profile that is
// made beside the cluster, so the controller cannot change IAM; and of AWS's
// public parameters it reads those of Bottlerocket.
// https://karpenter.sh/v1.14/reference/cloudformation/
func (k karpenterRights) statements() []statement {
	in := func(kinds ...string) []string { // of any account: images and shared subnets are others'
		var arns []string
		for _, kind := range kinds {
			arns = append(arns, "arn:"+k.partition+":ec2:"+k.region+":*:"+kind+"/*")
		}
		return arns
	}
	made := []string{"fleet", "instance", "volume", "network-interface", "launch-template", "spot-instances-request"}
	cluster := "arn:" + k.partition + ":eks:" + k.region + ":" + k.account + ":cluster/" + k.cluster
	owned := "kubernetes.io/cluster/" + k.cluster
	// asked is the condition that what is made is tagged as this cluster's, mine
	// that it was.
	asked := conditions{
		"StringEquals": {"aws:RequestTag/" + owned: {"owned"}, "aws:RequestTag/" + tagCluster: {k.cluster}},
		"StringLike":   {"aws:RequestTag/" + tagNodePool: {"*"}},
	}
	mine := conditions{
		"StringEquals": {"aws:ResourceTag/" + owned: {"owned"}},
		"StringLike":   {"aws:ResourceTag/" + tagNodePool: {"*"}},
	}
	launch := []string{"ec2:CreateFleet", "ec2:RunInstances"}
	all := []statement{
		{Sid: "LaunchFrom", Action: launch, Resource: append(
			in("security-group", "subnet", "capacity-reservation", "placement-group"),
			"arn:"+k.partition+":ec2:"+k.region+"::image/*", "arn:"+k.partition+":ec2:"+k.region+"::snapshot/*",
		)},
		{Sid: "LaunchFromOwnTemplate", Action: launch, Resource: in("launch-template"), Condition: mine},
		{Sid: "LaunchTagged", Action: append([]string{"ec2:CreateLaunchTemplate"}, launch...), Resource: in(made...), Condition: asked},
		{Sid: "TagWhatIsLaunched", Action: []string{"ec2:CreateTags"}, Resource: in(made...), Condition: asked.and(conditions{
			"StringEquals": {"ec2:CreateAction": {"CreateFleet", "CreateLaunchTemplate", "RunInstances"}},
		})},
		{Sid: "TagOwnMachine", Action: []string{"ec2:CreateTags"}, Resource: in("instance"), Condition: mine.and(conditions{
			"StringEqualsIfExists":      {"aws:RequestTag/" + tagCluster: {k.cluster}},
			"ForAllValues:StringEquals": {"aws:TagKeys": {tagCluster, tagNodeClaim, "Name"}},
		})},
		{Sid: "RemoveOwn", Action: []string{"ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"}, Resource: in("instance", "launch-template"), Condition: mine},
		{Sid: "GiveNodesTheirRole", Action: []string{"iam:PassRole"}, Resource: []string{k.nodeRole}, Condition: conditions{
			"StringEquals": {"iam:PassedToService": {"ec2." + k.domain}},
		}},
		{Sid: "Interruptions", Action: []string{"sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"}, Resource: []string{k.queue}},
		{Sid: "Cluster", Action: []string{"eks:DescribeCluster"}, Resource: []string{cluster}},
		{Sid: "ZoneShiftedAway", Action: []string{"arc-zonal-shift:GetManagedResource"}, Resource: []string{"*"}, Condition: conditions{
			"StringEquals": {"arc-zonal-shift:ResourceIdentifier": {cluster}},
		}},
		{Sid: "Discover", Action: []string{
			"ec2:DescribeCapacityReservations", "ec2:DescribeImages", "ec2:DescribeInstanceStatus", "ec2:DescribeInstanceTypeOfferings",
			"ec2:DescribeInstanceTypes", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplates", "ec2:DescribePlacementGroups",
			"ec2:DescribeSecurityGroups", "ec2:DescribeSpotPriceHistory", "ec2:DescribeSubnets",
		}, Resource: []string{"*"}, Condition: conditions{"StringEquals": {"aws:RequestedRegion": {k.region}}}},
		{Sid: "Images", Action: []string{"ssm:GetParameter"}, Resource: []string{
			"arn:" + k.partition + ":ssm:" + k.region + "::parameter/aws/service/bottlerocket/*",
		}},
		// Prices are the same for everybody. Instance profiles of its own it looks
		// for when a node class goes, and finds none.
		{Sid: "PricesAndProfiles", Action: []string{"iam:ListInstanceProfiles", "pricing:GetProducts"}, Resource: []string{"*"}},
		{Sid: "Profiles", Action: []string{"iam:GetInstanceProfile"}, Resource: []string{
			"arn:" + k.partition + ":iam::" + k.account + ":instance-profile/*",
		}},
	}
	if k.spot {
		// EC2 makes the role it takes machines back with when an account first
		// asks for one, in the name of who asks.
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
		all = append(all, statement{
			Sid: "FirstSpotMachine", Action: []string{"iam:CreateServiceLinkedRole"},
			Resource:  []string{"arn:" + k.partition + ":iam::" + k.account + ":role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"},
			Condition: conditions{"StringEquals": {"iam:AWSServiceName": {"spot.amazonaws.com"}}},
		})
	}
	return all
}

// conditions are those of a statement: by operator, the values of each key.
type conditions map[string]map[string][]string

// and returns the conditions with more.
func (c conditions) and(more conditions) conditions {
	all := conditions{}
	for _, some := range []conditions{c, more} {
		for operator, keys := range some {
			if all[operator] == nil {
				all[operator] = map[string][]string{}
			}
			maps.Copy(all[operator], keys)
		}
	}
	return all
}
