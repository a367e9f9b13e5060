package clustertest

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
)

// Ask asks a cluster for something, as components do.
type Ask = func(*pulumi.Context, *clusters.Cluster) error

// Deploy makes a cluster called main, changed from args unless change is nil,
// and what is asked of it. It returns what was registered and what came out.
func Deploy(t *testing.T, args *clusters.ClusterArgs, change func(*clusters.ClusterArgs), asks ...Ask) (*Recorder, *clusters.Cluster) {
	t.Helper()
	if change != nil {
		change(args)
	}
	r := &Recorder{}
	var made *clusters.Cluster
	require.NoError(t, r.Run(func(ctx *pulumi.Context) (err error) {
		if made, err = clusters.NewCluster(ctx, "main", args); err != nil {
			return err
		}
		for _, ask := range asks {
			if err := ask(ctx, made); err != nil {
				return err
			}
		}
		return nil
	}))
	return r, made
}

// Text waits for an output, secret or not.
func Text(out pulumi.StringOutput) string {
	got := make(chan string, 1)
	out.ApplyT(func(s string) string { got <- s; return s })
	return <-got
}
