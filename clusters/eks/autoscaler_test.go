package eks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

const (
	nodePoolKind  = "kubernetes:karpenter.sh/v1:NodePool"
	nodeClassKind = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
	chartKind     = "kubernetes:helm.sh/v4:Chart"
)

func TestTheAutoscalerFollowsItsSettings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name                      string
		change                    func(*spec.Cluster)
		charts, pools, deployment int
	}{
		{"Karpenter is installed unless something else is asked for", nil, 2, 2, 0},
		{"the Cluster Autoscaler, if asked for", func(c *spec.Cluster) { c.Autoscaling.Engine = spec.EngineClusterAutoscaler }, 0, 0, 1},
		{"only pools that grow are Karpenter's", func(c *spec.Cluster) { c.NodePools[0].Nodes.Max = 3 }, 2, 1, 0},
		{"neither, if no pool grows", func(c *spec.Cluster) {
			for i := range c.NodePools {
				c.NodePools[i].Nodes.Max = 3
			}
		}, 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := asking(t, tt.change, nil)
			require.Len(t, r.Of(chartKind), tt.charts)
			require.Len(t, r.Of(nodePoolKind), tt.pools)
			require.Len(t, r.Of(nodeClassKind), tt.pools)
			require.Len(t, r.Of("kubernetes:apps/v1:Deployment"), tt.deployment)
			require.Len(t, r.Of("aws:sqs/queue:Queue"), tt.charts/2)
		})
	}
}

func TestKarpentersPoolsAreTheClusters(t *testing.T) {
	t.Parallel()
	r := asking(t, func(c *spec.Cluster) {
		c.NodePools = append(c.NodePools,
			spec.NodePool{Name: "cheap", Class: "spot", Nodes: spec.NodeCount{Max: 12}},
			spec.NodePool{Name: "arm", Class: "arm", Nodes: spec.NodeCount{Initial: 1, Min: 1, Max: 4}})
	}, nil)
	for name, want := range map[string]map[string]any{
		"eks-system-pool": {
			"metadata.name": "system", "spec.limits.nodes": "3", "spec.weight": 1.0,
			`spec.template.metadata.labels["ai-now.io/node-pool"]`: "system", "spec.template.spec.taints": nil,
			"spec.template.spec.requirements": []any{
				in("kubernetes.io/os", "linux"), in("kubernetes.io/arch", "amd64"), in("karpenter.sh/capacity-type", "on-demand"),
				in("node.kubernetes.io/instance-type", "m6i.large"), in("topology.kubernetes.io/zone", "eu-west-1a", "eu-west-1b", "eu-west-1c"),
			},
		},
		"eks-batch-pool": {
			"spec.limits.nodes": "6", "spec.weight": 10.0, `spec.template.metadata.labels["example.com/class"]`: "batch",
			"spec.template.spec.taints": []any{map[string]any{"key": "example.com/batch", "value": "true", "effect": "NoSchedule"}},
		},
		"eks-cheap-pool": {
			"spec.limits.nodes":                  "12",
			"spec.template.spec.requirements[2]": in("karpenter.sh/capacity-type", "spot"),
			"spec.template.spec.requirements[3]": in("node.kubernetes.io/instance-type", "m6i.xlarge", "m5.xlarge", "m5a.xlarge", "m6a.xlarge"),
			"spec.template.spec.taints":          []any{map[string]any{"key": "ai-now.io/node-class", "value": "spot", "effect": "NoSchedule"}},
		},
		"eks-arm-pool": {"spec.template.spec.requirements[1]": in("kubernetes.io/arch", "arm64")},
	} {
		pool := r.One(t, nodePoolKind, name)
		pool.RequireValues(t, want)
		pool.RequireValues(t, map[string]any{
			"spec.template.spec.nodeClassRef": map[string]any{"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": pool.Value("metadata.name")},
			"spec.template.spec.expireAfter":  "720h", "spec.template.spec.terminationGracePeriod": "24h",
			"spec.disruption.consolidationPolicy": "WhenEmpty", "spec.disruption.consolidateAfter": "10m0s",
			"spec.disruption.budgets[0]":        map[string]any{"nodes": "10%"},
			`metadata.labels["ai-now.io/team"]`: "platform",
		})
		require.Contains(t, pool.Dependencies, "eks-"+pool.Value("metadata.name").(string)+"-class", "the class is there first")
	}
}

func in(key string, values ...any) map[string]any {
	return map[string]any{"key": key, "operator": "In", "values": values}
}

func TestTheProfileSaysWhatKarpenterTakesAway(t *testing.T) {
	t.Parallel()
	r := asking(t, func(c *spec.Cluster) {
		c.Autoscaling = spec.Autoscaling{Profile: spec.ProfileThrifty, UnneededAfter: 90 * time.Second}
	}, nil)
	r.One(t, nodePoolKind, "eks-batch-pool").RequireValues(t, map[string]any{
		"spec.disruption.consolidationPolicy": "WhenEmptyOrUnderutilized", "spec.disruption.consolidateAfter": "1m30s",
	})
}

func TestKarpentersMachinesAreHardenedLikeNodeGroups(t *testing.T) {
	t.Parallel()
	r := asking(t, nil, nil)
	class := r.One(t, nodeClassKind, "eks-batch-class")
	class.RequireValues(t, map[string]any{
		"spec.amiSelectorTerms": []any{map[string]any{"alias": "bottlerocket@latest"}},
		"spec.instanceProfile":  "eks-karpenter", "spec.role": nil,
		"spec.subnetSelectorTerms[0].id":               "eks-private-eu-west-1a-id",
		"spec.subnetSelectorTerms[3]":                  nil,
		"spec.associatePublicIPAddress":                false,
		"spec.metadataOptions.httpTokens":              "required",
		"spec.metadataOptions.httpPutResponseHopLimit": 1.0,
		"spec.blockDeviceMappings[0].deviceName":       "/dev/xvda", "spec.blockDeviceMappings[0].ebs.encrypted": true,
		"spec.blockDeviceMappings[1].deviceName": "/dev/xvdb", "spec.blockDeviceMappings[1].ebs.encrypted": true,
		"spec.blockDeviceMappings[1].ebs.volumeSize": "50Gi",
		"spec.kubelet.maxPods":                       110.0, "spec.tags.team": "platform",
	})
	require.Len(t, class.Value("spec.securityGroupSelectorTerms"), 1)
	require.NotContains(t, class.Value("spec.tags"), "kubernetes.io/cluster/eks", "Karpenter refuses tags that are its own")
	r.One(t, "aws:iam/instanceProfile:InstanceProfile", "eks-karpenter").RequireValues(t, map[string]any{"role": "eks-node"})
}

func TestKarpentersControllerRunsOnTheFirstPool(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		min      int
		replicas float64
	}{
		"two, where they find two machines": {3, 2},
		"one, where there is one":           {1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := asking(t, func(c *spec.Cluster) { c.NodePools[0].Nodes = spec.NodeCount{Initial: tt.min, Min: tt.min, Max: 6} }, nil)
			chart := r.One(t, chartKind, "eks-karpenter")
			chart.RequireValues(t, map[string]any{
				"namespace": "kube-system", "values.replicas": tt.replicas, "values.priorityClassName": "system-cluster-critical",
				"values.settings.clusterName": "eks", "values.settings.interruptionQueue": "eks-karpenter",
				"values.controller.resources.limits.memory": "1Gi", "values.dnsPolicy": "Default", "values.settings.enableZonalShift": true,
				"values.controller.env":              []any{map[string]any{"name": "AWS_REGION", "value": "eu-west-1"}},
				`values.podLabels["ai-now.io/team"]`: "platform",
			})
			terms := chart.Value("values.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions")
			require.Contains(t, terms, map[string]any{"key": "ai-now.io/node-pool", "operator": "In", "values": []any{"system"}})
			require.Contains(t, terms, map[string]any{"key": "karpenter.sh/nodepool", "operator": "DoesNotExist"})
			require.Contains(t, chart.Dependencies, "eks-karpenter", "its identity is there before its pods")
			for _, group := range []string{"eks-system", "eks-batch"} {
				require.Contains(t, chart.Dependencies, group, "and the machines it runs on")
			}
		})
	}
}

func TestTheQueueHearsOfInterruptionsOnly(t *testing.T) {
	t.Parallel()
	r := asking(t, nil, nil)
	r.One(t, "aws:sqs/queue:Queue", "eks-karpenter").RequireValues(t, map[string]any{
		"messageRetentionSeconds": 300.0, "sqsManagedSseEnabled": true, "tags.team": "platform",
	})
	rules := slices.DeleteFunc(r.Of("aws:cloudwatch/eventRule:EventRule"), func(rule clustertest.Resource) bool { return rule.Name == "eks-access-changed" })
	require.Len(t, rules, 5)
	senders := parsePolicy(t, r.One(t, "aws:sqs/queuePolicy:QueuePolicy", "eks-karpenter").Value("policy"))
	const queue = "arn:aws:sqs:eu-west-1:123456789012:eks-karpenter"
	for _, rule := range rules {
		require.Equal(t, queue, r.One(t, "aws:cloudwatch/eventTarget:EventTarget", rule.Name).Value("arn"))
		from := map[string]string{"aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/" + rule.Name, "aws:SecureTransport": "true"}
		require.True(t, senders.of("events.amazonaws.com").allows(t, request{"sqs:SendMessage", queue, from}), rule.Name)
		from["aws:SecureTransport"] = "false"
		require.False(t, senders.of("events.amazonaws.com").allows(t, request{"sqs:SendMessage", queue, from}), "%s over plain HTTP", rule.Name)
	}
	stranger := map[string]string{"aws:SourceArn": "arn:aws:events:eu-west-1:210987654321:rule/x", "aws:SecureTransport": "true"}
	require.False(t, senders.of("events.amazonaws.com").allows(t, request{"sqs:SendMessage", queue, stranger}), "a rule of somebody else")
}
