package expressions_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/expressions"
)

// TestNoRuleFailsForWhatIsMissing takes every part of every object away, or what is
// in it: a rule that fails for that would refuse the object at admission.
func TestNoRuleFailsForWhatIsMissing(t *testing.T) {
	t.Parallel()
	evaluator := expressions.New()
	for _, s := range subjects(t) {
		for i, o := range s.objects {
			tree := o.Properties.Tree()
			for _, at := range places(tree, nil) {
				for _, less := range []any{removed{}, emptyOf(lookup(tree, at))} {
					if _, element := at[len(at)-1].(int); element && isRemoved(less) {
						continue
					}
					verdicts, _, err := evaluator.Verdicts(s.rule, s.settings[i], resource(o.Type, with(tree, at, less)))
					require.NoError(t, err)
					require.NotContains(t, fmt.Sprint(verdicts), "fails", "%s: %v of %v is %v", s.rule.ID, at, tree, less)
				}
			}
		}
	}
}

// emptyOf is the empty value of a value's type.
func emptyOf(v any) any {
	switch v.(type) {
	case map[string]any:
		return map[string]any{}
	case []any:
		return []any{}
	case string:
		return ""
	default:
		return v
	}
}
