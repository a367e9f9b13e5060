// Package report makes reports of what the policy pack recorded of a stack: a text
// for people, JSON and SARIF for programs, a page for each framework, and an issue
// for each finding.
//
// The reports say no more than the record: a control passes when no rule that
// answers to it found anything wrong, and what no rule looks at is listed as such.
package report
