package rules

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// ReferenceFile is where the reference of the rules is, from the project's root.
const ReferenceFile = "docs/policy.md"

//go:embed reference.md
var referenceIntroduction string

// Reference is the reference page of the rules, in Markdown.
func Reference() []byte {
	var b bytes.Buffer
	b.WriteString(referenceIntroduction)
	b.WriteString("\n## All rules\n\n| rule | what must be true | severity | level | environments | gates |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, r := range All() {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | %s | %s | %s |\n",
			r.ID, r.ID, r.Title, r.Severity, levelText(r), environmentsText(r), gatesText(r))
	}
	for _, r := range All() {
		writeRule(&b, r)
	}
	return b.Bytes()
}

func writeRule(b *bytes.Buffer, r *rule.Rule) {
	fmt.Fprintf(b, "\n## %s\n\n**%s.**\n\n", r.ID, r.Title)
	fmt.Fprintf(b, "Severity %s, level %s, judges %s.\nLooks at %s.\n\n",
		r.Severity, levelText(r), environmentsText(r), targetText(r.On))
	fmt.Fprintf(b, "Why: %s\n\nFix: %s\n", r.Why, r.Fix)
	if expressions, ok := r.Check.(rule.Expressions); ok {
		b.WriteString("\nHolds, at both gates:\n\n```cel\n")
		for _, v := range expressions {
			b.WriteString(v.Holds + "\n")
		}
		b.WriteString("```\n")
	}
	if len(r.Controls) > 0 {
		b.WriteString("\nAnswers to:\n")
		for _, c := range r.Controls {
			b.WriteString("- " + controlText(c) + "\n")
		}
	}
	if settings := r.AllSettings(); len(settings) > 0 {
		b.WriteString("\n| setting | type | default | meaning |\n| --- | --- | --- | --- |\n")
		for _, s := range settings {
			fmt.Fprintf(b, "| `%s` | %s | `%s` | %s |\n", s.Name, typeText(s), jsonText(s.Default), meaningText(s))
		}
	}
}

func levelText(r *rule.Rule) string {
	if r.Level == "" {
		return string(rule.Mandatory)
	}
	return string(r.Level)
}

// gatesText says where the rule is enforced.
func gatesText(r *rule.Rule) string {
	if _, ok := r.Check.(rule.Expressions); ok {
		return "preview, admission"
	}
	return "preview"
}

func environmentsText(r *rule.Rule) string {
	if len(r.Environments) == 0 {
		return "every environment"
	}
	return strings.Join(r.Environments, ", ")
}

func targetText(t rule.Target) string {
	if t.Stack {
		return "the stack as a whole"
	}
	var names []string
	for _, typ := range t.Types {
		names = append(names, "`"+typ+"`")
	}
	for _, pattern := range t.Like {
		names = append(names, "`"+pattern+"`")
	}
	for _, k := range t.Kinds {
		names = append(names, "`"+k.String()+"`")
	}
	return strings.Join(names, ", ")
}

func controlText(c rule.Control) string {
	text := "[" + strings.TrimSpace(c.Framework.Name+" "+c.Framework.Version) + "](" + c.Framework.URL + ") " + c.ID
	if c.Title != "" {
		text += ", " + c.Title
	}
	return strings.TrimSuffix(text, ".")
}

func typeText(s rule.Setting) string {
	if s.Type == rule.StringList {
		return "list of strings"
	}
	return string(s.Type)
}

func meaningText(s rule.Setting) string {
	text := s.Description
	if len(s.Allowed) > 0 {
		text += " Allowed: " + strings.Join(s.Allowed, ", ") + "."
	}
	switch {
	case s.Min != nil && s.Max != nil:
		text += fmt.Sprintf(" From %v to %v.", *s.Min, *s.Max)
	case s.Min != nil:
		text += fmt.Sprintf(" At least %v.", *s.Min)
	case s.Max != nil:
		text += fmt.Sprintf(" At most %v.", *s.Max)
	}
	return text
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
