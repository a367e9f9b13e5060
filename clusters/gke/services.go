package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// clusterServices are the APIs that every cluster uses; what components ask for
// is turned on when they ask. Service Usage, which turns them on, must be there
// already, as it is in every new project.
var clusterServices = []string{
	"cloudresourcemanager", "compute", "container", "cloudkms", "iam", "iamcredentials", "logging", "monitoring",
	"binaryauthorization",
	// The findings of the security posture.
	"containersecurity",
	// File systems for many pods at once.
	"file",
}

// createProject turns on the APIs of the project and looks up its number.
func (p *Platform) createProject(ctx *pulumi.Context) error {
	for _, name := range clusterServices {
		if _, err := p.enable(ctx, name); err != nil {
			return err
		}
	}
	found := organizations.LookupProjectOutput(ctx, organizations.LookupProjectOutputArgs{ProjectId: p.projectOnce(p.services["cloudresourcemanager"])})
	p.number = found.Number()
	return nil
}

// projectOnce names the project once the API that answers about it is on.
func (p *Platform) projectOnce(api *projects.Service) pulumi.StringPtrOutput {
	return api.ID().ApplyT(func(pulumi.ID) *string { return &p.project }).(pulumi.StringPtrOutput)
}

// enable turns on an API of the project, once.
func (p *Platform) enable(ctx *pulumi.Context, name string) (*projects.Service, error) {
	if service, ok := p.services[name]; ok {
		return service, nil
	}
	service, err := projects.NewService(ctx, p.name+"-"+name, &projects.ServiceArgs{
		Project: pulumi.String(p.project), Service: pulumi.String(name + ".googleapis.com"),
		// Others in the project may use it.
		DisableOnDestroy: pulumi.Bool(false),
	}, p.in())
	if err != nil {
		return nil, err
	}
	p.services[name] = service
	return service, nil
}

// agentDomains are those of the accounts Google's services act with in a
// project: https://cloud.google.com/iam/docs/service-agents
var agentDomains = map[string]string{ //nolint:gosec // domains, no credentials
	"artifactregistry": "gcp-sa-artifactregistry",
	"compute":          "compute-system",
	"container":        "container-engine-robot",
	"gkebackup":        "gcp-sa-gkebackup",
	"secretmanager":    "gcp-sa-secretmanager",
}

// agentsOnDemand are the services whose account must be asked for; the accounts
// of the others come with their API.
var agentsOnDemand = map[string]bool{"artifactregistry": true, "gkebackup": true, "secretmanager": true}

// lend lets a service of Google encrypt and decrypt with a key, and returns what
// must be there before the service is told to.
func (p *Platform) lend(ctx *pulumi.Context, keyName string, key *spec.Key, service string) (pulumi.Resource, error) {
	name := keyName + "-" + service
	if loan, ok := p.loans[name]; ok {
		return loan, nil
	}
	api, err := p.enable(ctx, service)
	if err != nil {
		return nil, err
	}
	waits := []pulumi.Resource{api}
	if agentsOnDemand[service] {
		agent, err := p.agent(ctx, service)
		if err != nil {
			return nil, err
		}
		waits = append(waits, agent)
	}
	who := member(pulumi.Sprintf("service-%s@%s.iam.gserviceaccount.com", p.number, agentDomains[service]))
	if service == "storage" {
		// Asking for the account of Cloud Storage makes it.
		who = storage.GetProjectServiceAccountOutput(ctx, storage.GetProjectServiceAccountOutputArgs{Project: p.projectOnce(api)}).Member()
	}
	loan, err := kms.NewCryptoKeyIAMMember(ctx, name, &kms.CryptoKeyIAMMemberArgs{
		CryptoKeyId: key.ID, Role: pulumi.String(roleUseKey), Member: who,
	}, p.in(), pulumi.DependsOn(waits))
	if err != nil {
		return nil, err
	}
	p.loans[name] = loan
	return loan, nil
}

// agent asks for the account of a service, once.
func (p *Platform) agent(ctx *pulumi.Context, service string) (*projects.ServiceIdentity, error) {
	if agent, ok := p.agents[service]; ok {
		return agent, nil
	}
	agent, err := projects.NewServiceIdentity(ctx, p.name+"-"+service, &projects.ServiceIdentityArgs{
		Project: pulumi.String(p.project), Service: pulumi.String(service + ".googleapis.com"),
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services[service]}))
	if err != nil {
		return nil, err
	}
	p.agents[service] = agent
	return agent, nil
}

// member writes a service account as IAM does.
func member(email pulumi.StringInput) pulumi.StringOutput {
	return pulumi.Sprintf("serviceAccount:%s", email)
}
