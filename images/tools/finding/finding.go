// Package finding is what the checks of the images report.
package finding

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is one thing that is wrong in a file.
type Finding struct {
	// Rule that is broken.
	Rule string
	// File it is broken in, and the line, 0 if it is about the whole file.
	File string
	Line int
	// Message says what is wrong, what is allowed and what to do.
	Message string
	// Lenient is set for what stops a publication and not a test run.
	Lenient bool
}

func (f Finding) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	return fmt.Sprintf("%s: %s: %s", place, f.Rule, f.Message)
}

// Sort puts findings in the order of files and lines.
func Sort(findings []Finding) {
	slices.SortStableFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule))
	})
}

// Failing returns those that fail a run: all of them, or without strict those that are not lenient.
func Failing(findings []Finding, strict bool) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Lenient && !strict })
}
