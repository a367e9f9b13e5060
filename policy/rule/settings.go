package rule

import (
	"fmt"
	"slices"
	"strings"
)

// SettingType is the type of a setting's value.
type SettingType string

// The types of settings.
const (
	Text       SettingType = "string"
	Number     SettingType = "number"
	Integer    SettingType = "integer"
	Flag       SettingType = "boolean"
	StringList SettingType = "array"
)

// Setting is one value configuration may set for a rule.
type Setting struct {
	Name        string
	Type        SettingType
	Description string
	// Default holds when configuration says nothing: string, float64, bool or
	// []any of strings.
	Default any
	// Allowed are the values a Text or the elements of a StringList may have;
	// none means any.
	Allowed []string
	// Min and Max bound a Number or Integer; nil means no bound.
	Min, Max *float64
}

// Settings are the values of a rule's settings, defaults filled in.
type Settings map[string]any

// Strings is the value of a StringList setting.
func (s Settings) Strings(name string) []string {
	list, ok := s[name].([]any)
	if !ok {
		panic(fmt.Sprintf("the rule has no setting %q that is a list of strings", name))
	}
	out := make([]string, len(list))
	for i, e := range list {
		out[i], _ = e.(string)
	}
	return out
}

// Text is the value of a Text setting.
func (s Settings) Text(name string) string {
	text, ok := s[name].(string)
	if !ok {
		panic(fmt.Sprintf("the rule has no setting %q that is a text", name))
	}
	return text
}

// Int is the value of an Integer setting.
func (s Settings) Int(name string) int {
	n, ok := s[name].(float64)
	if !ok {
		panic(fmt.Sprintf("the rule has no setting %q that is a number", name))
	}
	return int(n)
}

// Flag is the value of a Flag setting.
func (s Settings) Flag(name string) bool {
	b, ok := s[name].(bool)
	if !ok {
		panic(fmt.Sprintf("the rule has no setting %q that is true or false", name))
	}
	return b
}

// Schema is the JSON schema of the setting.
func (s Setting) Schema() map[string]any {
	schema := map[string]any{
		"type":        string(s.Type),
		"description": s.Description,
		"default":     s.Default,
	}
	value := schema
	if s.Type == StringList {
		value = map[string]any{"type": "string"}
		schema["items"] = value
	}
	if len(s.Allowed) > 0 {
		value["enum"] = stringsToAny(s.Allowed)
	}
	if s.Min != nil {
		schema["minimum"] = *s.Min
	}
	if s.Max != nil {
		schema["maximum"] = *s.Max
	}
	return schema
}

// DefaultSettings are the rule's settings when configuration says nothing.
func (r *Rule) DefaultSettings() Settings {
	settings := Settings{}
	for _, s := range r.AllSettings() {
		settings[s.Name] = s.Default
	}
	return settings
}

// Configure gives the rule's settings with the given values over the defaults.
// It returns everything that is wrong with them, each with a hint.
func (r *Rule) Configure(given map[string]any) (Settings, []error) {
	settings := r.DefaultSettings()
	all := r.AllSettings()
	var mistakes []error
	for _, name := range sortedKeys(given) {
		i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name })
		if i < 0 {
			mistakes = append(mistakes, r.unknownSetting(name, all))
			continue
		}
		if problem := all[i].problem(given[name]); problem != "" {
			mistakes = append(mistakes, fmt.Errorf("%s.%s: %s", r.ID, name, problem))
			continue
		}
		settings[name] = given[name]
	}
	return settings, mistakes
}

func (r *Rule) unknownSetting(name string, all []Setting) error {
	if len(all) == 0 {
		return fmt.Errorf("%s.%s: the rule has no settings; only its enforcementLevel can be set", r.ID, name)
	}
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	return fmt.Errorf("%s.%s: there is no such setting; %s", r.ID, name, Suggest(name, names))
}

// problem is what is wrong with a value and what is allowed, or "".
func (s Setting) problem(value any) string {
	switch s.Type {
	case Text:
		text, ok := value.(string)
		if !ok {
			return fmt.Sprintf("%v is no text; write a string", value)
		}
		return s.notAllowed(text)
	case Flag:
		if _, ok := value.(bool); !ok {
			return fmt.Sprintf("%v is neither true nor false", value)
		}
	case Number, Integer:
		return s.numberProblem(value)
	case StringList:
		list, ok := value.([]any)
		if !ok {
			return fmt.Sprintf(`%v is no list; write ["a", "b"]`, value)
		}
		for i, e := range list {
			text, ok := e.(string)
			if !ok {
				return fmt.Sprintf("element %d, %v, is no text; write a string", i, e)
			}
			if problem := s.notAllowed(text); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func (s Setting) notAllowed(text string) string {
	if len(s.Allowed) == 0 || slices.Contains(s.Allowed, text) {
		return ""
	}
	return fmt.Sprintf("%q is not allowed; allowed are %s", text, strings.Join(s.Allowed, ", "))
}

func (s Setting) numberProblem(value any) string {
	n, ok := value.(float64)
	switch {
	case !ok:
		return fmt.Sprintf("%v is no number", value)
	case s.Type == Integer && n != float64(int64(n)):
		return fmt.Sprintf("%v is no whole number", n)
	case s.Min != nil && n < *s.Min:
		return fmt.Sprintf("%v is too small; the least is %v", n, *s.Min)
	case s.Max != nil && n > *s.Max:
		return fmt.Sprintf("%v is too big; the most is %v", n, *s.Max)
	}
	return ""
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
