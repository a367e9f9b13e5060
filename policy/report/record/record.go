// Package record is what the policy pack writes down of its judgements, for
// package report to make reports of. It knows neither rules nor the protocol.
//
// A record names resources and says what is wrong with them, in the words of the
// rules' messages, which show no secrets. It holds no properties but one: who
// owns a resource, by its labels or tags.
package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Version of the form of a record; a reader refuses others.
const Version = 1

// Record is one look of the pack at a stack.
type Record struct {
	Version int       `json:"version"`
	Time    time.Time `json:"time"`
	Pack    Pack      `json:"pack"`
	Stack   Stack     `json:"stack"`
	// Whole says that the rules over the stack as a whole were asked too, which
	// the engine does last. Without it the look was cut short.
	Whole     bool       `json:"whole"`
	Rules     []Rule     `json:"rules"`
	Resources []Resource `json:"resources"`
	// Judgements are those of the rules over the stack as a whole.
	Judgements []Judgement `json:"judgements,omitempty"`
}

// Pack is the policy pack that judged.
type Pack struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Stack is what was judged.
type Stack struct {
	Organization string `json:"organization,omitempty"`
	Project      string `json:"project"`
	Name         string `json:"name"`
	// Environment is "" when nobody told.
	Environment string `json:"environment,omitempty"`
	// Preview says that a plan was judged and not what is deployed.
	Preview bool `json:"preview"`
}

// Rule is a rule of the pack, at the level that held.
type Rule struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Severity string    `json:"severity"`
	Level    string    `json:"level"`
	Stack    bool      `json:"stack,omitempty"` // looks at the stack as a whole
	Why      string    `json:"why"`
	Fix      string    `json:"fix"`
	Link     string    `json:"link"`
	Controls []Control `json:"controls,omitempty"`
}

// Control is a control of a framework that a rule answers to.
type Control struct {
	Framework string `json:"framework"`
	Version   string `json:"version,omitempty"`
	URL       string `json:"url"`
	// ID is the control's number, or its heading in a framework without numbers.
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
}

// Resource is a resource of the stack, and what the rules say about it.
type Resource struct {
	URN  string `json:"urn"`
	Type string `json:"type"`
	Name string `json:"name"`
	// Parent and Provider are URNs. Two clusters have two Kubernetes providers.
	Parent   string `json:"parent,omitempty"`
	Provider string `json:"provider,omitempty"`
	Owner    *Owner `json:"owner,omitempty"`
	// Passed are the rules the resource keeps; Judgements are what the others that
	// look at it say.
	Passed     []string    `json:"passed,omitempty"`
	Judgements []Judgement `json:"judgements,omitempty"`
}

// Owner is who answers for a resource.
type Owner struct {
	Team       string `json:"team,omitempty"`
	CostCenter string `json:"costCenter,omitempty"`
}

// Verdict is what a rule says.
type Verdict string

// The verdicts.
const (
	Passed Verdict = "passed"
	Failed Verdict = "failed"
	// Undecided rules wait for values that are known after an update.
	Undecided Verdict = "undecided"
	// Exempt is what breaks a rule while an exemption lasts.
	Exempt Verdict = "exempt"
	// Outside says that the rule does not judge here.
	Outside Verdict = "outside"
	// Broken says that the rule itself failed.
	Broken Verdict = "broken"
)

// Judgement is what one rule says about one resource or the stack.
type Judgement struct {
	Rule    string  `json:"rule"`
	Verdict Verdict `json:"verdict"`
	// Findings are what is wrong; those of an exempt resource too.
	Findings []Finding `json:"findings,omitempty"`
	// Undecided are the paths of the values that are not known.
	Undecided []string `json:"undecided,omitempty"`
	// Reason is why the rule is outside or broken.
	Reason    string     `json:"reason,omitempty"`
	Exemption *Exemption `json:"exemption,omitempty"`
}

// Finding is one thing that is wrong.
type Finding struct {
	// URN is the resource it is wrong in, when that is another than the one, or
	// the stack, that was looked at.
	URN     string `json:"urn,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// Exemption lets a resource break a rule for a time.
type Exemption struct {
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Expires string `json:"expires"`
}

// Write writes the record to a file, whole or not at all.
func (r *Record) Write(file string) error {
	slices.SortFunc(r.Resources, func(a, b Resource) int { return strings.Compare(a.URN, b.URN) })
	content, err := json.Marshal(r)
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	_, err = draft.Write(append(content, '\n'))
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), file)
	}
	if err != nil {
		_ = os.Remove(draft.Name())
	}
	return err
}

// Read reads a record that [Record.Write] wrote.
func Read(file string) (*Record, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var form struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(content, &form); err != nil {
		return nil, fmt.Errorf("%s is no record of the policy pack: %w", file, err)
	}
	if form.Version != Version {
		return nil, fmt.Errorf("%s is a record of version %d, and version %d is read here; "+
			"let the pack and the reports be of one checkout", file, form.Version, Version)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	r := &Record{}
	if err := decoder.Decode(r); err != nil {
		return nil, fmt.Errorf("%s is no record of the policy pack: %w", file, err)
	}
	if id, unknown := r.unknownRule(); unknown {
		return nil, fmt.Errorf("%s is no record of the policy pack: it has a judgement of the rule %q and not the rule", file, id)
	}
	return r, nil
}

// unknownRule is a rule that judged and is not described.
func (r *Record) unknownRule() (id string, unknown bool) {
	described := map[string]bool{}
	for _, own := range r.Rules {
		described[own.ID] = true
	}
	judgements := slices.Clone(r.Judgements)
	for _, res := range r.Resources {
		for _, id := range res.Passed {
			if !described[id] {
				return id, true
			}
		}
		judgements = append(judgements, res.Judgements...)
	}
	for _, j := range judgements {
		if !described[j.Rule] {
			return j.Rule, true
		}
	}
	return "", false
}
