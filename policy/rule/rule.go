package rule

// Level is what happens when a rule is broken.
type Level string

// The levels of the engine. Remediate changes the resource so that it keeps the
// rule, where the rule has a remedy, and is mandatory where it has none or the
// remedy was not enough.
const (
	Advisory  Level = "advisory"
	Mandatory Level = "mandatory"
	Remediate Level = "remediate"
	Disabled  Level = "disabled"
)

// Levels are all levels, from the strictest.
func Levels() []Level { return []Level{Remediate, Mandatory, Advisory, Disabled} }

// Severity is how bad it is when a rule is broken, whatever its level.
type Severity string

// The severities of the engine.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Rule is one policy rule.
type Rule struct {
	// ID names the rule in configuration and messages: lower case, words joined
	// by hyphens. It never changes.
	ID string
	// Title says in one sentence what must be true.
	Title    string
	Severity Severity
	// Level is the enforcement level unless configuration says otherwise; ""
	// means the pack's.
	Level Level
	// On is what the rule looks at.
	On Target
	// Environments binds the rule to stacks of these environments; none means
	// all. A rule with environments has the setting "environments", with these as
	// its default.
	Environments []string
	// Why is the reason for the rule and Fix what to do when it is broken, both
	// in full sentences.
	Why, Fix string
	// Controls are the controls of public frameworks the rule answers to.
	Controls []Control
	// Settings are what configuration may set for the rule.
	Settings []Setting
	// Check decides.
	Check Check
	// Remedy mends a resource at level Remediate; nil means that the rule cannot.
	Remedy Remedy
}

// Check is how a rule decides: [Expressions] over a Kubernetes object,
// [ResourceCheck] or [StackCheck].
type Check interface{ check() }

// ResourceCheck judges one resource by its inputs, before anything is done
// with it.
type ResourceCheck func(*Inquiry, *Resource)

// StackCheck judges a stack by the outputs of its resources, after everything
// was previewed or updated.
type StackCheck func(*Inquiry, *Stack)

func (ResourceCheck) check() {}
func (StackCheck) check()    {}

// Remedy says how to change a resource so that it keeps the rule. It must not
// overrule what the program says, only say what it left open.
type Remedy func(*Inquiry, *Resource) []Edit

// Edit sets one property.
type Edit struct {
	At Value
	To any // string, bool, float64, nil, []any or map[string]any
}

// Control is one control of a public framework.
type Control struct {
	Framework Framework
	// ID is the control's number, or its heading in a framework without numbers.
	ID string
	// Title is the control's title, "" when the ID is the heading.
	Title string
}

// Framework is a published set of controls.
type Framework struct {
	Name    string
	Version string // "" when it has none
	URL     string
}

// AllSettings are the settings of the rule with those it gets from its other
// fields.
func (r *Rule) AllSettings() []Setting {
	settings := r.Settings
	if len(r.Environments) > 0 {
		settings = append([]Setting{{
			Name:        environmentsSetting,
			Type:        StringList,
			Default:     stringsToAny(r.Environments),
			Description: "Environments of the stacks the rule judges; an empty list means all.",
		}}, settings...)
	}
	return settings
}

const environmentsSetting = "environments"

func stringsToAny(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
