package stacks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"

	"github.com/ai-now/platform/clusters/check"
)

// Parse reads and checks the configuration of a stack. values holds the part of
// Pulumi's configuration with the keys as in the stack's file, such as
// "ai-now:clusters"; keys of other namespaces are not looked at. A structured
// value is given decoded, as a YAML parser returns it, or as JSON text, as
// Pulumi hands it to a program; a value {secure: …} counts as text that is not
// known.
//
// The result has its defaults filled in. The error of a wrong configuration is
// an [*InvalidConfig] with every mistake.
func Parse(stack string, values map[string]any) (*Config, error) {
	d := &decoder{}
	cfg := d.decode(values)
	cfg.applyDefaults()
	mistakes := append(d.list.All(), d.unrelated(cfg.mistakes(d.unread))...)
	if len(mistakes) > 0 {
		slices.SortStableFunc(mistakes, byPlaceInFile)
		return nil, &InvalidConfig{Stack: stack, Mistakes: mistakes}
	}
	return cfg, nil
}

// decoder reads values into a Config and collects what does not fit.
type decoder struct {
	list check.List
	// covered are the paths whose values were not read, so that they are not
	// reported as missing as well.
	covered []string
}

// unread is true for a setting whose value was not read, so that references to
// what it would hold cannot be checked.
func (d *decoder) unread(setting string) bool {
	return slices.Contains(d.covered, Namespace+":"+setting)
}

func (d *decoder) decode(values map[string]any) *Config {
	fields := map[string]any{}
	for _, key := range check.Keys(values) {
		name, ours := strings.CutPrefix(key, Namespace+":")
		if !ours {
			continue
		}
		value, err := plain(values[key], structured(name))
		if err != nil {
			d.list.Add(key, nil, "cannot be read: "+err.Error(), "write it as a list or mapping in YAML")
			d.covered = append(d.covered, key)
			continue
		}
		fields[name] = value
	}

	cfg := &Config{}
	var meta mapstructure.Metadata
	reader, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: cfg, Metadata: &meta, TagName: "json",
		DecodeHook: refuseNumberAsText,
		// Names are compared exactly: a key that differs in case is a mistake
		// elsewhere in Pulumi too.
		MatchName: func(key, field string) bool { return key == field },
	})
	if err == nil {
		err = reader.Decode(fields)
	}
	for _, wrong := range leaves(err) {
		d.wrongType(wrong)
	}
	slices.Sort(meta.Unused)
	for _, path := range meta.Unused {
		d.unknownKey(path)
	}
	return cfg
}

// structured is true for the settings that are not plain text.
func structured(name string) bool {
	field, ok := fieldByName(reflect.TypeFor[Config](), name)
	return ok && field.Type.Kind() != reflect.String
}

// plain brings a value into the form of decoded JSON with exact numbers.
func plain(value any, structured bool) (any, error) {
	text, isText := value.(string)
	if !isText {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, errors.New("it is not made of lists, mappings, text and numbers")
		}
		text = string(raw)
	} else if !structured {
		return text, nil
	}
	reader := json.NewDecoder(bytes.NewBufferString(text))
	reader.UseNumber()
	var out any
	if err := reader.Decode(&out); err != nil {
		return nil, errors.New("it is text, not a list or mapping")
	}
	if _, err := reader.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is more than one value")
	}
	return unseal(out), nil
}

// unseal replaces encrypted values, {secure: …}, by text that shows nothing.
func unseal(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if _, sealed := v["secure"].(string); sealed && len(v) == 1 {
			return Sealed
		}
		for key := range v {
			v[key] = unseal(v[key])
		}
	case []any:
		for i := range v {
			v[i] = unseal(v[i])
		}
	}
	return value
}

// Sealed stands for an encrypted value that has not been decrypted.
const Sealed = "[secret]"

// refuseNumberAsText stops numbers from becoming text: 1.30 would become 1.3.
func refuseNumberAsText(_, to reflect.Type, data any) (any, error) {
	if number, ok := data.(json.Number); ok && to.Kind() == reflect.String {
		return nil, &numberAsText{number}
	}
	return data, nil
}

type numberAsText struct{ number json.Number } //nolint:errname // named after the mistake, as InvalidConfig is

func (e *numberAsText) Error() string { return "is a number, and must be text" }

// leaves returns the innermost errors with a path.
func leaves(err error) []*mapstructure.DecodeError {
	switch e := err.(type) { //nolint:errorlint // it unwraps each error itself, to see every branch
	case nil:
		return nil
	case interface{ Unwrap() []error }:
		var all []*mapstructure.DecodeError
		for _, inner := range e.Unwrap() {
			all = append(all, leaves(inner)...)
		}
		return all
	case *mapstructure.DecodeError:
		if inner := leaves(e.Unwrap()); len(inner) > 0 {
			return inner
		}
		return []*mapstructure.DecodeError{e}
	}
	return leaves(errors.Unwrap(err))
}

func (d *decoder) wrongType(e *mapstructure.DecodeError) {
	path := Namespace + ":" + e.Name()
	d.covered = append(d.covered, path)
	var number *numberAsText
	var unfit *mapstructure.UnconvertibleTypeError
	switch {
	case errors.As(e, &number):
		d.list.Add(path, number.number, "is a number, and must be text",
			`put it in quotes, such as "1000"; without them YAML drops zeros: 1.30 becomes 1.3`)
	case errors.As(e, &unfit):
		d.list.Add(path, visible(path, unfit.Value), fmt.Sprintf("is %s, and must be %s", kindOf(reflect.TypeOf(unfit.Value)), kindOf(unfit.Expected.Type())), writeAs[kindOf(unfit.Expected.Type())])
	default:
		kind := kindOf(typeAt(e.Name()))
		d.list.Add(path, nil, "is not "+kind, writeAs[kind])
	}
}

// writeAs says how to write a value of a kind.
var writeAs = map[string]string{
	"text":           "write one value, in quotes if it looks like a number or a yes or no",
	"true or false":  "write true or false, without quotes",
	"a whole number": "write digits only, without quotes",
	"a list":         "write [one, two], or one item per line after '- '",
	"a mapping":      "write key: value, one per line or within { }",
}

// visible returns a value for a message, nil if it may be a secret.
func visible(path string, value any) any {
	if strings.HasSuffix(path, ".kubeconfig") {
		return nil
	}
	return value
}

// kindOf names a type in the words of YAML.
func kindOf(t reflect.Type) string {
	switch {
	case t == nil:
		return "nothing"
	case t == reflect.TypeFor[json.Number]():
		return "a number"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Pointer:
		return kindOf(t.Elem())
	}
	return "a mapping"
}

// unknownKey records a key that no setting has, with the nearest that one has.
func (d *decoder) unknownKey(path string) {
	parent, name := "", path
	if dot := strings.LastIndex(path, "."); dot >= 0 {
		parent, name = path[:dot], path[dot+1:]
	}
	known := keysAt(parent)
	hint := "allowed here: " + strings.Join(known, ", ")
	if near := check.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q? Allowed here: %s", near, strings.Join(known, ", "))
		d.covered = append(d.covered, join(parent, near))
	}
	d.list.Add(join("", path), nil, "is not a setting", hint)
}

func join(parent, name string) string {
	if parent != "" {
		name = parent + "." + name
	}
	return Namespace + ":" + name
}

// unrelated drops mistakes that only follow from values that were not read.
func (d *decoder) unrelated(mistakes []Mistake) []Mistake {
	return slices.DeleteFunc(mistakes, func(m Mistake) bool {
		return slices.ContainsFunc(d.covered, func(path string) bool {
			return m.Path == path || strings.HasPrefix(m.Path, path+".") || strings.HasPrefix(m.Path, path+"[") ||
				(m.Value == nil && strings.HasPrefix(path, m.Path+"."))
		})
	})
}
