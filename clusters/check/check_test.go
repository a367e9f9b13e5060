package check

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	keys := []string{"name", "nodes", "size", "nodePools", "region", "apiServerAccess"}
	tests := []struct{ name, given, want string }{
		{"two letters swapped", "siez", "size"},
		{"one letter missing", "node", "nodes"},
		{"another case", "Region", "region"},
		{"a longer word with several slips", "apiServeAcces", "apiServerAccess"},
		{"nothing alike", "colour", ""},
		{"nothing at all", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, Nearest(tt.given, keys))
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, value string
		ok          bool
	}{
		{"a word", "shop", true},
		{"digits and dashes inside", "shop-2-eu", true},
		{"a single letter", "a", true},
		{"a leading digit", "2shop", false},
		{"a trailing dash", "shop-", false},
		{"a capital letter", "Shop", false},
		{"an underscore", "my_shop", false},
		{"a dot", "my.shop", false},
		{"too many letters", strings.Repeat("a", 11), false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var list List
			list.DNSLabel("name", tt.value, 10)
			require.Equal(t, tt.ok, len(list.All()) == 0, "%v", list.All())
		})
	}
}

func TestErrorListsEveryMistakeWithValueAndHint(t *testing.T) {
	t.Parallel()
	var list List
	list.Missing("name", "give it one")
	list.Add("nodes.max", 0, "is not enough", "")
	list.Under("pools[0]", []Mistake{{Path: "size", Value: "big", Problem: "is not a size", Hint: "use small"}})
	list.Add("long", strings.Repeat("x", 200), "is long", "")
	require.NoError(t, Err("thing", nil))
	err := Err("thing", list.All())
	require.ErrorContains(t, err, `thing has 4 mistakes:
  - name: is required
    hint: give it one
  - nodes.max = 0: is not enough
  - pools[0].size = "big": is not a size
    hint: use small
`)
	require.NotContains(t, err.Error(), strings.Repeat("x", 100), "long values are cut")
}
