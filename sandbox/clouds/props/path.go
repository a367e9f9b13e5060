package props

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var plainKey = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// Join adds a key to a path.
func Join(path, key string) string {
	switch {
	case !plainKey.MatchString(key):
		return path + `["` + strings.ReplaceAll(key, `"`, `\"`) + `"]`
	case path == "":
		return key
	default:
		return path + "." + key
	}
}

// Index adds a position in a list to a path.
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// Parse splits a path into keys (string) and positions (int).
func Parse(path string) ([]any, error) {
	var out []any
	for p := path; p != ""; {
		switch {
		case strings.HasPrefix(p, `["`):
			end := 2
			for end < len(p) && (p[end] != '"' || p[end-1] == '\\') {
				end++
			}
			if end+1 >= len(p) || p[end+1] != ']' {
				return nil, fmt.Errorf(`path %q: a ["key"] is not closed`, path)
			}
			out = append(out, strings.ReplaceAll(p[2:end], `\"`, `"`))
			p = p[end+2:]
		case p[0] == '[':
			num, rest, ok := strings.Cut(p[1:], "]")
			i, err := strconv.Atoi(num)
			if !ok || err != nil || i < 0 {
				return nil, fmt.Errorf("path %q: [%s is not a position such as [0]", path, p[1:])
			}
			out, p = append(out, i), rest
		default:
			p = strings.TrimPrefix(p, ".")
			end := strings.IndexAny(p, ".[")
			if end < 0 {
				end = len(p)
			}
			if end == 0 {
				return nil, fmt.Errorf("path %q: a key is empty", path)
			}
			out, p = append(out, p[:end]), p[end:]
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("path %q names nothing", path)
	}
	return out, nil
}

// Get returns the value at path, nil if there is none or the path is malformed.
func Get(o Object, path string) any {
	if v, ok := o[path]; ok { // the common case: a plain key
		return v
	}
	steps, err := Parse(path)
	if err != nil {
		return nil
	}
	var v any = o
	for _, s := range steps {
		switch s := s.(type) {
		case string:
			m, _ := v.(Object)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

// Set writes value at path and makes the objects on the way. A list on the way must already be long enough.
func Set(o Object, path string, value any) error {
	steps, err := Parse(path)
	if err != nil {
		return err
	}
	var at any = o
	for n, s := range steps {
		last := n == len(steps)-1
		switch s := s.(type) {
		case string:
			m, ok := at.(Object)
			if !ok {
				return fmt.Errorf("path %q: there is no object to hold %q", path, s)
			}
			if last {
				m[s] = value
				return nil
			}
			if m[s] == nil {
				m[s] = Object{}
			}
			at = m[s]
		case int:
			l, ok := at.([]any)
			if !ok || s >= len(l) {
				return fmt.Errorf("path %q: there is no element %d", path, s)
			}
			if last {
				l[s] = value
				return nil
			}
			at = l[s]
		}
	}
	return nil
}

// Remove deletes the key at path; a path that leads nowhere is no error.
func Remove(o Object, path string) {
	steps, err := Parse(path)
	if err != nil {
		return
	}
	key, ok := steps[len(steps)-1].(string)
	if !ok {
		return
	}
	var at any = o
	for _, s := range steps[:len(steps)-1] {
		switch s := s.(type) {
		case string:
			m, _ := at.(Object)
			at = m[s]
		case int:
			l, _ := at.([]any)
			if s >= len(l) {
				return
			}
			at = l[s]
		}
	}
	if m, ok := at.(Object); ok {
		delete(m, key)
	}
}

var position = regexp.MustCompile(`\[\d+\]`)

// Under says whether path is one of the patterns or lies below one.
// Positions in lists are ignored: rules[3].port is under rules.port.
func Under(path string, patterns []string) bool {
	path = position.ReplaceAllString(path, "")
	for _, p := range patterns {
		if rest, ok := strings.CutPrefix(path, p); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}
