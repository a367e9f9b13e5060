package crossguard

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

var levels = map[rule.Level]pulumirpc.EnforcementLevel{
	rule.Advisory:  pulumirpc.EnforcementLevel_ADVISORY,
	rule.Mandatory: pulumirpc.EnforcementLevel_MANDATORY,
	rule.Remediate: pulumirpc.EnforcementLevel_REMEDIATE,
	rule.Disabled:  pulumirpc.EnforcementLevel_DISABLED,
}

var severities = map[rule.Severity]pulumirpc.PolicySeverity{
	rule.Low:      pulumirpc.PolicySeverity_POLICY_SEVERITY_LOW,
	rule.Medium:   pulumirpc.PolicySeverity_POLICY_SEVERITY_MEDIUM,
	rule.High:     pulumirpc.PolicySeverity_POLICY_SEVERITY_HIGH,
	rule.Critical: pulumirpc.PolicySeverity_POLICY_SEVERITY_CRITICAL,
}

func levelFrom(l pulumirpc.EnforcementLevel) rule.Level {
	for ours, theirs := range levels {
		if theirs == l {
			return ours
		}
	}
	return rule.Level(fmt.Sprintf("level %d of the protocol", l))
}

func configFrom(m map[string]*pulumirpc.PolicyConfig) configuration.Config {
	c := make(configuration.Config, len(m))
	for id, given := range m {
		c[id] = configuration.RuleConfig{
			Level:    levelFrom(given.GetEnforcementLevel()),
			Settings: given.GetProperties().AsMap(),
		}
	}
	return c
}

// info describes the pack. The engine fills in what a policy configuration file
// leaves open from it, so the levels and settings are those that hold without one.
func (p *Pack) info(defaults map[string]configuration.Resolved) (*pulumirpc.AnalyzerInfo, error) {
	info := &pulumirpc.AnalyzerInfo{
		Name:           p.Name,
		DisplayName:    p.DisplayName,
		Version:        p.Version,
		Description:    p.Description,
		SupportsConfig: true,
	}
	for _, r := range p.Rules {
		described, err := p.describe(r, defaults[r.ID])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		info.Policies = append(info.Policies, described)
	}
	return info, nil
}

func (p *Pack) describe(r *rule.Rule, d configuration.Resolved) (*pulumirpc.PolicyInfo, error) {
	schema, err := configSchema(r, d.Settings)
	if err != nil {
		return nil, err
	}
	kind := pulumirpc.PolicyType_POLICY_TYPE_RESOURCE
	if r.On.Stack {
		kind = pulumirpc.PolicyType_POLICY_TYPE_STACK
	}
	described := &pulumirpc.PolicyInfo{
		Name:             r.ID,
		DisplayName:      r.Title,
		Description:      r.Title,
		Message:          r.Why,
		EnforcementLevel: levels[d.Level],
		ConfigSchema:     schema,
		PolicyType:       kind,
		Severity:         severities[r.Severity],
		RemediationSteps: r.Fix,
		Url:              p.link(r),
	}
	// The protocol has room for one framework; the tags carry all controls.
	for i, c := range r.Controls {
		if i == 0 {
			described.Framework = &pulumirpc.PolicyComplianceFramework{
				Name:          c.Framework.Name,
				Version:       c.Framework.Version,
				Reference:     c.ID,
				Specification: c.Title,
			}
		}
		described.Tags = append(described.Tags, c.Framework.Name+" "+c.ID)
	}
	return described, nil
}

// configSchema is the JSON schema of a rule's settings, or nil without any. The
// defaults are those of the pack's initial configuration, for the engine fills
// them in.
func configSchema(r *rule.Rule, defaults rule.Settings) (*pulumirpc.PolicyConfigSchema, error) {
	settings := r.AllSettings()
	if len(settings) == 0 {
		return nil, nil
	}
	properties := make(map[string]any, len(settings))
	for _, s := range settings {
		s.Default = defaults[s.Name]
		properties[s.Name] = s.Schema()
	}
	schema, err := structpb.NewStruct(properties)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.PolicyConfigSchema{Properties: schema}, nil
}

func (p *Pack) link(r *rule.Rule) string { return p.Reference + "#" + r.ID }

// notApplicable tells the engine why rules said nothing, so that it does not
// count them as passed.
func notApplicable(id string, v rule.Verdict) *pulumirpc.PolicyNotApplicable {
	reason := v.NotApplicable
	if reason == "" && len(v.Undecided) > 0 && len(v.Findings) == 0 {
		reason = "not decided yet, these values are not known: " + joinPaths(v.Undecided)
	}
	if reason == "" {
		return nil
	}
	return &pulumirpc.PolicyNotApplicable{PolicyName: id, Reason: reason}
}

func joinPaths(paths []string) string {
	const shown = 3
	text := ""
	for i, p := range slices.Sorted(slices.Values(paths)) {
		if i == shown {
			return fmt.Sprintf("%s and %d more", text, len(paths)-shown)
		}
		if i > 0 {
			text += ", "
		}
		text += p
	}
	return text
}
