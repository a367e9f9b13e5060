package runner

import (
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/stacks"
)

// How long the sandbox waits for the end of a Kubernetes object. The provider that can be built here misses it now and
// then: it looks at the object, which a finalizer still holds, and begins to watch when the object has gone. It
// notices only when its time is up, ten minutes by default.
const (
	deleteTimeout          = "15s"
	deleteNamespaceTimeout = "5m" // a namespace really takes its time
)

// program is the platform's program with the sandbox's time limits on it. It notes how its clusters are reached, so
// that a failure can be explained.
func (r *Runner) program(ctx *pulumi.Context) error {
	if err := ctx.RegisterStackTransformation(r.noteCluster); err != nil {
		return err
	}
	if err := ctx.RegisterStackTransformation(limitDeletion); err != nil {
		return err
	}
	return stacks.Deploy(ctx)
}

func limitDeletion(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
	if !strings.HasPrefix(args.Type, "kubernetes:") {
		return nil
	}
	options, err := pulumi.NewResourceOptions(args.Opts...)
	if err != nil {
		return nil // the registration itself says what is wrong with them
	}
	timeouts := pulumi.CustomTimeouts{Delete: deleteTimeout}
	if args.Type == "kubernetes:core/v1:Namespace" {
		timeouts.Delete = deleteNamespaceTimeout
	}
	if own := options.CustomTimeouts; own != nil {
		timeouts.Create, timeouts.Update = own.Create, own.Update
	}
	return &pulumi.ResourceTransformationResult{Props: args.Props, Opts: append(args.Opts, pulumi.Timeouts(&timeouts))}
}

// noteCluster changes nothing; it keeps the kubeconfig of each cluster that the program reaches.
func (r *Runner) noteCluster(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
	if provider, ok := args.Props.(*kubernetes.ProviderArgs); ok && provider.Kubeconfig != nil {
		cluster := args.Name
		provider.Kubeconfig.ToStringPtrOutput().ApplyT(func(kubeconfig *string) string {
			if kubeconfig != nil {
				r.kubeconfigs.Store(cluster, *kubeconfig)
			}
			return ""
		})
	}
	return nil
}
