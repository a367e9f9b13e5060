package rule

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParsedDocuments(t *testing.T) {
	t.Parallel()
	v := NewValue(map[string]any{
		"policy": `{"Statement":[{"Effect":"Allow","Action":"s3:*"}]}`,
		"object": map[string]any{"Statement": map[string]any{"Effect": "Deny"}},
		"broken": `{"Statement":`,
		"later":  Unknown{},
		"hidden": Secret{Plain: `{"key":"value"}`},
		"count":  3.0,
	})
	allow := func(v Value) Truth { return v.Get("Effect").Is("Allow") }
	statement := v.Get("policy").Parsed().Get("Statement")
	require.Equal(t, True(), statement.Any(allow))
	require.Equal(t, "policy.Statement[0].Action", statement.Items()[0].Get("Action").Path())
	require.Equal(t, `"s3:*"`, statement.Items()[0].Get("Action").OneOrMore()[0].String())
	require.Equal(t, `"Deny"`, v.Get("object").Parsed().Get("Statement").OneOrMore()[0].Get("Effect").String())
	require.Equal(t, False(), v.Get("broken").Parsed().Present(), "what is no JSON has no parts")
	require.Equal(t, Undecided("later.Statement"), v.Get("later").Parsed().Get("Statement").Present())
	require.Equal(t, Undecided("later.Effect"), allow(v.Get("later").OneOrMore()[0]), "an unknown is one unknown element")
	require.Equal(t, "[secret]", v.Get("hidden").Parsed().Get("key").String())
	require.Empty(t, v.Get("nothing").OneOrMore())
	require.Equal(t, []string{"Effect"}, v.Get("object", "Statement").Keys())
	require.Empty(t, v.Get("later").Keys())
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	v := NewValue(map[string]any{"count": 3.0, "text": "3", "later": Unknown{}})
	small := func(n float64) bool { return n < 5 }
	require.Equal(t, True(), v.Get("count").Measures(small))
	require.Equal(t, False(), v.Get("text").Measures(small), "a text is no number")
	require.Equal(t, False(), v.Get("nothing").Measures(small))
	require.Equal(t, Undecided("later"), v.Get("later").Measures(small))
	n, ok := v.Get("count").Number()
	require.True(t, ok)
	require.InDelta(t, 3.0, n, 0)
	_, ok = v.Get("later").Number()
	require.False(t, ok)
}
