// Package existing uses a cluster that is there already. It makes nothing in any
// cloud.
package existing

import (
	"errors"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/kubeconfig"
	"github.com/ai-now/platform/clusters/spec"
)

// Platform is a cluster that is there already.
type Platform struct{ spec.OffersNothing }

// New returns the platform of one cluster.
func New() *Platform { return &Platform{} }

// Create reads the kubeconfig.
func (*Platform) Create(_ *pulumi.Context, _ pulumi.Resource, c *spec.Cluster) (*spec.ControlPlane, error) {
	if c.Kubeconfig == nil {
		return nil, errors.New("kubeconfig is required for an existing cluster: pass the content of one that reaches it")
	}
	choice := pulumi.ToSecret(c.Kubeconfig.ToStringOutput().ApplyT(func(text string) (*kubeconfig.Choice, error) {
		return kubeconfig.Choose(text, c.Context)
	})).(pulumi.AnyOutput)
	return &spec.ControlPlane{
		Version: pulumi.String("").ToStringOutput(),
		// The address alone is no secret.
		Endpoint:       pulumi.Unsecret(choice.ApplyT(func(a any) string { return a.(*kubeconfig.Choice).Server })).(pulumi.StringOutput),
		Kubeconfig:     choice.ApplyT(func(a any) string { return a.(*kubeconfig.Choice).Text }).(pulumi.StringOutput),
		StorageClasses: map[spec.Purpose]string{spec.General: c.StorageClass},
	}, nil
}

// AddPool refuses: nobody gave us the cloud.
func (*Platform) AddPool(*pulumi.Context, pulumi.Resource, *spec.NodePool) error {
	return errors.New("the nodes of an existing cluster are not managed here")
}

// Complete has nothing to add.
func (*Platform) Complete(*pulumi.Context, pulumi.Resource, *kubernetes.Provider) error { return nil }
