package stacks

import (
	"reflect"
	"slices"
	"strings"
)

// typeAt returns the type of the setting at a path, nil if there is none.
func typeAt(path string) reflect.Type {
	t := reflect.TypeFor[Config]()
	if path == "" {
		return t
	}
	for _, part := range strings.Split(path, ".") {
		name, _, element := strings.Cut(part, "[")
		field, ok := fieldByName(t, name)
		if !ok {
			return nil
		}
		if t = field.Type; element || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return t
}

// keysAt returns the keys of the mapping at a path, sorted.
func keysAt(path string) []string {
	t := typeAt(path)
	if t == nil || t.Kind() != reflect.Struct {
		return nil
	}
	var keys []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		keys = append(keys, name)
	}
	slices.Sort(keys)
	return keys
}

func fieldByName(t reflect.Type, name string) (reflect.StructField, bool) {
	if t.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	for i := range t.NumField() {
		if key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); key == name {
			return t.Field(i), true
		}
	}
	return reflect.StructField{}, false
}

// byPlaceInFile puts the mistakes of one setting together, in the order of the
// reference.
func byPlaceInFile(a, b Mistake) int {
	order := func(path string) int {
		name := strings.TrimPrefix(path, Namespace+":")
		if end := strings.IndexAny(name, ".["); end >= 0 {
			name = name[:end]
		}
		t := reflect.TypeFor[Config]()
		for i := range t.NumField() {
			if key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); key == name {
				return i
			}
		}
		return t.NumField()
	}
	return order(a.Path) - order(b.Path)
}
