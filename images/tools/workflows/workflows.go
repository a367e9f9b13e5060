// Package workflows checks the workflow that publishes the images: actionlint reads it, and every action is pinned.
package workflows

import (
	"io"
	"regexp"
	"strings"

	"github.com/rhysd/actionlint"

	"github.com/ai-now/platform/images/tools/finding"
)

var (
	uses   = regexp.MustCompile(`^\s*(?:- )?uses:\s*(\S+)(.*)$`)
	pinned = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	// The version stands beside the commit, so that a reader and an updater know what it is.
	version = regexp.MustCompile(`^\s+# v[0-9]+\.[0-9]+\.[0-9]+$`)
)

// Check returns what is wrong with a workflow.
func Check(name string, content []byte) ([]finding.Finding, error) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{
		// Neither program is needed by a test: both are looked for on PATH, and what they say would differ by machine.
		Shellcheck: "", Pyflakes: "",
	})
	if err != nil {
		return nil, err
	}
	problems, err := linter.Lint(name, content, nil)
	if err != nil {
		return nil, err
	}
	var findings []finding.Finding
	for _, p := range problems {
		findings = append(findings, finding.Finding{Rule: "actionlint/" + p.Kind, File: name, Line: p.Line, Message: p.Message})
	}
	for i, line := range strings.Split(string(content), "\n") {
		match := uses.FindStringSubmatch(line)
		switch {
		case match == nil || strings.HasPrefix(match[1], "./"):
		case !pinned.MatchString(match[1]):
			findings = append(findings, finding.Finding{Rule: "pinned-action", File: name, Line: i + 1, Message: match[1] + " can change under the same name; pin the commit of its release, 40 hexadecimal digits"})
		case !version.MatchString(match[2]):
			findings = append(findings, finding.Finding{Rule: "pinned-action", File: name, Line: i + 1, Message: match[1] + " says no version; write the release's beside it, such as # v4.2.0"})
		}
	}
	if !strings.Contains(string(content), "\npermissions: {}\n") {
		findings = append(findings, finding.Finding{Rule: "permissions", File: name, Message: "the workflow's jobs start with the repository's default permissions; write `permissions: {}` and give each job what it needs"})
	}
	return findings, nil
}
