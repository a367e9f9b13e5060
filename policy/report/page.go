package report

import (
	"fmt"
	"regexp"
	"strings"
)

var notInNames = regexp.MustCompile(`[^a-z0-9.]+`)

// File is the name of the framework's page in the folder frameworks.
func (f *Framework) File() string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(f.Title()), "-"), "-.") + ".md"
}

// Page is the page of one framework, in Markdown.
func (r *Report) Page(f *Framework) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: stack %s\n\n", f.Title(), r.Stack.Name)
	fmt.Fprintf(&b, "Stack %s %s, %s, judged by %d rules of the policy pack %s %s. [The framework](%s).\n\n",
		code(r.Stack.Name), r.what(), r.Time.Format("2006-01-02 15:04 MST"), r.Totals.Rules, r.Pack.Name, r.Pack.Version, f.URL)
	b.WriteString("A control passes here when the rules that answer to it looked at something and found nothing wrong. " +
		"A framework may ask for more than a rule can see.\n")
	if !f.Applies {
		fmt.Fprintf(&b, "\n**The stack has nothing of what the framework is about: %s.**\n", subjects[f.Name].title)
	}
	if !f.Complete {
		b.WriteString("\nOnly the controls that rules answer to are listed; what else the framework asks for is not known here.\n")
	}
	if !r.Whole {
		b.WriteString("\n**The look was cut short: the rules over the stack as a whole were not asked.**\n")
	}
	f.writeTotals(&b)
	f.writeCovered(&b)
	r.writeFindings(&b, f)
	f.writeNotCovered(&b)
	return b.String()
}

func (f *Framework) writeTotals(b *strings.Builder) {
	b.WriteString("\n| verdict | controls | meaning |\n| --- | ---: | --- |\n")
	for _, v := range ControlVerdicts() {
		fmt.Fprintf(b, "| %s | %d | %s |\n", v, f.Totals[v], meanings[v])
	}
	fmt.Fprintf(b, "| all | %d | |\n", len(f.Controls))
}

var meanings = map[ControlVerdict]string{
	ControlFails:         "a rule found something wrong",
	ControlUndecided:     "waits for values that are known after an update",
	ControlExempt:        "would fail without exemptions",
	ControlPasses:        "rules looked and found nothing wrong",
	ControlNotApplicable: "the stack has nothing that its rules look at",
	ControlDisabled:      "its rules are disabled",
	ControlNotCovered:    "no rule answers to it",
}

func (f *Framework) writeCovered(b *strings.Builder) {
	b.WriteString("\n## Controls that rules answer to\n\n" +
		"| control | assessed | rules | checked | failed | undecided | exempt | verdict |\n" +
		"| --- | --- | --- | ---: | ---: | ---: | ---: | --- |\n")
	for _, c := range f.Controls {
		if len(c.Rules) == 0 {
			continue
		}
		var rules []string
		for _, id := range c.Rules {
			rules = append(rules, code(id))
		}
		fmt.Fprintf(b, "| %s | %s | %s | %d | %d | %d | %d | %s |\n", cell(strings.TrimSpace(c.ID+" "+c.Title)), c.Assessment,
			strings.Join(rules, ", "), c.Checked, c.Failed, c.Undecided, c.Exempt, c.emphasised())
	}
}

func (c *ControlResult) emphasised() string {
	if c.Verdict == ControlFails {
		return "**fail**"
	}
	return string(c.Verdict)
}

func (r *Report) writeFindings(b *strings.Builder, f *Framework) {
	if found := f.about(r.Findings); len(found) > 0 {
		b.WriteString("\n## What is wrong\n\n| finding | severity | level | resource | owner | fix |\n| --- | --- | --- | --- | --- | --- |\n")
		for _, finding := range found {
			fmt.Fprintf(b, "| [%s](../issues/%s): %s | %s | %s | %s | %s | %s |\n", finding.Rule, finding.Issue.File, finding.problems(),
				finding.Severity, finding.Level, code(finding.Resource.Name), cell(finding.Owner.String()), cell(finding.Fix))
		}
	}
	if exempt := f.about(r.Exempt); len(exempt) > 0 {
		b.WriteString("\n## What is exempt\n\n| finding | severity | resource | until | who answers for it | why |\n| --- | --- | --- | --- | --- | --- |\n")
		for _, finding := range exempt {
			x := finding.Exemption
			fmt.Fprintf(b, "| %s: %s | %s | %s | %s | %s | %s |\n", finding.Rule, finding.problems(),
				finding.Severity, code(finding.Resource.Name), x.Expires, cell(x.Owner), cell(x.Reason))
		}
	}
}

// problems are all problems in one cell of a table.
func (f *Finding) problems() string {
	var problems []string
	for _, p := range f.Problems {
		problems = append(problems, cell(p.String()))
	}
	return strings.Join(problems, "; ")
}

func (f *Framework) writeNotCovered(b *strings.Builder) {
	if f.Totals[ControlNotCovered] == 0 {
		return
	}
	b.WriteString("\n## What no rule covers\n\n| control | assessed | why |\n| --- | --- | --- |\n")
	for _, c := range f.Controls {
		if c.Verdict != ControlNotCovered {
			continue
		}
		reason := c.Reason
		if reason == "" {
			reason = "No rule looks at it; assess it by hand."
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", cell(strings.TrimSpace(c.ID+" "+c.Title)), c.Assessment, cell(reason))
	}
}
