package podsecurity

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/rule"
)

// sample is one bad pod for each check at the versions around which the fields
// that checks look at change, and one good one at the last.
func sample(t *testing.T) []fixture {
	t.Helper()
	var some []fixture
	seen := map[string]bool{}
	// The later ones of a check are about containers, the first about the pod.
	for _, f := range slices.Backward(fixtures(t)) {
		check := strings.TrimRight(strings.TrimSuffix(filepath.Base(f.file), ".yaml"), "0123456789")
		group := fmt.Sprint(f.version, f.allowed, check)
		if seen[group] || f.allowed && f.version != "v1.35" {
			continue
		}
		if slices.Contains([]string{"v1.18", "v1.24", "v1.35"}, f.version) {
			seen[group] = true
			some = append(some, f)
		}
	}
	return some
}

// TestWhatIsNotKnownIsNotGuessed makes each part of many pods unknown, one at a
// time, those that are there and those that checks look for: each check and each
// rule is then undecided, or says what it says whatever the value turns out to be.
func TestWhatIsNotKnownIsNotGuessed(t *testing.T) {
	t.Parallel()
	decided, open := 0, 0
	for _, f := range sample(t) {
		for _, where := range placesIn(f.tree) {
			original, _ := lookup(f.tree, where)
			stands := verdictsOf(t, f, where, rule.Unknown{})
			for _, value := range append(valuesFor(where), original) {
				for who, verdict := range verdictsOf(t, f, where, value) {
					if had, asked := stands[who]; asked && had != undecided {
						require.Equal(t, verdict, had,
							"%s: %s decides without %v, and otherwise when it is %v", f.file, who, where, value)
					}
				}
			}
			for _, verdict := range stands {
				if verdict == undecided {
					open++
				} else {
					decided++
				}
			}
		}
	}
	require.Greater(t, decided, 10000)
	require.Greater(t, open, 1000)
	t.Logf("%d verdicts of checks and rules stand whatever the unknown value is, %d wait for it", decided, open)
}

const (
	kept      = "kept"
	broken    = "broken"
	undecided = "undecided"
)

var bothRules = All()

// verdictsOf are what the rules, and the checks they are made of, say about a pod
// with a value in one place.
func verdictsOf(t *testing.T, f fixture, where []any, value any) map[string]string {
	t.Helper()
	tree, _ := replaced(f.tree, where, value).(map[string]any)
	res := podOf(tree)
	verdicts := map[string]string{}
	for _, r := range bothRules {
		verdict := judge(t, r, f.version, res)
		verdicts[r.ID] = verdictFrom(len(verdict.Findings) > 0, len(verdict.Undecided) > 0)
	}
	p, s := find(res), standardAt(f.version)
	if p.spec.IsUnknown() {
		return verdicts
	}
	for _, c := range slices.Concat(s.baseline, s.restricted) {
		verdicts[string(c.id)] = verdictFrom(c.finding(p) != "", len(p.unknownAt(c.looksAt)) > 0)
	}
	return verdicts
}

func verdictFrom(found, open bool) string {
	switch {
	case found:
		return broken
	case open:
		return undecided
	default:
		return kept
	}
}

// placesIn are the paths of all parts of a pod's spec and annotations, and of the
// fields that checks look at in it.
func placesIn(tree map[string]any) [][]any {
	var all [][]any
	seen := map[string]bool{}
	add := func(path []any) {
		key := fmt.Sprint(path)
		if !seen[key] && len(path) > 0 && (path[0] == "spec" || path[0] == "metadata") {
			seen[key] = true
			all = append(all, slices.Clone(path))
		}
	}
	var walk func(any, []any)
	walk = func(data any, path []any) {
		add(path)
		switch d := data.(type) {
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(d)) {
				walk(d[k], append(path, k))
			}
		case []any:
			for i, e := range d {
				walk(e, append(path, i))
			}
		}
	}
	walk(tree, nil)
	var expand func(any, field, []any)
	expand = func(data any, rest field, path []any) {
		add(path)
		if len(rest) == 0 {
			return
		}
		if list, ok := data.([]any); ok || rest[0] == "*" {
			for i, e := range list {
				expand(e, rest[1:], append(path, i))
			}
			return
		}
		fields, _ := data.(map[string]any)
		key := strings.Replace(rest[0], "/*", "/web", 1)
		expand(fields[key], rest[1:], append(path, key))
	}
	for _, versions := range looksAt {
		for _, s := range versions {
			for _, f := range s.fields {
				expand(tree, f, nil)
			}
		}
	}
	slices.SortFunc(all, func(a, b []any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return all
}

func lookup(data any, path []any) (any, bool) {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			fields, _ := data.(map[string]any)
			data = fields[s]
		case int:
			list, _ := data.([]any)
			if s >= len(list) {
				return nil, false
			}
			data = list[s]
		}
	}
	return data, data != nil
}

// replaced is a copy of a tree with another value at a path; what leads there is
// made where it is missing.
func replaced(data any, path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	if i, ok := path[0].(int); ok {
		list, _ := data.([]any)
		list = slices.Clone(list)
		list[i] = replaced(list[i], path[1:], value)
		return list
	}
	fields, _ := data.(map[string]any)
	fields = maps.Clone(fields)
	if fields == nil {
		fields = map[string]any{}
	}
	key, _ := path[0].(string)
	fields[key] = replaced(fields[key], path[1:], value)
	return fields
}

// valuesFor are values of the type that the API has at a path, bad and good ones.
func valuesFor(path []any) []any {
	last, _ := path[len(path)-1].(string)
	if _, element := path[len(path)-1].(int); element && len(path) > 1 {
		last, _ = path[len(path)-2].(string)
		last += "[]"
	}
	good := map[string]any{
		"runAsNonRoot": true, "allowPrivilegeEscalation": false, "capabilities": map[string]any{"drop": []any{"ALL"}},
		"seccompProfile": map[string]any{"type": "RuntimeDefault"},
	}
	bad := map[string]any{"runAsUser": 0.0, "windowsOptions": map[string]any{"hostProcess": true}}
	container := map[string]any{"name": "other", "securityContext": good}
	privileged := map[string]any{"name": "other", "securityContext": map[string]any{"privileged": true}}
	switch last {
	case "hostNetwork", "hostPID", "hostIPC", "hostUsers", "privileged", "allowPrivilegeEscalation", "runAsNonRoot", "hostProcess":
		return []any{nil, true, false}
	case "runAsUser", "hostPort":
		return []any{nil, 0.0, 1.0}
	case "type", "user", "role", "procMount", "host":
		return []any{nil, "", "RuntimeDefault", "Unconfined", "Default", "Unmasked", "container_t", "10.0.0.1"}
	case "name":
		if slices.Contains(path, any("os")) {
			return []any{nil, "windows", "linux"}
		}
		return []any{nil, "web", "kernel.shm_rmid_forced", "kernel.msgmax"}
	case "add[]", "drop[]":
		return []any{"ALL", "NET_BIND_SERVICE", "SYS_ADMIN", ""}
	case "add", "drop":
		return []any{nil, []any{}, []any{"ALL"}, []any{"SYS_ADMIN"}, []any{"NET_BIND_SERVICE"}}
	case "capabilities":
		return []any{nil, map[string]any{}, good["capabilities"], map[string]any{"drop": []any{"ALL"}, "add": []any{"SYS_ADMIN"}}}
	case "seccompProfile", "appArmorProfile", "seLinuxOptions":
		return []any{nil, map[string]any{}, good["seccompProfile"], map[string]any{"type": "Unconfined"}}
	case "securityContext":
		return []any{nil, map[string]any{}, good, bad}
	case "os":
		return []any{nil, map[string]any{"name": "windows"}, map[string]any{"name": "linux"}}
	case "containers", "initContainers", "ephemeralContainers":
		return []any{nil, []any{}, []any{container}, []any{privileged}}
	case "containers[]", "initContainers[]", "ephemeralContainers[]":
		return []any{container, privileged}
	case "volumes":
		return []any{nil, []any{}, []any{map[string]any{"name": "v", "hostPath": map[string]any{"path": "/"}}}}
	case "volumes[]":
		return []any{
			map[string]any{"name": "v", "hostPath": map[string]any{"path": "/"}}, map[string]any{"name": "v", "nfs": map[string]any{}},
			map[string]any{"name": "v"}, map[string]any{"name": "v", "configMap": map[string]any{}},
		}
	case "annotations":
		return []any{nil, map[string]any{}, map[string]any{
			"container.apparmor.security.beta.kubernetes.io/web": "unconfined",
			"seccomp.security.alpha.kubernetes.io/pod":           "unconfined",
		}}
	case "spec":
		return []any{map[string]any{}, map[string]any{"hostPID": true}, map[string]any{"containers": []any{map[string]any{"name": "x"}}}}
	}
	if len(path) > 1 {
		if path[len(path)-2] == "annotations" {
			return []any{nil, "", "runtime/default", "unconfined"}
		}
		if len(path) == 4 && path[1] == "volumes" { // a source
			return []any{nil, map[string]any{}}
		}
	}
	return []any{nil}
}
