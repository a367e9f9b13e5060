package props

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPathsLeadToValues(t *testing.T) {
	t.Parallel()
	o := Object{
		"a":    Object{"b": []any{"x", Object{"c": 1.0}}},
		"tags": Object{"kubernetes.io/role/elb": "1", `a"b`: "quoted"},
	}
	cases := []struct {
		name, path string
		want       any
	}{
		{"a key", "a", o["a"]},
		{"an element", "a.b[0]", "x"},
		{"a key in an element", "a.b[1].c", 1.0},
		{"a key with dots", `tags["kubernetes.io/role/elb"]`, "1"},
		{"a key with a quote", `tags["a\"b"]`, "quoted"},
		{"nothing there", "a.x.y", nil},
		{"beyond a list", "a.b[7]", nil},
		{"a list where an object is", "a[0]", nil},
		{"not a path", "a..b", nil},
		{"not closed", `tags["x`, nil},
		{"no position", "a.b[x]", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, Get(o, c.path))
		})
	}
}

func TestJoinAndParseAreInverse(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]string{{"a"}, {"a", "b"}, {"tags", "kubernetes.io/x"}, {"tags", `say "x"`, "y"}, {"tags", ""}} {
		path := ""
		for _, k := range keys {
			path = Join(path, k)
		}
		steps, err := Parse(path)
		require.NoError(t, err, path)
		require.Equal(t, Strings(keys), steps, path)
	}
}

func TestSetMakesTheWayAndRemoveTakesAway(t *testing.T) {
	t.Parallel()
	o := Object{"l": []any{Object{}}}
	require.NoError(t, Set(o, "a.b.c", 1))
	require.NoError(t, Set(o, "l[0].x", "y"))
	require.Equal(t, 1, Get(o, "a.b.c"))
	require.ErrorContains(t, Set(o, "l[3]", 1), "there is no element 3")
	require.ErrorContains(t, Set(o, "a.b.c.d", 1), "there is no object to hold")
	require.Error(t, Set(o, "", 1))
	Remove(o, "a.b.c")
	Remove(o, "nothing.here")
	Remove(o, "l[0].x")
	require.Equal(t, Object{"a": Object{"b": Object{}}, "l": []any{Object{}}}, o)
}

func TestUnderIgnoresPositions(t *testing.T) {
	t.Parallel()
	cases := []struct {
		path string
		want bool
	}{
		{"rules", true}, {"rules[0].port", true}, {"rules.port", true}, {"rulesOther", false}, {"vpc.ids[2]", true}, {"vpc", false}, {`rules["x.y"]`, true},
	}
	for _, c := range cases {
		require.Equal(t, c.want, Under(c.path, []string{"rules", "vpc.ids"}), c.path)
	}
}

func TestValuesAreCopiedAndCompared(t *testing.T) {
	t.Parallel()
	o := Object{"a": []any{Object{"b": 1}}}
	c := Clone(o)
	require.NoError(t, Set(c, "a[0].b", 2))
	require.Equal(t, 1, Get(o, "a[0].b"))
	require.True(t, Equal(Object{"n": 1, "l": []string{"a"}}, Object{"n": 1.0, "l": []any{"a"}}))
	require.False(t, Equal(Object{"n": 1}, Object{"n": "1"}))
	require.True(t, HasUnknown(Object{"a": []any{Object{"b": Unknown}}}))
	require.Empty(t, Str(Object{"a": Unknown}, "a"))
	require.Equal(t, []any{"a", "b"}, SortSet([]any{"b", "a"}))
	require.True(t, Known(Object{"a": "x"}, "a"))
	require.False(t, Known(Object{"a": Unknown}, "a"))
}
