// Package eks makes clusters on AWS.
package eks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// Platform makes a cluster on AWS with the pulumi-eks component. Node groups
// and add-ons are resources of their own, not the component's, so that the
// autoscaler's and AWS's changes to them can be left alone.
type Platform struct {
	args      *spec.Cluster
	name      string
	region    string
	partition string
	owner     labels.Owner
	provider  *aws.Provider
	// account is the number of the account everything is made in.
	account pulumi.StringOutput
	network *network
	// logsKey encrypts the cluster's logs, storageKey its volumes.
	logsKey, storageKey *kms.Key

	cluster awseks.ClusterOutput
	// eksName is the cluster's name as an output, so that what uses it waits
	// for the cluster.
	eksName pulumi.StringOutput
	// version is the minor version of Kubernetes the control plane runs.
	version pulumi.StringOutput
	// nodeSecurityGroup is the group that EKS makes for control plane and nodes.
	nodeSecurityGroup pulumi.StringOutput
	identity          *iam.OpenIdConnectProvider
	issuer            pulumi.StringOutput

	nodeRole   *iam.Role
	nodeRights []pulumi.Resource
	// beforeNodes is what a node needs before it starts.
	beforeNodes []pulumi.Resource
	pools       []*spec.NodePool
	// groups are the managed node groups.
	groups []pulumi.Resource
	// stores are the secret stores asked for.
	stores []*spec.SecretStore
	// facts are shown to whoever operates the cluster; each part adds its own.
	facts pulumi.StringMap
}

// New returns the platform of one cluster.
func New() *Platform { return &Platform{facts: pulumi.StringMap{}} }

// Create makes the VPC, the keys, the logs and the control plane, and lets in
// who may use it.
func (p *Platform) Create(ctx *pulumi.Context, parent pulumi.Resource, c *spec.Cluster) (*spec.ControlPlane, error) {
	p.args, p.name, p.region, p.partition, p.owner = c, c.Name, c.Region, partition(c.Region), c.Owner
	var err error
	if p.provider, err = aws.NewProvider(ctx, c.Name, &aws.ProviderArgs{Region: pulumi.String(c.Region)}, pulumi.Parent(parent)); err != nil {
		return nil, err
	}
	p.account = aws.GetCallerIdentityOutput(ctx, aws.GetCallerIdentityOutputArgs{}, pulumi.Provider(p.provider)).AccountId()
	in := p.below(parent)
	for _, step := range []func(*pulumi.Context, ...pulumi.ResourceOption) error{p.createLogsKey, p.createStorageKey, p.createNetwork, p.createNodeRole} {
		if err := step(ctx, in...); err != nil {
			return nil, err
		}
	}
	logs, err := p.createControlPlane(ctx, parent, in...)
	if err != nil {
		return nil, err
	}
	if err := p.createAccess(ctx, in...); err != nil {
		return nil, err
	}
	addons, err := p.installAddons(ctx, nodeAddons(), in...)
	if err != nil {
		return nil, err
	}
	p.beforeNodes = slices.Clone(p.nodeRights)
	for _, a := range nodeAddons() {
		p.beforeNodes = append(p.beforeNodes, addons[a.name])
	}
	if err := p.createAudit(ctx, parent, logs, in...); err != nil {
		return nil, err
	}
	if err := p.createEdge(ctx, parent, in...); err != nil {
		return nil, err
	}
	p.collectFacts(logs.Name)
	return &spec.ControlPlane{
		Version: p.version, Endpoint: p.cluster.Endpoint(), Kubeconfig: p.kubeconfig(),
		StorageClasses: storageClasses,
		Connect:        fmt.Sprintf("aws eks update-kubeconfig --name %s --region %s", c.Name, c.Region),
		Console:        fmt.Sprintf("https://%s.console.aws.amazon.com/eks/home?region=%s#/clusters/%s", c.Region, c.Region, c.Name),
		Facts:          p.facts,
	}, nil
}

func (p *Platform) collectFacts(logs pulumi.StringOutput) {
	joined := func(list pulumi.StringArray) pulumi.StringOutput {
		return list.ToStringArrayOutput().ApplyT(func(all []string) string { return strings.Join(all, ",") }).(pulumi.StringOutput)
	}
	maps.Copy(p.facts, pulumi.StringMap{
		"account":           p.account,
		"vpcId":             p.network.vpc.ID().ToStringOutput(),
		"privateSubnetIds":  joined(p.network.private),
		"publicSubnetIds":   joined(p.network.public),
		"natAddresses":      joined(p.network.natAddresses),
		"nodeSecurityGroup": p.nodeSecurityGroup,
		"nodeRole":          p.nodeRole.Arn,
		"oidcIssuer":        p.issuer,
		"oidcProvider":      p.identity.Arn,
		"controlPlaneLogs":  logs,
	})
}

// Complete makes what needs nodes.
func (p *Platform) Complete(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider) error {
	in := p.below(parent)
	files, err := p.createFileSystem(ctx, in...)
	if err != nil {
		return err
	}
	p.facts["fileSystemId"] = files.ID().ToStringOutput()
	drivers, err := p.installAddons(ctx, p.clusterAddons(), with(in, pulumi.DependsOn(p.groups))...)
	if err != nil {
		return err
	}
	if err := p.createStorageClasses(ctx, parent, provider, files, drivers); err != nil {
		return err
	}
	return p.createAutoscaler(ctx, parent, provider, in...)
}

// engine is what chooses the number of nodes.
func (p *Platform) engine() string {
	return p.args.Autoscaling.EngineOf(amazon)
}

func (p *Platform) tags(name string) pulumi.StringMap {
	return pulumi.ToStringMap(p.owner.AWS(name))
}
