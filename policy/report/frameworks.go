package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

// ControlVerdict is how a stack stands to a control.
type ControlVerdict string

// The verdicts on controls, in the order in which one goes over the next.
const (
	// ControlFails has a rule that found something wrong, whatever its level.
	ControlFails ControlVerdict = "fail"
	// ControlUndecided waits for values that are known after an update.
	ControlUndecided ControlVerdict = "undecided"
	// ControlExempt would fail without exemptions.
	ControlExempt ControlVerdict = "exempt"
	// ControlPasses has rules that looked and found nothing wrong.
	ControlPasses ControlVerdict = "pass"
	// ControlNotApplicable has rules that found nothing to look at.
	ControlNotApplicable ControlVerdict = "not applicable"
	// ControlDisabled has only rules that are disabled.
	ControlDisabled ControlVerdict = "disabled"
	// ControlNotCovered has no rule.
	ControlNotCovered ControlVerdict = "not covered"
)

// ControlVerdicts are all verdicts on controls, in their order.
func ControlVerdicts() []ControlVerdict {
	return []ControlVerdict{
		ControlFails, ControlUndecided, ControlExempt, ControlPasses,
		ControlNotApplicable, ControlDisabled, ControlNotCovered,
	}
}

// Framework is how the stack stands to a framework.
type Framework struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	URL     string `json:"url"`
	// Complete says that all controls of the framework are here, and not only those
	// that rules answer to.
	Complete bool `json:"complete"`
	// Applies is false for a framework about what the stack has nothing of.
	Applies  bool                   `json:"applies"`
	Totals   map[ControlVerdict]int `json:"totals"`
	Controls []ControlResult        `json:"controls"`
}

// Title is the name with the version.
func (f *Framework) Title() string { return strings.TrimSpace(f.Name + " " + f.Version) }

// ControlResult is how the stack stands to one control.
type ControlResult struct {
	ID      string `json:"id"`
	Title   string `json:"title,omitempty"`
	Section string `json:"section,omitempty"`
	// Assessment is how the framework assesses it: manual, automated, or "" when it
	// does not say.
	Assessment string         `json:"assessment,omitempty"`
	Verdict    ControlVerdict `json:"verdict"`
	// Rules answer to it.
	Rules []string `json:"rules,omitempty"`
	// Checked are the resources its rules judged, the stack counting as one, and
	// Failed those they found something wrong in.
	Checked   int `json:"checked"`
	Failed    int `json:"failed"`
	Undecided int `json:"undecided"`
	Exempt    int `json:"exempt"`
	// Reason is why no rule can answer to it, where that is known.
	Reason string `json:"reason,omitempty"`
}

// frameworks are all that the rules name, by name.
func frameworks(from *record.Record, all []judged) []Framework {
	rules, known, scopes := from.Rules, catalogue(), scopesOf(from.Resources)
	var found []Framework
	for _, own := range rules {
		for _, c := range own.Controls {
			i := slices.IndexFunc(found, func(f Framework) bool { return f.Name == c.Framework && f.Version == c.Version })
			if i < 0 {
				i = len(found)
				f := Framework{Name: c.Framework, Version: c.Version, URL: c.URL, Applies: scopes.applies(c.Framework), Totals: map[ControlVerdict]int{}, Controls: []ControlResult{}}
				f.list(known[f.Title()])
				found = append(found, f)
			}
			found[i].answer(c, own.ID)
		}
	}
	levels := map[string]string{}
	for _, own := range rules {
		levels[own.ID] = own.Level
	}
	for i := range found {
		f := &found[i]
		if !f.Complete {
			slices.SortStableFunc(f.Controls, func(a, b ControlResult) int { return compareIDs(a.ID, b.ID) })
		}
		byRule := map[string][]judged{}
		for _, j := range all {
			if scopes.covers(f.Name, j.on) {
				byRule[j.Rule] = append(byRule[j.Rule], j)
			}
		}
		for k := range f.Controls {
			f.Controls[k].judge(levels, byRule)
			f.Totals[f.Controls[k].Verdict]++
		}
	}
	slices.SortFunc(found, func(a, b Framework) int { return cmp.Compare(a.Title(), b.Title()) })
	return found
}

// list fills in all controls of the framework, when they are known.
func (f *Framework) list(l listed) {
	f.Complete = len(l.Sections) > 0
	for _, s := range l.Sections {
		for _, c := range s.Controls {
			result := ControlResult{ID: c.ID, Title: c.Title, Section: s.ID + " " + s.Title, Assessment: "manual", Reason: cmp.Or(c.Outside, s.Outside)}
			if c.Automated {
				result.Assessment = "automated"
			}
			f.Controls = append(f.Controls, result)
		}
	}
}

// answer notes that a rule answers to a control.
func (f *Framework) answer(c record.Control, id string) {
	i := slices.IndexFunc(f.Controls, func(r ControlResult) bool { return r.ID == c.ID })
	if i < 0 {
		i = len(f.Controls)
		f.Controls = append(f.Controls, ControlResult{ID: c.ID, Title: c.Title})
	}
	f.Controls[i].Rules = append(f.Controls[i].Rules, id)
	f.Controls[i].Reason = ""
}

// judge fills in the verdict from those of the rules.
func (c *ControlResult) judge(levels map[string]string, byRule map[string][]judged) {
	verdicts := map[string]map[record.Verdict]bool{} // by URN
	enabled := false
	for _, id := range c.Rules {
		enabled = enabled || levels[id] != string(rule.Disabled)
		for _, j := range byRule[id] {
			urn := ""
			if j.on != nil {
				urn = j.on.URN
			}
			if j.Verdict == record.Outside {
				continue
			}
			if verdicts[urn] == nil {
				verdicts[urn] = map[record.Verdict]bool{}
			}
			verdicts[urn][j.Verdict] = true
		}
	}
	c.Checked = len(verdicts)
	for _, has := range verdicts {
		switch {
		case has[record.Failed] || has[record.Broken]:
			c.Failed++
		case has[record.Undecided]:
			c.Undecided++
		case has[record.Exempt]:
			c.Exempt++
		}
	}
	switch {
	case len(c.Rules) == 0:
		c.Verdict = ControlNotCovered
	case !enabled:
		c.Verdict = ControlDisabled
	case c.Failed > 0:
		c.Verdict = ControlFails
	case c.Undecided > 0:
		c.Verdict = ControlUndecided
	case c.Exempt > 0:
		c.Verdict = ControlExempt
	case c.Checked > 0:
		c.Verdict = ControlPasses
	default:
		c.Verdict = ControlNotApplicable
	}
}

// compareIDs puts 5.2 before 5.10.
func compareIDs(a, b string) int {
	left, right := strings.FieldsFunc(a, isDot), strings.FieldsFunc(b, isDot)
	for i := range min(len(left), len(right)) {
		m, errM := strconv.Atoi(left[i])
		n, errN := strconv.Atoi(right[i])
		if errM == nil && errN == nil && m != n {
			return cmp.Compare(m, n)
		}
		if left[i] != right[i] {
			return cmp.Compare(left[i], right[i])
		}
	}
	return cmp.Compare(len(left), len(right))
}

func isDot(r rune) bool { return r == '.' }
