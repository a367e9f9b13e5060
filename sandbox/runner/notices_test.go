package runner

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNotices(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ in, out string }{
		"a plugin from PATH is no news":                    {"    warning: using pulumi-resource-aws from $PATH at /x/bin/pulumi-resource-aws\n", ""},
		"an older Kubernetes provider is no news":          {" +  pulumi:pulumi:Stack a create warning: resource plugin kubernetes is expected to have version >=4.30.0, but has 4.18.2\n", ""},
		"colours do not hide what is foreseen":             {"\x1b[33mwarning: \x1b[0musing pulumi-resource-aws from $PATH at /x\n", ""},
		"an older provider of another kind is news":        {"warning: resource plugin aws is expected to have version >=6\n", "warning: resource plugin aws is expected to have version >=6\n"},
		"every other line passes as it is":                 {"one\n\n\x1b[1mtwo\x1b[0m\n", "one\n\n\x1b[1mtwo\x1b[0m\n"},
		"a last line without an end passes when it closes": {"one\ntwo", "one\ntwo"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			n := &notices{out: &out}
			for i := range len(test.in) { // in the smallest pieces
				_, err := n.Write([]byte(test.in[i : i+1]))
				require.NoError(t, err)
			}
			require.NoError(t, n.Close())
			require.Equal(t, test.out, out.String())
		})
	}
}
