package rule

import "fmt"

// StackInfo is what a rule may know about the stack it judges.
type StackInfo struct {
	Name         string
	Project      string
	Organization string
	// Environment is the stack's environment (dev, prod, ...), or "" when nobody
	// told; rules bound to environments then judge as if it were one of theirs.
	Environment string
	// DryRun is set at a preview.
	DryRun bool
	// Exemptions are what the stack's configuration lets break rules; nil when the
	// configuration is not known.
	Exemptions *Exemptions
}

// Exemptions are those that somebody must look at, each in the words of a
// message.
type Exemptions struct {
	// Expired no longer hold, Ending end within a month.
	Expired, Ending []string
}

// Finding is one thing that is wrong.
type Finding struct {
	// URN of the resource it is wrong in; "" means the resource that was looked
	// at, or the stack.
	URN string
	// Path of the property, or "".
	Path string
	// Message says what is wrong, without the path and without how to fix it.
	Message string
}

// Inquiry is one rule looking at one resource or stack: what it may know beside
// the resource, and where it reports.
type Inquiry struct {
	Settings Settings
	Stack    StackInfo

	findings  []Finding
	undecided []string
}

// Require reports a finding at a place when holds is a decided no. An undecided
// answer reports nothing and is remembered as such. The message is a format
// with the place's surroundings as arguments; a [Value] argument prints as JSON
// and never shows a secret.
func (q *Inquiry) Require(holds Truth, at Value, format string, args ...any) {
	switch {
	case holds.IsTrue():
	case holds.IsFalse():
		f := Finding{Path: at.Path(), Message: fmt.Sprintf(format, args...)}
		if at.of != nil {
			f.URN = at.of.URN
		}
		q.findings = append(q.findings, f)
	default:
		q.undecided = append(q.undecided, holds.Needs())
	}
}

// Each calls f for every known element of a list and remembers as undecided
// when the list itself is unknown.
func (q *Inquiry) Each(list Value, f func(Value)) {
	if list.IsUnknown() {
		q.undecided = append(q.undecided, list.undecided().Needs())
		return
	}
	for _, item := range list.Items() {
		f(item)
	}
}

// EachContainer calls f for every known container of a pod, whatever its role.
func (q *Inquiry) EachContainer(pod *Pod, f func(Container)) {
	for _, list := range pod.Lists {
		if list.IsUnknown() {
			q.undecided = append(q.undecided, list.undecided().Needs())
		}
	}
	for _, c := range pod.Containers {
		f(c)
	}
}
