package gke_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

func TestTheSubnetKnowsPodsAndServicesAndLogsFlows(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	r.One(t, "gcp:compute/network:Network", "main").RequireValues(t, map[string]any{
		"autoCreateSubnetworks": false, "routingMode": "REGIONAL", "description": nil,
	})
	r.One(t, "gcp:compute/subnetwork:Subnetwork", "main").RequireValues(t, map[string]any{
		"ipCidrRange": "10.16.0.0/20", "privateIpGoogleAccess": true, "description": nil,
		"secondaryIpRanges": []any{
			map[string]any{"rangeName": "pods", "ipCidrRange": "10.20.0.0/14"},
			map[string]any{"rangeName": "services", "ipCidrRange": "10.17.0.0/20"},
		},
		"logConfig": map[string]any{"aggregationInterval": "INTERVAL_5_MIN", "flowSampling": 0.5, "metadata": "INCLUDE_ALL_METADATA"},
	})
}

func TestTheWayOutIsLoggedAndKeepsItsAddressesWhereItMatters(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		change    func(*spec.Cluster)
		option    string
		addresses any
		fact      string
	}{
		{"a highly available cluster has addresses of its own", nil, "MANUAL_ONLY",
			[]any{"https://www.googleapis.com/compute/v1/main-nat-a", "https://www.googleapis.com/compute/v1/main-nat-b"},
			"address-of-main-nat-a,address-of-main-nat-b"},
		{"another takes what Google gives", cheap, "AUTO_ONLY", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, c := deploy(t, tt.change)
			r.One(t, natType, "main").RequireValues(t, map[string]any{
				"natIpAllocateOption": tt.option, "natIps": tt.addresses, "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
				"enableDynamicPortAllocation": true, "enableEndpointIndependentMapping": false,
				"logConfig": map[string]any{"enable": true, "filter": "ALL"},
			})
			require.Equal(t, tt.fact, clustertest.Text(c.Facts["natAddresses"].ToStringOutput()))
		})
	}
}

func TestTheFirewallOpensOnlyWhatTheClusterNeeds(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	nodes := []any{"main-node@example.iam.gserviceaccount.com"}
	tests := []struct {
		name, rule string
		want       map[string]any
	}{
		{"health checks come from Google's load balancers", "main-health-checks", map[string]any{
			"sourceRanges": []any{"35.191.0.0/16", "130.211.0.0/22"}, "targetServiceAccounts": nodes, "allows[0].protocol": "tcp", "priority": 1000.0,
		}},
		{"webhooks are called from the control plane", "main-webhooks", map[string]any{
			"sourceRanges": []any{"172.16.0.0/28"}, "targetServiceAccounts": nodes, "priority": 1000.0,
			"allows": []any{map[string]any{"protocol": "tcp", "ports": []any{"8443", "9443", "15017"}}},
		}},
		{"everything else is denied and logged", "main-deny-ingress", map[string]any{
			"sourceRanges": []any{"0.0.0.0/0"}, "denies": []any{map[string]any{"protocol": "all"}}, "allows": nil, "priority": 65534.0,
			"logConfig.metadata": "INCLUDE_ALL_METADATA", "targetServiceAccounts": nil,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rule := r.One(t, firewallType, tt.rule)
			rule.RequireValues(t, tt.want)
			require.Equal(t, "INGRESS", rule.Value("direction"))
		})
	}
	require.Len(t, r.Of(firewallType), len(tests))
}
