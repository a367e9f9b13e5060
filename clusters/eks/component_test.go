package eks

import (
	"context"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

func TestTheClusterInsideTheComponentIsHardened(t *testing.T) {
	t.Parallel()
	for _, available := range []bool{true, false} {
		p := &Platform{args: &spec.Cluster{HighlyAvailable: available}}
		got := p.harden(context.Background(), &pulumi.ResourceTransformArgs{
			Type: "aws:eks/cluster:Cluster", Props: pulumi.Map{"name": pulumi.String("main")},
			Opts: pulumi.ResourceOptions{Protect: true},
		})
		require.Equal(t, pulumi.Map{
			"name":                       pulumi.String("main"),
			"upgradePolicy":              pulumi.Map{"supportType": pulumi.String("STANDARD")},
			"zonalShiftConfig":           pulumi.Map{"enabled": pulumi.Bool(available)},
			"bootstrapSelfManagedAddons": pulumi.Bool(false),
		}, got.Props)
		require.True(t, got.Opts.Protect, "options stay")
		require.Nil(t, p.harden(context.Background(), &pulumi.ResourceTransformArgs{Type: "aws:iam/role:Role", Props: pulumi.Map{}}), "its role is left alone")
		entry := p.harden(context.Background(), &pulumi.ResourceTransformArgs{Type: "aws:eks/accessEntry:AccessEntry", Name: "main-nodes", Props: pulumi.Map{}})
		require.Equal(t, pulumi.String("main-nodes"), entry.Props["tags"].(pulumi.StringMap)["Name"], "the nodes' access entry is tagged")
	}
}
