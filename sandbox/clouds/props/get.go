package props

// Str returns the string at path, or "" if there is none or it is unknown.
func Str(o Object, path string) string {
	s, _ := Get(o, path).(string)
	if s == Unknown {
		return ""
	}
	return s
}

// StrOr returns the string at path, or def if there is none.
func StrOr(o Object, path, def string) string {
	if s := Str(o, path); s != "" {
		return s
	}
	return def
}

// Bool returns the boolean at path, false if there is none.
func Bool(o Object, path string) bool {
	b, _ := Get(o, path).(bool)
	return b
}

// Int returns the whole number at path; ok is false if there is none or it is unknown.
func Int(o Object, path string) (n int, ok bool) {
	switch x := Get(o, path).(type) {
	case float64:
		return int(x), true
	case int:
		return x, true
	default:
		return 0, false
	}
}

// IntOr returns the whole number at path, or def if there is none.
func IntOr(o Object, path string, def int) int {
	if n, ok := Int(o, path); ok {
		return n
	}
	return def
}

// List returns the list at path, nil if there is none.
func List(o Object, path string) []any {
	l, _ := Get(o, path).([]any)
	return l
}

// StrList returns the known strings of the list at path.
func StrList(o Object, path string) []string {
	var out []string
	for _, e := range List(o, path) {
		if s, ok := e.(string); ok && s != Unknown {
			out = append(out, s)
		}
	}
	return out
}

// Objects returns the objects in the list at path.
func Objects(o Object, path string) []Object {
	var out []Object
	for _, e := range List(o, path) {
		if x, ok := e.(Object); ok {
			out = append(out, x)
		}
	}
	return out
}

// Map returns the object at path, nil if there is none.
func Map(o Object, path string) Object {
	m, _ := Get(o, path).(Object)
	return m
}

// StrMap returns the strings of the map at path; what is not a known string is left out.
func StrMap(o Object, path string) map[string]string {
	out := map[string]string{}
	for k, e := range Map(o, path) {
		if s, ok := e.(string); ok && s != Unknown {
			out[k] = s
		}
	}
	return out
}

// Known says whether there is a value at path that is neither nil nor contains something unknown.
func Known(o Object, path string) bool {
	v := Get(o, path)
	return v != nil && !HasUnknown(v)
}
