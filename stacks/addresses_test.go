package stacks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

func TestRangesArePlannedInTheClustersBlock(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, addressRange, cloud string
		block                     int
		given, want               Network
	}{
		{
			"the first block of the largest range, on aws", "10.0.0.0/8", catalog.AWS, 0,
			Network{}, Network{Nodes: "10.0.0.0/16", Services: "10.1.0.0/20"},
		},
		{
			"the second, on gcp", "10.0.0.0/8", catalog.GCP, 1,
			Network{}, Network{Nodes: "10.16.0.0/16", Services: "10.17.0.0/20", ControlPlane: "10.18.0.0/28", Pods: "10.20.0.0/14"},
		},
		{
			"the last, on digitalocean", "10.0.0.0/8", catalog.DigitalOcean, 15,
			Network{}, Network{Nodes: "10.240.0.0/16", Services: "10.241.0.0/20", Pods: "10.244.0.0/14"},
		},
		{
			"the smallest range", "172.16.0.0/12", catalog.GCP, 3,
			Network{}, Network{Nodes: "172.19.0.0/20", Services: "172.19.16.0/24", ControlPlane: "172.19.32.0/28", Pods: "172.19.64.0/18"},
		},
		{
			"a range that is named stays", "10.0.0.0/8", catalog.DigitalOcean, 2,
			Network{Pods: "100.64.0.0/16"}, Network{Nodes: "10.32.0.0/16", Services: "10.33.0.0/20", Pods: "100.64.0.0/16"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cloud, known := catalog.Get(tt.cloud)
			require.True(t, known)
			n := tt.given
			n.Block = new(tt.block)
			n.plan(tt.addressRange, cloud)
			n.Block = nil
			require.Equal(t, tt.want, n)
		})
	}
}

func TestNoTwoBlocksOverlap(t *testing.T) {
	t.Parallel()
	config := &Config{AddressRange: DefaultAddressRange}
	for block := range blocks {
		for _, cloud := range []string{catalog.AWS, catalog.GCP, catalog.DigitalOcean} {
			if block%3 != map[string]int{catalog.AWS: 0, catalog.GCP: 1, catalog.DigitalOcean: 2}[cloud] {
				continue
			}
			cluster := Cluster{Name: "c", Cloud: cloud, Network: Network{Block: new(block)}}
			facts, _ := catalog.Get(cloud)
			cluster.Network.plan(config.AddressRange, facts)
			config.Clusters = append(config.Clusters, cluster)
		}
	}
	require.Len(t, config.Clusters, blocks)
	var list check.List
	require.Empty(t, config.checkAddresses(&list))
	config.checkOverlaps(&list, nil)
	require.Empty(t, list.All())
}
