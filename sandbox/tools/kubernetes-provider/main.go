// Command pulumi-resource-kubernetes is the real Kubernetes provider, built from its library package.
//
// The provider's own main package embeds two files that its release process generates and that its module does not
// carry. Both are compacted copies of files it does carry, so the sandbox writes them to gen/ before it builds
// this package (see sandbox/toolbox/kubernetes_provider.go).
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed gen/schema.json
var schema []byte

//go:embed gen/terraform-mapping.json
var terraformMapping []byte

func main() {
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}
