package expressions

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"

	"github.com/ai-now/platform/policy/rule"
)

// Evaluator compiles rules when they are first needed and evaluates them. It is
// safe for concurrent use. The zero value is not usable; see [New].
type Evaluator struct {
	compiler *compiler
	compiled sync.Map // *rule.Rule to *compiledRule
}

// compiledRule is a rule with the settings it was compiled with.
type compiledRule struct {
	mu          sync.Mutex
	settings    rule.Settings
	validations []*validation
}

// New makes an evaluator. It compiles nothing yet.
func New() *Evaluator { return &Evaluator{compiler: newCompiler()} }

// Prepare compiles the rules that are expressions, with their default settings, on
// all processors. It need not be called: whoever calls it ahead, or beside, saves
// the first [Evaluator.Evaluate] of a rule the time.
func (e *Evaluator) Prepare(rules []*rule.Rule) {
	next := make(chan *rule.Rule)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for r := range next {
				// Who evaluates the rule is told what is wrong with it.
				_, _ = e.compile(r, r.DefaultSettings())
			}
		})
	}
	for _, r := range rules {
		if _, ok := r.Check.(rule.Expressions); ok {
			next <- r
		}
	}
	close(next)
	workers.Wait()
}

// Compile compiles all there is of a rule, the messages included, or says what is
// wrong with its expressions.
func (e *Evaluator) Compile(r *rule.Rule, settings rule.Settings) error {
	validations, err := e.compile(r, settings)
	if err != nil {
		return err
	}
	var wrong []error
	for _, v := range validations {
		if v.source.Otherwise == "" {
			continue
		}
		if _, err := v.otherwise(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", r.ID, err))
		}
	}
	return errors.Join(wrong...)
}

func (e *Evaluator) compile(r *rule.Rule, settings rule.Settings) ([]*validation, error) {
	found, ok := e.compiled.Load(r)
	if !ok {
		found, _ = e.compiled.LoadOrStore(r, &compiledRule{})
	}
	c, _ := found.(*compiledRule)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.validations != nil && c.isFor(settings) {
		return c.validations, nil
	}
	var validations []*validation
	for _, v := range r.Validations(settings) {
		compiled, err := e.compiler.compile(v, len(r.Variables()) > 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		validations = append(validations, compiled)
	}
	c.validations, c.settings = validations, settings
	return validations, nil
}

// isFor says whether the rule was compiled with these settings. They are not
// changed once they are configured, so the same map needs no look inside.
func (c *compiledRule) isFor(settings rule.Settings) bool {
	if reflect.ValueOf(c.settings).UnsafePointer() == reflect.ValueOf(settings).UnsafePointer() {
		return true
	}
	if !reflect.DeepEqual(c.settings, settings) && len(c.settings)+len(settings) > 0 {
		return false
	}
	c.settings = settings
	return true
}

// Evaluate implements [rule.Evaluator].
func (e *Evaluator) Evaluate(
	r *rule.Rule, settings rule.Settings, res *rule.Resource,
) (findings []rule.Finding, undecided []string, err error) {
	validations, err := e.compile(r, settings)
	if err != nil {
		return nil, nil, err
	}
	object := prepared(res)
	object.mu.Lock()
	defer object.mu.Unlock()
	for _, v := range validations {
		switch answer := v.judge(object); answer.verdict {
		case keeps:
		case breaks:
			findings = append(findings, rule.Finding{Message: answer.text})
		case undecidable:
			undecided = append(undecided, answer.text)
		case fails:
			return nil, nil, fmt.Errorf("%s: %s", v.source.Holds, answer.text)
		}
	}
	return findings, undecided, nil
}
