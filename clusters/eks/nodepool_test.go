package eks_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

const (
	groupType    = "aws:eks/nodeGroup:NodeGroup"
	templateType = "aws:ec2/launchTemplate:LaunchTemplate"
)

// withPool changes the second pool of the cluster.
func withPool(change func(*spec.NodePool)) func(*spec.Cluster) {
	return func(c *spec.Cluster) { change(&c.NodePools[1]) }
}

func TestNodesAreHardened(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	template := r.One(t, templateType, "main-batch")
	template.RequireValues(t, map[string]any{
		"metadataOptions": map[string]any{"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1.0},
		"keyName":         nil, "networkInterfaces": nil, "imageId": nil, "instanceType": "m6i.large",
		"blockDeviceMappings": []any{
			map[string]any{"deviceName": "/dev/xvda", "ebs": map[string]any{"volumeType": "gp3", "encrypted": "true", "deleteOnTermination": "true"}},
			map[string]any{"deviceName": "/dev/xvdb", "ebs": map[string]any{"volumeType": "gp3", "volumeSize": 50.0, "encrypted": "true", "deleteOnTermination": "true"}},
		},
	})
	settings, err := base64.StdEncoding.DecodeString(template.Value("userData").(string))
	require.NoError(t, err)
	require.Equal(t, "[settings.kubernetes]\nmax-pods = 110\nseccomp-default = true\n\n[settings.host-containers.control]\nenabled = false\n", string(settings))
	for i, kind := range []string{"instance", "volume", "network-interface"} {
		specification := template.Value("tagSpecifications").([]any)[i].(map[string]any)
		require.Equal(t, kind, specification["resourceType"])
		require.Equal(t, "1000", specification["tags"].(map[string]any)["costCenter"])
	}

	r.One(t, groupType, "main-batch").RequireValues(t, map[string]any{
		"amiType": "BOTTLEROCKET_x86_64", "capacityType": "ON_DEMAND", "instanceTypes": nil, "remoteAccess": nil, "diskSize": nil,
		"nodeGroupName": nil, "nodeGroupNamePrefix": "batch-", "version": "1.35",
		"updateConfig": map[string]any{"maxUnavailablePercentage": 33.0}, "nodeRepairConfig.enabled": true,
		"nodeRoleArn": "arn:aws:iam::123456789012:role/main-node", "launchTemplate": map[string]any{"id": "main-batch-id", "version": "1"},
		"labels":    map[string]any{"ai-now.io/node-pool": "batch", "ai-now.io/node-class": "general", "example.com/class": "batch"},
		"taints":    []any{map[string]any{"key": "example.com/batch", "value": "true", "effect": "NO_SCHEDULE"}},
		"subnetIds": []any{"main-private-eu-west-1a-id", "main-private-eu-west-1b-id", "main-private-eu-west-1c-id"},
	})
}

func TestTheNodesRoleMayJoinAndPullAndNoMore(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	var attached []any
	for _, attachment := range r.Of("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if attachment.Value("role") == "main-node" {
			attached = append(attached, attachment.Value("policyArn"))
		}
	}
	require.ElementsMatch(t, []any{
		"arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy", "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly",
	}, attached)
	for _, inline := range r.Of("aws:iam/rolePolicy:RolePolicy") {
		require.NotEqual(t, "main-node", inline.Value("role"), inline.Name)
	}
	require.Equal(t, []map[string]any{{
		"Effect": "Allow", "Action": []any{"sts:AssumeRole"}, "Principal": map[string]any{"Service": "ec2.amazonaws.com"},
	}}, policy(t, r.One(t, "aws:iam/role:Role", "main-node").Value("assumeRolePolicy")))
}

func TestAClassChoosesMachinesImageAndTaint(t *testing.T) {
	t.Parallel()
	taint := func(key, value string) []any {
		return []any{map[string]any{"key": key, "value": value, "effect": "NO_SCHEDULE"}}
	}
	for class, want := range map[string]struct {
		group    map[string]any
		template any
	}{
		"system":  {map[string]any{"amiType": "BOTTLEROCKET_x86_64", "capacityType": "ON_DEMAND", "instanceTypes": nil, "taints": []any{}}, "m6i.large"},
		"general": {map[string]any{"amiType": "BOTTLEROCKET_x86_64", "capacityType": "ON_DEMAND", "instanceTypes": nil, "taints": []any{}}, "m6i.xlarge"},
		"compute": {map[string]any{"amiType": "BOTTLEROCKET_x86_64", "capacityType": "ON_DEMAND", "taints": taint("ai-now.io/node-class", "compute")}, "c6i.xlarge"},
		"memory":  {map[string]any{"amiType": "BOTTLEROCKET_x86_64", "capacityType": "ON_DEMAND", "taints": taint("ai-now.io/node-class", "memory")}, "r6i.xlarge"},
		"gpu":     {map[string]any{"amiType": "BOTTLEROCKET_x86_64_NVIDIA", "capacityType": "ON_DEMAND", "taints": taint("nvidia.com/gpu", "present")}, "g5.xlarge"},
		"arm":     {map[string]any{"amiType": "BOTTLEROCKET_ARM_64", "capacityType": "ON_DEMAND", "taints": taint("ai-now.io/node-class", "arm")}, "m6g.xlarge"},
		"spot": {map[string]any{
			"amiType": "BOTTLEROCKET_x86_64", "capacityType": "SPOT", "taints": taint("ai-now.io/node-class", "spot"),
			"instanceTypes": []any{"m6i.xlarge", "m5.xlarge", "m5a.xlarge", "m6a.xlarge"},
		}, nil},
	} {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			r, _ := deploy(t, withPool(func(p *spec.NodePool) {
				*p = spec.NodePool{Name: "pool", Class: class, Nodes: spec.NodeCount{Initial: 1, Min: 1, Max: 2}}
			}))
			group := r.One(t, groupType, "main-pool")
			group.RequireValues(t, want.group)
			require.Equal(t, class, group.Value(`labels["ai-now.io/node-class"]`))
			require.Equal(t, want.template, r.One(t, templateType, "main-pool").Value("instanceType"), "never in both places")
		})
	}
}

func TestWithKarpenterAGroupHoldsTheBaseLoad(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	group := r.One(t, groupType, "main-batch")
	require.Equal(t, map[string]any{"desiredSize": 3.0, "minSize": 3.0, "maxSize": 3.0}, group.Value("scalingConfig"))
	require.Empty(t, group.IgnoreChanges, "nobody else changes the number")

	r, c := deploy(t, withPool(func(p *spec.NodePool) { p.Nodes = spec.NodeCount{Min: 0, Max: 9} }))
	require.Equal(t, []string{"main-system"}, r.Names(groupType), "without a base load there is no group")
	require.Contains(t, c.Pools, "batch", "but the pool is there")
}

func TestWithTheClusterAutoscalerAGroupScales(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, func(c *spec.Cluster) {
		c.Autoscaling.Engine = spec.EngineClusterAutoscaler
		c.NodePools[0].Nodes = spec.NodeCount{Initial: 3, Min: 3, Max: 3}
		c.NodePools[1].Nodes = spec.NodeCount{Initial: 4, Min: 3, Max: 9}
	})
	group := r.One(t, groupType, "main-batch")
	require.Equal(t, map[string]any{"desiredSize": 4.0, "minSize": 3.0, "maxSize": 9.0}, group.Value("scalingConfig"))
	require.Equal(t, []string{"scalingConfig.desiredSize"}, group.IgnoreChanges, "the autoscaler's number is left alone")
	require.Empty(t, r.One(t, groupType, "main-system").IgnoreChanges, "a fixed number is kept")
}

// replacing are the inputs of a node group that cannot change in place:
// https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/eks/node_group.go
var replacing = []string{
	"amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name",
	"nodeGroupName", "nodeGroupNamePrefix", "nodeRoleArn", "remoteAccess", "subnetIds",
}

func TestWhatReplacesAPool(t *testing.T) {
	t.Parallel()
	before, _ := deploy(t, nil)
	for _, tt := range []struct {
		name     string
		change   func(*spec.NodePool)
		replaced []string
	}{
		{"a label does not", func(p *spec.NodePool) { p.Labels = map[string]string{"example.com/class": "other"} }, nil},
		{"a taint does not", func(p *spec.NodePool) { p.Taints = nil }, nil},
		{"a bound does not", func(p *spec.NodePool) { p.Nodes = spec.NodeCount{Initial: 4, Min: 4, Max: 20} }, nil},
		{"a size does not", func(p *spec.NodePool) { p.Size = "m6i.4xlarge" }, nil},
		{"another class of the same machines does not", func(p *spec.NodePool) { p.Class = "memory" }, nil},
		{"another processor does", func(p *spec.NodePool) { p.Class, p.Size = "arm", "m7g.large" }, []string{"amiType"}},
		{"GPUs do", func(p *spec.NodePool) { p.Size = "g5.xlarge" }, []string{"amiType"}},
		{"several sizes do", func(p *spec.NodePool) { p.OtherSizes = []string{"m5.large"} }, []string{"instanceTypes"}},
		{"spot machines do", func(p *spec.NodePool) { p.Class = "spot" }, []string{"capacityType"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after, _ := deploy(t, withPool(tt.change))
			old, changed := before.One(t, groupType, "main-batch"), after.One(t, groupType, "main-batch")
			var replaced []string
			for _, path := range replacing {
				if old.Value(path) != nil || changed.Value(path) != nil {
					if !equal(old.Value(path), changed.Value(path)) {
						replaced = append(replaced, path)
					}
				}
			}
			require.Equal(t, tt.replaced, replaced)
		})
	}
}

func equal(a, b any) bool {
	return assert.ObjectsAreEqual(a, b)
}

func TestAPoolHasOneKindOfProcessor(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"m7g.large", "g5.xlarge"} {
		args := clustertest.EKS()
		args.NodePools[1].OtherSizes = []string{"m5.large", other}
		err := (&clustertest.Recorder{}).Run(func(ctx *pulumi.Context) error {
			_, err := clusters.NewCluster(ctx, "main", args)
			return err
		})
		require.ErrorContains(t, err, `otherSizes[1] = "`+other+`": needs another image than m6i.large`)
	}
}

func TestSizesThatDoNotSuitEKSAreRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*spec.Cluster)
		path   string
	}{
		{"an instance type from before Nitro", func(c *spec.Cluster) { c.NodePools[0].Size = "t2.large" }, "nodePools[0].size"},
		{"an ARM machine in a class for others", func(c *spec.Cluster) { c.NodePools[0].Size = "m7g.large" }, "nodePools[0].size"},
		{"a machine without a GPU in the class gpu", func(c *spec.Cluster) { c.NodePools[1].Class = "gpu" }, "nodePools[1].size"},
		{"more nodes than a zone's subnet has addresses for", func(c *spec.Cluster) {
			c.Network.Nodes, c.NodePools[1].Nodes.Max = "10.0.0.0/20", 100
		}, "network.nodes"},
		{"another machine in the class arm", func(c *spec.Cluster) { c.NodePools[1].Class = "arm" }, "nodePools[1].size"},
		{"more networks than EKS takes", func(c *spec.Cluster) {
			for i := range 41 {
				c.APIServerAccess = append(c.APIServerAccess, fmt.Sprintf("203.0.113.%d/32", i))
			}
		}, "apiServerAccess"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			args := clustertest.EKS()
			tt.change(args)
			clustertest.RequireRefused(t, func(ctx *pulumi.Context) error {
				_, err := clusters.NewCluster(ctx, "main", args)
				return err
			}, []string{tt.path})
		})
	}
}
