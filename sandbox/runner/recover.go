package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// recover clears away what a killed run left in the stack's state, so that the next one needs no manual step. The
// launcher holds the stack's lock by now: no other run is under way.
func (r *Runner) recover(ctx context.Context, stack *auto.Stack) error {
	locks, err := filepath.Glob(filepath.Join(r.Layout.BackendDir(), ".pulumi", "locks", "*", projectName, r.Stack, "*.json"))
	if err != nil {
		return err
	}
	if len(locks) > 0 {
		fmt.Fprintf(r.Out, "recovering: the last run on stack %s was killed; taking back its lock\n", r.Stack)
		if err := stack.Cancel(ctx); err != nil {
			return fmt.Errorf("stack %s: taking back a lock: %w", r.Stack, reason(err))
		}
	}
	return r.clearPending(ctx, stack)
}

// clearPending forgets operations that the engine had begun and not ended. What they made nevertheless is known to
// the simulated clouds, which hand it over when it is made again; Kubernetes objects are applied, not created.
func (r *Runner) clearPending(ctx context.Context, stack *auto.Stack) error {
	state, err := stack.Export(ctx)
	if err != nil {
		return fmt.Errorf("stack %s: reading its state: %w", r.Stack, reason(err))
	}
	var deployment apitype.DeploymentV3
	if len(state.Deployment) == 0 {
		return nil
	}
	if err := json.Unmarshal(state.Deployment, &deployment); err != nil {
		return fmt.Errorf("stack %s: its state: %w", r.Stack, err)
	}
	if len(deployment.PendingOperations) == 0 {
		return nil
	}
	for _, operation := range deployment.PendingOperations {
		fmt.Fprintf(r.Out, "recovering: %s was interrupted: %s\n", operation.Type, operation.Resource.URN)
	}
	deployment.PendingOperations = nil
	if state.Deployment, err = json.Marshal(deployment); err != nil {
		return err
	}
	if err := stack.Import(ctx, state); err != nil {
		return fmt.Errorf("stack %s: clearing interrupted operations: %w", r.Stack, reason(err))
	}
	return nil
}
