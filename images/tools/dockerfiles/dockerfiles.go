// Package dockerfiles checks Dockerfiles: with BuildKit's own parser and linter, and with the platform's rules.
package dockerfiles

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/ai-now/platform/images/tools/finding"
	"github.com/ai-now/platform/images/tools/lock"
)

// file is a Dockerfile that is being checked.
type file struct {
	name string
	// production is false for a Dockerfile.dev.
	production bool
	stages     []instructions.Stage
	bases      lock.Lock
	findings   []finding.Finding
}

// Check returns what is wrong with a Dockerfile.
func Check(ctx context.Context, name string, content []byte, bases lock.Lock) ([]finding.Finding, error) {
	findings, err := buildkit(ctx, name, content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	stages := parse(content)
	if len(stages) == 0 {
		return append(findings, finding.Finding{Rule: "parse", File: name, Message: "it has no stage that could be read"}), nil
	}
	f := &file{name: name, production: !strings.HasSuffix(filepath.Base(name), ".dev"), stages: stages, bases: bases, findings: findings}
	for _, rule := range rules {
		rule(f)
	}
	finding.Sort(f.findings)
	return f.findings, nil
}

// parse returns no stages if the file has a mistake: BuildKit's own check, which comes first, has said which.
func parse(content []byte) []instructions.Stage {
	parsed, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return nil
	}
	return stages
}

// rules are all that the platform asks for beyond BuildKit.
var rules = []func(*file){
	pinnedBases,   // each base by the tag and digest of the lock
	nothingAdded,  // no ADD: it fetches addresses and unpacks archives unasked
	cachedBuilds,  // the compiler's cache is mounted, so that it is in no layer
	noPackageList, // apk leaves no index behind
	fixedUser,     // the last stage runs as 65532
	oneProcess,    // and starts one program, without a shell in between
	labels,        // and says what it is
	healthCheck,   // and how it is, where it serves
	copiesAlone,   // a production image runs nothing while it is built: no compiler, no emulator
	crossCompiles, // and is compiled on the platform of the builder
}

func (f *file) last() instructions.Stage { return f.stages[len(f.stages)-1] }

func (f *file) add(rule string, where []parser.Range, message string, args ...any) {
	line := 0
	if len(where) > 0 {
		line = where[0].Start.Line
	}
	f.findings = append(f.findings, finding.Finding{Rule: rule, File: f.name, Line: line, Message: fmt.Sprintf(message, args...)})
}
