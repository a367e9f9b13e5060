package gke_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

func TestTheLongestNamesFitGooglesLimits(t *testing.T) {
	t.Parallel()
	args, longest := clustertest.GKE(), strings.Repeat("n", 63)
	args.Owner = labels.Owner{Environment: longest[:16], Team: longest, CostCenter: longest, DataClassification: "confidential"}
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		c, err := clusters.NewCluster(ctx, longest[:clusters.MaxClusterName], args)
		if err != nil {
			return err
		}
		key, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: longest[:spec.MaxPoolName]})
		if err != nil {
			return err
		}
		bucket, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: longest[:14], Key: &key.Key})
		if err != nil {
			return err
		}
		_, err = clusters.NewIdentity(ctx, c, &spec.IdentityArgs{
			Name: longest[:spec.MaxPoolName], Namespace: "shop", ServiceAccount: "storefront",
			Grants: []spec.Grant{{Action: spec.ReadBucket, Bucket: &bucket.Bucket}},
		})
		return err
	}))
	const randomEnd = 8
	for kind, limit := range map[string]int{keyType: 63, "gcp:kms/keyRing:KeyRing": 63, "gcp:storage/bucket:Bucket": 63} {
		require.NotEmpty(t, r.Of(kind))
		for _, made := range r.Of(kind) {
			require.LessOrEqual(t, len(made.Name)+randomEnd, limit, "%s %s", kind, made.Name)
		}
	}
	for _, account := range r.Of("gcp:serviceaccount/account:Account") {
		require.Regexp(t, `^[a-z][a-z0-9-]{4,28}[a-z0-9]$`, account.Value("accountId"))
		require.LessOrEqual(t, len(account.Value("description").(string)), 256)
		require.LessOrEqual(t, len(account.Value("displayName").(string)), 100)
	}
}
