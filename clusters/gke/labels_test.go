package gke

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
)

func TestLabelsAreNoSecretsAndSecretsStaySo(t *testing.T) {
	t.Parallel()
	got := plainLabels(t.Context(), &pulumi.ResourceTransformArgs{
		Type: "gcp:container/cluster:Cluster",
		Opts: pulumi.ResourceOptions{AdditionalSecretOutputs: []string{"effectiveLabels", "masterAuth", "pulumiLabels"}},
	})
	require.Equal(t, []string{"masterAuth"}, got.Opts.AdditionalSecretOutputs)
	require.Nil(t, plainLabels(t.Context(), &pulumi.ResourceTransformArgs{Type: "kubernetes:core/v1:Secret"}), "others are left alone")
}
