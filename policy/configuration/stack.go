package configuration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// Admission says what the cluster does with the rules over Kubernetes objects.
type Admission string

// What a cluster may do with the rules. Enforce refuses what breaks a mandatory
// rule and warns of what breaks an advisory one; Warn only warns; Audit only
// writes to the audit log; Off installs nothing.
const (
	Enforce Admission = "enforce"
	Warn    Admission = "warn"
	Audit   Admission = "audit"
	Off     Admission = "off"
)

// Admissions are all of them, from the strictest.
func Admissions() []Admission { return []Admission{Enforce, Warn, Audit, Off} }

// Stack is the value "policy" of a stack's configuration.
type Stack struct {
	// Profile is the name of a profile, "" for the rules' own levels.
	Profile string `json:"profile,omitempty"`
	// Admission is "" for Enforce; for Audit in the profile audit.
	Admission Admission `json:"admission,omitempty"`
	// Rules are levels and settings over the profile's, see [Parse].
	Rules map[string]any `json:"rules,omitempty"`
	// Exemptions of the rules over Kubernetes objects.
	Exemptions []Exemption `json:"exemptions,omitempty"`
}

// ParseStack reads the JSON form of the value; "" is the zero Stack.
func ParseStack(text string) (Stack, error) {
	var s Stack
	if text == "" {
		return s, nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return Stack{}, fmt.Errorf("it has no profile, admission, rules and exemptions as they should be: %w", err)
	}
	return s, nil
}

// Layers are the profile and the rules, in the order in which they go over the
// rules' own levels.
func (s Stack) Layers() ([]Config, error) {
	var layers []Config
	if s.Profile != "" {
		profile, err := Profile(s.Profile)
		if err != nil {
			return nil, fmt.Errorf("profile: %w", err)
		}
		layers = append(layers, profile)
	}
	own, err := From(s.Rules)
	if err != nil {
		return nil, fmt.Errorf("rules.%w", err)
	}
	return append(layers, own), nil
}

// AtAdmission is what the clusters do, the default filled in.
func (s Stack) AtAdmission() Admission {
	switch {
	case s.Admission != "":
		return s.Admission
	case s.Profile == "audit":
		return Audit
	default:
		return Enforce
	}
}

// Mistakes finds everything that is wrong with the value.
func (s Stack) Mistakes(rules []*rule.Rule) []Mistake {
	var found []Mistake
	if names := Profiles(); s.Profile != "" && !slices.Contains(names, s.Profile) {
		found = append(found, Mistake{"profile", s.Profile, "is no profile", "there are " + strings.Join(names, ", ")})
	}
	if s.Admission != "" && !slices.Contains(Admissions(), s.Admission) {
		found = append(found, Mistake{"admission", string(s.Admission), "is nothing a cluster can do with the rules",
			"there are enforce, warn, audit, off"})
	}
	if own, err := From(s.Rules); err != nil {
		found = append(found, Mistake{"rules", "", "cannot be read", err.Error()})
	} else if _, wrong := Resolve(rules, rule.Mandatory, own); len(wrong) > 0 {
		for _, w := range wrong {
			found = append(found, Mistake{"rules", "", "are wrong", w.Error()})
		}
	}
	for i, e := range s.Exemptions {
		found = append(found, e.mistakes(fmt.Sprintf("exemptions[%d]", i), rules)...)
	}
	return found
}

func sortedIDs(rules map[string]*rule.Rule) []string { return slices.Sorted(maps.Keys(rules)) }
