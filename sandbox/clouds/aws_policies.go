package clouds

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// awsStatements reads the statements of a policy; one statement may stand without a list around it.
func awsStatements(policy string) []policyStatement {
	var doc struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(policy), &doc) != nil {
		return nil
	}
	var many []policyStatement
	if json.Unmarshal(doc.Statement, &many) == nil {
		return many
	}
	var one policyStatement
	if json.Unmarshal(doc.Statement, &one) != nil {
		return nil
	}
	return []policyStatement{one}
}

// awsCheckIdentityPolicy finds mistakes in a policy of a role: one that names principals, or is too long.
// Source of the limits: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, white space not counted.
func awsCheckIdentityPolicy(o props.Object, path string, most int) []Failure {
	f := awsCheckPolicy(o, path)
	policy := props.Str(o, path)
	if n := len(strings.Join(strings.Fields(policy), "")); n > most {
		f = append(f, Failure{path, fmt.Sprintf("LimitExceeded: the policy has %d characters without white space, %d at most are allowed: split it", n, most)})
	}
	for i, s := range awsStatements(policy) {
		if s.Principal != nil || s.NotPrincipal != nil {
			f = append(f, Failure{path, fmt.Sprintf("MalformedPolicyDocument: statement %d must not specify a principal: the policy is of the one that has it", i)})
		}
		if s.Resource == nil && s.NotResource == nil {
			f = append(f, Failure{path, fmt.Sprintf("MalformedPolicyDocument: statement %d must contain resources", i)})
		}
	}
	return f
}

// awsCheckResourcePolicy finds mistakes in a policy of a resource: one that does not say whom it is about.
func awsCheckResourcePolicy(o props.Object, path string) []Failure {
	f := awsCheckPolicy(o, path)
	for i, s := range awsStatements(props.Str(o, path)) {
		if s.Principal == nil && s.NotPrincipal == nil {
			f = append(f, Failure{path, fmt.Sprintf("MalformedPolicy: statement %d needs a principal", i)})
		}
	}
	return f
}

// awsCheckTrustPolicy finds mistakes in who may assume a role.
func awsCheckTrustPolicy(o props.Object, path string) []Failure {
	f := awsCheckResourcePolicy(o, path)
	for i, s := range awsStatements(props.Str(o, path)) {
		if s.Resource != nil || s.NotResource != nil {
			f = append(f, Failure{path, fmt.Sprintf("MalformedPolicyDocument: statement %d has the prohibited field Resource", i)})
		}
	}
	return f
}

// awsPublic says whether a statement allows something to everybody, without a condition.
// Source: docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
func awsPublic(policy string) bool {
	return slices.ContainsFunc(awsStatements(policy), func(s policyStatement) bool {
		if s.Effect != "Allow" || s.Condition != nil {
			return false
		}
		if m, ok := s.Principal.(map[string]any); ok {
			return awsMentions(m["AWS"], "*")
		}
		return s.Principal == "*"
	})
}

// awsTrusts says whether a policy allows something to a service of AWS.
func awsTrusts(policy, service string) bool {
	return slices.ContainsFunc(awsStatements(policy), func(s policyStatement) bool {
		m, ok := s.Principal.(map[string]any)
		return s.Effect == "Allow" && ok && awsMentions(m["Service"], service)
	})
}
