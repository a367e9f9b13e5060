package eks_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/eks"
	"github.com/ai-now/platform/clusters/spec"
)

// ARNs of what the identities of these tests are granted, and of their
// neighbours.
const (
	bucketARN     = "arn:aws:s3:::eks-backups-0123"
	otherBucket   = "arn:aws:s3:::eks-backups-0123-other"
	bucketKey     = "arn:aws:kms:eu-west-1:123456789012:key/eks-data"
	secretsKey    = "arn:aws:kms:eu-west-1:123456789012:key/eks-secret-store"
	otherKey      = "arn:aws:kms:eu-west-1:123456789012:key/eks-other"
	zoneARN       = "arn:aws:route53:::hostedzone/Z0123"
	otherZone     = "arn:aws:route53:::hostedzone/Z4567"
	repositoryARN = "arn:aws:ecr:eu-west-1:123456789012:repository/shop/storefront"
	otherRepo     = "arn:aws:ecr:eu-west-1:123456789012:repository/shop/cart"
	secretARN     = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:eks/shop/database-AbCdEf"
	otherSecret   = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:eks/blog/database-AbCdEf"
)

// via is the context of a request that a service makes to KMS.
func via(service string) map[string]string {
	return map[string]string{"kms:ViaService": service + ".eu-west-1.amazonaws.com"}
}

func TestAGrantAllowsWhatItSaysAndNothingElse(t *testing.T) {
	t.Parallel()
	tests := map[spec.Action]struct{ allowed, refused []request }{
		spec.ReadSecrets: {
			allowed: []request{
				{"secretsmanager:GetSecretValue", secretARN, nil},
				{"secretsmanager:DescribeSecret", secretARN, nil},
				{"kms:Decrypt", secretsKey, via("secretsmanager")},
			},
			refused: []request{
				{"secretsmanager:GetSecretValue", otherSecret, nil},
				{"secretsmanager:PutSecretValue", secretARN, nil},
				{"secretsmanager:DeleteSecret", secretARN, nil},
				{"secretsmanager:ListSecrets", "*", nil},
				{"kms:Decrypt", secretsKey, nil},
				{"kms:Decrypt", secretsKey, via("s3")},
				{"kms:Decrypt", otherKey, via("secretsmanager")},
			},
		},
		spec.ReadBucket: {
			allowed: []request{
				{"s3:ListBucket", bucketARN, nil}, {"s3:GetObject", bucketARN + "/a/b", nil}, {"kms:Decrypt", bucketKey, via("s3")},
			},
			refused: []request{
				{"s3:PutObject", bucketARN + "/a", nil}, {"s3:DeleteObject", bucketARN + "/a", nil},
				{"s3:ListBucket", otherBucket, nil}, {"s3:GetObject", otherBucket + "/a", nil}, {"s3:ListAllMyBuckets", "*", nil},
				{"kms:GenerateDataKey", bucketKey, via("s3")}, {"kms:Decrypt", bucketKey, nil}, {"kms:Decrypt", otherKey, via("s3")},
			},
		},
		spec.WriteBucket: {
			allowed: []request{
				{"s3:ListBucket", bucketARN, nil}, {"s3:GetObject", bucketARN + "/a", nil}, {"s3:PutObject", bucketARN + "/a", nil},
				{"s3:DeleteObject", bucketARN + "/a", nil}, {"s3:AbortMultipartUpload", bucketARN + "/a", nil},
				{"kms:GenerateDataKey", bucketKey, via("s3")}, {"kms:Decrypt", bucketKey, via("s3")},
			},
			refused: []request{
				{"s3:DeleteObjectVersion", bucketARN + "/a", nil}, {"s3:PutBucketPolicy", bucketARN, nil}, {"s3:DeleteBucket", bucketARN, nil},
				{"s3:PutBucketVersioning", bucketARN, nil}, {"s3:PutLifecycleConfiguration", bucketARN, nil}, {"s3:PutObjectAcl", bucketARN + "/a", nil},
				{"s3:PutObject", otherBucket + "/a", nil}, {"kms:GenerateDataKey", bucketKey, nil}, {"kms:ScheduleKeyDeletion", bucketKey, nil},
			},
		},
		spec.ChangeZone: {
			allowed: []request{
				{"route53:ChangeResourceRecordSets", zoneARN, nil}, {"route53:ListResourceRecordSets", zoneARN, nil},
				{"route53:GetChange", "arn:aws:route53:::change/C0123", nil}, {"route53:ListHostedZonesByName", "*", nil},
			},
			refused: []request{
				{"route53:ChangeResourceRecordSets", otherZone, nil}, {"route53:ListResourceRecordSets", otherZone, nil},
				{"route53:DeleteHostedZone", zoneARN, nil}, {"route53:CreateHostedZone", "*", nil}, {"route53:DisableHostedZoneDNSSEC", zoneARN, nil},
			},
		},
		spec.PullImages: {
			allowed: []request{
				{"ecr:GetAuthorizationToken", "*", nil}, {"ecr:BatchGetImage", repositoryARN, nil}, {"ecr:GetDownloadUrlForLayer", repositoryARN, nil},
			},
			refused: []request{
				{"ecr:BatchGetImage", otherRepo, nil}, {"ecr:PutImage", repositoryARN, nil}, {"ecr:BatchDeleteImage", repositoryARN, nil},
			},
		},
		spec.PushImages: {
			allowed: []request{
				{"ecr:GetAuthorizationToken", "*", nil}, {"ecr:BatchGetImage", repositoryARN, nil}, {"ecr:PutImage", repositoryARN, nil},
				{"ecr:CompleteLayerUpload", repositoryARN, nil},
			},
			refused: []request{
				{"ecr:PutImage", otherRepo, nil}, {"ecr:BatchDeleteImage", repositoryARN, nil}, {"ecr:SetRepositoryPolicy", repositoryARN, nil},
				{"ecr:PutImageTagMutability", repositoryARN, nil}, {"ecr:DeleteRepository", repositoryARN, nil},
			},
		},
		spec.UseKey: {
			allowed: []request{{"kms:Encrypt", bucketKey, nil}, {"kms:Decrypt", bucketKey, nil}, {"kms:GenerateDataKey", bucketKey, nil}},
			refused: []request{
				{"kms:Decrypt", otherKey, nil}, {"kms:ScheduleKeyDeletion", bucketKey, nil}, {"kms:DisableKey", bucketKey, nil},
				{"kms:PutKeyPolicy", bucketKey, nil}, {"kms:CreateGrant", bucketKey, nil},
			},
		},
	}
	require.Len(t, tests, len(spec.Actions), "every action has a case")

	r := asking(t, nil, identityPerAction)
	for action, tt := range tests {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			rights := parsePolicy(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-"+strings.ToLower(string(action))).Value("policy"))
			for _, allowed := range tt.allowed {
				require.True(t, rights.allows(t, allowed), "%s on %s", allowed.action, allowed.resource)
			}
			for _, refused := range tt.refused {
				require.False(t, rights.allows(t, refused), "%s on %s with %v", refused.action, refused.resource, refused.context)
			}
			for _, s := range rights.Statement {
				for _, action := range s.Action {
					require.NotContains(t, action, "*", "what AWS adds to a service later is not granted")
				}
			}
		})
	}
}

// identityPerAction makes an identity for each action, named after it.
func identityPerAction(ctx *pulumi.Context, p *eks.Platform, parent pulumi.Resource) error {
	key, err := p.Key(ctx, parent, "eks-data", &spec.KeyArgs{Name: "data"})
	if err != nil {
		return err
	}
	bucket, err := p.Bucket(ctx, parent, "eks-backups", &spec.BucketArgs{Name: "backups", Key: key})
	if err != nil {
		return err
	}
	zone, err := p.Zone(ctx, parent, "eks-zone", &spec.ZoneArgs{Domain: "eks.example.com"})
	if err != nil {
		return err
	}
	registry, err := p.Registry(ctx, parent, "eks-registry", &spec.RegistryArgs{Repositories: []string{"shop/storefront", "shop/cart"}})
	if err != nil {
		return err
	}
	if _, err := p.SecretStore(ctx, parent, "eks-secret-store", &spec.SecretStoreArgs{Prefix: "eks/"}); err != nil {
		return err
	}
	for _, grant := range []spec.Grant{
		{Action: spec.ReadSecrets, Prefix: "eks/shop/"},
		{Action: spec.ReadBucket, Bucket: bucket}, {Action: spec.WriteBucket, Bucket: bucket},
		{Action: spec.ChangeZone, Zone: zone},
		{Action: spec.PullImages, Registry: registry, Repository: "shop/storefront"},
		{Action: spec.PushImages, Registry: registry, Repository: "shop/storefront"},
		{Action: spec.UseKey, Key: key},
	} {
		name := strings.ToLower(string(grant.Action))
		if _, err := p.Identity(ctx, parent, "eks-"+name, &spec.IdentityArgs{
			Name: name, Namespace: "shop", ServiceAccount: name, Grants: []spec.Grant{grant},
		}); err != nil {
			return err
		}
	}
	return nil
}

func TestAnIdentityBelongsToOneServiceAccount(t *testing.T) {
	t.Parallel()
	const long = "an-identity-with-a-name-of-32-cs"
	cluster := strings.Repeat("c", spec.MaxClusterName)
	var ready []pulumi.Resource
	r := asking(t, nil, func(ctx *pulumi.Context, p *eks.Platform, parent pulumi.Resource) error {
		grants := []spec.Grant{{Action: spec.ReadSecrets, Prefix: "eks/"}}
		made, err := p.Identity(ctx, parent, "eks-shop", &spec.IdentityArgs{Name: "shop", Namespace: "shop", ServiceAccount: "cart", Grants: grants})
		if err != nil {
			return err
		}
		ready = made.Ready
		made.Annotations.ApplyT(func(annotations map[string]string) error {
			require.Empty(t, annotations, "EKS binds it from its own side")
			return nil
		})
		_, err = p.Identity(ctx, parent, cluster+"-"+long, &spec.IdentityArgs{Name: long, Namespace: "shop", ServiceAccount: "long", Grants: grants})
		return err
	})
	require.Len(t, ready, 2, "pods wait for the rights and for the association")
	association := r.One(t, "aws:eks/podIdentityAssociation:PodIdentityAssociation", "eks-shop")
	for path, want := range map[string]any{"namespace": "shop", "serviceAccount": "cart", "roleArn": "arn:aws:iam::123456789012:role/eks-shop"} {
		require.Equal(t, want, association.Value(path), path)
	}
	trust := parsePolicy(t, r.One(t, "aws:iam/role:Role", "eks-shop").Value("assumeRolePolicy"))
	session := func(cluster, namespace, account string) map[string]string {
		return map[string]string{
			"aws:RequestTag/eks-cluster-name": cluster, "aws:RequestTag/kubernetes-namespace": namespace, "aws:RequestTag/kubernetes-service-account": account,
		}
	}
	for _, tt := range []struct {
		name    string
		context map[string]string
		trusted bool
	}{
		{"the service account is trusted", session("eks", "shop", "cart"), true},
		{"another account of the namespace is not", session("eks", "shop", "default"), false},
		{"an account of the same name in another namespace is not", session("eks", "blog", "cart"), false},
		{"the same account of another cluster is not", session("other", "shop", "cart"), false},
		{"a session without tags is not", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Len(t, trust.Statement, 1)
			require.Equal(t, map[string]string{"Service": "pods.eks.amazonaws.com"}, trust.Statement[0].Principal)
			require.Equal(t, tt.trusted, holds(t, trust.Statement[0].Condition, tt.context))
		})
	}
	for _, role := range r.Of("aws:iam/role:Role") {
		require.LessOrEqual(t, len(role.Name)+8, 64, "the role %s with its random end", role.Name)
	}
}
