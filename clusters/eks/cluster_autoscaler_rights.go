package eks

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Tags by which the Cluster Autoscaler finds its groups, the second with the
// cluster's name behind it.
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
const (
	tagScaled   = "k8s.io/cluster-autoscaler/enabled"
	tagScaledBy = "k8s.io/cluster-autoscaler/"
)

// groupScaling is the policy of the Cluster Autoscaler: it sees all groups,
// which cannot be bound to some, and changes those of its cluster.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#iam-policy
func groupScaling(at place, cluster string) []statement {
	return []statement{
		{Sid: "Discover", Action: []string{
			"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLaunchConfigurations",
			"autoscaling:DescribeScalingActivities", "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes",
			"ec2:DescribeLaunchTemplateVersions", "ec2:GetInstanceTypesFromInstanceRequirements",
		}, Resource: []string{"*"}, Condition: conditions{"StringEquals": {"aws:RequestedRegion": {at.region}}}},
		{Sid: "NodeGroups", Action: []string{"eks:DescribeNodegroup"}, Resource: []string{
			"arn:" + at.partition + ":eks:" + at.region + ":" + at.account + ":nodegroup/" + cluster + "/*",
		}},
		{Sid: "Scale", Action: []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"}, Resource: []string{
			"arn:" + at.partition + ":autoscaling:" + at.region + ":" + at.account + ":autoScalingGroup:*:autoScalingGroupName/*",
		}, Condition: conditions{"StringEquals": {
			"aws:ResourceTag/" + tagScaled:             {"true"},
			"aws:ResourceTag/" + tagScaledBy + cluster: {"owned"},
		}}},
	}
}

// clusterRules are what the Cluster Autoscaler may do anywhere in the cluster:
// see what decides where pods can run, mark nodes, evict pods, and say so.
// Without jobs' patch and without nodes' deletion, which are for other clouds.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/examples/cluster-autoscaler-autodiscover.yaml
var clusterRules = []struct{ group, resources, verbs []string }{
	{[]string{""}, []string{"events"}, []string{"create", "patch"}},
	{[]string{""}, []string{"pods/eviction"}, []string{"create"}},
	{[]string{""}, []string{"pods/status"}, []string{"update"}},
	{[]string{""}, []string{"nodes"}, []string{"get", "list", "watch", "update"}},
	{[]string{""}, []string{"namespaces", "pods", "services", "replicationcontrollers", "persistentvolumeclaims", "persistentvolumes"}, readOnly},
	{[]string{"apps"}, []string{"daemonsets", "replicasets", "statefulsets"}, readOnly},
	{[]string{"batch"}, []string{"jobs"}, readOnly},
	{[]string{"policy"}, []string{"poddisruptionbudgets"}, readOnly},
	{[]string{"storage.k8s.io"}, []string{"storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"}, readOnly},
	{[]string{"resource.k8s.io"}, []string{"deviceclasses", "resourceclaims", "resourceslices"}, readOnly},
}

var readOnly = []string{"get", "list", "watch"}

// clusterAutoscalerRights binds the Cluster Autoscaler's service account to what
// it may do in the cluster, and to its lock and its status in its namespace.
func (p *Platform) clusterAutoscalerRights(ctx *pulumi.Context, name string, in []pulumi.ResourceOption) ([]pulumi.Resource, error) {
	metadata := p.clusterAutoscalerMeta()
	anywhere := metav1.ObjectMetaArgs{Name: metadata.Name, Labels: metadata.Labels}
	subjects := rbacv1.SubjectArray{rbacv1.SubjectArgs{
		Kind: pulumi.String("ServiceAccount"), Name: pulumi.String(clusterAutoscaler), Namespace: pulumi.String(systemNamespace),
	}}
	reference := func(kind string) rbacv1.RoleRefArgs {
		return rbacv1.RoleRefArgs{ApiGroup: pulumi.String("rbac.authorization.k8s.io"), Kind: pulumi.String(kind), Name: pulumi.String(clusterAutoscaler)}
	}
	rules := rbacv1.PolicyRuleArray{}
	for _, r := range clusterRules {
		rules = append(rules, rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray(r.group), Resources: pulumi.ToStringArray(r.resources), Verbs: pulumi.ToStringArray(r.verbs),
		})
	}
	clusterRole, err := rbacv1.NewClusterRole(ctx, name, &rbacv1.ClusterRoleArgs{Metadata: anywhere, Rules: rules}, in...)
	if err != nil {
		return nil, err
	}
	clusterBinding, err := rbacv1.NewClusterRoleBinding(ctx, name, &rbacv1.ClusterRoleBindingArgs{
		Metadata: anywhere, RoleRef: reference("ClusterRole"), Subjects: subjects,
	}, in...)
	if err != nil {
		return nil, err
	}
	named := func(group, resource string, names []string, verbs ...string) rbacv1.PolicyRuleArgs {
		return rbacv1.PolicyRuleArgs{
			ApiGroups: pulumi.ToStringArray([]string{group}), Resources: pulumi.ToStringArray([]string{resource}),
			ResourceNames: pulumi.ToStringArray(names), Verbs: pulumi.ToStringArray(verbs),
		}
	}
	// What is created has no name yet that a rule could bind.
	role, err := rbacv1.NewRole(ctx, name, &rbacv1.RoleArgs{Metadata: metadata, Rules: rbacv1.PolicyRuleArray{
		named("coordination.k8s.io", "leases", nil, "create"),
		named("coordination.k8s.io", "leases", []string{clusterAutoscaler}, "get", "update"),
		named("", "configmaps", nil, "create", "list", "watch"),
		named("", "configmaps", []string{"cluster-autoscaler-status"}, "get", "update", "delete"),
	}}, in...)
	if err != nil {
		return nil, err
	}
	binding, err := rbacv1.NewRoleBinding(ctx, name, &rbacv1.RoleBindingArgs{
		Metadata: metadata, RoleRef: reference("Role"), Subjects: subjects,
	}, in...)
	return []pulumi.Resource{clusterRole, clusterBinding, role, binding}, err
}
