package rule

import (
	"fmt"
	"strconv"
	"strings"
)

// CEL is the setting's value as a CEL literal.
func (s Setting) CEL(value any) string {
	switch s.Type {
	case StringList:
		list, _ := value.([]any)
		if len(list) == 0 {
			// An empty literal has no type of its own.
			return "['x'].filter(e, false)"
		}
		elements := make([]string, len(list))
		for i, e := range list {
			text, _ := e.(string)
			elements[i] = quoteCEL(text)
		}
		return "[" + strings.Join(elements, ", ") + "]"
	case Text:
		text, _ := value.(string)
		return quoteCEL(text)
	case Flag:
		on, _ := value.(bool)
		return strconv.FormatBool(on)
	case Integer:
		n, _ := value.(float64)
		return strconv.FormatInt(int64(n), 10)
	default:
		n, _ := value.(float64)
		return fmt.Sprintf("double(%s)", quoteCEL(strconv.FormatFloat(n, 'g', -1, 64)))
	}
}

// quoteCEL makes a string literal of CEL.
// https://github.com/google/cel-spec/blob/master/doc/langdef.md#string-and-bytes-values
func quoteCEL(text string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range text {
		switch {
		case r == '\\' || r == '\'':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
