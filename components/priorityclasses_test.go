package components

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/clustertest"
)

func TestPriorityClasses(t *testing.T) {
	t.Parallel()
	deploy := func(keep bool) *clustertest.Recorder {
		r := &clustertest.Recorder{}
		require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
			_, err := NewPriorityClasses(ctx, "main", &PriorityClassesArgs{Owner: owner, Keep: keep})
			return err
		}))
		return r
	}
	const class = "kubernetes:scheduling.k8s.io/v1:PriorityClass"
	t.Run("each rank has a class, none the default, and all are above headroom", func(t *testing.T) {
		t.Parallel()
		r := deploy(false)
		before := 1e9 // the highest that is not the cluster's own
		for _, rank := range Priorities() {
			c := r.One(t, class, "main-"+rank)
			value := c.Value("value").(float64)
			require.Less(t, value, before, rank)
			require.Greater(t, value, float64(headroomPriority), rank)
			require.Nil(t, c.Value("globalDefault"), rank)
			require.Equal(t, PriorityClass(rank), c.Value("metadata.name"))
			require.False(t, c.Retain)
			before = value
		}
		require.Equal(t, 0.0, r.One(t, class, "main-normal").Value("value"), "as pods that name none")
		require.Equal(t, "Never", r.One(t, class, "main-batch").Value("preemptionPolicy"))
		require.Equal(t, "PreemptLowerPriority", r.One(t, class, "main-high").Value("preemptionPolicy"))
	})
	t.Run("in a cluster of others they stay", func(t *testing.T) {
		t.Parallel()
		require.True(t, deploy(true).One(t, class, "main-high").Retain)
	})
	t.Run("without an owner they are refused", func(t *testing.T) {
		t.Parallel()
		clustertest.RequireRefused(t, func(ctx *pulumi.Context) error {
			_, err := NewPriorityClasses(ctx, "main", nil)
			return err
		}, []string{"owner.environment"})
	})
}
