package runner

import (
	"context"
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
		// What the killed run had just changed or deleted may still stand in the state as it was: look first.
		r.Repair = true
		if err := stack.Cancel(ctx); err != nil {
			return fmt.Errorf("stack %s: taking back a lock: %w", r.Stack, told(err))
		}
	}
	return r.clearPending(ctx, stack)
}

// clearPending forgets operations that the engine had begun and not ended. What a creation made nevertheless makes way
// in the simulated clouds when it is made again, and Kubernetes objects are applied, not created.
func (r *Runner) clearPending(ctx context.Context, stack *auto.Stack) error {
	return r.editState(ctx, stack, func(deployment *apitype.DeploymentV3) bool {
		for _, operation := range deployment.PendingOperations {
			fmt.Fprintf(r.Out, "recovering: %s was interrupted: %s\n", operation.Type, operation.Resource.URN)
		}
		interrupted := len(deployment.PendingOperations) > 0
		deployment.PendingOperations = nil
		return interrupted
	})
}
