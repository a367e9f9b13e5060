package rules

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

func TestOwner(t *testing.T) {
	t.Parallel()
	shop := record.Owner{Team: "shop", CostCenter: "1000"}
	tests := []struct {
		name, typ string
		tree      map[string]any
		want      record.Owner
	}{
		{"a Kubernetes object says it in its labels", "kubernetes:core/v1:Service", map[string]any{"metadata": map[string]any{
			"labels": map[string]any{"ai-now.io/team": "shop", "ai-now.io/cost-center": "1000"},
		}}, shop},
		{"a resource of AWS in its tags", "aws:s3/bucketV2:BucketV2", map[string]any{
			"tags": map[string]any{"team": "shop", "costCenter": "1000"},
		}, shop},
		{"one of Google Cloud where its type has labels", "gcp:container/cluster:Cluster", map[string]any{
			"resourceLabels": map[string]any{"team": "shop", "cost-center": "1000"},
		}, shop},
		{"one of DigitalOcean in a list", "digitalocean:index/droplet:Droplet", map[string]any{
			"tags": []any{"web", "cost-center:1000", "team:shop"},
		}, shop},
		{"a type without tags says nothing", "aws:ec2/route:Route", map[string]any{"tags": map[string]any{"team": "shop"}}, record.Owner{}},
		{"nor does an object without labels", "kubernetes:core/v1:Service", nil, record.Owner{}},
		{"nor a component", "ai-now:components:Workload", map[string]any{"tags": map[string]any{"team": "shop"}}, record.Owner{}},
		{"a number is no team", "kubernetes:core/v1:Service", map[string]any{"metadata": map[string]any{
			"labels": map[string]any{"ai-now.io/team": 7.0, "ai-now.io/cost-center": "1000"},
		}}, record.Owner{CostCenter: "1000"}},
		{"a secret stays one", "kubernetes:core/v1:Service", map[string]any{"metadata": map[string]any{
			"labels": map[string]any{"ai-now.io/team": rule.Secret{Plain: "shop"}, "ai-now.io/cost-center": "1000"},
		}}, record.Owner{CostCenter: "1000"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, Owner(rule.NewResource("urn:x", tt.typ, "x", tt.tree)))
		})
	}
}
