package toolbox

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

const (
	// beat is how often a long build says that it goes on.
	beat = 20 * time.Second
	// tail is how many lines of a failed build's output an error shows.
	tail = 15
)

// Reporter tells the user, a line at a time, what is built and how long it takes.
type Reporter struct {
	out io.Writer
	mu  sync.Mutex
}

// NewReporter returns a reporter that writes to out.
func NewReporter(out io.Writer) *Reporter { return &Reporter{out: out} }

func (r *Reporter) printf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.out, format+"\n", args...)
}

// Reused says which tools need no build.
func (r *Reporter) Reused(titles []string) { r.printf("tools: reusing %s", strings.Join(titles, ", ")) }

// Start says that work on a tool begins, and from then on, every 20 seconds, that it goes on.
func (r *Reporter) Start(title string) *Task {
	task := &Task{reporter: r, title: title, started: time.Now(), ended: make(chan struct{})}
	r.printf("tools: %s: building", title)
	go task.beat()
	return task
}

// Task is the building of one tool.
type Task struct {
	reporter *Reporter
	title    string
	started  time.Time
	ended    chan struct{}
	output   *Output
	mu       sync.Mutex
}

func (t *Task) elapsed() time.Duration { return time.Since(t.started).Round(time.Second) }

func (t *Task) beat() {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-t.ended:
			return
		case <-ticker.C:
			t.mu.Lock()
			output := t.output
			t.mu.Unlock()
			if count := output.Packages(); count > 0 {
				t.reporter.printf("tools: %s: %d packages compiled, %s", t.title, count, t.elapsed())
			} else {
				t.reporter.printf("tools: %s: %s", t.title, t.elapsed())
			}
		}
	}
}

// End says how the work ended.
func (t *Task) End(err error) {
	close(t.ended)
	if err != nil {
		t.reporter.printf("tools: %s: failed after %s", t.title, t.elapsed())
		return
	}
	t.reporter.printf("tools: %s: built in %s", t.title, t.elapsed())
}

// Writer returns what the build writes to: it keeps log whole and counts the packages that the compiler names.
func (t *Task) Writer(log io.Writer) *Output {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.output = &Output{log: log}
	return t.output
}

// Output of a build.
type Output struct {
	log      io.Writer
	mu       sync.Mutex
	partial  []byte
	packages int
	last     []string
}

// Write takes a piece of the build's output.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.partial = append(o.partial, p...)
	for {
		line, rest, found := bytes.Cut(o.partial, []byte("\n"))
		if !found {
			break
		}
		o.line(string(line))
		o.partial = rest
	}
	return o.log.Write(p)
}

func (o *Output) line(line string) {
	// `go build -v` prints the import path of each package it compiles, alone on a line.
	if line != "" && !strings.ContainsAny(line, " \t#:") {
		o.packages++
		return
	}
	o.last = append(o.last, line)
	if len(o.last) > tail {
		o.last = o.last[1:]
	}
}

// Packages returns how many packages were compiled so far.
func (o *Output) Packages() int {
	if o == nil {
		return 0
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.packages
}

// Tail returns the last lines that say something.
func (o *Output) Tail() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := append([]string(nil), o.last...)
	if len(o.partial) > 0 {
		lines = append(lines, string(o.partial))
	}
	return lines
}
