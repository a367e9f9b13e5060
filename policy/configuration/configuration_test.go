package configuration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules"
)

func TestProfilesFitTheRules(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"audit", "baseline", "prod"}, configuration.Profiles())
	for _, name := range configuration.Profiles() {
		profile, err := configuration.Profile(name)
		require.NoError(t, err)
		_, wrong := configuration.Resolve(rules.All(), rule.Mandatory, profile)
		require.Empty(t, wrong, "profile %s", name)
	}
	_, err := configuration.Profile("production")
	require.ErrorContains(t, err, `there is no profile "production"; `)
}

func TestTheProfileAuditStopsNothing(t *testing.T) {
	t.Parallel()
	audit, err := configuration.Profile("audit")
	require.NoError(t, err)
	resolved, wrong := configuration.Resolve(rules.All(), rule.Mandatory, audit)
	require.Empty(t, wrong)
	for id, r := range resolved {
		require.Contains(t, []rule.Level{rule.Advisory, rule.Disabled}, r.Level, id)
	}
}

// strictness orders the levels; a remedy is as strict as a refusal.
var strictness = map[rule.Level]int{rule.Disabled: 0, rule.Advisory: 1, rule.Mandatory: 2, rule.Remediate: 2}

func TestProdIsNeverLaxerThanTheDefaultsAndBaselineNeverStricter(t *testing.T) {
	t.Parallel()
	usual, _ := configuration.Resolve(rules.All(), rule.Mandatory)
	for name, allowed := range map[string]func(profile, usual int) bool{
		"prod":     func(profile, usual int) bool { return profile >= usual },
		"baseline": func(profile, usual int) bool { return profile <= usual },
	} {
		profile, err := configuration.Profile(name)
		require.NoError(t, err)
		resolved, _ := configuration.Resolve(rules.All(), rule.Mandatory, profile)
		for id, r := range resolved {
			require.True(t, allowed(strictness[r.Level], strictness[usual[id].Level]),
				"profile %s: %s is %s and by default %s", name, id, r.Level, usual[id].Level)
		}
	}
}

func TestLaterLayersWin(t *testing.T) {
	t.Parallel()
	list := []*rule.Rule{{ID: "pod-a"}, {ID: "pod-b", Level: rule.Advisory, Settings: []rule.Setting{
		{Name: "size", Type: rule.Integer, Default: 1.0},
	}}}
	tests := []struct {
		name   string
		layers []configuration.Config
		a, b   rule.Level
		size   int
	}{
		{"without layers the rules' own levels hold", nil, rule.Mandatory, rule.Advisory, 1},
		{"a level for all goes over them", []configuration.Config{{"all": {Level: rule.Disabled}}}, rule.Disabled, rule.Disabled, 1},
		{
			"a rule's own entry goes over the level for all",
			[]configuration.Config{{"all": {Level: rule.Disabled}, "pod-b": {Level: rule.Mandatory}}}, rule.Disabled, rule.Mandatory, 1,
		},
		{
			"the last layer goes over the first, setting by setting",
			[]configuration.Config{
				{"pod-b": {Level: rule.Mandatory, Settings: map[string]any{"size": 2.0}}},
				{"all": {Level: rule.Advisory}},
			}, rule.Advisory, rule.Advisory, 2,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			resolved, wrong := configuration.Resolve(list, rule.Mandatory, tt.layers...)
			require.Empty(t, wrong)
			require.Equal(t, tt.a, resolved["pod-a"].Level)
			require.Equal(t, tt.b, resolved["pod-b"].Level)
			require.Equal(t, tt.size, resolved["pod-b"].Settings.Int("size"))
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	config, err := configuration.Parse([]byte(`{"all": "advisory", "pod-a": {"enforcementLevel": "mandatory", "size": 2}, "pod-b": {"size": 3}}`))
	require.NoError(t, err)
	require.Equal(t, configuration.Config{
		"all":   {Level: rule.Advisory},
		"pod-a": {Level: rule.Mandatory, Settings: map[string]any{"size": 2.0}},
		"pod-b": {Settings: map[string]any{"size": 3.0}},
	}, config)
	for name, tt := range map[string]struct{ text, want string }{
		"no JSON":                    {"all: advisory", "it is no JSON object of rules"},
		"a rule that is a number":    {`{"pod-a": 1}`, "pod-a: 1 is neither a level nor an object"},
		"an empty level":             {`{"pod-a": ""}`, "pod-a: it has no level; there are remediate"},
		"a level that is not a text": {`{"pod-a": {"enforcementLevel": true}}`, "pod-a.enforcementLevel: true is no text; there are remediate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := configuration.Parse([]byte(tt.text))
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestTheStacksValue(t *testing.T) {
	t.Parallel()
	s, err := configuration.ParseStack(`{"profile": "audit", "rules": {"pod-image-tag": "mandatory"}}`)
	require.NoError(t, err)
	require.Empty(t, s.Mistakes(rules.All()))
	require.Equal(t, configuration.Audit, s.AtAdmission(), "the profile audit stops nothing at admission either")
	layers, err := s.Layers()
	require.NoError(t, err)
	resolved, _ := configuration.Resolve(rules.All(), rule.Mandatory, layers...)
	require.Equal(t, rule.Mandatory, resolved["pod-image-tag"].Level)

	empty, err := configuration.ParseStack("")
	require.NoError(t, err)
	require.Equal(t, configuration.Enforce, empty.AtAdmission())
	_, err = configuration.ParseStack(`{"profiles": "audit"}`)
	require.ErrorContains(t, err, `unknown field "profiles"`)
}

func TestMistakesInTheStacksValueAreFoundTogether(t *testing.T) {
	t.Parallel()
	s := configuration.Stack{
		Profile: "production", Admission: "deny",
		Rules: map[string]any{"pod-image-tags": "mandatory"},
		Exemptions: []configuration.Exemption{
			{},
			{Rule: "pod-image-tag", Namespace: "Shop", Owner: "The Platform Team", Reason: "x", Expires: "30.6.2027"},
			{Rule: "eks-version", Namespace: "shop", Object: "shop", Owner: "platform", Reason: "x", Expires: "2027-06-30"},
			{Rule: "pod-image-tag", Object: "shop", Owner: "platform", Reason: "x", Expires: "2027-06-30"},
		},
	}
	var texts []string
	for _, m := range s.Mistakes(rules.All()) {
		texts = append(texts, m.String())
	}
	for i, want := range []string{
		`profile: "production" is no profile; there are audit, baseline, prod`,
		`admission: "deny" is nothing a cluster can do with the rules; there are enforce, warn, audit, off`,
		`rules: are wrong; pod-image-tags: there is no such rule; did you mean "pod-image-tag"?`,
		`exemptions[0].rule: is missing; name the rule that cannot be kept`,
		`exemptions[0].namespace: is missing; name the namespace, or the object when it is in none`,
		`exemptions[0].owner: is missing; name the team that answers for it`,
		`exemptions[0].reason: is missing; say why the rule cannot be kept`,
		`exemptions[0].expires: is missing; write the last day it holds in quotes, such as "2027-06-30"`,
		`exemptions[1].namespace: "Shop" is no name of a namespace; use lower-case letters, digits and '-', at most 63`,
		`exemptions[1].owner: "The Platform Team" is no name of a team; use lower-case letters, digits, '-', '_' and '.', at most 63`,
		`exemptions[1].expires: "30.6.2027" is no day; write it in quotes, as "2027-06-30"`,
		`exemptions[2].rule: "eks-version" is no rule over Kubernetes objects; `,
		`exemptions[2].object: "shop" stands beside a namespace; write one exemption for each`,
		`exemptions[3].object: "shop" names an object that is in no namespace, and the rule looks at none such; name the namespace`,
	} {
		require.Less(t, i, len(texts), "missing: %s", want)
		require.Contains(t, texts[i], want)
	}
	require.Len(t, texts, 14)
}

func TestAnExemptionHoldsThroughItsLastDay(t *testing.T) {
	t.Parallel()
	e := configuration.Exemption{Rule: "pod-a", Namespace: "shop", Expires: "2027-06-30"}
	require.False(t, e.Expired(time.Date(2027, 6, 30, 23, 59, 59, 0, time.UTC)))
	require.True(t, e.Expired(time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)))
	require.True(t, configuration.Exemption{Expires: "never"}.Expired(time.Time{}), "what cannot be read does not hold")
	require.True(t, e.Covers("pod-a", "shop", "anything"))
	require.False(t, e.Covers("pod-b", "shop", "anything"))
	require.False(t, e.Covers("pod-a", "analytics", "shop"))
	require.False(t, e.Covers("pod-a", "", "shop"), "a namespace is not the name of an object")
	require.True(t, configuration.Exemption{Rule: "rbac-a", Object: "admins"}.Covers("rbac-a", "", "admins"))
}
