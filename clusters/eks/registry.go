package eks

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// untaggedDays is how long an image that lost its tag, or never had one, stays.
const untaggedDays = 7

// Registry makes repositories of ECR. Their names are those asked for, without
// the cluster's: an image keeps its address when it moves to the next cluster.
func (p *Platform) Registry(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.RegistryArgs) (*spec.Registry, error) {
	in := p.below(parent)
	made := &spec.Registry{Repositories: map[string]pulumi.StringOutput{}, References: map[string]pulumi.StringOutput{}}
	policy, err := imageLifecycle(args.Keep())
	if err != nil {
		return nil, err
	}
	// Cannot be changed later: another key means another repository.
	encryption := ecr.RepositoryEncryptionConfigurationArgs{EncryptionType: pulumi.String("AES256")}
	if args.Key != nil {
		encryption = ecr.RepositoryEncryptionConfigurationArgs{EncryptionType: pulumi.String("KMS"), KmsKey: args.Key.ID}
	}
	for i, repository := range args.Repositories {
		resource := name + "-" + repository // with its slashes: shop/a-b and shop-a/b are two
		repo, err := ecr.NewRepository(ctx, resource, &ecr.RepositoryArgs{
			Name: pulumi.String(repository),
			// What was tested under a tag is what runs under it.
			ImageTagMutability: pulumi.String("IMMUTABLE"),
			// CIS EKS 5.1.1.
			ImageScanningConfiguration: ecr.RepositoryImageScanningConfigurationArgs{ScanOnPush: pulumi.Bool(true)},
			EncryptionConfigurations:   ecr.RepositoryEncryptionConfigurationArray{encryption},
			// Where the cluster may be deleted, its images go with it.
			ForceDelete: pulumi.Bool(!p.args.DeletionProtection),
			Tags:        p.tags(repository),
		}, with(in, p.keep())...)
		if err != nil {
			return nil, err
		}
		if _, err := ecr.NewLifecyclePolicy(ctx, resource, &ecr.LifecyclePolicyArgs{
			Repository: repo.Name, Policy: pulumi.String(policy),
		}, in...); err != nil {
			return nil, err
		}
		if i == 0 {
			made.Address = repo.RepositoryUrl.ApplyT(func(url string) string {
				host, _, _ := strings.Cut(url, "/")
				return host
			}).(pulumi.StringOutput)
		}
		made.Repositories[repository], made.References[repository] = repo.RepositoryUrl, repo.Arn
	}
	return made, nil
}

// imageLifecycle deletes old images. The rule for images of any tag must come
// last.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
func imageLifecycle(keep int) (string, error) {
	type selection struct {
		TagStatus   string `json:"tagStatus"`
		CountType   string `json:"countType"`
		CountUnit   string `json:"countUnit,omitempty"`
		CountNumber int    `json:"countNumber"`
	}
	type rule struct {
		RulePriority int               `json:"rulePriority"`
		Description  string            `json:"description"`
		Selection    selection         `json:"selection"`
		Action       map[string]string `json:"action"`
	}
	expire := map[string]string{"type": "expire"}
	text, err := json.Marshal(map[string][]rule{"rules": {
		{1, "Images without a tag go after a week", selection{TagStatus: "untagged", CountType: "sinceImagePushed", CountUnit: "days", CountNumber: untaggedDays}, expire},
		{2, "The newest images stay", selection{TagStatus: "any", CountType: "imageCountMoreThan", CountNumber: keep}, expire},
	}})
	return string(text), err
}
