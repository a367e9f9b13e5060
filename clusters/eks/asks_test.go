package eks_test

import (
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/clusters/eks"
	"github.com/ai-now/platform/clusters/spec"
)

// asking makes a cluster called eks and, once it is there, what the function
// asks it for.
func asking(t *testing.T, change func(*spec.Cluster), ask func(*pulumi.Context, *eks.Platform, pulumi.Resource) error) *clustertest.Recorder {
	t.Helper()
	r := &clustertest.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		args, cloud := clustertest.EKS(), mustGet(catalog.AWS)
		args.Name = "eks"
		if change != nil {
			change(args)
		}
		parent := &struct{ pulumi.ResourceState }{}
		if err := ctx.RegisterComponentResource("test:index:Cluster", args.Name, parent); err != nil {
			return err
		}
		p := eks.New()
		if _, err := p.Create(ctx, parent, args); err != nil {
			return err
		}
		for i := range args.NodePools {
			pool := args.NodePools[i].Complete(cloud)
			if err := p.AddPool(ctx, parent, &pool); err != nil {
				return err
			}
		}
		provider, err := kubernetes.NewProvider(ctx, args.Name, &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		if err := p.Complete(ctx, parent, provider); err != nil || ask == nil {
			return err
		}
		return ask(ctx, p, parent)
	}))
	return r
}

func mustGet(name string) catalog.Cloud {
	cloud, known := catalog.Get(name)
	if !known {
		panic("no cloud " + name)
	}
	return cloud
}

func TestABucketIsPrivateEncryptedVersionedAndOverTLSOnly(t *testing.T) {
	t.Parallel()
	r := asking(t, nil, func(ctx *pulumi.Context, p *eks.Platform, parent pulumi.Resource) error {
		key, err := p.Key(ctx, parent, "eks-data", &spec.KeyArgs{Name: "data"})
		if err != nil {
			return err
		}
		if _, err := p.Bucket(ctx, parent, "eks-logs", &spec.BucketArgs{Name: "logs", ExpireDays: 90}); err != nil {
			return err
		}
		_, err = p.Bucket(ctx, parent, "eks-backups", &spec.BucketArgs{Name: "backups", NoncurrentDays: 7, Key: key})
		return err
	})
	for _, bucket := range []string{"eks-logs", "eks-backups"} {
		for _, setting := range []struct {
			kind, path string
			want       any
		}{
			{"aws:s3/bucketVersioningV2:BucketVersioningV2", "versioningConfiguration.status", "Enabled"},
			{"aws:s3/bucketOwnershipControls:BucketOwnershipControls", "rule.objectOwnership", "BucketOwnerEnforced"},
			{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicAcls", true},
			{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicPolicy", true},
			{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "ignorePublicAcls", true},
			{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "restrictPublicBuckets", true},
			{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[1].abortIncompleteMultipartUpload.daysAfterInitiation", 7.0},
		} {
			require.Equal(t, setting.want, r.One(t, setting.kind, bucket).Value(setting.path), "%s of %s", setting.path, bucket)
		}
	}
	for _, setting := range []struct {
		bucket, kind, path string
		want               any
	}{
		{"eks-logs", "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm", "AES256"},
		{"eks-backups", "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm", "aws:kms"},
		{"eks-backups", "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId", "arn:aws:kms:eu-west-1:123456789012:key/eks-data"},
		{"eks-logs", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[0].noncurrentVersionExpiration.noncurrentDays", 30.0},
		{"eks-backups", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[0].noncurrentVersionExpiration.noncurrentDays", 7.0},
		{"eks-logs", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[2].expiration.days", 90.0},
		{"eks-backups", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[2].expiration.days", nil},
	} {
		require.Equal(t, setting.want, r.One(t, setting.kind, setting.bucket).Value(setting.path), "%s of %s", setting.path, setting.bucket)
	}

	refuses := parsePolicy(t, r.One(t, "aws:s3/bucketPolicy:BucketPolicy", "eks-logs").Value("policy"))
	for _, tt := range []struct {
		name, secure, tls string
		denied            bool
	}{
		{"plain HTTP is refused", "false", "", true},
		{"TLS 1.1 is refused", "true", "1.1", true},
		{"TLS 1.2 is left to the identity's rights", "true", "1.2", false},
		{"TLS 1.3 is left to the identity's rights", "true", "1.3", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			denied := false
			for _, s := range refuses.Statement {
				require.Equal(t, "Deny", s.Effect, "the bucket's own policy gives nothing to anybody")
				denied = denied || matchesAny(s.Resource, "arn:aws:s3:::eks-logs-0123/object") &&
					holds(t, s.Condition, map[string]string{"aws:SecureTransport": tt.secure, "s3:TlsVersion": tt.tls})
			}
			require.Equal(t, tt.denied, denied)
		})
	}
}

func TestWhatHoldsDataIsKeptAsLongAsTheClusterIs(t *testing.T) {
	t.Parallel()
	for name, protected := range map[string]bool{"with deletion protection nothing goes": true, "without it all goes with the cluster": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := asking(t, func(c *spec.Cluster) { c.DeletionProtection = protected }, func(ctx *pulumi.Context, p *eks.Platform, parent pulumi.Resource) error {
				if _, err := p.Key(ctx, parent, "eks-data", &spec.KeyArgs{Name: "data"}); err != nil {
					return err
				}
				if _, err := p.Bucket(ctx, parent, "eks-logs", &spec.BucketArgs{Name: "logs"}); err != nil {
					return err
				}
				if _, err := p.Zone(ctx, parent, "eks-zone", &spec.ZoneArgs{Domain: "eks.example.com"}); err != nil {
					return err
				}
				if _, err := p.SecretStore(ctx, parent, "eks-secret-store", &spec.SecretStoreArgs{Prefix: "eks/"}); err != nil {
					return err
				}
				_, err := p.Registry(ctx, parent, "eks-registry", &spec.RegistryArgs{Repositories: []string{"shop/storefront"}})
				return err
			})
			for _, kept := range []struct{ kind, name, force string }{
				{"aws:kms/key:Key", "eks-data", ""},
				{"aws:kms/key:Key", "eks-secret-store", ""},
				{"aws:s3/bucketV2:BucketV2", "eks-logs", "forceDestroy"},
				{"aws:route53/zone:Zone", "eks-zone", "forceDestroy"},
				{"aws:ecr/repository:Repository", "eks-registry-shop/storefront", "forceDelete"},
			} {
				made := r.One(t, kept.kind, kept.name)
				require.Equal(t, protected, made.Protect, kept.name)
				if kept.force != "" {
					require.Equal(t, !protected, made.Value(kept.force), "%s of %s", kept.force, kept.name)
				}
			}
		})
	}
}

func TestAKeyIsRotatedAndServesItsAccountOnly(t *testing.T) {
	t.Parallel()
	r := asking(t, nil, func(ctx *pulumi.Context, p *eks.Platform, parent pulumi.Resource) error {
		_, err := p.Key(ctx, parent, "eks-data", &spec.KeyArgs{Name: "data"})
		return err
	})
	key := r.One(t, "aws:kms/key:Key", "eks-data")
	require.Equal(t, true, key.Value("enableKeyRotation"))
	require.Equal(t, 30.0, key.Value("deletionWindowInDays"))
	require.Equal(t, "alias/eks-data", r.One(t, "aws:kms/alias:Alias", "eks-data").Value("name"))
	rules := parsePolicy(t, key.Value("policy"))
	for _, s := range rules.Statement {
		require.Equal(t, map[string]string{"AWS": "arn:aws:iam::123456789012:root"}, s.Principal, s.Sid)
		require.NotContains(t, s.Action, "kms:*", s.Sid)
	}
	require.True(t, rules.allows(t, request{"kms:PutKeyPolicy", "key", nil}), "a key whose policy nobody may change is lost")
	require.False(t, rules.allows(t, request{"kms:CreateGrant", "key", nil}), "grants are for services of AWS")
	require.True(t, rules.allows(t, request{"kms:CreateGrant", "key", map[string]string{"kms:GrantIsForAWSResource": "true"}}))
}

func TestARegistryScansKeepsTagsAndForgetsOldImages(t *testing.T) {
	t.Parallel()
	var made *spec.Registry
	r := asking(t, nil, func(ctx *pulumi.Context, p *eks.Platform, parent pulumi.Resource) (err error) {
		made, err = p.Registry(ctx, parent, "eks-registry", &spec.RegistryArgs{Repositories: []string{"shop/storefront", "shop/cart"}, KeepImages: 20})
		made.Address.ApplyT(func(address string) error {
			require.Equal(t, "123456789012.dkr.ecr.eu-west-1.amazonaws.com", address)
			return nil
		})
		return err
	})
	require.Len(t, made.References, 2)
	repository := r.One(t, "aws:ecr/repository:Repository", "eks-registry-shop/storefront")
	for path, want := range map[string]any{
		"name": "shop/storefront", "imageTagMutability": "IMMUTABLE", "imageScanningConfiguration.scanOnPush": true,
		"encryptionConfigurations[0].encryptionType": "AES256", "tags.team": "platform",
	} {
		require.Equal(t, want, repository.Value(path), path)
	}
	require.JSONEq(t, `{"rules": [
		{"rulePriority": 1, "description": "Images without a tag go after a week", "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7}, "action": {"type": "expire"}},
		{"rulePriority": 2, "description": "The newest images stay", "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 20}, "action": {"type": "expire"}}
	]}`, r.One(t, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "eks-registry-shop/storefront").Value("policy").(string))
}
