package podsecurity

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
)

// FuzzJudge judges whatever a program may write into a pod: no rule may break on
// it, and judging twice must say the same.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `"web"`, `{"containers": [{"name": "web", "securityContext": {"privileged": "?"}}]}`,
		`{"securityContext": {"runAsUser": 0, "seccompProfile": {"type": "?"}}, "initContainers": "?", "hostUsers": false}`,
		`{"volumes": [{"name": "a", "hostPath": {"path": "/"}}, {"nfs": "?"}, {"csi": {"driver": 1}}], "os": {"name": "?"}}`,
		`{"containers": [{"resources": {"limits": {"cpu": "x", "memory": 1.5}}, "ports": [{"hostPort": 80}], "livenessProbe": {"httpGet": {"port": [], "host": "a"}}}]}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var tree any
		if json.Unmarshal([]byte(text), &tree) != nil {
			return
		}
		spec := withUnknowns(tree)
		for _, r := range bothRules {
			c := rule.Circumstances{Settings: r.DefaultSettings()}
			first := r.Judge(c, podOf(map[string]any{"spec": spec}))
			require.Nil(t, first.Failure)
			require.Equal(t, first, r.Judge(c, podOf(map[string]any{"spec": spec})))
			_, mending := r.Mend(c, podOf(map[string]any{"spec": spec}))
			require.Nil(t, mending.Failure)
		}
	})
}

// withUnknowns puts a value that is not known yet in the place of each "?".
func withUnknowns(tree any) any {
	switch d := tree.(type) {
	case string:
		if d == "?" {
			return rule.Unknown{}
		}
	case map[string]any:
		for k, e := range d {
			d[k] = withUnknowns(e)
		}
	case []any:
		for i, e := range d {
			d[i] = withUnknowns(e)
		}
	}
	return tree
}
