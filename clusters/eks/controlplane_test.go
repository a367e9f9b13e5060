package eks_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/kubeconfig"
	"github.com/ai-now/platform/clusters/spec"
)

func TestTheControlPlaneIsHardened(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	cluster := r.One(t, "eks:index:Cluster", "main")
	cluster.RequireValues(t, map[string]any{
		"name": "main", "version": "1.35", "skipDefaultNodeGroup": true, "createOidcProvider": false,
		"authenticationMode": "API", "useDefaultVpcCni": true,
		"enabledClusterLogTypes": []any{"api", "audit", "authenticator", "controllerManager", "scheduler"},
		"encryptionConfigKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/main-secrets",
		"endpointPrivateAccess":  true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"203.0.113.0/24"},
		"kubernetesServiceIpAddressRange": "10.1.0.0/20", "nodeAssociatePublicIpAddress": false,
	})
	require.Equal(t, 1, cluster.Transforms, "what the component has no argument for is set on its way")
	require.Contains(t, cluster.Dependencies, "main-control-plane", "EKS would make the log group itself, without an end")
	r.One(t, "aws:iam/openIdConnectProvider:OpenIdConnectProvider", "main").RequireValues(t, map[string]any{
		"url": "https://oidc.eks.example.com/id/0123", "clientIdLists": []any{"sts.amazonaws.com"},
	})
}

func TestTheAPIServerIsOnTheInternetOnlyForWhomIsNamed(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, func(c *spec.Cluster) { c.APIServerAccess = nil })
	r.One(t, "eks:index:Cluster", "main").RequireValues(t, map[string]any{
		"endpointPrivateAccess": true, "endpointPublicAccess": false, "publicAccessCidrs": []any{},
	})
}

func TestLogsOfTheControlPlaneAreEncryptedAndEnd(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, func(c *spec.Cluster) { c.Audit.RetentionDays = 731 })
	r.One(t, "aws:cloudwatch/logGroup:LogGroup", "main-control-plane").RequireValues(t, map[string]any{
		"name": "/aws/eks/main/cluster", "retentionInDays": 731.0, "kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/main-logs",
	})
	var logs map[string]any
	for _, s := range policy(t, r.One(t, "aws:kms/key:Key", "main-logs").Value("policy")) {
		if s["Sid"] == "Logs" {
			logs = s
		}
	}
	require.Equal(t, map[string]any{"Service": "logs.eu-west-1.amazonaws.com"}, logs["Principal"])
	require.NotContains(t, logs["Action"], "kms:*")
	require.NotContains(t, logs["Action"], "kms:ScheduleKeyDeletion")
	group := "arn:aws:logs:eu-west-1:123456789012:log-group:"
	require.Equal(t, map[string]any{"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": []any{
		group + "/aws/eks/main/*", group + "/aws/vpc/main/*", group + "aws-waf-logs-main*",
	}}}, logs["Condition"], "for the cluster's log groups and no others")
}

func TestKeysOfTheClusterAreRotated(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	for _, name := range []string{"main-secrets", "main-logs", "main-storage"} {
		r.One(t, "aws:kms/key:Key", name).RequireValues(t, map[string]any{"enableKeyRotation": true, "deletionWindowInDays": 30.0})
		require.Equal(t, "alias/"+name, r.One(t, "aws:kms/alias:Alias", name).Value("name"))
	}
}

func TestTheKubeconfigRunsTheAWSCommandInTheClustersRegion(t *testing.T) {
	t.Parallel()
	_, c := deploy(t, nil)
	var got kubeconfig.File
	require.NoError(t, json.Unmarshal([]byte(clustertest.Text(c.Kubeconfig)), &got))
	require.Equal(t, "aws", got.Users[0].User.Exec.Command)
	require.Equal(t, []string{"eks", "get-token", "--cluster-name", "main", "--output", "json", "--region", "eu-west-1"}, got.Users[0].User.Exec.Args)
	require.Equal(t, kubeconfig.ClusterAccess{Server: "https://main-eksCluster.eks.example.com", CA: "Q0E="}, got.Clusters[0].Cluster)
}

func TestWhoIsNamedMayEnter(t *testing.T) {
	t.Parallel()
	const admin, viewer = "arn:aws:iam::123456789012:role/teams/operators", "arn:aws:iam::123456789012:user/support"
	r, _ := deploy(t, func(c *spec.Cluster) { c.Access = spec.Access{Admins: []string{admin}, Viewers: []string{viewer}} })
	for name, want := range map[string][2]string{
		"main-admin-123456789012-role-teams-operators": {admin, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"},
		"main-viewer-123456789012-user-support":        {viewer, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"},
	} {
		entry := r.One(t, "aws:eks/accessEntry:AccessEntry", name)
		entry.RequireValues(t, map[string]any{"principalArn": want[0], "clusterName": "main", "type": nil, "kubernetesGroups": nil})
		r.One(t, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", name).RequireValues(t, map[string]any{
			"principalArn": want[0], "policyArn": want[1], "accessScope.type": "cluster",
		})
	}
}

func TestNobodyElseMayEnter(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	require.Empty(t, r.Of("aws:eks/accessEntry:AccessEntry"))
	require.Empty(t, r.Of("aws:eks/accessPolicyAssociation:AccessPolicyAssociation"))
}
