package gke

import (
	"context"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Transforms take the mark of a secret off outputs that only repeat a resource's
// labels. The provider's SDK sets it, and the engine then blots out every
// occurrence of a label's value, such as prod, in all that it says.
// Our labels are the owner's, which are no secrets.
// https://github.com/pulumi/pulumi-gcp/issues/1316
func (*Platform) Transforms() []pulumi.ResourceTransform {
	return []pulumi.ResourceTransform{plainLabels}
}

var labelOutputs = []string{"effectiveLabels", "pulumiLabels"}

func plainLabels(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	if !strings.HasPrefix(args.Type, "gcp:") {
		return nil
	}
	opts := args.Opts
	opts.AdditionalSecretOutputs = slices.DeleteFunc(slices.Clone(opts.AdditionalSecretOutputs), func(output string) bool {
		return slices.Contains(labelOutputs, output)
	})
	return &pulumi.ResourceTransformResult{Props: args.Props, Opts: opts}
}
