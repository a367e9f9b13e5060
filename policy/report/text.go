package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ai-now/platform/policy/rule"
)

// Text is the report for people: the summary, and each finding with its fix.
func (r *Report) Text() string {
	var b strings.Builder
	r.Summary(&b)
	for _, level := range []rule.Level{rule.Mandatory, rule.Advisory} {
		for _, f := range r.Findings {
			if f.Level == string(level) {
				f.write(&b)
			}
		}
	}
	for _, f := range r.Exempt {
		f.write(&b)
	}
	if len(r.Undecided) > 0 {
		b.WriteString("\nUndecided until the next update, for these values are not known yet:\n")
		for _, u := range r.Undecided {
			fmt.Fprintf(&b, "  %s: %s: %s\n", u.Rule, u.Resource.Name, strings.Join(u.Paths, ", "))
		}
	}
	return b.String()
}

// Summary writes the figures.
func (r *Report) Summary(out io.Writer) {
	fmt.Fprintf(out, "Policy report of stack %s, %s, %s, by the pack %s %s\n",
		r.Stack.Name, r.what(), r.Time.Format("2006-01-02 15:04 MST"), r.Pack.Name, r.Pack.Version)
	if r.Stack.Environment == "" {
		fmt.Fprintln(out, "The stack's environment is not known: rules that judge only some environments judged it as one of theirs.")
	}
	if !r.Whole {
		fmt.Fprintln(out, "The look was cut short: the rules over the stack as a whole were not asked.")
	}
	fmt.Fprintf(out, "%d resources, %d rules: %s\n", r.Totals.Resources, r.Totals.Rules, r.Totals)
	fmt.Fprintf(out, "Findings: %s", r.findingCounts())
	fmt.Fprint(out, "\n\n")
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprint(table, "FRAMEWORK")
	for _, v := range ControlVerdicts() {
		fmt.Fprint(table, "\t"+strings.ToUpper(string(v)))
	}
	fmt.Fprintln(table)
	var others []string
	for _, f := range r.Frameworks {
		if !f.Applies {
			others = append(others, f.Title())
			continue
		}
		fmt.Fprint(table, f.Title())
		for _, v := range ControlVerdicts() {
			if v == ControlNotCovered && !f.Complete {
				fmt.Fprint(table, "\t-")
				continue
			}
			fmt.Fprintf(table, "\t%d", f.Totals[v])
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush() // out tells of its own failure
	if len(others) > 0 {
		fmt.Fprintf(out, "The stack has nothing that these are about: %s\n", strings.Join(others, ", "))
	}
}

// what says what was looked at.
func (r *Report) what() string {
	if r.Stack.Preview {
		return "as planned"
	}
	return "as deployed"
}

func (c Counts) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d undecided, %d exempt, %d outside", c.Passed, c.Failed, c.Undecided, c.Exempt, c.Outside)
}

func (r *Report) findingCounts() string {
	if len(r.Findings) == 0 {
		return "none"
	}
	var parts []string
	for _, severity := range severities {
		if n := r.Totals.Severities[severity]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, severity))
		}
	}
	return fmt.Sprintf("%d mandatory, %d advisory (%s)", r.Totals.Mandatory, r.Totals.Advisory, strings.Join(parts, ", "))
}

func (f *Finding) write(b *strings.Builder) {
	level := f.Level
	if f.Exemption != nil {
		level = "exempt"
	}
	fmt.Fprintf(b, "\n%s, %s: %s: %s %s\n", level, f.Severity, f.Rule, f.Resource.Type, f.Resource.Name)
	for _, p := range f.Problems {
		fmt.Fprintf(b, "  - %s\n", strings.ReplaceAll(p.String(), "\n", "\n    "))
	}
	if x := f.Exemption; x != nil {
		fmt.Fprintf(b, "  Exempt until %s, %s answers for it: %s\n", x.Expires, x.Owner, x.Reason)
	}
	fmt.Fprintf(b, "  Fix: %s\n  Owner: %s\n  See %s\n  %s\n", f.Fix, f.Owner, f.Link, f.Resource.URN)
}

// about are those of the findings that are about a framework's controls.
func (f *Framework) about(findings []Finding) []Finding {
	var found []Finding
	for _, finding := range findings {
		if slices.ContainsFunc(f.Controls, func(c ControlResult) bool { return slices.Contains(c.Rules, finding.Rule) }) {
			found = append(found, finding)
		}
	}
	return found
}
