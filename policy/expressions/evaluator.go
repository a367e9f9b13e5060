package expressions

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/ai-now/platform/policy/rule"
)

// Evaluator compiles rules when they are first needed and evaluates them. It is
// safe for concurrent use. The zero value is not usable; see [New].
type Evaluator struct {
	compiler *compiler

	mu       sync.Mutex
	compiled map[*rule.Rule]*compiledRule
}

// compiledRule is a rule with the settings it was compiled with.
type compiledRule struct {
	settings    rule.Settings
	validations []*validation
}

// New makes an evaluator. It compiles nothing yet.
func New() *Evaluator {
	return &Evaluator{compiler: newCompiler(), compiled: map[*rule.Rule]*compiledRule{}}
}

// Compile compiles a rule, or says what is wrong with its expressions. It need
// not be called; whoever calls it ahead saves the first [Evaluator.Evaluate] the
// time.
func (e *Evaluator) Compile(r *rule.Rule, settings rule.Settings) error {
	_, err := e.compile(r, settings)
	return err
}

func (e *Evaluator) compile(r *rule.Rule, settings rule.Settings) (*compiledRule, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c, ok := e.compiled[r]; ok && (len(settings) == 0 || reflect.DeepEqual(c.settings, settings)) {
		return c, nil
	}
	c := &compiledRule{settings: settings}
	for _, v := range r.Validations(settings) {
		compiled, err := e.compiler.compile(v, len(r.Variables()) > 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		c.validations = append(c.validations, compiled)
	}
	e.compiled[r] = c
	return c, nil
}

// Evaluate implements [rule.Evaluator].
func (e *Evaluator) Evaluate(
	r *rule.Rule, settings rule.Settings, res *rule.Resource,
) (findings []rule.Finding, undecided []string, err error) {
	c, err := e.compile(r, settings)
	if err != nil {
		return nil, nil, err
	}
	object := e.prepared(res)
	for _, v := range c.validations {
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
