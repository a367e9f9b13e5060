package clouds

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// refusal is something that a cloud refuses, and what it says.
type refusal struct {
	name string
	do   func(e *engine) error
	want string
}

// requireRefusals makes sure that the cloud refuses each, on an account of its own.
func requireRefusals(t *testing.T, cloud *Cloud, engineOf func(*stack) *engine, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := c.do(engineOf(newStack(t)))
			require.ErrorContains(t, err, "simulated "+cloud.Name+": ")
			require.ErrorContains(t, err, c.want)
		})
	}
}

// mistake is what a check finds in the inputs of a type; want is empty if they are right.
type mistake struct {
	name, typ string
	in        props.Object
	want      string
}

func requireMistakes(t *testing.T, e *engine, cases []mistake) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireMistake(t, e, c.typ, c.in, c.want)
		})
	}
}

func requireMistake(t *testing.T, e *engine, typ string, in props.Object, want string) {
	t.Helper()
	got := e.mistakes(typ, in)
	if want == "" {
		require.Empty(t, got)
		return
	}
	require.Contains(t, got, want)
}

// requireFailure makes sure that a check finds fault with that property.
func requireFailure(t *testing.T, e *engine, typ string, in props.Object, property, want string) {
	t.Helper()
	_, failures := e.check(typ, "x", nil, in)
	found := map[string]string{}
	for _, f := range failures {
		found[f.GetProperty()] += f.GetReason()
	}
	require.Contains(t, found[property], want, "%v", found)
	require.True(t, strings.HasPrefix(found[property], "simulated "), "it says that no real cloud found it: %s", found[property])
}

// edit is another value of one input, and whether the resource is replaced for it.
type edit struct {
	name, path string
	value      any
	replaced   bool
}

// requireEdits makes sure that each of them changes a resource with these inputs.
func requireEdits(t *testing.T, e *engine, r resourceState, in props.Object, cases []edit) {
	t.Helper()
	for _, c := range cases {
		d := e.diff(r, changed(t, in, c.path, c.value))
		require.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, d.GetChanges(), c.name)
		require.Equal(t, c.replaced, len(d.GetReplaces()) > 0, "%s: %v", c.name, d.GetReplaces())
	}
}

// lookup is a call of a function, and what is at a path of its answer.
type lookup struct {
	name, token string
	args        props.Object
	path        string
	want        any
}

func requireAnswers(t *testing.T, e *engine, cases []lookup) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, err := e.invoke(c.token, c.args)
			require.NoError(t, err)
			require.Equal(t, c.want, props.Get(out, c.path))
		})
	}
}
