package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

// Version of the form of report.json. Fields may be added to a version; none goes
// away or changes its meaning.
const Version = 1

// Report is what the pack found in one stack, and the form of report.json.
type Report struct {
	Version int          `json:"version"`
	Time    time.Time    `json:"time"`
	Pack    record.Pack  `json:"pack"`
	Stack   record.Stack `json:"stack"`
	// Whole is false when the look was cut short, so that the rules over the stack
	// as a whole were not asked.
	Whole  bool   `json:"whole"`
	Totals Totals `json:"totals"`
	// Findings are what is wrong, the worst first.
	Findings []Finding `json:"findings"`
	// Exempt are what an exemption lets be wrong for a time.
	Exempt []Finding `json:"exempt"`
	// Undecided wait for values that are known after an update.
	Undecided  []Undecided  `json:"undecided"`
	Rules      []RuleResult `json:"rules"`
	Frameworks []Framework  `json:"frameworks"`
}

// Totals count findings and judgements. A judgement is one rule's verdict on one
// resource or on the stack.
type Totals struct {
	// Resources of the stack that the engine showed to the pack.
	Resources int `json:"resources"`
	// Rules that are not disabled.
	Rules int `json:"rules"`
	// Mandatory and Advisory are the findings of each level.
	Mandatory int `json:"mandatory"`
	Advisory  int `json:"advisory"`
	// Severities are the findings of each severity.
	Severities map[string]int `json:"severities"`
	Counts
}

// Counts are judgements by their verdict.
type Counts struct {
	Passed    int `json:"passed"`
	Failed    int `json:"failed"`
	Undecided int `json:"undecided"`
	Exempt    int `json:"exempt"`
	// Outside are those of rules that do not judge here, as in another environment.
	Outside int `json:"outside"`
}

func (c *Counts) add(v record.Verdict) {
	switch v {
	case record.Passed:
		c.Passed++
	case record.Failed, record.Broken:
		c.Failed++
	case record.Undecided:
		c.Undecided++
	case record.Exempt:
		c.Exempt++
	case record.Outside:
		c.Outside++
	}
}

// Resource names a resource, or the stack.
type Resource struct {
	URN  string `json:"urn"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// Undecided is a rule that cannot judge a resource yet.
type Undecided struct {
	Rule     string   `json:"rule"`
	Resource Resource `json:"resource"`
	// Paths are those of the values that are not known.
	Paths []string `json:"paths"`
}

// RuleResult is a rule, and how its judgements went.
type RuleResult struct {
	record.Rule
	Counts
}

// Blocking says whether a mandatory rule is broken.
func (r *Report) Blocking() bool { return r.Totals.Mandatory > 0 }

// judged is one judgement with what it is about.
type judged struct {
	record.Judgement
	on *record.Resource // nil for the stack
}

// Read makes the report of the record in a file.
func Read(file string) (*Report, error) {
	from, err := record.Read(file)
	if err != nil {
		return nil, err
	}
	return Make(from), nil
}

// Make makes the report of a record.
func Make(from *record.Record) *Report {
	r := &Report{
		Version: Version, Time: from.Time, Pack: from.Pack, Stack: from.Stack, Whole: from.Whole,
		Totals:   Totals{Resources: len(from.Resources), Severities: map[string]int{}},
		Findings: []Finding{}, Exempt: []Finding{}, Undecided: []Undecided{},
	}
	rules := make(map[string]*RuleResult, len(from.Rules))
	for _, own := range from.Rules {
		rules[own.ID] = &RuleResult{Rule: own}
		if own.Level != string(rule.Disabled) {
			r.Totals.Rules++
		}
	}
	all := judgements(from)
	owners := ownersOf(from.Resources)
	for _, j := range all {
		r.Totals.add(j.Verdict)
		of := rules[j.Rule]
		of.add(j.Verdict)
		switch j.Verdict {
		case record.Failed, record.Broken:
			r.Findings = append(r.Findings, findings(from, of.Rule, j, owners)...)
		case record.Exempt:
			r.Exempt = append(r.Exempt, findings(from, of.Rule, j, owners)...)
		case record.Undecided:
			r.Undecided = append(r.Undecided, Undecided{Rule: j.Rule, Resource: j.resource(from.Stack), Paths: j.Undecided})
		}
	}
	for _, f := range r.Findings {
		r.Totals.Severities[f.Severity]++
		if f.Level == string(rule.Mandatory) {
			r.Totals.Mandatory++
		} else {
			r.Totals.Advisory++
		}
	}
	slices.SortStableFunc(r.Findings, worstFirst)
	slices.SortStableFunc(r.Exempt, worstFirst)
	for _, own := range from.Rules {
		r.Rules = append(r.Rules, *rules[own.ID])
	}
	r.Frameworks = frameworks(from, all)
	return r
}

// judgements are all judgements, passes too, the stack's last.
func judgements(from *record.Record) []judged {
	var all []judged
	for i := range from.Resources {
		res := &from.Resources[i]
		for _, id := range res.Passed {
			all = append(all, judged{record.Judgement{Rule: id, Verdict: record.Passed}, res})
		}
		for _, j := range res.Judgements {
			all = append(all, judged{j, res})
		}
	}
	for _, j := range from.Judgements {
		all = append(all, judged{j, nil})
	}
	return all
}

// stackType is the type of the resource that stands for a stack.
const stackType = "pulumi:pulumi:Stack"

// resource is what the judgement is about.
func (j judged) resource(stack record.Stack) Resource {
	if j.on == nil {
		name := stack.Project + "-" + stack.Name
		return Resource{URN: "urn:pulumi:" + stack.Name + "::" + stack.Project + "::" + stackType + "::" + name, Type: stackType, Name: name}
	}
	return Resource{URN: j.on.URN, Type: j.on.Type, Name: j.on.Name}
}

// severities from the worst.
var severities = []string{string(rule.Critical), string(rule.High), string(rule.Medium), string(rule.Low)}

func worstFirst(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(slices.Index(severities, a.Severity), slices.Index(severities, b.Severity)),
		-cmp.Compare(a.Level, b.Level), // mandatory before advisory
		cmp.Compare(a.Rule, b.Rule),
		cmp.Compare(a.Resource.URN, b.Resource.URN),
	)
}
