package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

const stackReference = "pulumi:pulumi:StackReference"

func stackReferences() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-references",
		Title:    "A stack reads no outputs of another environment's stacks",
		Severity: rule.High,
		On:       wholeStack,
		Why: "A reference ties the environments together: what is tried out in dev changes prod at its next update, and " +
			"whoever may write the state of the one chooses what the other is made of. Secrets come along.",
		Fix: "Read from the stack of the same environment. What is meant for all of them, such as a registry, gets a stack " +
			"of its own in the setting shared. The environment of a stack is a word of its name: prod, network-prod.",
		Settings: []rule.Setting{names("shared", nil,
			"Stacks that those of every environment may read, by name or as ORGANIZATION/PROJECT/NAME.")},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			seen := map[string]bool{}
			for _, r := range s.Resources {
				if r.Type == stackReference {
					name := r.Get("name").OrElse(rule.NewValue(r.Name))
					if text, known := name.Text(); known {
						seen[text] = true
						q.Require(ofEnvironment(q, text), r.Get("name"), foreign, name)
					} else {
						q.Require(name.Present(), name, "")
					}
				}
				// The engine shows a plan's references to no policy pack, only what their
				// outputs went into.
				// https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/resource/deploy/step_executor.go
				for _, property := range slices.Sorted(maps.Keys(r.DependsOn)) {
					for _, urn := range r.DependsOn[property] {
						name, is := referenceName(urn)
						if !is || seen[name] || s.Find(urn) != nil {
							continue
						}
						seen[name] = true
						q.Require(ofEnvironment(q, name), r.Get(property), foreign, rule.NewValue(name))
					}
				}
			}
		}),
	}
}

const foreign = "the stack reads the outputs of %s, which is of another environment"

// referenceName is the name of the reference that a URN is of, by which the
// program mostly names the stack as well.
// https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
func referenceName(urn string) (string, bool) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return "", false
	}
	typ := parts[2][strings.LastIndexByte(parts[2], '$')+1:]
	return parts[3], typ == stackReference
}

// ofEnvironment asks whether a stack, as ORGANIZATION/PROJECT/NAME or NAME alone,
// is of the environment that is judged, or shared.
func ofEnvironment(q *rule.Inquiry, stack string) rule.Truth {
	name := stack[strings.LastIndexByte(stack, '/')+1:]
	shared := q.Settings.Strings("shared")
	if slices.Contains(shared, stack) || slices.Contains(shared, name) || name == q.Stack.Name {
		return rule.True()
	}
	if q.Stack.Environment == "" {
		return rule.Undecided("the environment of the stack")
	}
	words := strings.FieldsFunc(name, func(c rune) bool { return strings.ContainsRune("-_.", c) })
	return rule.Known(name == q.Stack.Environment || slices.Contains(words, q.Stack.Environment))
}
