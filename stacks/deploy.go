package stacks

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/components"
)

// Deploy is the program of a stack: clusters, on each the rules that hold there and
// the namespaces of its tenants, in them the workloads.
//
// Its outputs are clusters (what an operator needs of each, by name),
// kubeconfigs (secret, by cluster), credentials (secret; where a cloud has no
// identities for pods), namespaces and workloads (by cluster), and readme, a page
// about the stack.
func Deploy(ctx *pulumi.Context) error {
	cfg, err := Load(ctx)
	if err != nil {
		return err
	}
	d := &deployment{
		cfg: cfg, clusters: map[string]*clusters.Cluster{}, ready: map[string][]pulumi.Resource{}, identities: map[string]map[string]*clusters.Identity{},
		outClusters: pulumi.Map{}, outKubeconfigs: pulumi.StringMap{}, outCredentials: pulumi.Map{},
		outNamespaces: map[string]pulumi.StringArray{}, outWorkloads: map[string]pulumi.StringMap{},
	}
	for i := range cfg.Clusters {
		if err := d.cluster(ctx, &cfg.Clusters[i]); err != nil {
			return err
		}
	}
	for i := range cfg.Tenants {
		if err := d.tenant(ctx, &cfg.Tenants[i]); err != nil {
			return err
		}
	}
	d.export(ctx)
	return nil
}

// Load reads and checks the configuration of the stack that is being deployed.
func Load(ctx *pulumi.Context) (*Config, error) {
	values := map[string]any{}
	for _, name := range keysAt("") {
		if value, set := ctx.GetConfig(Namespace + ":" + name); set {
			values[Namespace+":"+name] = value
		}
	}
	// A language host passes the whole configuration: the only way to see keys
	// that no setting has.
	var whole map[string]string
	if json.Unmarshal([]byte(os.Getenv(pulumi.EnvConfig)), &whole) == nil {
		for key, value := range whole {
			if _, read := values[key]; !read && strings.HasPrefix(key, Namespace+":") {
				values[key] = value
			}
		}
	}
	return Parse(ctx.Stack(), values)
}

// deployment holds what has been made so far.
type deployment struct {
	cfg      *Config
	clusters map[string]*clusters.Cluster
	// ready are, by cluster, what must be there before anything is put into it.
	ready map[string][]pulumi.Resource
	// identities by cluster and namespace/serviceAccount.
	identities map[string]map[string]*clusters.Identity

	outClusters    pulumi.Map
	outKubeconfigs pulumi.StringMap
	outCredentials pulumi.Map
	outNamespaces  map[string]pulumi.StringArray
	outWorkloads   map[string]pulumi.StringMap
}

func (d *deployment) cluster(ctx *pulumi.Context, cfg *Cluster) error {
	args := d.cfg.clusterArgs(cfg)
	if cfg.Cloud == catalog.Existing {
		kubeconfig, err := existingKubeconfig(cfg)
		if err != nil {
			return fmt.Errorf("cluster %q: %w", cfg.Name, err)
		}
		args.Kubeconfig = pulumi.ToSecret(pulumi.String(kubeconfig)).(pulumi.StringOutput)
	}
	c, err := clusters.NewCluster(ctx, cfg.Name, args)
	if err != nil {
		return err
	}
	d.clusters[cfg.Name] = c
	d.outKubeconfigs[cfg.Name] = c.Kubeconfig
	made, err := ask(ctx, c, cfg)
	if err != nil {
		return err
	}
	d.outClusters[cfg.Name] = clusterOutput(c, made)
	d.identities[cfg.Name] = made.identities
	if made.credentials != nil {
		d.outCredentials[cfg.Name] = made.credentials
	}
	policies, err := components.NewAdmissionPolicies(ctx, cfg.Name+"-policies", &components.AdmissionPoliciesArgs{
		Owner: args.Owner, Gate: d.cfg.gate(),
	}, pulumi.Provider(c.Provider), pulumi.DependsOn([]pulumi.Resource{c}))
	if err != nil {
		return err
	}
	priorities, err := components.NewPriorityClasses(ctx, cfg.Name+"-priorities", &components.PriorityClassesArgs{
		// What is not of this stack may use them in a cluster that is not.
		Owner: args.Owner, Keep: cfg.Cloud == catalog.Existing,
	}, pulumi.Provider(c.Provider), pulumi.DependsOn([]pulumi.Resource{c}))
	if err != nil {
		return err
	}
	// What is put into the cluster from now on has to pass the gate.
	d.ready[cfg.Name] = []pulumi.Resource{c, policies, priorities}
	if h := args.Autoscaling.Headroom; h.Replicas > 0 {
		_, err := components.NewHeadroom(ctx, cfg.Name+"-headroom", &components.HeadroomArgs{
			Owner: args.Owner, CPU: h.CPU, Memory: h.Memory, Replicas: h.Replicas,
		}, pulumi.Provider(c.Provider), pulumi.DependsOn(d.ready[cfg.Name]))
		return err
	}
	return nil
}

func (d *deployment) tenant(ctx *pulumi.Context, tenant *Tenant) error {
	for _, name := range tenant.Clusters {
		c := d.clusters[name]
		prefix := name + "-" + tenant.Name
		namespace, err := components.NewSecureNamespace(ctx, prefix, d.cfg.namespaceArgsOn(tenant, c),
			pulumi.Provider(c.Provider), pulumi.DependsOn(d.ready[name]))
		if err != nil {
			return err
		}
		d.outNamespaces[name] = append(d.outNamespaces[name], pulumi.String(namespace.Name))
		for i := range d.cfg.Workloads {
			w := &d.cfg.Workloads[i]
			if w.Tenant != tenant.Name || !slices.Contains(w.Clusters, name) {
				continue
			}
			args := d.cfg.workloadArgs(w, namespace)
			args.Identity = d.identities[name][tenant.Name+"/"+w.Name]
			if pool := c.Pools[w.NodePool]; pool != nil {
				args.Taints = pool.Taints
			}
			made, err := components.NewWorkload(ctx, prefix+"-"+w.Name, &args, pulumi.Provider(c.Provider), pulumi.DependsOn(d.ready[name]))
			if err != nil {
				return err
			}
			if d.outWorkloads[name] == nil {
				d.outWorkloads[name] = pulumi.StringMap{}
			}
			d.outWorkloads[name][tenant.Name+"/"+w.Name] = pulumi.String(made.Address)
		}
	}
	return nil
}

// export publishes the outputs. Kubeconfigs are apart from the rest, which would
// become secret with them.
func (d *deployment) export(ctx *pulumi.Context) {
	namespaces, workloads := pulumi.Map{}, pulumi.Map{}
	for cluster, names := range d.outNamespaces {
		namespaces[cluster] = names
	}
	for cluster, addresses := range d.outWorkloads {
		workloads[cluster] = addresses
	}
	ctx.Export("environment", pulumi.String(d.cfg.Environment))
	ctx.Export("domain", pulumi.String(d.cfg.Domain))
	ctx.Export("clusters", d.outClusters)
	ctx.Export("kubeconfigs", pulumi.ToSecret(d.outKubeconfigs))
	if len(d.outCredentials) > 0 {
		ctx.Export("credentials", pulumi.ToSecret(d.outCredentials))
	}
	ctx.Export("readme", d.readme(ctx))
	ctx.Export("namespaces", namespaces)
	ctx.Export("workloads", workloads)
}
