package runner

import (
	"bytes"
	"io"
	"regexp"
	"sync"
)

// foreseen are warnings of the engine about what the sandbox does on purpose, for every provider and every run anew:
// it takes plugins from PATH, and a Kubernetes provider that is older than the SDK asks for. The launcher says both
// once, when it lists the tools.
var foreseen = regexp.MustCompile(`warning: (using pulumi-(resource|analyzer)-\S+ from \$PATH at|resource plugin kubernetes is expected to have version)`)

var colours = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)

// notices passes the engine's output on, line by line, without the warnings that are foreseen.
type notices struct {
	out     io.Writer
	mu      sync.Mutex
	partial []byte
}

// Write takes a piece of the engine's output.
func (n *notices) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.partial = append(n.partial, p...)
	for {
		end := bytes.IndexByte(n.partial, '\n')
		if end < 0 {
			return len(p), nil
		}
		if err := n.pass(n.partial[:end+1]); err != nil {
			return 0, err
		}
		n.partial = n.partial[end+1:]
	}
}

func (n *notices) pass(line []byte) error {
	if foreseen.Match(colours.ReplaceAll(line, nil)) {
		return nil
	}
	_, err := n.out.Write(line)
	return err
}

// Close passes on a last line that has no end.
func (n *notices) Close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	last := n.partial
	n.partial = nil
	return n.pass(last)
}
