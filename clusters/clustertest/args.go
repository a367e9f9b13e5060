package clustertest

import (
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// Owner is whose the clusters of the tests are.
var Owner = labels.Owner{Environment: "prod", Team: "platform", CostCenter: "1000", DataClassification: "internal"}

// Pools are a pool for the cluster's own services and one with a taint.
func Pools(size string) []spec.NodePool {
	return []spec.NodePool{
		{Name: "system", Class: "system", Size: size, Nodes: spec.NodeCount{Initial: 3, Min: 3, Max: 6}},
		{
			Name: "batch", Size: size, Nodes: spec.NodeCount{Initial: 3, Min: 3, Max: 9},
			Labels: map[string]string{"example.com/class": "batch"},
			Taints: []spec.Taint{{Key: "example.com/batch", Value: "true", Effect: "NoSchedule"}},
		},
	}
}
