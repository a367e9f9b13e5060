package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/dns"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/storage"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/spec"
)

// Roles of Google that hold what an action needs and little else. None may
// change who else has rights, or delete what it works on:
// https://cloud.google.com/iam/docs/roles-permissions
const (
	roleReadSecrets = "roles/secretmanager.secretAccessor"
	roleReadBucket  = "roles/storage.objectViewer"
	roleWriteBucket = "roles/storage.objectUser"
	rolePullImages  = "roles/artifactregistry.reader"
	rolePushImages  = "roles/artifactregistry.writer"
	roleUseKey      = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
)

// customRole is a role made here, where Google's hold too much: whoever may
// change records by roles/dns.admin may also delete the zone.
type customRole struct {
	id, title   string
	permissions []string
}

var (
	changeRecords = customRole{"changeRecords", "Change the records of a DNS zone", []string{
		"dns.changes.create", "dns.changes.get", "dns.changes.list", "dns.managedZones.get",
		"dns.resourceRecordSets.create", "dns.resourceRecordSets.delete", "dns.resourceRecordSets.get",
		"dns.resourceRecordSets.list", "dns.resourceRecordSets.update",
	}}
	// listZones is the project's to give. Programs that change records look their
	// zone up by its domain, and see the names of all zones in doing so.
	listZones = customRole{"listZones", "List the DNS zones of a project", []string{"dns.managedZones.list"}}
)

// grant gives an identity one right, on one thing, and returns what must be
// there for that. Names say what for: a name by number would, once a grant
// before it goes, delete the right that was made under the next one's name.
func (p *Platform) grant(ctx *pulumi.Context, parent pulumi.Resource, identity string, g *spec.Grant, who pulumi.StringOutput) ([]pulumi.Resource, error) {
	name, in := fmt.Sprintf("%s-%s", identity, g.Action), pulumi.Parent(parent)
	switch g.Action {
	case spec.ReadSecrets:
		return p.grantSecrets(ctx, name, secretName(g.Prefix), who, in)
	case spec.ReadBucket:
		return p.grantBucket(ctx, name, roleReadBucket, g.Bucket, who, in)
	case spec.WriteBucket:
		return p.grantBucket(ctx, name, roleWriteBucket, g.Bucket, who, in)
	case spec.ChangeZone:
		return p.grantZone(ctx, name+"-"+g.Zone.Domain, g.Zone, who, in)
	case spec.PullImages:
		return p.grantImages(ctx, name+"-"+g.Repository, rolePullImages, g.Registry.References[g.Repository], who, in)
	case spec.PushImages:
		return p.grantImages(ctx, name+"-"+g.Repository, rolePushImages, g.Registry.References[g.Repository], who, in)
	case spec.UseKey:
		made, err := kms.NewCryptoKeyIAMMember(ctx, name+"-"+g.Key.Name, &kms.CryptoKeyIAMMemberArgs{
			CryptoKeyId: g.Key.ID, Role: pulumi.String(roleUseKey), Member: who,
		}, in)
		return []pulumi.Resource{made}, err
	}
	return nil, fmt.Errorf("grant %q is not known on Google Cloud", g.Action)
}

// grantSecrets lets an identity read the secrets whose names begin with a
// prefix. Secrets come and go, so the right is on the project, with a condition.
// https://cloud.google.com/secret-manager/docs/access-control#conditions
func (p *Platform) grantSecrets(ctx *pulumi.Context, name, prefix string, who pulumi.StringOutput, in pulumi.ResourceOption) ([]pulumi.Resource, error) {
	api, err := p.enable(ctx, "secretmanager")
	if err != nil {
		return nil, err
	}
	made, err := projects.NewIAMMember(ctx, name+"-"+prefix, &projects.IAMMemberArgs{
		Project: pulumi.String(p.project), Role: pulumi.String(roleReadSecrets), Member: who,
		Condition: projects.IAMMemberConditionArgs{
			Title: pulumi.String(bounded("secrets "+prefix, maxConditionTitle)),
			// Names of secrets in conditions have the project's number.
			Expression: pulumi.Sprintf("resource.name.startsWith(\"projects/%s/secrets/%s\")", p.number, prefix),
		},
	}, in, pulumi.DependsOn([]pulumi.Resource{api}))
	return []pulumi.Resource{made}, err
}

// maxConditionTitle is the longest title of a condition:
// https://cloud.google.com/iam/docs/conditions-overview
const maxConditionTitle = 100

func (p *Platform) grantBucket(ctx *pulumi.Context, name, role string, bucket *spec.Bucket, who pulumi.StringOutput, in pulumi.ResourceOption) ([]pulumi.Resource, error) {
	if short, ok := p.buckets[bucket.Name]; ok {
		name += "-" + short
	}
	made, err := storage.NewBucketIAMMember(ctx, name, &storage.BucketIAMMemberArgs{
		Bucket: bucket.Name, Role: pulumi.String(role), Member: who,
	}, in)
	return []pulumi.Resource{made}, err
}

func (p *Platform) grantZone(ctx *pulumi.Context, name string, zone *spec.Zone, who pulumi.StringOutput, in pulumi.ResourceOption) ([]pulumi.Resource, error) {
	change, err := p.role(ctx, changeRecords)
	if err != nil {
		return nil, err
	}
	records, err := dns.NewDnsManagedZoneIamMember(ctx, name, &dns.DnsManagedZoneIamMemberArgs{
		Project: pulumi.String(p.project), ManagedZone: zone.ID, Role: change.Name, Member: who,
	}, in)
	if err != nil {
		return nil, err
	}
	list, err := p.role(ctx, listZones)
	if err != nil {
		return nil, err
	}
	zones, err := projects.NewIAMMember(ctx, name+"-list", &projects.IAMMemberArgs{
		Project: pulumi.String(p.project), Role: list.Name, Member: who,
	}, in)
	return []pulumi.Resource{records, zones}, err
}

func (p *Platform) grantImages(ctx *pulumi.Context, name, role string, repository, who pulumi.StringOutput, in pulumi.ResourceOption) ([]pulumi.Resource, error) {
	made, err := artifactregistry.NewRepositoryIamMember(ctx, name, &artifactregistry.RepositoryIamMemberArgs{
		Project: pulumi.String(p.project), Location: pulumi.String(p.args.Region),
		Repository: repository, Role: pulumi.String(role), Member: who,
	}, in)
	return []pulumi.Resource{made}, err
}

// role makes a custom role, once.
func (p *Platform) role(ctx *pulumi.Context, r customRole) (*projects.IAMCustomRole, error) {
	if made, ok := p.roles[r.id]; ok {
		return made, nil
	}
	made, err := projects.NewIAMCustomRole(ctx, p.name+"-"+r.id, &projects.IAMCustomRoleArgs{
		Project: pulumi.String(p.project), RoleId: pulumi.String(roleID(p.name, r.id)),
		Title: pulumi.String(r.title), Description: p.description("For pods of the GKE cluster " + p.name),
		Permissions: pulumi.ToStringArray(r.permissions), Stage: pulumi.String("GA"),
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["iam"]}))
	if err != nil {
		return nil, err
	}
	p.roles[r.id] = made
	return made, nil
}
