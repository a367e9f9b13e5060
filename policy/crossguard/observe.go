package crossguard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

// observation collects what the pack judges, when somebody asked for a record. A
// nil observation collects nothing.
type observation struct {
	mu        sync.Mutex
	resources map[string]record.Resource // by URN
	stack     []record.Judgement
	whole     bool // the stack as a whole was judged
	unwritten bool
}

// observed is one resource while it is judged.
type observed struct {
	into *observation
	record.Resource
}

func (p *Pack) observe() *observation {
	if p.Record == "" {
		return nil
	}
	return &observation{resources: map[string]record.Resource{}}
}

// begin notes a resource; parent is the URN of its parent, or "".
func (o *observation) begin(p *Pack, res *rule.Resource, parent string) *observed {
	if o == nil {
		return nil
	}
	seen := &observed{into: o, Resource: record.Resource{
		URN: res.URN, Type: res.Type, Name: res.Name, Parent: parent, Provider: res.Provider,
	}}
	if p.Owner != nil {
		if owner := p.Owner(res); owner != (record.Owner{}) {
			seen.Owner = &owner
		}
	}
	return seen
}

// judged notes what a rule says: judged before exemptions, verdict after them.
func (o *observed) judged(p *Pack, e enforced, res *rule.Resource, judged, verdict rule.Verdict) {
	if o == nil {
		return
	}
	j := judgement(e.ID, o.URN, verdict)
	if j.Verdict == record.Outside && judged.NotApplicable == "" {
		j = judgement(e.ID, o.URN, judged)
		j.Verdict, j.Exemption = record.Exempt, e.exemptionOf(res, p.now())
	}
	if j.Verdict == record.Passed {
		o.Passed = append(o.Passed, e.ID)
		return
	}
	o.Judgements = append(o.Judgements, j)
}

// end keeps the resource. What was judged of it earlier, as of a resource that is
// replaced, no longer counts.
func (o *observed) end() {
	if o == nil {
		return
	}
	o.into.mu.Lock()
	defer o.into.mu.Unlock()
	o.into.resources[o.URN], o.into.unwritten = o.Resource, true
}

// judgedStack notes what a rule says about the stack.
func (o *observation) judgedStack(e enforced, verdict rule.Verdict) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stack = append(o.stack, judgement(e.ID, "", verdict))
}

// judgement is a verdict as a record has it; over is the resource that was looked at,
// "" for the stack.
func judgement(id, over string, v rule.Verdict) record.Judgement {
	j := record.Judgement{Rule: id, Verdict: record.Passed}
	switch {
	case v.Failure != nil:
		j.Verdict, j.Reason = record.Broken, fmt.Sprintf("%s (%s)", v.Failure.Reason, v.Failure.Place)
	case v.NotApplicable != "":
		j.Verdict, j.Reason = record.Outside, v.NotApplicable
	case len(v.Findings) > 0:
		j.Verdict = record.Failed
	case len(v.Undecided) > 0:
		j.Verdict = record.Undecided
	}
	for _, f := range v.Findings {
		elsewhere := f.URN
		if elsewhere == over {
			elsewhere = ""
		}
		j.Findings = append(j.Findings, record.Finding{URN: elsewhere, Path: f.Path, Message: f.Message})
	}
	j.Undecided = v.Undecided
	return j
}

// exemptionOf is the exemption that lets the object break the rule, or nil.
func (e enforced) exemptionOf(res *rule.Resource, now time.Time) *record.Exemption {
	if len(e.exemptions) == 0 {
		return nil
	}
	namespace, name, _ := placeOf(res)
	for _, x := range e.exemptions {
		if x.Covers(e.ID, namespace, name) && !x.Expired(now) {
			return &record.Exemption{Owner: x.Owner, Reason: x.Reason, Expires: x.Expires}
		}
	}
	return nil
}

// judgedWhole writes the record once the stack as a whole was judged, which is the
// last the engine asks for.
func (s *Server) judgedWhole() error {
	if s.observed == nil {
		return nil
	}
	s.observed.mu.Lock()
	s.observed.whole, s.observed.unwritten = true, true
	s.observed.mu.Unlock()
	if err := s.writeRecord(); err != nil {
		return status.Error(codes.Internal, err.Error())
	}
	return nil
}

// writeRecord writes what was judged since the record was last written, if a record
// was asked for and anything was. It is called again at the end of the pack, for a run
// that is cut short never comes to the stack as a whole.
func (s *Server) writeRecord() error {
	o := s.observed
	if o == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.unwritten {
		return nil
	}
	written := s.head()
	written.Whole, written.Judgements = o.whole, o.stack
	for _, res := range o.resources {
		written.Resources = append(written.Resources, res)
	}
	if written.Stack.Name == "" {
		// The engine does not say whose state it reads; the URNs do.
		for urn := range o.resources {
			written.Stack.Name, written.Stack.Project = stackOf(urn)
			break
		}
	}
	if err := written.Write(s.pack.Record); err != nil {
		return fmt.Errorf("the record of the judgements cannot be written: %w", err)
	}
	o.unwritten = false
	return nil
}

// head is a record without judgements.
func (s *Server) head() *record.Record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	stack := s.state.stack
	r := &record.Record{
		Version: record.Version,
		Time:    s.pack.now().UTC().Truncate(time.Second),
		Pack:    record.Pack{Name: s.pack.Name, Version: s.pack.Version},
		Stack: record.Stack{
			Organization: stack.Organization, Project: stack.Project, Name: stack.Name,
			Environment: stack.Environment, Preview: stack.DryRun,
		},
	}
	for _, own := range s.pack.Rules {
		described := record.Rule{
			ID: own.ID, Title: own.Title, Severity: string(own.Severity), Level: string(s.state.rules[own.ID].Level),
			Stack: own.On.Stack, Why: own.Why, Fix: own.Fix, Link: s.pack.link(own),
		}
		for _, c := range own.Controls {
			described.Controls = append(described.Controls, record.Control{
				Framework: c.Framework.Name, Version: c.Framework.Version, URL: c.Framework.URL, ID: c.ID, Title: c.Title,
			})
		}
		r.Rules = append(r.Rules, described)
	}
	slices.SortFunc(r.Rules, func(a, b record.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return r
}

// stackOf reads "urn:pulumi:STACK::PROJECT::TYPE::NAME".
func stackOf(urn string) (stack, project string) {
	parts := strings.SplitN(strings.TrimPrefix(urn, "urn:pulumi:"), "::", 3)
	if len(parts) < 3 {
		return "", ""
	}
	return parts[0], parts[1]
}
