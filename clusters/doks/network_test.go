package doks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

func TestTheClusterHasANetworkOfItsOwn(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	vpc := r.One(t, "digitalocean:index/vpc:Vpc", "main")
	for path, want := range map[string]any{
		"name": "main", "region": "fra1", "ipRange": "10.32.0.0/20",
		"description": "DOKS cluster main; cost-center:1000 data-classification:internal environment:prod managed-by:pulumi team:platform",
	} {
		require.Equal(t, want, vpc.Value(path), path)
	}
}

func TestADescriptionFitsHoweverLongTheOwnersNamesAre(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, func(c *spec.Cluster) {
		long := strings.Repeat("x", 63)
		c.Owner.Team, c.Owner.CostCenter, c.Owner.DataClassification = long, long, long
	})
	for _, kind := range []string{"digitalocean:index/vpc:Vpc", "digitalocean:index/project:Project"} {
		description, ok := r.One(t, kind, "main").Value("description").(string)
		require.True(t, ok)
		require.LessOrEqual(t, len(description), 255, kind)
	}
}

func TestTheFirewallOfTheNodesLetsNobodyInFromOutside(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	firewall := r.One(t, firewallType, "main-nodes")
	require.Equal(t, []any{"k8s:main-id"}, firewall.Value("tags"), "the tag DOKS puts on every node, and not the owner's: a firewall applies to what its tags name")

	inside := []any{"10.32.0.0/20", "10.36.0.0/16"}
	require.Equal(t, []any{
		map[string]any{"protocol": "tcp", "portRange": "all", "sourceAddresses": inside},
		map[string]any{"protocol": "udp", "portRange": "all", "sourceAddresses": inside},
		map[string]any{"protocol": "icmp", "sourceAddresses": inside},
	}, firewall.Value("inboundRules"))

	world := []any{"0.0.0.0/0", "::/0"}
	require.Equal(t, []any{
		map[string]any{"protocol": "tcp", "portRange": "all", "destinationAddresses": inside},
		map[string]any{"protocol": "udp", "portRange": "all", "destinationAddresses": inside},
		map[string]any{"protocol": "icmp", "destinationAddresses": inside},
		map[string]any{"protocol": "tcp", "portRange": "443", "destinationAddresses": world},
		map[string]any{"protocol": "tcp", "portRange": "53", "destinationAddresses": world},
		map[string]any{"protocol": "udp", "portRange": "53", "destinationAddresses": world},
		map[string]any{"protocol": "udp", "portRange": "123", "destinationAddresses": world},
	}, firewall.Value("outboundRules"))
}
