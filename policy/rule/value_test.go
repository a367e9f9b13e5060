package rule

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func tree() Value {
	return NewValue(map[string]any{
		"name":    "web",
		"null":    nil,
		"replica": 3.0,
		"on":      true,
		"empty":   []any{},
		"list":    []any{"a", Unknown{}, "c"},
		"known":   []any{"a", "b"},
		"later":   Unknown{},
		"secret":  Secret{Plain: map[string]any{"key": "hidden", "list": []any{"hidden too"}}},
		"twice":   Secret{Plain: Secret{Plain: "hidden"}},
		"labels":  map[string]any{"app.kubernetes.io/name": "web"},
	})
}

func TestValueQuestions(t *testing.T) {
	t.Parallel()
	v := tree()
	isA := func(e Value) Truth { return e.Is("a") }
	tests := []struct {
		name      string
		got, want Truth
	}{
		{"a value is present", v.Get("name").Present(), True()},
		{"a null is not present", v.Get("null").Present(), False()},
		{"what is not there is not present", v.Get("no", "such", "thing").Present(), False()},
		{"below a string there is nothing", v.Get("name", "x").Present(), False()},
		{"an unknown is undecided", v.Get("later").Present(), Undecided("later")},
		{"below an unknown is undecided, by its own path", v.Get("later", "x").Present(), Undecided("later.x")},
		{"a string equals itself", v.Get("name").Is("web"), True()},
		{"a number equals an int", v.Get("replica").Is(3), True()},
		{"a number equals no string", v.Get("replica").Is("3"), False()},
		{"a bool", v.Get("on").Is(true), True()},
		{"nothing equals nothing", v.Get("null").Is(""), False()},
		{"a list equals nothing", v.Get("known").Is("a"), False()},
		{"an unknown equals nobody knows", v.Get("later").Is("x"), Undecided("later")},
		{"a secret is seen through", v.Get("secret", "key").Is("hidden"), True()},
		{"a secret in a secret is seen through", v.Get("twice").Is("hidden"), True()},
		{"one of several", v.Get("name").OneOf([]string{"x", "web"}), True()},
		{"one of none", v.Get("name").OneOf(nil), False()},
		{"a number is one of no strings", v.Get("replica").OneOf([]string{"3"}), False()},
		{"an element is found beside an unknown", v.Get("list").Contains("c"), True()},
		{"an element that is not found could be the unknown", v.Get("list").Contains("z"), Undecided("list[1]")},
		{"a missing list contains nothing", v.Get("no").Contains("a"), False()},
		{"an unknown list", v.Get("later").Contains("a"), Undecided("later")},
		{"all of a known list", v.Get("known").All(isA), False()},
		{"all, when a known one fails", v.Get("list").All(isA), False()},
		{"all of an empty list", v.Get("empty").All(isA), True()},
		{"all of an unknown list", v.Get("later").All(isA), Undecided("later")},
		{"an empty list is empty", v.Get("empty").Empty(), True()},
		{"a list is not empty", v.Get("list").Empty(), False()},
		{"what is missing is empty", v.Get("no").Empty(), True()},
		{"a number is not empty", v.Get("replica").Empty(), False()},
		{"an unknown may be empty", v.Get("later").Empty(), Undecided("later")},
		{"two elements are at least two", v.Get("known").AtLeast(2), True()},
		{"two elements are not three", v.Get("known").AtLeast(3), False()},
		{"an unknown element is an element", v.Get("list").AtLeast(3), True()},
		{"the same string", v.Get("name").Same(v.Get("labels", "app.kubernetes.io/name")), True()},
		{"nothing is not the same as nothing", v.Get("no").Same(v.Get("null")), False()},
		{"the same as an unknown", v.Get("name").Same(v.Get("later")), Undecided("later")},
		{"an unknown is not the same as a number", v.Get("later").Same(v.Get("replica")), False()},
		{"a fallback for what is missing", v.Get("no").OrElse(v.Get("on")).Is(true), True()},
		{"no fallback for what is there", v.Get("name").OrElse(v.Get("on")).Is(true), False()},
		{"no fallback for an unknown", v.Get("later").OrElse(v.Get("on")).Is(true), Undecided("later")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.got)
		})
	}
}

func TestValueText(t *testing.T) {
	t.Parallel()
	v := tree()
	tests := []struct{ name, got, want string }{
		{"a string is quoted", v.Get("name").String(), `"web"`},
		{"a number", v.Get("replica").String(), "3"},
		{"a list with an unknown", v.Get("list").String(), `["a","not known yet","c"]`},
		{"an unknown", v.Get("later").String(), "not known yet"},
		{"nothing", v.Get("no").String(), "not set"},
		{"a secret", v.Get("secret").String(), "[secret]"},
		{"a part of a secret", v.Get("secret", "key").String(), "[secret]"},
		{"an element of a secret", v.Get("secret", "list").Items()[0].String(), "[secret]"},
		{"a tree with a secret", v.String(), `{"empty":[],"known":["a","b"],"labels":{"app.kubernetes.io/name":"web"},` +
			`"later":"not known yet","list":["a","not known yet","c"],"name":"web","null":null,"on":true,"replica":3,` +
			`"secret":"[secret]","twice":"[secret]"}`},
		{"every verb of fmt", fmt.Sprintf("%v %+v %#v %s", v.Get("twice"), v.Get("twice"), v.Get("twice"), v.Get("twice")),
			"[secret] [secret] [secret] [secret]"},
		{"a path", v.Get("labels", "app.kubernetes.io/name").Path(), `labels["app.kubernetes.io/name"]`},
		{"a path through a list", v.Get("list").Items()[2].Path(), "list[2]"},
		{"the root's path", v.Path(), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.got)
		})
	}
	require.Equal(t, []any{"list", 2}, v.Get("list").Items()[2].Steps())
	require.Nil(t, v.Get("later").Items())
}
