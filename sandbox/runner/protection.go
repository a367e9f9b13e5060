package runner

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// protections are the properties by which clouds refuse to delete a resource, as the providers call them.
var protections = []string{"deletionProtection"}

// liftProtection takes the protection against deletion off everything in the stack's state. For real that is a
// change of configuration and an update of its own, which somebody reviews; a sandbox is there to be thrown away.
func (r *Runner) liftProtection(ctx context.Context, stack *auto.Stack) error {
	if r.existing {
		return nil // what is protected there is somebody's
	}
	return r.editState(ctx, stack, func(deployment *apitype.DeploymentV3) bool {
		edited := false
		for i := range deployment.Resources {
			resource := &deployment.Resources[i]
			lifted := resource.Protect
			resource.Protect = false
			for _, name := range protections {
				for _, properties := range []map[string]any{resource.Inputs, resource.Outputs} {
					if on, ok := properties[name].(bool); ok && on {
						properties[name], lifted = false, true
					}
				}
			}
			if lifted {
				fmt.Fprintf(r.Out, "sandbox: lifting the protection against deletion of %s\n", resource.URN.Name())
				edited = true
			}
		}
		return edited
	})
}

// editState changes the stack's state, if edit says that it did.
func (r *Runner) editState(ctx context.Context, stack *auto.Stack, edit func(*apitype.DeploymentV3) bool) error {
	state, err := stack.Export(ctx)
	if err != nil {
		return fmt.Errorf("stack %s: reading its state: %w", r.Stack, told(err))
	}
	if len(state.Deployment) == 0 {
		return nil
	}
	var deployment apitype.DeploymentV3
	if err := json.Unmarshal(state.Deployment, &deployment); err != nil {
		return fmt.Errorf("stack %s: its state: %w", r.Stack, err)
	}
	if !edit(&deployment) {
		return nil
	}
	if state.Deployment, err = json.Marshal(deployment); err != nil {
		return err
	}
	if err := stack.Import(ctx, state); err != nil {
		return fmt.Errorf("stack %s: writing its state: %w", r.Stack, told(err))
	}
	return nil
}
