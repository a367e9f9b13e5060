package eks_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

const addonType = "aws:eks/addon:Addon"

func TestAddonsOfTheCluster(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for name, settings := range map[string]any{
		"eks-pod-identity-agent": nil,
		"vpc-cni":                `{"enableNetworkPolicy":"true","env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1"}}`,
		"kube-proxy":             nil,
		"coredns":                `{"autoScaling":{"enabled":true,"maxReplicas":10,"minReplicas":2}}`,
		"aws-ebs-csi-driver":     `{"controller":{"extraVolumeTags":{"costCenter":"1000","dataClassification":"internal","environment":"prod","managed-by":"pulumi","team":"platform"}}}`,
		"aws-efs-csi-driver":     nil,
		"snapshot-controller":    nil,
	} {
		r.One(t, addonType, "main-"+name).RequireValues(t, map[string]any{
			"addonName": name, "clusterName": "main", "configurationValues": settings,
			"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE",
		})
	}
	require.Len(t, r.Of(addonType), 7)
}

func TestAddonsFollowTheVersionOfTheCluster(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"1.34", "1.35"} {
		r, _ := deploy(t, func(c *spec.Cluster) { c.Version = version })
		for _, a := range r.Of(addonType) {
			require.Equal(t, "default-for-"+version, a.Value("addonVersion"), a.Name)
		}
	}
}

func TestNoNodeStartsWithoutItsAddons(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for _, group := range r.Of(groupType) {
		for _, name := range []string{"main-vpc-cni", "main-kube-proxy", "main-eks-pod-identity-agent", "main-node-AmazonEKSWorkerNodePolicy"} {
			require.True(t, slices.Contains(group.Dependencies, name), "%s waits for %s", group.Name, name)
		}
	}
	for _, name := range []string{"coredns", "aws-ebs-csi-driver", "aws-efs-csi-driver", "snapshot-controller"} {
		require.True(t, slices.Contains(r.One(t, addonType, "main-"+name).Dependencies, "main-system"), "%s waits for nodes to run on", name)
	}
}

func TestAddonsHaveIdentitiesOfTheirOwn(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for addon, want := range map[string]struct{ account, policy string }{
		"vpc-cni":            {"aws-node", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"},
		"aws-ebs-csi-driver": {"ebs-csi-controller-sa", "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"},
		"aws-efs-csi-driver": {"efs-csi-controller-sa", "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy"},
	} {
		name := "main-" + addon
		r.One(t, addonType, name).RequireValues(t, map[string]any{
			"podIdentityAssociations": []any{map[string]any{"serviceAccount": want.account, "roleArn": "arn:aws:iam::123456789012:role/" + name}},
			"serviceAccountRoleArn":   nil,
		})
		require.Equal(t, []map[string]any{{
			"Effect": "Allow", "Principal": map[string]any{"Service": "pods.eks.amazonaws.com"}, "Action": []any{"sts:AssumeRole", "sts:TagSession"},
			"Condition": map[string]any{"StringEquals": map[string]any{
				"aws:RequestTag/eks-cluster-name":           []any{"main"},
				"aws:RequestTag/kubernetes-namespace":       []any{"kube-system"},
				"aws:RequestTag/kubernetes-service-account": []any{want.account},
			}},
		}}, policy(t, r.One(t, "aws:iam/role:Role", name).Value("assumeRolePolicy")))
		var attached []any
		for _, attachment := range r.Of("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
			if attachment.Value("role") == name {
				attached = append(attached, attachment.Value("policyArn"))
			}
		}
		require.Equal(t, []any{want.policy}, attached, addon)
	}
}

func TestTheEBSDriverUsesTheKeyOfVolumesThroughEC2Only(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for _, s := range policy(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "main-aws-ebs-csi-driver").Value("policy")) {
		require.Equal(t, []any{"arn:aws:kms:eu-west-1:123456789012:key/main-storage"}, s["Resource"])
		condition := s["Condition"].(map[string]any)
		require.Equal(t, map[string]any{"kms:ViaService": []any{"ec2.eu-west-1.amazonaws.com"}}, condition["StringEquals"])
		if slices.Contains(s["Action"].([]any), any("kms:CreateGrant")) {
			require.Equal(t, map[string]any{"kms:GrantIsForAWSResource": []any{"true"}}, condition["Bool"])
			require.Len(t, s["Action"], 1)
		}
	}
}
