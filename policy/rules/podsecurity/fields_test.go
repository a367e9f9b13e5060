package podsecurity

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/pod-security-admission/policy"

	_ "github.com/ai-now/platform/policy/internal/golden"
)

func TestEveryCheckSaysWhatItLooksAt(t *testing.T) {
	t.Parallel()
	known := map[policy.CheckID]bool{}
	for _, c := range policy.DefaultChecks() {
		known[c.ID] = true
		require.Contains(t, looksAt, c.ID, "the library has a new check: add the fields of its comment to looksAt")
		// A new version of a check may look at more.
		require.LessOrEqual(t, c.Versions[len(c.Versions)-1].MinimumVersion.Minor(), 35,
			"the check %s has a new version: compare the fields of its comment with looksAt", c.ID)
	}
	for id := range looksAt {
		require.True(t, known[id], "the library has no check %s", id)
	}
}

func TestAPlaceIsAFieldOrAPartThatHoldsIt(t *testing.T) {
	t.Parallel()
	drop := field{"spec", "containers", "*", "securityContext", "capabilities", "drop", "*"}
	annotation := field{"metadata", "annotations", "container.apparmor.security.beta.kubernetes.io/*"}
	for _, tt := range []struct {
		name  string
		field field
		place field
		want  bool
	}{
		{"the field itself", drop, drop, true},
		{"a list that holds it", drop, field{"spec", "containers"}, true},
		{"what is below it", drop, append(drop[:len(drop):len(drop)], "x"), false},
		{"another list", drop, field{"spec", "volumes"}, false},
		{"an annotation with the prefix", annotation, field{"metadata", "annotations", "container.apparmor.security.beta.kubernetes.io/web"}, true},
		{"another annotation", annotation, field{"metadata", "annotations", "checksum/config"}, false},
		{"all annotations", annotation, field{"metadata", "annotations"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, tt.field.within(tt.place))
		})
	}
}

func TestVersionsThatCanBeAskedFor(t *testing.T) {
	t.Parallel()
	setting := versionSetting()
	require.Equal(t, []string{"latest", "v1.0", "v1.1"}, setting.Allowed[:3])
	require.Equal(t, "v1.35", setting.Allowed[len(setting.Allowed)-1])
	for _, version := range setting.Allowed {
		require.NotEmpty(t, standardAt(version).baseline)
	}
	_, wrong := baseline().Configure(map[string]any{"version": "1.33"})
	require.Len(t, wrong, 1)
}
