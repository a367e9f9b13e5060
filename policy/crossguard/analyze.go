package crossguard

import (
	"context"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

// Analyze judges one resource by its inputs.
func (s *Server) Analyze(ctx context.Context, req *pulumirpc.AnalyzeRequest) (*pulumirpc.AnalyzeResponse, error) {
	if s.previewing() {
		s.planned.keep(req)
	}
	p := s.planFor(req.GetType())
	resp := &pulumirpc.AnalyzeResponse{NotApplicable: p.silent}
	if len(p.judges) == 0 && s.observed == nil {
		return resp, nil
	}
	res := resourceFrom(req)
	seen := s.observed.begin(s.pack, res, req.GetOptions().GetParent())
	defer seen.end()
	return s.judgeAll(ctx, p, resp, func(e enforced) rule.Verdict {
		judged := e.Judge(e.circumstances, res)
		verdict := s.exempt(e, res, judged)
		seen.judged(s.pack, e, res, judged, verdict)
		return verdict
	})
}

// AnalyzeStack judges all resources of a stack together, by their outputs.
func (s *Server) AnalyzeStack(
	ctx context.Context, req *pulumirpc.AnalyzeStackRequest,
) (*pulumirpc.AnalyzeResponse, error) {
	p := s.planFor(stackType)
	resp := &pulumirpc.AnalyzeResponse{NotApplicable: p.silent}
	if len(p.judges) == 0 {
		return resp, s.judgedWhole()
	}
	if s.previewing() {
		s.planned.fill(req.GetResources())
	}
	resources := make([]*rule.Resource, len(req.GetResources()))
	for i, r := range req.GetResources() {
		resources[i] = stackResourceFrom(r)
	}
	stack := rule.NewStack(resources)
	resp, err := s.judgeAll(ctx, p, resp, func(e enforced) rule.Verdict {
		verdict := e.JudgeStack(e.circumstances, stack)
		s.observed.judgedStack(e, verdict)
		return verdict
	})
	if err != nil {
		return nil, err
	}
	return resp, s.judgedWhole()
}

func (s *Server) judgeAll(
	ctx context.Context, p *plan, resp *pulumirpc.AnalyzeResponse, judge func(enforced) rule.Verdict,
) (*pulumirpc.AnalyzeResponse, error) {
	// p.silent is shared by all calls: never append to it in place.
	silent := p.silent[:len(p.silent):len(p.silent)]
	for _, e := range p.judges {
		if err := s.stopped(ctx); err != nil {
			return nil, err
		}
		verdict := judge(e)
		resp.Diagnostics = append(resp.Diagnostics, s.diagnostics(e, verdict)...)
		if notice := s.undecided(e, verdict); notice != nil {
			resp.Diagnostics = append(resp.Diagnostics, notice)
			continue
		}
		if na := notApplicable(e.ID, verdict); na != nil {
			silent = append(silent, na)
		}
	}
	resp.NotApplicable = silent
	return resp, nil
}

func resourceFrom(req *pulumirpc.AnalyzeRequest) *rule.Resource {
	r := rule.NewResource(req.GetUrn(), req.GetType(), req.GetName(), decodeProperties(req.GetProperties()))
	r.Provider = req.GetProvider().GetUrn()
	return r
}

func stackResourceFrom(from *pulumirpc.AnalyzerResource) *rule.Resource {
	r := rule.NewResource(from.GetUrn(), from.GetType(), from.GetName(), decodeProperties(from.GetProperties()))
	r.Provider = from.GetProvider().GetUrn()
	r.DependsOn = make(map[string][]string, len(from.GetPropertyDependencies()))
	for property, on := range from.GetPropertyDependencies() {
		r.DependsOn[property] = on.GetUrns()
	}
	return r
}

func (s *Server) diagnostics(e enforced, v rule.Verdict) []*pulumirpc.AnalyzeDiagnostic {
	if v.Failure != nil {
		return []*pulumirpc.AnalyzeDiagnostic{s.failure(e, v.Failure)}
	}
	level := e.level
	if level == rule.Remediate {
		// The remedy, if there is one, was not enough.
		level = rule.Mandatory
	}
	var list []*pulumirpc.AnalyzeDiagnostic
	for _, same := range byResource(v.Findings) {
		list = append(list, s.diagnostic(e, level, same[0].URN, s.message(e, same)))
	}
	return list
}

// undecided tells that a rule over a Kubernetes object cannot judge it yet, or nil.
// It is advisory: the update judges with the values known, and so does the
// cluster at admission.
func (s *Server) undecided(e enforced, v rule.Verdict) *pulumirpc.AnalyzeDiagnostic {
	if len(v.Undecided) == 0 || len(v.Findings) > 0 || len(e.On.Kinds) == 0 {
		return nil
	}
	return s.diagnostic(e, rule.Advisory, "", fmt.Sprintf(
		"%s: undecided until apply, for these values are not known yet: %s.\n"+
			"The update judges when they are, and so does the cluster at admission.\nSee %s",
		e.Title, joinPaths(v.Undecided), s.pack.link(e.Rule)))
}

// byResource groups findings by the resource they are about, in the order of
// the first of each: all a rule has to say about a resource is one diagnostic.
func byResource(findings []rule.Finding) [][]rule.Finding {
	var groups [][]rule.Finding
	place := map[string]int{}
	for _, f := range findings {
		i, ok := place[f.URN]
		if !ok {
			i = len(groups)
			place[f.URN] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], f)
	}
	return groups
}

func (s *Server) diagnostic(e enforced, level rule.Level, urn, message string) *pulumirpc.AnalyzeDiagnostic {
	return &pulumirpc.AnalyzeDiagnostic{
		PolicyName:        e.ID,
		PolicyPackName:    s.pack.Name,
		PolicyPackVersion: s.pack.Version,
		Description:       e.Title,
		Message:           message,
		EnforcementLevel:  levels[level],
		Urn:               urn,
		Severity:          severities[e.Severity],
	}
}

// message is what a user reads: what must be true, what is wrong and where, what
// to do, where to read more. The engine prints the rule's id, its level and
// severity and the resource before it.
func (s *Server) message(e enforced, findings []rule.Finding) string {
	var b strings.Builder
	b.WriteString(e.Title + ".\n")
	for _, f := range findings {
		b.WriteString("- " + f.Message)
		if f.Path != "" {
			b.WriteString(" (" + f.Path + ")")
		}
		b.WriteByte('\n')
	}
	b.WriteString("Fix: " + e.Fix + "\n")
	if e.JudgesByGuess(e.circumstances) {
		fmt.Fprintf(&b, "The stack's environment is not known, so it was judged as %s. Set %s.\n",
			strings.Join(e.Environments, " or "), s.pack.EnvironmentHint)
	}
	b.WriteString("See " + s.pack.link(e.Rule))
	return b.String()
}

// failure reports a rule that broke. It is mandatory whatever the rule's level:
// a gate that does not work must not be passed unseen.
func (s *Server) failure(e enforced, f *rule.Failure) *pulumirpc.AnalyzeDiagnostic {
	return s.diagnostic(e, rule.Mandatory, "", fmt.Sprintf(
		"The rule %s itself failed, so nothing is known about this resource: %s (%s).\n"+
			"This is a bug in the rule. To go on without it, set %q to %q in the configuration of the policy pack.\nSee %s",
		e.ID, f.Reason, f.Place, e.ID, rule.Disabled, s.pack.link(e.Rule)))
}
