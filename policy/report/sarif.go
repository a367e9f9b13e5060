package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

const (
	// home is where the platform's sources are.
	home = "https://github.com/ai-now/platform"
	// fingerprintKey names how fingerprints are made; another way gets another name.
	fingerprintKey = "ruleAndResource/v1"
	// schemaURI is the schema of SARIF 2.1.0 with its corrections.
	schemaURI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

// securitySeverity is a rule's severity as a number between 0 and 10, in the ranges
// that code scanning shows as critical, high, medium and low:
// https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
var securitySeverity = map[string]string{
	string(rule.Critical): "9.5", string(rule.High): "8.0", string(rule.Medium): "5.5", string(rule.Low): "2.5",
}

// SARIF is the report in SARIF 2.1.0, for code scanning and the like. A finding's
// place is the stack's configuration file, for people to click on, and the URN.
func (r *Report) SARIF() ([]byte, error) {
	run := sarif.NewRunWithInformationURI(r.Pack.Name+" policy pack", home)
	driver := run.Tool.Driver.WithVersion(r.Pack.Version).WithSemanticVersion(r.Pack.Version)
	index := map[string]int{}
	for i, own := range r.Rules {
		index[own.ID] = i
		driver.AddRule(describe(own.Rule))
	}
	// Two stacks are two analyses: one's report must not close the other's alerts.
	run.WithAutomationDetails(sarif.NewRunAutomationDetails().WithID("policy/" + r.Stack.Name + "/"))
	for _, f := range r.Findings {
		run.AddResult(r.result(f, index[f.Rule]))
	}
	for _, f := range r.Exempt {
		run.AddResult(r.result(f, index[f.Rule]))
	}
	run.AddInvocation(r.invocation())
	log := sarif.NewReport().AddRun(run)
	log.Schema = schemaURI
	content, err := concise(log)
	if err != nil {
		return nil, fmt.Errorf("the report cannot be written as SARIF: %w", err)
	}
	return content, nil
}

// concise writes the log without what the library spells out although the standard
// has it by default: empty lists, but for that of the results, and -1 for no index.
func concise(log *sarif.Report) ([]byte, error) {
	full, err := json.Marshal(log)
	if err != nil {
		return nil, err
	}
	var tree map[string]any
	if err := json.Unmarshal(full, &tree); err != nil {
		return nil, err
	}
	prune(tree)
	content, err := json.MarshalIndent(tree, "", "  ")
	return append(content, '\n'), err
}

func prune(node any) {
	switch node := node.(type) {
	case map[string]any:
		for key, value := range node {
			prune(value)
			list, isList := value.([]any)
			if value == -1.0 || isList && len(list) == 0 && key != "results" {
				delete(node, key)
			}
		}
	case []any:
		for _, item := range node {
			prune(item)
		}
	}
}

func describe(own record.Rule) *sarif.ReportingDescriptor {
	// Code scanning refuses more than 20 tags, so the controls are no tags.
	tags := []string{"security", "policy"}
	var names, answers []string
	for _, c := range own.Controls {
		name := c.Framework + " " + c.ID
		names = append(names, name)
		if !slices.Contains(tags, c.Framework) {
			tags = append(tags, c.Framework)
		}
		answers = append(answers, "- "+strings.TrimSuffix(cmp.Or(strings.TrimSpace(name+" "+c.Title), name), "."))
	}
	help := own.Why + "\n\nFix: " + own.Fix
	if len(answers) > 0 {
		help += "\n\nAnswers to:\n" + strings.Join(answers, "\n")
	}
	properties := sarif.NewPropertyBag().WithTags(tags).
		Add("security-severity", securitySeverity[own.Severity]).
		Add("precision", "very-high").
		Add("enforcementLevel", own.Level).
		Add("severity", own.Severity).
		Add("controls", names)
	return sarif.NewRule(own.ID).WithDescription(own.Title + ".").
		WithFullDescription(sarif.NewMultiformatMessageString().WithText(own.Why)).
		WithHelp(sarif.NewMultiformatMessageString().WithText(help).WithMarkdown(help)).
		WithHelpURI(absolute(own.Link)).
		WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(own.Level)).
			WithEnabled(own.Level != string(rule.Disabled))).
		WithProperties(properties)
}

// absolute is the address of a page of the repository.
func absolute(link string) string {
	if strings.Contains(link, "://") {
		return link
	}
	return home + "/blob/main/" + link
}

func sarifLevel(level string) string {
	if level == string(rule.Advisory) || level == string(rule.Disabled) {
		return "warning"
	}
	return "error"
}

func (r *Report) result(f Finding, ruleIndex int) *sarif.Result {
	var problems []string
	for _, p := range f.Problems {
		problems = append(problems, p.String())
	}
	result := sarif.NewRuleResult(f.Rule).WithRuleIndex(ruleIndex).
		WithKind("fail").WithLevel(sarifLevel(f.Level)).
		WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s: %s. Fix: %s", f.Resource.Name, strings.Join(problems, "; "), f.Fix))).
		WithLocations([]*sarif.Location{r.location(f.Resource)}).
		WithPartialFingerprints(map[string]string{fingerprintKey: f.Fingerprint}).
		WithProperties(sarif.NewPropertyBag().Add("severity", f.Severity).Add("owner", f.Owner.String()))
	if x := f.Exemption; x != nil {
		result.AddSuppression(sarif.NewSuppression().WithKind("external").WithStatus("accepted").WithJustification(
			fmt.Sprintf("Exempt until %s, %s answers for it: %s", x.Expires, x.Owner, x.Reason)))
	}
	return result
}

// location is where a resource is: Pulumi tells no line of a program, but what stacks
// are made of is in their configuration.
func (r *Report) location(res Resource) *sarif.Location {
	file := sarif.NewSimpleArtifactLocation("Pulumi." + r.Stack.Name + ".yaml")
	return sarif.NewLocation().
		WithPhysicalLocation(sarif.NewPhysicalLocation().WithArtifactLocation(file).WithRegion(sarif.NewRegion().WithStartLine(1))).
		AddLogicalLocation(sarif.NewLogicalLocation().WithName(res.Name).WithFullyQualifiedName(res.URN).WithKind("resource"))
}

// invocation tells of what could not be judged yet: a result would be an alarm.
func (r *Report) invocation() *sarif.Invocation {
	invocation := sarif.NewInvocation().WithExecutionSuccessful(r.Whole).WithEndTimeUtc(r.Time.Format("2006-01-02T15:04:05Z"))
	for _, u := range r.Undecided {
		invocation.AddToolExecutionNotification(sarif.NewNotification().WithLevel("note").
			WithAssociatedRule(sarif.NewReportingDescriptorReference().WithID(u.Rule)).
			WithMessage(sarif.NewTextMessage(fmt.Sprintf("%s is undecided for %s until the next update: %s not known yet",
				u.Rule, u.Resource.URN, strings.Join(u.Paths, ", ")))))
	}
	return invocation
}
