package rule

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// Verdict is what a rule says about a resource or a stack.
type Verdict struct {
	// Findings are what is wrong.
	Findings []Finding
	// Undecided are the paths of the unknown values that kept a part of the rule
	// from being decided.
	Undecided []string
	// NotApplicable is why the rule does not judge here, or "".
	NotApplicable string
	// Failure is set when the rule itself broke: it has a bug, and nothing can be
	// said about the resource.
	Failure *Failure
}

// Failure is a panic in a rule.
type Failure struct {
	// Reason is what the panic said, without secrets.
	Reason string
	// Place is the file and line of the rule it happened at.
	Place string
}

// Circumstances are what a judgement depends on beside the resource.
type Circumstances struct {
	Settings Settings
	Stack    StackInfo
	// Evaluator evaluates rules that are [Expressions].
	Evaluator Evaluator
}

// Judge applies the rule to one resource. It never panics.
func (r *Rule) Judge(c Circumstances, res *Resource) Verdict {
	switch check := r.Check.(type) {
	case ResourceCheck:
		return r.inquire(c, []*Resource{res}, func(q *Inquiry) { check(q, res) })
	case Expressions:
		return r.inquire(c, []*Resource{res}, func(q *Inquiry) { r.evaluate(c, q, res) })
	default:
		return Verdict{NotApplicable: "the rule looks at the stack as a whole"}
	}
}

// JudgeStack applies the rule to a stack. It never panics.
func (r *Rule) JudgeStack(c Circumstances, s *Stack) Verdict {
	check, ok := r.Check.(StackCheck)
	if !ok {
		return Verdict{NotApplicable: "the rule looks at single resources"}
	}
	return r.inquire(c, s.Resources, func(q *Inquiry) { check(q, s) })
}

// Mend asks the rule's remedy for the edits that make the resource keep the
// rule: none when there is nothing to mend. It never panics.
func (r *Rule) Mend(c Circumstances, res *Resource) ([]Edit, Verdict) {
	if r.Remedy == nil {
		return nil, Verdict{NotApplicable: "the rule has no remedy"}
	}
	var edits []Edit
	verdict := r.inquire(c, []*Resource{res}, func(q *Inquiry) { edits = r.Remedy(q, res) })
	if verdict.Failure != nil {
		return nil, verdict
	}
	return edits, verdict
}

func (r *Rule) inquire(c Circumstances, over []*Resource, ask func(*Inquiry)) (verdict Verdict) {
	if reason := r.outside(c); reason != "" {
		return Verdict{NotApplicable: reason}
	}
	q := &Inquiry{Settings: c.Settings, Stack: c.Stack}
	defer func() {
		if p := recover(); p != nil {
			verdict = Verdict{Failure: &Failure{
				Reason: hideSecrets(fmt.Sprint(p), over),
				Place:  panicPlace(),
			}}
		}
	}()
	ask(q)
	for i := range q.findings {
		q.findings[i].Message = hideSecrets(q.findings[i].Message, over)
	}
	slices.Sort(q.undecided)
	return Verdict{Findings: q.findings, Undecided: slices.Compact(q.undecided)}
}

func (r *Rule) evaluate(c Circumstances, q *Inquiry, res *Resource) {
	findings, undecided, err := c.Evaluator.Evaluate(r, c.Settings, res)
	if err != nil {
		// As for a panic of a Go check: the rule has a bug, or the object is none
		// that the API server would take.
		panic(err)
	}
	q.findings, q.undecided = findings, undecided
}

// outside is why a rule bound to environments does not judge this stack, or "".
func (r *Rule) outside(c Circumstances) string {
	if len(r.Environments) == 0 || c.Stack.Environment == "" {
		return ""
	}
	if r.Judges(c.Stack.Environment, c.Settings) {
		return ""
	}
	return fmt.Sprintf("the rule judges the environments %s, this stack's is %s",
		strings.Join(c.Settings.Strings(environmentsSetting), ", "), c.Stack.Environment)
}

// Judges says whether the rule judges stacks of an environment.
func (r *Rule) Judges(environment string, settings Settings) bool {
	if len(r.Environments) == 0 {
		return true
	}
	environments := settings.Strings(environmentsSetting)
	return len(environments) == 0 || slices.Contains(environments, environment)
}

// JudgesByGuess says whether the rule judged by guess: it is bound to
// environments and the stack's is not known.
func (r *Rule) JudgesByGuess(c Circumstances) bool {
	return len(r.Environments) > 0 && c.Stack.Environment == "" &&
		len(c.Settings.Strings(environmentsSetting)) > 0
}

func hideSecrets(message string, over []*Resource) string {
	var secrets []string
	for _, res := range over {
		secrets = secretStrings(res.Properties.data, res.Properties.secret, secrets)
	}
	return redact(message, secrets)
}

// panicPlace is the innermost frame outside the runtime: where the rule broke.
// It must be called by the deferred function that recovers.
func panicPlace() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			file := frame.File[strings.LastIndexByte(frame.File, '/')+1:]
			return fmt.Sprintf("%s:%d", file, frame.Line)
		}
		if !more {
			return "unknown place"
		}
	}
}
