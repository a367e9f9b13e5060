package runner

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// longestValue is how long a value may be to be shown on the line of its change.
const longestValue = 60

// mandatory is the enforcement level whose violation stops an update.
const mandatory = "mandatory"

// Change is a resource that a run changed, would change or, in a refresh, found changed.
type Change struct {
	Operation  string   // what the engine calls it: create, update, delete, replace, ...
	Type       string   // the resource's type
	Name       string   // the resource's name in the program
	URN        string   // the resource's full name
	Properties []string // paths of the properties that differ, with their values where these are short and no secrets
}

// String returns the change on one line.
func (c Change) String() string {
	line := fmt.Sprintf("%s %s %s", c.Operation, c.Type, c.Name)
	if len(c.Properties) > 0 {
		line += ": " + strings.Join(c.Properties, ", ")
	}
	return line
}

// record is what the events of one run of the engine said.
type record struct {
	mu         sync.Mutex
	changes    []Change
	resources  int
	violations []string
	failed     []workload
}

// listen returns the channel for the engine's events and the record that they fill; wait returns when the channel
// has been read to its end.
func listen() (channel chan events.EngineEvent, result *record, wait func()) {
	channel, result = make(chan events.EngineEvent), &record{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := range channel {
			result.add(event)
		}
	}()
	return channel, result, func() { <-done }
}

func (r *record) add(event events.EngineEvent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case event.PolicyEvent != nil && event.PolicyEvent.EnforcementLevel == mandatory:
		r.violations = append(r.violations, event.PolicyEvent.PolicyName)
	case event.SummaryEvent != nil:
		r.resources = 0
		for _, count := range event.SummaryEvent.ResourceChanges {
			r.resources += count
		}
	case event.ResourcePreEvent != nil:
		r.step(event.ResourcePreEvent.Metadata)
	case event.ResOutputsEvent != nil:
		r.refreshed(event.ResOutputsEvent.Metadata)
	case event.ResOpFailedEvent != nil:
		if w, ok := workloadOf(event.ResOpFailedEvent.Metadata); ok {
			r.failed = append(r.failed, w)
		}
	}
}

func (r *record) step(step apitype.StepEventMetadata) {
	switch step.Op {
	case apitype.OpCreate, apitype.OpUpdate, apitype.OpReplace, apitype.OpDelete, apitype.OpImport:
		r.changes = append(r.changes, changeOf(step))
	}
}

// refreshed takes the end of a step: what a refresh found is known only then, and its operation says what differs.
func (r *record) refreshed(step apitype.StepEventMetadata) {
	if step.Op == apitype.OpRefresh {
		return
	}
	for i := range r.changes {
		if r.changes[i].URN == step.URN {
			r.changes[i] = changeOf(step)
			return
		}
	}
	switch step.Op {
	case apitype.OpUpdate, apitype.OpDelete:
		r.changes = append(r.changes, changeOf(step))
	}
}

func changeOf(step apitype.StepEventMetadata) Change {
	change := Change{Operation: string(step.Op), Type: step.Type, URN: step.URN, Name: step.URN}
	if i := strings.LastIndex(step.URN, "::"); i >= 0 {
		change.Name = step.URN[i+2:]
	}
	paths := step.Diffs
	if len(step.DetailedDiff) > 0 {
		paths = slices.Collect(maps.Keys(step.DetailedDiff))
	}
	for _, path := range paths {
		change.Properties = append(change.Properties, path+values(step, path))
	}
	sort.Strings(change.Properties)
	return change
}

// values returns what a property was and is, if both are plain values; the engine has masked secrets already.
func values(step apitype.StepEventMetadata, path string) string {
	if step.Old == nil || step.New == nil {
		return ""
	}
	was, ok := plain(step.Old.Outputs, path)
	if !ok {
		return ""
	}
	is, ok := plain(step.New.Outputs, path)
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (%s => %s)", was, is)
}

// plain returns the value at a path as text; ok is false where there is none that fits on a line.
func plain(properties map[string]any, path string) (text string, ok bool) {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return "", false
	}
	var value any = properties
	for _, key := range parsed {
		switch container := value.(type) {
		case map[string]any:
			name, isName := key.(string)
			if !isName {
				return "", false
			}
			value = container[name]
		case []any:
			index, isIndex := key.(int)
			if !isIndex || index < 0 || index >= len(container) {
				return "", false
			}
			value = container[index]
		default:
			return "", false
		}
	}
	switch value.(type) {
	case string, bool, float64:
		text = fmt.Sprintf("%v", value)
	default:
		return "", false
	}
	return text, len(text) <= longestValue
}
