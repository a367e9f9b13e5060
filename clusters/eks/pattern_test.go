package eks_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pattern reads the filter patterns of CloudWatch Logs for JSON, as far as the
// alarms use them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
type pattern struct {
	t      *testing.T
	tokens []string
	event  map[string]any
}

var patternToken = regexp.MustCompile(`"[^"]*"|\$(\.\w+)+|&&|\|\||!=|<=|>=|[=<>(){}]|NOT EXISTS|[0-9]+|\S+`)

// finds is true if the pattern finds the event.
func finds(t *testing.T, text string, event map[string]any) bool {
	t.Helper()
	p := &pattern{t: t, tokens: patternToken.FindAllString(text, -1), event: event}
	p.expect("{")
	found := p.any()
	p.expect("}")
	require.Empty(t, p.tokens, "behind the pattern %s", text)
	return found
}

func (p *pattern) next() string {
	require.NotEmpty(p.t, p.tokens, "the pattern ends early")
	token := p.tokens[0]
	p.tokens = p.tokens[1:]
	return token
}

func (p *pattern) expect(token string) { require.Equal(p.t, token, p.next()) }

func (p *pattern) at(token string) bool { return len(p.tokens) > 0 && p.tokens[0] == token }

func (p *pattern) any() bool {
	found := p.all()
	for p.at("||") {
		p.next()
		found = p.all() || found
	}
	return found
}

func (p *pattern) all() bool {
	found := p.term()
	for p.at("&&") {
		p.next()
		found = p.term() && found
	}
	return found
}

func (p *pattern) term() bool {
	if p.at("(") {
		p.next()
		found := p.any()
		p.expect(")")
		return found
	}
	selector := p.next()
	require.True(p.t, strings.HasPrefix(selector, "$."), "a field, not %s", selector)
	var value any = p.event
	for _, key := range strings.Split(selector, ".")[1:] {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	operator := p.next()
	if operator == "NOT EXISTS" {
		return value == nil
	}
	want := p.next()
	if number, ok := value.(int); ok {
		limit, err := strconv.Atoi(want)
		require.NoError(p.t, err)
		switch operator {
		case "=":
			return number == limit
		case "<":
			return number < limit
		}
		require.Fail(p.t, "an operator the test does not know", operator)
	}
	text, present := value.(string)
	if !present {
		return false
	}
	require.True(p.t, strings.HasPrefix(want, `"`), "text in quotes, not %s", want)
	same := matches(strings.Trim(want, `"`), text)
	switch operator {
	case "=":
		return same
	case "!=":
		return !same
	}
	require.Fail(p.t, "an operator the test does not know", operator)
	return false
}
