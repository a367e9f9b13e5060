package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

// Finding is all that one rule says is wrong in one resource.
type Finding struct {
	// Fingerprint is the same in every report about the same rule and resource.
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Title       string `json:"title"`
	Severity    string `json:"severity"`
	// Level is mandatory or advisory. What a rule at the level remediate could not
	// mend is mandatory.
	Level    string    `json:"level"`
	Resource Resource  `json:"resource"`
	Problems []Problem `json:"problems"`
	Owner    Owner     `json:"owner"`
	Why      string    `json:"why"`
	Fix      string    `json:"fix"`
	Link     string    `json:"link"`
	// Controls are those the rule answers to, "FRAMEWORK ID".
	Controls  []string          `json:"controls,omitempty"`
	Exemption *record.Exemption `json:"exemption,omitempty"`
	// Issue is a text for a tracker, ready to be filed; an exempt finding has none.
	Issue *Issue `json:"issue,omitempty"`
}

// Problem is one thing that is wrong.
type Problem struct {
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

func (p Problem) String() string {
	if p.Path == "" {
		return p.Message
	}
	return p.Message + " (" + p.Path + ")"
}

// findings are what a judgement says is wrong, by resource: a rule over the stack
// finds things wrong in several.
func findings(from *record.Record, of record.Rule, j judged, owners owners) []Finding {
	var found []Finding
	place := map[string]int{}
	problems := j.Findings
	if j.Verdict == record.Broken {
		problems = []record.Finding{{Message: "the rule itself failed, so nothing is known about this resource: " + j.Reason}}
	}
	for _, p := range problems {
		i, ok := place[p.URN]
		if !ok {
			i = len(found)
			place[p.URN] = i
			found = append(found, finding(from, of, j, p.URN, owners))
		}
		found[i].Problems = append(found[i].Problems, Problem{Path: p.Path, Message: p.Message})
	}
	for i := range found {
		if j.Verdict != record.Exempt {
			found[i].Issue = issue(from, &found[i])
		}
	}
	return found
}

// finding is what is said in every case; urn is the resource, when it is another
// than the one that was judged.
func finding(from *record.Record, of record.Rule, j judged, urn string, owners owners) Finding {
	f := Finding{
		Rule: of.ID, Title: of.Title, Severity: of.Severity, Level: of.Level, Resource: j.resource(from.Stack),
		Why: of.Why, Fix: of.Fix, Link: of.Link, Exemption: j.Exemption,
	}
	if urn != "" {
		f.Resource = resourceOf(urn)
	}
	if of.Level != string(rule.Advisory) || j.Verdict == record.Broken {
		// A gate that does not work must not be passed unseen.
		f.Level = string(rule.Mandatory)
	}
	if j.Verdict == record.Broken {
		f.Fix = "This is a bug in the rule. To go on without it, set its level to disabled."
	}
	for _, c := range of.Controls {
		f.Controls = append(f.Controls, c.Framework+" "+c.ID)
	}
	f.Owner = owners.of(f.Resource.URN)
	f.Fingerprint = fingerprint(of.ID, f.Resource.URN)
	return f
}

// resourceOf reads the type and name from a URN, whose third part is the types of
// the parents and its own, joined by "$".
func resourceOf(urn string) Resource {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) < 4 {
		return Resource{URN: urn, Name: urn}
	}
	return Resource{URN: urn, Type: parts[2][strings.LastIndexByte(parts[2], '$')+1:], Name: parts[3]}
}

func fingerprint(id, urn string) string {
	sum := sha256.Sum256([]byte(id + "\n" + urn))
	return hex.EncodeToString(sum[:16])
}
