package kubeconfig

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const someKubeconfig = `apiVersion: v1
kind: Config
current-context: one
clusters: [{name: c1, cluster: {server: "https://one.example.com"}}, {name: c2, cluster: {server: "https://two.example.com"}}]
contexts: [{name: one, context: {cluster: c1, user: u}}, {name: two, context: {cluster: c2, user: u}}]
users: [{name: u, user: {token: not-for-eyes}}]
`

func TestTheWantedContextBecomesTheCurrentOne(t *testing.T) {
	t.Parallel()
	for context, server := range map[string]string{"": "https://one.example.com", "one": "https://one.example.com", "two": "https://two.example.com"} {
		choice, err := Choose(someKubeconfig, context)
		require.NoError(t, err)
		require.Equal(t, server, choice.Server)
	}
}

func TestErrorsShowNoContent(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, context, want string }{
		{"a context that is not there", someKubeconfig, "three", `context "three" is not in the kubeconfig; it has ["one" "two"]`},
		{"no kubeconfig at all", "not-for-eyes", "", "kubeconfig is not a kubeconfig file"},
		{"a context without its cluster", "contexts: [{name: a, context: {cluster: gone, user: not-for-eyes}}]\ncurrent-context: a", "", `names the cluster "gone"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Choose(tt.text, tt.context)
			require.ErrorContains(t, err, tt.want)
			require.NotContains(t, err.Error(), "not-for-eyes")
		})
	}
}
