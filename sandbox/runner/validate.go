package runner

import (
	"github.com/ai-now/platform/sandbox/layout"
)

// Validate checks the stack's configuration as a whole.
func Validate(l *layout.Layout, stack string) error { return nil }
