package eks_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/spec"
)

func TestTheLongestNamesFitAWSsLimits(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("n", clusters.MaxClusterName)
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		c, err := clusters.NewCluster(ctx, longest, clustertest.EKS())
		if err != nil {
			return err
		}
		bucket, err := clusters.NewBucket(ctx, c, &spec.BucketArgs{Name: longest[:14]})
		if err != nil {
			return err
		}
		// Two repositories whose names differ only in their slashes.
		if _, err := clusters.NewRegistry(ctx, c, &spec.RegistryArgs{Repositories: []string{"shop/a-b", "shop-a/b"}}); err != nil {
			return err
		}
		_, err = clusters.NewIdentity(ctx, c, &spec.IdentityArgs{
			Name: longest[:spec.MaxPoolName], Namespace: "shop", ServiceAccount: "storefront",
			Grants: []spec.Grant{{Action: spec.ReadBucket, Bucket: &bucket.Bucket}},
		})
		return err
	}))
	const randomEnd = 8
	for kind, limit := range map[string]int{
		"aws:iam/role:Role": 64, "aws:iam/instanceProfile:InstanceProfile": 128, "aws:cloudwatch/eventRule:EventRule": 64,
		"aws:s3/bucketV2:BucketV2": 63, "aws:sqs/queue:Queue": 80,
	} {
		require.NotEmpty(t, r.Of(kind))
		for _, made := range r.Of(kind) {
			require.LessOrEqual(t, len(made.Name)+randomEnd, limit, "%s %s", kind, made.Name)
		}
	}
	seen := map[string]bool{}
	for _, made := range r.All() {
		require.False(t, seen[made.Type+" "+made.Name], "%s %s is there twice", made.Type, made.Name)
		seen[made.Type+" "+made.Name] = true
	}
	for _, rights := range r.Of("aws:iam/rolePolicy:RolePolicy") {
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
		require.LessOrEqual(t, len(rights.Value("policy").(string)), 10_240, rights.Name)
	}
}
