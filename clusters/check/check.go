// Package check collects what is wrong with a set of values, so that all
// mistakes are reported together, each with its place and what to do about it.
package check

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Mistake is one thing that is wrong.
type Mistake struct {
	// Path of the value, such as nodePools[0].size.
	Path string
	// Value that is wrong; nil if it is missing or must not be shown.
	Value any
	// Problem says what is wrong with it.
	Problem string
	// Hint says what to do.
	Hint string
}

// String returns the mistake on one line, its hint on a second.
func (m Mistake) String() string {
	var b strings.Builder
	b.WriteString(m.Path)
	if m.Value != nil {
		fmt.Fprintf(&b, " = %s", show(m.Value))
	}
	b.WriteString(": " + m.Problem)
	if m.Hint != "" {
		b.WriteString("\n    hint: " + m.Hint)
	}
	return b.String()
}

// show writes a value short enough for a message.
func show(value any) string {
	const longest = 80
	text := fmt.Sprintf("%v", value)
	if s, ok := value.(string); ok {
		text = fmt.Sprintf("%q", s)
	}
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	return text
}

// List collects mistakes. Its zero value is ready to use.
type List struct {
	mistakes []Mistake
}

// Add records a mistake.
func (l *List) Add(path string, value any, problem, hint string) {
	l.mistakes = append(l.mistakes, Mistake{Path: path, Value: value, Problem: problem, Hint: hint})
}

// Missing records that a required value is not there.
func (l *List) Missing(path, hint string) {
	l.Add(path, nil, "is required", hint)
}

// Under adds mistakes found in a part, below the part's path.
func (l *List) Under(path string, mistakes []Mistake) {
	for _, m := range mistakes {
		m.Path = path + "." + m.Path
		l.mistakes = append(l.mistakes, m)
	}
}

// All returns the mistakes in the order they were found.
func (l *List) All() []Mistake {
	return slices.Clone(l.mistakes)
}

// Err returns nil if nothing is wrong, else an [*Error] about the subject, such
// as `cluster "eks-eu"`.
func Err(subject string, mistakes []Mistake) error {
	if len(mistakes) == 0 {
		return nil
	}
	return &Error{Subject: subject, Mistakes: mistakes}
}

// Error is a value with mistakes. Its text lists all of them.
type Error struct {
	Subject  string
	Mistakes []Mistake
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%s has %s:\n%s", e.Subject, Count(len(e.Mistakes)), Lines(e.Mistakes))
}

// Count says how many mistakes there are, in words.
func Count(n int) string {
	if n == 1 {
		return "1 mistake"
	}
	return fmt.Sprintf("%d mistakes", n)
}

// Lines lists mistakes, one paragraph each.
func Lines(mistakes []Mistake) string {
	lines := make([]string, len(mistakes))
	for i, m := range mistakes {
		lines[i] = "  - " + m.String()
	}
	return strings.Join(lines, "\n")
}

var (
	dnsLabel   = regexp.MustCompile(`^[a-z]([a-z0-9-]*[a-z0-9])?$`)
	labelValue = regexp.MustCompile(`^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$`)
)

// DNSLabel adds a mistake unless name is a DNS label of at most longest
// characters that begins with a letter: what every cloud and Kubernetes accept
// as a name (RFC 1035, section 2.3.1).
func (l *List) DNSLabel(path, name string, longest int) {
	switch {
	case name == "":
		l.Missing(path, "give it a name of lower-case letters, digits and '-'")
	case len(name) > longest:
		l.Add(path, name, fmt.Sprintf("is longer than %d characters", longest), "shorten it")
	case !dnsLabel.MatchString(name):
		l.Add(path, name, "is not a DNS label",
			"use lower-case letters, digits and '-', beginning with a letter and not ending with '-'")
	}
}

// LabelValue adds a mistake unless value can be a label or tag on every cloud
// and in Kubernetes.
func (l *List) LabelValue(path, value string) {
	switch {
	case value == "":
		l.Missing(path, "every resource carries it; use lower-case letters, digits, '-' and '_'")
	case !labelValue.MatchString(value):
		l.Add(path, value, "cannot be a label on every cloud",
			"use at most 63 lower-case letters, digits, '-' and '_', beginning and ending with a letter or digit")
	}
}

// OneOf adds a mistake unless value is one of the allowed ones, and suggests
// the nearest.
func (l *List) OneOf(path, value string, allowed []string) {
	if value == "" {
		l.Missing(path, "use "+Choices(allowed))
		return
	}
	if slices.Contains(allowed, value) {
		return
	}
	hint := "use " + Choices(allowed)
	if near := Nearest(value, allowed); near != "" {
		hint = fmt.Sprintf("did you mean %q? Allowed: %s", near, Choices(allowed))
	}
	l.Add(path, value, "is not known", hint)
}

// Choices lists values for a message.
func Choices(values []string) string {
	switch len(values) {
	case 0:
		return "nothing"
	case 1:
		return values[0]
	}
	return strings.Join(values[:len(values)-1], ", ") + " or " + values[len(values)-1]
}

// Nearest returns the candidate that looks most like s, or "" if none is near
// enough to be what was meant.
func Nearest(s string, candidates []string) string {
	best, distance := "", max(2, len(s)/3)+1
	for _, candidate := range candidates {
		if d := levenshtein.Distance(strings.ToLower(s), strings.ToLower(candidate), nil); d < distance {
			best, distance = candidate, d
		}
	}
	return best
}

// Keys returns a map's keys, sorted, so that messages have a stable order.
func Keys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
