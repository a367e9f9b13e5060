// Command platform is the Pulumi program: it brings up what the configuration
// of the stack asks for.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/stacks"
)

func main() {
	pulumi.Run(stacks.Deploy)
}
