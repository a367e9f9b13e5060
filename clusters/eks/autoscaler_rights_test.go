package eks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

// tagged is the context of a request about something with these tags.
func tagged(prefix string, tags ...string) map[string]string {
	context := map[string]string{"aws:RequestedRegion": "eu-west-1"}
	for i := 0; i < len(tags); i += 2 {
		context["aws:"+prefix+"/"+tags[i]] = tags[i+1]
	}
	return context
}

func TestKarpenterChangesWhatIsItsOwn(t *testing.T) {
	t.Parallel()
	const (
		instance = "arn:aws:ec2:eu-west-1:123456789012:instance/i-0123"
		template = "arn:aws:ec2:eu-west-1:123456789012:launch-template/lt-0123"
		subnet   = "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-0123"
		queue    = "arn:aws:sqs:eu-west-1:123456789012:eks-karpenter"
		role     = "arn:aws:iam::123456789012:role/eks-node"
		spotRole = "arn:aws:iam::123456789012:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot"
	)
	mine := tagged("ResourceTag", "kubernetes.io/cluster/eks", "owned", "karpenter.sh/nodepool", "batch")
	others := tagged("ResourceTag", "kubernetes.io/cluster/other", "owned", "karpenter.sh/nodepool", "batch")
	groups := tagged("ResourceTag", "kubernetes.io/cluster/eks", "owned") // a node group's
	asMine := tagged("RequestTag", "kubernetes.io/cluster/eks", "owned", "eks:eks-cluster-name", "eks", "karpenter.sh/nodepool", "batch")
	asOthers := tagged("RequestTag", "kubernetes.io/cluster/other", "owned", "eks:eks-cluster-name", "other", "karpenter.sh/nodepool", "batch")
	elsewhere := map[string]string{"aws:RequestedRegion": "us-east-1"}
	toEC2 := map[string]string{"iam:PassedToService": "ec2.amazonaws.com"}
	toLambda := map[string]string{"iam:PassedToService": "lambda.amazonaws.com"}

	r := asking(t, func(c *spec.Cluster) {
		c.NodePools = append(c.NodePools, spec.NodePool{Name: "cheap", Class: "spot", Nodes: spec.NodeCount{Max: 3}})
	}, nil)
	document := r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-karpenter").Value("policy")
	require.LessOrEqual(t, len(document.(string)), 10240, "the longest inline policies of a role")
	controller := parsePolicy(t, document)
	for _, tt := range []struct {
		name    string
		request request
		allowed bool
	}{
		{"it launches into a subnet", request{"ec2:RunInstances", subnet, nil}, true},
		{"it launches machines tagged as the cluster's", request{"ec2:CreateFleet", instance, asMine}, true},
		{"it launches none tagged as another cluster's", request{"ec2:CreateFleet", instance, asOthers}, false},
		{"it launches none without tags", request{"ec2:RunInstances", instance, nil}, false},
		{"it launches from its own templates", request{"ec2:RunInstances", template, mine}, true},
		{"it launches from no other template", request{"ec2:RunInstances", template, groups}, false},
		{"it terminates its machines", request{"ec2:TerminateInstances", instance, mine}, true},
		{"it terminates no machine of a node group", request{"ec2:TerminateInstances", instance, groups}, false},
		{"it terminates no machine of another cluster", request{"ec2:TerminateInstances", instance, others}, false},
		{"it terminates nothing without tags", request{"ec2:TerminateInstances", instance, nil}, false},
		{"it cannot tag a stranger's machine as its own", request{"ec2:CreateTags", instance, asMine}, false},
		{"it gives machines the nodes' role", request{"iam:PassRole", role, toEC2}, true},
		{"it gives the role to no other service", request{"iam:PassRole", role, toLambda}, false},
		{"it gives machines no other role", request{"iam:PassRole", "arn:aws:iam::123456789012:role/admin", toEC2}, false},
		{"it makes no instance profile", request{"iam:CreateInstanceProfile", "arn:aws:iam::123456789012:instance-profile/x", asMine}, false},
		{"it changes no instance profile", request{"iam:AddRoleToInstanceProfile", "arn:aws:iam::123456789012:instance-profile/x", mine}, false},
		{"it reads its queue", request{"sqs:ReceiveMessage", queue, nil}, true},
		{"it reads no other queue", request{"sqs:ReceiveMessage", queue + "-other", nil}, false},
		{"it looks around in its region", request{"ec2:DescribeInstances", "*", mine}, true},
		{"it looks around nowhere else", request{"ec2:DescribeInstances", "*", elsewhere}, false},
		{"it finds Bottlerocket's images", request{"ssm:GetParameter", "arn:aws:ssm:eu-west-1::parameter/aws/service/bottlerocket/aws-k8s-1.35/x86_64/latest/image_id", nil}, true},
		{"it reads no parameter of the account", request{"ssm:GetParameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/database", nil}, false},
		{"it lets EC2 make the role of spot machines", request{"iam:CreateServiceLinkedRole", spotRole, map[string]string{"iam:AWSServiceName": "spot.amazonaws.com"}}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.allowed, controller.allows(t, tt.request))
		})
	}
	t.Run("without spot machines it makes no role", func(t *testing.T) {
		t.Parallel()
		r := asking(t, nil, nil)
		plain := parsePolicy(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-karpenter").Value("policy"))
		require.False(t, plain.allows(t, request{"iam:CreateServiceLinkedRole", spotRole, map[string]string{"iam:AWSServiceName": "spot.amazonaws.com"}}))
	})
}

func TestTheClusterAutoscalerChangesItsClustersGroups(t *testing.T) {
	t.Parallel()
	const group = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:0123:autoScalingGroupName/eks-batch"
	r := asking(t, func(c *spec.Cluster) {
		c.Autoscaling = spec.Autoscaling{Engine: spec.EngineClusterAutoscaler, Profile: spec.ProfileThrifty}
	}, nil)
	scaler := parsePolicy(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-cluster-autoscaler").Value("policy"))
	mine := tagged("ResourceTag", "k8s.io/cluster-autoscaler/enabled", "true", "k8s.io/cluster-autoscaler/eks", "owned")
	others := tagged("ResourceTag", "k8s.io/cluster-autoscaler/enabled", "true", "k8s.io/cluster-autoscaler/other", "owned")
	for _, tt := range []struct {
		name    string
		request request
		allowed bool
	}{
		{"it scales its groups", request{"autoscaling:SetDesiredCapacity", group, mine}, true},
		{"it ends their machines", request{"autoscaling:TerminateInstanceInAutoScalingGroup", group, mine}, true},
		{"it scales no group of another cluster", request{"autoscaling:SetDesiredCapacity", group, others}, false},
		{"it scales no group without tags", request{"autoscaling:SetDesiredCapacity", group, nil}, false},
		{"it changes no group's bounds", request{"autoscaling:UpdateAutoScalingGroup", group, mine}, false},
		{"it reads its node groups", request{"eks:DescribeNodegroup", "arn:aws:eks:eu-west-1:123456789012:nodegroup/eks/batch/0123", nil}, true},
		{"it reads no other cluster's", request{"eks:DescribeNodegroup", "arn:aws:eks:eu-west-1:123456789012:nodegroup/other/batch/0123", nil}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.allowed, scaler.allows(t, tt.request))
		})
	}

	deployment := r.One(t, "kubernetes:apps/v1:Deployment", "eks-cluster-autoscaler")
	const container = "spec.template.spec.containers[0]."
	deployment.RequireValues(t, map[string]any{
		"metadata.namespace": "kube-system", "spec.replicas": 2.0,
		container + "image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0",
		container + "securityContext.readOnlyRootFilesystem":     true,
		container + "securityContext.allowPrivilegeEscalation":   false,
		container + "securityContext.capabilities.drop":          []any{"ALL"},
		"spec.template.spec.securityContext.runAsNonRoot":        true,
		`spec.template.spec.nodeSelector["ai-now.io/node-pool"]`: "system",
	})
	flags := deployment.Value(container + "args")
	for _, flag := range []string{
		"--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/eks",
		"--scale-down-unneeded-time=10m0s", "--scale-down-utilization-threshold=0.7",
	} {
		require.Contains(t, flags, flag)
	}
	for _, rule := range r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "eks-cluster-autoscaler").Value("rules").([]any) {
		granted := rule.(map[string]any)
		for _, list := range []string{"apiGroups", "resources", "verbs"} {
			require.NotContains(t, granted[list], "*")
		}
		require.NotContains(t, granted["resources"], "secrets")
	}
	require.Len(t, r.Of("kubernetes:policy/v1:PodDisruptionBudget"), 1)
}
