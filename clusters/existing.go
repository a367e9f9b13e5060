package clusters

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"sigs.k8s.io/yaml"
)

// existingPlatform uses a cluster that is there already. It makes nothing in
// any cloud.
type existingPlatform struct{}

func (p *existingPlatform) create(_ *pulumi.Context, c *Cluster, args *ClusterArgs) error {
	if args.Kubeconfig == nil {
		return errors.New("kubeconfig is required for an existing cluster: pass the content of one that reaches it")
	}
	access := pulumi.ToSecret(args.Kubeconfig.ToStringOutput().ApplyT(func(text string) (*existingAccess, error) {
		return readKubeconfig(text, args.Context)
	})).(pulumi.AnyOutput)
	// The address alone is no secret.
	c.Endpoint = pulumi.Unsecret(access.ApplyT(func(a any) string { return a.(*existingAccess).server })).(pulumi.StringOutput)
	c.Kubeconfig = access.ApplyT(func(a any) string { return a.(*existingAccess).kubeconfig }).(pulumi.StringOutput)
	c.Version = pulumi.String("").ToStringOutput()
	c.storageClasses[General] = args.StorageClass
	return nil
}

func (p *existingPlatform) addPool(*pulumi.Context, *NodePool, *NodePoolSpec) error {
	return errors.New("the nodes of an existing cluster are not managed here")
}

func (p *existingPlatform) complete(*pulumi.Context, *Cluster, *ClusterArgs) error { return nil }

// existingAccess is a kubeconfig with the wanted context as its current one, and
// where it leads.
type existingAccess struct{ kubeconfig, server string }

// readKubeconfig makes context the current one of a kubeconfig and finds the
// server behind it. Errors show names, never content.
func readKubeconfig(text, context string) (*existingAccess, error) {
	var known kubeconfig
	var whole map[string]any
	if err := yaml.Unmarshal([]byte(text), &known); err != nil {
		return nil, errors.New("kubeconfig is not a kubeconfig file: it cannot be read as YAML")
	}
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil || len(known.Contexts) == 0 {
		return nil, errors.New("kubeconfig is not a kubeconfig file, or has no context; pass the content of one that works with kubectl")
	}
	if context == "" {
		context = known.CurrentContext
	}
	var names []string
	for _, c := range known.Contexts {
		names = append(names, c.Name)
		if c.Name != context {
			continue
		}
		for _, cluster := range known.Clusters {
			if cluster.Name != c.Context.Cluster {
				continue
			}
			whole["current-context"] = context
			out, err := yaml.Marshal(whole)
			if err != nil {
				return nil, err
			}
			return &existingAccess{string(out), cluster.Cluster.Server}, nil
		}
		return nil, fmt.Errorf("context %q of the kubeconfig names the cluster %q, which is not in it", context, c.Context.Cluster)
	}
	return nil, fmt.Errorf("context %q is not in the kubeconfig; it has %q", context, names)
}
