// Package gke makes clusters on Google Cloud.
package gke

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/kms"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/kubeconfig"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// Platform makes a cluster on Google Cloud.
type Platform struct {
	args *spec.Cluster
	// parent is the cluster's component: whatever several requests share is its
	// child, whoever asks first.
	parent pulumi.Resource

	name, project string
	// location is the region of a regional cluster, the zone of a zonal one.
	location string
	owner    labels.Owner
	// number is the project's, which Google's own accounts have in their names.
	number pulumi.StringOutput

	network *network
	cluster *container.Cluster
	nodes   *serviceaccount.Account
	// ready is what nodes need besides the cluster.
	ready []pulumi.Resource

	ring *kms.KeyRing
	// disks is the key of the nodes' disks and of the volumes.
	disks *spec.Key

	services map[string]*projects.Service
	agents   map[string]*projects.ServiceIdentity
	loans    map[string]pulumi.Resource
	roles    map[string]*projects.IAMCustomRole
	buckets  map[pulumi.StringOutput]string
}

// New returns the platform of one cluster.
func New() *Platform {
	return &Platform{
		services: map[string]*projects.Service{}, agents: map[string]*projects.ServiceIdentity{},
		loans: map[string]pulumi.Resource{}, roles: map[string]*projects.IAMCustomRole{},
		buckets: map[pulumi.StringOutput]string{},
	}
}

var gcp, _ = catalog.Get(catalog.GCP)

// Create makes the network, the keys, the nodes' identity, the control plane
// and what watches it.
func (p *Platform) Create(ctx *pulumi.Context, parent pulumi.Resource, c *spec.Cluster) (*spec.ControlPlane, error) {
	p.args, p.parent = c, parent
	p.name, p.project, p.owner = c.Name, c.Project, c.Owner
	// A regional cluster has a control plane in three zones; a zonal one is
	// down whenever its zone is, or is upgraded.
	p.location = c.Zones[0]
	if c.HighlyAvailable {
		p.location = c.Region
	}
	for _, make := range []func(*pulumi.Context) error{
		p.createProject, p.createNodeIdentity, p.createNetwork, p.createKeys, p.createCluster,
		p.createAccess, p.createBackups, p.createAudit,
	} {
		if err := make(ctx); err != nil {
			return nil, err
		}
	}
	facts := pulumi.StringMap{
		"network": p.network.vpc.SelfLink, "subnetwork": p.network.subnet.SelfLink,
		"natAddresses": p.network.addresses, "projectNumber": p.number,
		"workloadPool": pulumi.String(p.pool()), "nodeServiceAccount": p.nodes.Email, "keyRing": p.ring.ID().ToStringOutput(),
	}
	if c.Edge.Firewall {
		policy, err := p.newEdge(ctx)
		if err != nil {
			return nil, err
		}
		facts["securityPolicy"] = policy.Name
	}
	endpoint := pulumi.Sprintf("https://%s", p.cluster.Endpoint)
	return &spec.ControlPlane{
		Version: p.cluster.MasterVersion, Endpoint: endpoint, Kubeconfig: p.kubeconfig(endpoint),
		StorageClasses: storageClassNames(),
		Connect:        fmt.Sprintf("gcloud container clusters get-credentials %s --location %s --project %s", c.Name, p.location, c.Project),
		Console:        fmt.Sprintf("https://console.cloud.google.com/kubernetes/clusters/details/%s/%s?project=%s", p.location, c.Name, c.Project),
		Facts:          facts,
	}, nil
}

// Complete makes the storage classes; GKE brings DNS, network and drivers.
func (p *Platform) Complete(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider) error {
	return p.createStorageClasses(ctx, parent, provider)
}

// kubeconfig holds no credentials: Google's plugin gets short-lived ones.
func (p *Platform) kubeconfig(endpoint pulumi.StringOutput) pulumi.StringOutput {
	return pulumi.All(endpoint, p.cluster.MasterAuth.ClusterCaCertificate()).ApplyT(func(v []any) (string, error) {
		ca, _ := v[1].(*string)
		if ca == nil {
			return "", errors.New("GKE returned no certificate authority")
		}
		return kubeconfig.Exec(p.name, v[0].(string), *ca, kubeconfig.Command{
			Command: "gke-gcloud-auth-plugin", ProvideClusterInfo: true,
			InstallHint: "install gke-gcloud-auth-plugin: https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin",
		})
	}).(pulumi.StringOutput)
}

// in makes a resource a child of the cluster.
func (p *Platform) in() pulumi.ResourceOption { return pulumi.Parent(p.parent) }

// protect keeps what cannot be made again, or has data in it, from being
// deleted, as far as the stack asks for that.
func (p *Platform) protect() pulumi.ResourceOption { return pulumi.Protect(p.args.DeletionProtection) }

// labels says whose a resource is.
func (p *Platform) labels() pulumi.StringMap { return pulumi.ToStringMap(p.owner.GCP()) }

// maxDescription is the longest description that everything takes: that of a
// service account.
// https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts
const maxDescription = 256

// description says the same where there are no labels.
func (p *Platform) description(what string) pulumi.String {
	o := p.owner
	return pulumi.String(bounded(fmt.Sprintf("%s. environment: %s, team: %s, cost center: %s, data: %s, managed by %s",
		what, o.Environment, o.Team, o.CostCenter, o.DataClassification, labels.ManagedBy), maxDescription))
}

// pool is the project's workload identity pool.
func (p *Platform) pool() string { return p.project + ".svc.id.goog" }
