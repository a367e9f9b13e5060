package crossguard

import (
	"context"
	"fmt"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

// Remediate changes a resource so that it keeps the rules at level remediate.
// Each remedy sees what those before it did.
func (s *Server) Remediate(
	ctx context.Context, req *pulumirpc.AnalyzeRequest,
) (*pulumirpc.RemediateResponse, error) {
	p := s.planFor(req.GetType())
	resp := &pulumirpc.RemediateResponse{NotApplicable: p.unmended}
	if len(p.menders) == 0 {
		return resp, nil
	}
	silent := p.unmended[:len(p.unmended):len(p.unmended)]
	properties := req.GetProperties()
	res := resourceFrom(req)
	for _, e := range p.menders {
		if err := s.stopped(ctx); err != nil {
			return nil, err
		}
		edits, verdict := e.Mend(e.circumstances, res)
		if na := notApplicable(e.ID, verdict); na != nil {
			silent = append(silent, na)
		}
		if len(edits) == 0 && verdict.Failure == nil {
			continue
		}
		remediation := &pulumirpc.Remediation{
			PolicyName:        e.ID,
			PolicyPackName:    s.pack.Name,
			PolicyPackVersion: s.pack.Version,
			Description:       e.Title,
		}
		edited, err := applyEdits(properties, edits)
		switch {
		case verdict.Failure != nil:
			remediation.Diagnostic = s.unmended(e, fmt.Sprintf("%s (%s)", verdict.Failure.Reason, verdict.Failure.Place))
		case err != nil:
			remediation.Diagnostic = s.unmended(e, err.Error())
		default:
			remediation.Properties = edited
			properties = edited
			res = rule.NewResource(res.URN, res.Type, res.Name, decodeProperties(edited))
			res.Provider = req.GetProvider().GetUrn()
		}
		resp.Remediations = append(resp.Remediations, remediation)
	}
	resp.NotApplicable = silent
	return resp, nil
}

// unmended is what a user reads when a remedy did not work. The rule itself then
// judges the resource as it is.
func (s *Server) unmended(e enforced, reason string) string {
	return fmt.Sprintf("The remedy of %s failed and changed nothing: %s.\nThis is a bug in the rule.\nSee %s",
		e.ID, reason, s.pack.link(e.Rule))
}
