package podsecurity

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/ai-now/platform/policy/rule"
)

// latest is the newest version of the standards that the library knows.
const latest = "latest"

func versionSetting() rule.Setting {
	allowed := []string{latest}
	for minor := range newest() + 1 {
		allowed = append(allowed, fmt.Sprintf("v1.%d", minor))
	}
	return rule.Setting{
		Name: "version", Type: rule.Text, Default: latest, Allowed: allowed,
		Description: "Version of the Pod Security Standards to judge by, as in the labels of namespaces: latest or " +
			"v1.33. Give pod-security-baseline and pod-security-restricted the same.",
	}
}

// newest is the minor version in which a check last changed.
func newest() int {
	last := 0
	for _, c := range policy.DefaultChecks() {
		last = max(last, c.Versions[len(c.Versions)-1].MinimumVersion.Minor())
	}
	return last
}

// versioned is one check as it is at one version.
type versioned struct {
	id policy.CheckID
	policy.VersionedCheck
	looksAt []field
}

// standard is the checks of both levels at one version.
type standard struct{ baseline, restricted []versioned }

func (s standard) of(level api.Level) []versioned {
	if level == api.LevelBaseline {
		return s.baseline
	}
	return s.restricted
}

var (
	standardsMu sync.Mutex
	byVersion   = map[string]standard{}
)

// standardAt is the standard at a version, as in the setting.
func standardAt(version string) standard {
	standardsMu.Lock()
	defer standardsMu.Unlock()
	s, ok := byVersion[version]
	if !ok {
		s = makeStandard(version)
		byVersion[version] = s
	}
	return s
}

func makeStandard(text string) standard {
	version, err := api.ParseVersion(text)
	if err != nil {
		panic(err) // the setting allows no other
	}
	var s standard
	checks := policy.DefaultChecks()
	slices.SortFunc(checks, func(a, b policy.Check) int { return cmp.Compare(a.ID, b.ID) })
	for _, c := range checks {
		i := len(c.Versions) - 1
		for i >= 0 && version.Older(c.Versions[i].MinimumVersion) {
			i--
		}
		if i < 0 {
			continue // younger than the version
		}
		at := versioned{id: c.ID, VersionedCheck: c.Versions[i], looksAt: fieldsOf(c.ID, version)}
		if c.Level == api.LevelBaseline {
			s.baseline = append(s.baseline, at)
		} else {
			s.restricted = append(s.restricted, at)
		}
	}
	return s
}

// check judges a workload by the checks of one level alone.
func check(level api.Level) rule.ResourceCheck {
	return func(q *rule.Inquiry, r *rule.Resource) {
		p := find(r)
		switch {
		case p.spec.IsUnknown():
			p.open(q, []rule.Value{p.spec})
		case p.refused == "":
			s := standardAt(q.Settings.Text("version"))
			for _, c := range s.of(level) {
				c.judge(q, s, p)
			}
		case level == api.LevelBaseline: // one rule says it
			q.Require(rule.False(), p.spec, "the API server would refuse the pod: %s", p.refused)
		}
	}
}

// judge reports what one check finds in a pod and what it cannot know yet.
func (c versioned) judge(q *rule.Inquiry, s standard, p *pod) {
	broken, unknown := c.finding(p), p.unknownAt(c.looksAt)
	for _, weaker := range s.baseline {
		if !slices.Contains(c.OverrideCheckIDs, weaker.id) {
			continue
		}
		// A check of baseline looks at the same field: what that one forbids is its
		// finding and not ours, and until it knows we do not either.
		if weaker.finding(p) != "" {
			return
		}
		if open := p.unknownAt(weaker.looksAt); broken != "" && len(open) > 0 {
			broken, unknown = "", append(unknown, open...)
		}
	}
	if broken != "" {
		q.Require(rule.False(), p.spec, "%s", broken)
	}
	p.open(q, unknown)
}

// finding is what the check says about the pod at its best, "" when it allows it.
func (c versioned) finding(p *pod) string {
	result := c.CheckPod(&p.typed.Metadata, &p.typed.Spec)
	if result.Allowed {
		return ""
	}
	reason := result.ForbiddenReason
	if reason == "" {
		reason = policy.UnknownForbiddenReason
	}
	switch {
	case result.ForbiddenDetail == "":
	case p.holdsSecret(c.looksAt):
		reason += ": the values are secret"
	default:
		reason += ": " + result.ForbiddenDetail
	}
	return fmt.Sprintf("%s (check %s)", reason, c.id)
}
