package gke

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// untilClean is how old an image gets before the clean-up looks at it: a week to
// finish what was being built.
const untilClean = "604800s"

// Registry makes one repository of Artifact Registry for each that is asked for:
// rights there end at repositories, and an image gets its repository's.
func (p *Platform) Registry(ctx *pulumi.Context, parent pulumi.Resource, name string, args *spec.RegistryArgs) (*spec.Registry, error) {
	var waits []pulumi.Resource
	// The second scans images when they are pushed, and again as weaknesses
	// become known. CIS GKE 5.1.1
	for _, service := range []string{"artifactregistry", "containerscanning"} {
		api, err := p.enable(ctx, service)
		if err != nil {
			return nil, err
		}
		waits = append(waits, api)
	}
	if args.Key != nil {
		loan, err := p.lend(ctx, p.name+"-"+args.Key.Name, args.Key, "artifactregistry")
		if err != nil {
			return nil, err
		}
		waits = append(waits, loan)
	}
	host := fmt.Sprintf("%s-docker.pkg.dev/%s", p.args.Region, p.project)
	made := &spec.Registry{
		Address:      pulumi.String(host).ToStringOutput(),
		Repositories: map[string]pulumi.StringOutput{}, References: map[string]pulumi.StringOutput{},
	}
	for _, repository := range args.Repositories {
		repositoryArgs := &artifactregistry.RepositoryArgs{
			RepositoryId: pulumi.String(repositoryID(p.name, repository)),
			Project:      pulumi.String(p.project), Location: pulumi.String(p.args.Region), Format: pulumi.String("DOCKER"),
			Description: p.description("Images " + repository),
			// What was tested under a tag is what runs under it.
			DockerConfig:    artifactregistry.RepositoryDockerConfigArgs{ImmutableTags: pulumi.Bool(true)},
			CleanupPolicies: cleanup(args.Keep()),
			// They are carried out, not only written down.
			CleanupPolicyDryRun: pulumi.Bool(false),
			Labels:              p.labels(),
		}
		if args.Key != nil {
			repositoryArgs.KmsKeyName = args.Key.ID
		}
		repo, err := artifactregistry.NewRepository(ctx, name+"-"+repository, repositoryArgs, pulumi.Parent(parent), p.protect(), pulumi.DependsOn(waits))
		if err != nil {
			return nil, err
		}
		// It is the node that pulls, whatever identity its pods have, and its role
		// leaves images out:
		// https://cloud.google.com/kubernetes-engine/security/configure-node-service-accounts
		if _, err := p.grantImages(ctx, name+"-"+repository+"-nodes", rolePullImages, repo.ID().ToStringOutput(), member(p.nodes.Email), pulumi.Parent(parent)); err != nil {
			return nil, err
		}
		image := repository[strings.LastIndex(repository, "/")+1:]
		made.Repositories[repository] = pulumi.Sprintf("%s/%s/%s", host, repo.RepositoryId, image)
		made.References[repository] = repo.ID().ToStringOutput()
	}
	return made, nil
}

// repositoryID fits a name such as shop/storefront into what Artifact Registry
// takes: 63 lower-case letters, digits and hyphens. The digest keeps names apart
// that differ only in what is lost.
// https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories/create
func repositoryID(cluster, repository string) string {
	const longest, digits = 63, 8
	plain := strings.NewReplacer("/", "-", ".", "-", "_", "-").Replace(cluster + "-" + repository)
	return bounded(plain, longest-digits-1) + "-" + digest(cluster+"/"+repository, digits)
}

// cleanup keeps the newest images and deletes what has no tag, and what is old.
// A policy that keeps wins over one that deletes.
// https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy
func cleanup(keep int) artifactregistry.RepositoryCleanupPolicyArray {
	return artifactregistry.RepositoryCleanupPolicyArray{
		artifactregistry.RepositoryCleanupPolicyArgs{
			Id: pulumi.String("keep-newest"), Action: pulumi.String("KEEP"),
			MostRecentVersions: artifactregistry.RepositoryCleanupPolicyMostRecentVersionsArgs{KeepCount: pulumi.Int(keep)},
		},
		artifactregistry.RepositoryCleanupPolicyArgs{
			Id: pulumi.String("delete-untagged"), Action: pulumi.String("DELETE"),
			Condition: artifactregistry.RepositoryCleanupPolicyConditionArgs{TagState: pulumi.String("UNTAGGED"), OlderThan: pulumi.String(untilClean)},
		},
		artifactregistry.RepositoryCleanupPolicyArgs{
			Id: pulumi.String("delete-others"), Action: pulumi.String("DELETE"),
			Condition: artifactregistry.RepositoryCleanupPolicyConditionArgs{TagState: pulumi.String("ANY"), OlderThan: pulumi.String(untilClean)},
		},
	}
}
