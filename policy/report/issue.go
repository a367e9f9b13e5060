package report

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/policy/report/record"
)

// Issue is a text for a tracker, in Markdown.
type Issue struct {
	// File is its name in the folder issues.
	File  string `json:"file"`
	Title string `json:"title"`
	Body  string `json:"body"`
}

func issue(from *record.Record, f *Finding) *Issue {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s.** Severity %s, level %s.\n\n", f.Title, f.Severity, f.Level)
	fmt.Fprintf(&b, "| | |\n| --- | --- |\n| resource | %s |\n| type | %s |\n| stack | %s |\n| owner | %s |\n| URN | %s |\n\n",
		code(f.Resource.Name), code(f.Resource.Type), code(from.Stack.Name), cell(f.Owner.String()), code(f.Resource.URN))
	b.WriteString("## What is wrong\n\n")
	for _, p := range f.Problems {
		b.WriteString("- " + line(p.Message))
		if p.Path != "" {
			b.WriteString(" (" + code(p.Path) + ")")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\n## Why it matters\n\n%s\n\n## How to fix it\n\n%s\n\n", f.Why, f.Fix)
	if len(f.Controls) > 0 {
		b.WriteString("Answers to: " + strings.Join(f.Controls, ", ") + ".\n\n")
	}
	fmt.Fprintf(&b, "It is mended when a new report no longer has it. The rule: %s\n\n", absolute(f.Link))
	// By it a program finds the issue it filed the last time.
	fmt.Fprintf(&b, "<!-- policy-finding: %s -->\n", f.Fingerprint)
	return &Issue{
		File:  f.Rule + "-" + f.Fingerprint[:8] + ".md",
		Title: fmt.Sprintf("[%s] %s: %s (stack %s)", f.Severity, f.Rule, f.Resource.Name, from.Stack.Name),
		Body:  b.String(),
	}
}

// line is a text on one line, in which no HTML is read.
func line(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "", "\n", " ").Replace(text)
}

// cell is a text that stays in its cell of a table.
func cell(text string) string { return strings.ReplaceAll(line(text), "|", `\|`) }

// code is a text as code, in a cell or elsewhere.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.NewReplacer("`", "'", "|", `\|`, "\r", "", "\n", " ").Replace(text) + "`"
}
