package eks_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rights are an IAM policy as a resource carries it.
type rights struct {
	Version   string
	Statement []grant
}

// grant is one statement of it.
type grant struct {
	Sid, Effect string
	Principal   map[string]string
	Action      []string
	Resource    []string
	Condition   map[string]map[string][]string
}

func parsePolicy(t *testing.T, document any) rights {
	t.Helper()
	text, ok := document.(string)
	require.True(t, ok, "a policy document, not %v", document)
	var p rights
	require.NoError(t, json.Unmarshal([]byte(text), &p))
	require.Equal(t, "2012-10-17", p.Version, "an older version knows no variables")
	return p
}

// request is what somebody asks AWS for. The context holds the condition keys.
type request struct {
	action, resource string
	context          map[string]string
}

// allows is true if the policy allows the request: some statement allows it,
// and none denies it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (p rights) allows(t *testing.T, r request) bool {
	t.Helper()
	allowed := false
	for _, s := range p.Statement {
		if !matchesAny(s.Action, r.action) || !matchesAny(s.Resource, r.resource) || !holds(t, s.Condition, r.context) {
			continue
		}
		if s.Effect == "Deny" {
			return false
		}
		allowed = allowed || s.Effect == "Allow"
	}
	return allowed
}

// holds is true if all conditions of a statement hold.
func holds(t *testing.T, conditions map[string]map[string][]string, context map[string]string) bool {
	t.Helper()
	for operator, keys := range conditions {
		for key, values := range keys {
			value, present := context[key]
			var ok bool
			switch operator {
			case "StringEquals", "Bool":
				ok = present && slices.Contains(values, value)
			case "StringEqualsIfExists":
				ok = !present || slices.Contains(values, value)
			case "StringLike", "ArnLike", "ArnEquals":
				ok = present && matchesAny(values, value)
			case "ForAllValues:StringEquals":
				ok = !present || !slices.ContainsFunc(strings.Split(value, ","), func(v string) bool { return !slices.Contains(values, v) })
			case "NumericLessThan":
				limit, err := strconv.ParseFloat(values[0], 64)
				require.NoError(t, err)
				number, err := strconv.ParseFloat(value, 64)
				ok = err == nil && number < limit
			default:
				require.Fail(t, "an operator the test does not know", operator)
			}
			if !ok {
				return false
			}
		}
	}
	return true
}

func matchesAny(patterns []string, s string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, s) })
}

// matches is true if s is the pattern, in which an asterisk stands for anything.
func matches(pattern, s string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == s
	}
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	for i := 0; i <= len(s); i++ {
		if matches(rest, s[i:]) {
			return true
		}
	}
	return false
}

// of returns what a policy says to a service of AWS.
func (p rights) of(service string) rights {
	p.Statement = slices.Clone(p.Statement)
	p.Statement = slices.DeleteFunc(p.Statement, func(s grant) bool {
		return s.Principal["Service"] != service && s.Principal["AWS"] != "*"
	})
	return p
}
