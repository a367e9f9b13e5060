package stacks

import (
	"fmt"

	"github.com/ai-now/platform/clusters/check"
)

// Mistake is one thing wrong with a configuration. Its path leads to the value
// in the stack's file, such as ai-now:clusters[1].nodePools[0].size.
type Mistake = check.Mistake

// InvalidConfig is a configuration that cannot be used. Its text lists every
// mistake with path, value, problem and hint.
type InvalidConfig struct { //nolint:errname // part of the API, and tells what it is
	// Stack the configuration is of.
	Stack string
	// Mistakes in the order of the file.
	Mistakes []Mistake
}

// Error implements error.
func (e *InvalidConfig) Error() string {
	return fmt.Sprintf("the configuration of stack %q (Pulumi.%s.yaml) has %s:\n%s",
		e.Stack, e.Stack, check.Count(len(e.Mistakes)), check.Lines(e.Mistakes))
}
