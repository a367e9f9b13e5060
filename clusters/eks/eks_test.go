package eks_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

const account = "123456789012"

// deploy makes a cluster called main, changed from the usual one.
func deploy(t *testing.T, change func(*spec.Cluster)) (*clustertest.Recorder, *clusters.Cluster) {
	t.Helper()
	return clustertest.Deploy(t, clustertest.EKS(), change)
}

// policy reads an IAM policy.
func policy(t *testing.T, value any) []map[string]any {
	t.Helper()
	var document struct {
		Version   string
		Statement []map[string]any
	}
	require.NoError(t, json.Unmarshal([]byte(value.(string)), &document))
	require.Equal(t, "2012-10-17", document.Version)
	return document.Statement
}

func TestEveryResourceSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	untaggable := []string{ // AWS has no tags for them
		"aws:ec2/route:Route", "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:kms/alias:Alias",
		"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:iam/rolePolicy:RolePolicy",
		"aws:efs/mountTarget:MountTarget", "aws:efs/backupPolicy:BackupPolicy", "aws:efs/fileSystemPolicy:FileSystemPolicy",
		"aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
		"aws:eks/cluster:Cluster", // the component tags it
	}
	r, _ := deploy(t, func(c *spec.Cluster) {
		c.Access.Viewers = []string{"arn:aws:iam::" + account + ":role/support"}
	})
	checked := 0
	for _, res := range r.All() {
		of, _, _ := strings.Cut(res.Type, ":")
		if slices.Contains(untaggable, res.Type) || of != "aws" && of != "eks" || ofNeighbours(res) {
			continue
		}
		for key, value := range map[string]string{
			"environment": "prod", "team": "platform", "costCenter": "1000", "dataClassification": "internal", "managed-by": "pulumi",
		} {
			require.Equal(t, value, res.Value("tags."+key), "tag %s of %s %s", key, res.Type, res.Name)
		}
		checked++
	}
	require.Greater(t, checked, 50)
}

// ofNeighbours is true for what the cluster's audit, edge and autoscaler are
// made of, which have tests of their own.
func ofNeighbours(res clustertest.Resource) bool {
	return slices.ContainsFunc([]string{"aws:sns/", "aws:sqs/", "aws:cloudwatch/log", "aws:cloudwatch/metric", "aws:cloudwatch/event", "aws:wafv2/"},
		func(prefix string) bool { return strings.HasPrefix(res.Type, prefix) }) && res.Type != "aws:cloudwatch/logGroup:LogGroup"
}

func TestDeletionIsProtectedWhereDataOrAddressesWouldGo(t *testing.T) {
	t.Parallel()
	for name, protected := range map[string]bool{"in a protected cluster": true, "not in another": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, func(c *spec.Cluster) { c.DeletionProtection = protected })
			for kind, names := range map[string][]string{
				"eks:index:Cluster":                {"main"},
				"aws:kms/key:Key":                  {"main-secrets", "main-logs", "main-storage"},
				"aws:efs/fileSystem:FileSystem":    {"main-shared"},
				"aws:ec2/vpc:Vpc":                  {"main"},
				"aws:ec2/eip:Eip":                  {"main-eu-west-1a", "main-eu-west-1b", "main-eu-west-1c"},
				"aws:cloudwatch/logGroup:LogGroup": {"main-control-plane", "main-flow-logs"},
			} {
				for _, name := range names {
					require.Equal(t, protected, r.One(t, kind, name).Protect, "%s %s", kind, name)
				}
			}
			require.False(t, r.One(t, "aws:eks/nodeGroup:NodeGroup", "main-batch").Protect, "nodes hold nothing")
		})
	}
}

func TestAnOperatorLearnsWhereThingsAre(t *testing.T) {
	t.Parallel()
	_, c := deploy(t, nil)
	for name, want := range map[string]string{
		"account": account, "vpcId": "main-id", "nodeSecurityGroup": "sg-main-eksCluster",
		"natAddresses":     "address-of-main-eu-west-1a,address-of-main-eu-west-1b,address-of-main-eu-west-1c",
		"privateSubnetIds": "main-private-eu-west-1a-id,main-private-eu-west-1b-id,main-private-eu-west-1c-id",
		"publicSubnetIds":  "main-public-eu-west-1a-id,main-public-eu-west-1b-id,main-public-eu-west-1c-id",
		"nodeRole":         "arn:aws:iam::123456789012:role/main-node", "oidcIssuer": "https://oidc.eks.example.com/id/0123",
		"oidcProvider": "arn:aws:example:::main", "controlPlaneLogs": "/aws/eks/main/cluster", "fileSystemId": "main-shared-id",
	} {
		require.Contains(t, c.Facts, name)
		require.Equal(t, want, clustertest.Text(c.Facts[name].ToStringOutput()), name)
	}
	require.Equal(t, "aws eks update-kubeconfig --name main --region eu-west-1", c.Connect)
	require.Equal(t, "https://eu-west-1.console.aws.amazon.com/eks/home?region=eu-west-1#/clusters/main", c.Console)
}
