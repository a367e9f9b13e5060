package clouds

import (
	"encoding/json"
	"hash/crc32"
	"sort"
	"strconv"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// policyStatement is a statement in the order in which IAM's documents have its parts.
type policyStatement struct {
	Sid          string `json:"Sid,omitempty"`
	Effect       string `json:"Effect,omitempty"`
	Action       any    `json:"Action,omitempty"`
	NotAction    any    `json:"NotAction,omitempty"`
	Resource     any    `json:"Resource,omitempty"`
	NotResource  any    `json:"NotResource,omitempty"`
	Principal    any    `json:"Principal,omitempty"`
	NotPrincipal any    `json:"NotPrincipal,omitempty"`
	Condition    any    `json:"Condition,omitempty"`
}

type policyDocument struct {
	Version   string            `json:"Version,omitempty"`
	ID        string            `json:"Id,omitempty"`
	Statement []policyStatement `json:"Statement"`
}

// awsGetPolicyDocument writes a policy as JSON, as the provider does on this side of the API.
func awsGetPolicyDocument(e *Env, args props.Object) (props.Object, error) {
	doc := policyDocument{Version: props.StrOr(args, "version", "2012-10-17"), ID: props.Str(args, "policyId"), Statement: []policyStatement{}}
	if err := doc.add(e, args, "sourcePolicyDocuments"); err != nil {
		return nil, err
	}
	for _, s := range props.Objects(args, "statements") {
		doc.put(policyStatement{
			Sid: props.Str(s, "sid"), Effect: props.StrOr(s, "effect", "Allow"),
			Action: oneOrMany(props.StrList(s, "actions")), NotAction: oneOrMany(props.StrList(s, "notActions")),
			Resource: oneOrMany(props.StrList(s, "resources")), NotResource: oneOrMany(props.StrList(s, "notResources")),
			Principal: principals(props.Objects(s, "principals")), NotPrincipal: principals(props.Objects(s, "notPrincipals")),
			Condition: conditions(props.Objects(s, "conditions")),
		})
	}
	if err := doc.add(e, args, "overridePolicyDocuments"); err != nil {
		return nil, err
	}
	pretty, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, e.Errorf("getPolicyDocument: %v", err)
	}
	small, err := json.Marshal(doc)
	if err != nil {
		return nil, e.Errorf("getPolicyDocument: %v", err)
	}
	out := props.Clone(args)
	out["json"], out["minifiedJson"], out["version"] = string(pretty), string(small), doc.Version
	out["id"] = strconv.FormatUint(uint64(crc32.ChecksumIEEE(pretty)), 10)
	return out, nil
}

// add merges whole documents into this one.
func (d *policyDocument) add(e *Env, args props.Object, key string) error {
	for i, s := range props.StrList(args, key) {
		var other policyDocument
		if err := json.Unmarshal([]byte(s), &other); err != nil {
			return e.Errorf("getPolicyDocument: %s[%d] is no policy: %v", key, i, err)
		}
		for _, st := range other.Statement {
			d.put(st)
		}
	}
	return nil
}

// put adds a statement, in the place of one with the same Sid.
func (d *policyDocument) put(s policyStatement) {
	for i := range d.Statement {
		if s.Sid != "" && d.Statement[i].Sid == s.Sid {
			d.Statement[i] = s
			return
		}
	}
	d.Statement = append(d.Statement, s)
}

// oneOrMany is a single string where a list has one element; lists are sets, the last first as the provider has them.
func oneOrMany(l []string) any {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	out := append([]string(nil), l...)
	sort.Sort(sort.Reverse(sort.StringSlice(out)))
	return out
}

func principals(list []props.Object) any {
	if len(list) == 0 {
		return nil
	}
	byType := map[string][]string{}
	for _, p := range list {
		t, ids := props.Str(p, "type"), props.StrList(p, "identifiers")
		if t == "*" && len(ids) == 1 && ids[0] == "*" {
			return "*"
		}
		byType[t] = append(byType[t], ids...)
	}
	out := map[string]any{}
	for t, ids := range byType {
		out[t] = oneOrMany(ids)
	}
	return out
}

func conditions(list []props.Object) any {
	if len(list) == 0 {
		return nil
	}
	values := map[string]map[string][]string{}
	for _, c := range list {
		test, variable := props.Str(c, "test"), props.Str(c, "variable")
		if values[test] == nil {
			values[test] = map[string][]string{}
		}
		values[test][variable] = append(values[test][variable], props.StrList(c, "values")...)
	}
	out := map[string]map[string]any{}
	for test, variables := range values {
		out[test] = map[string]any{}
		for v, l := range variables {
			if out[test][v] = any(l); len(l) == 1 {
				out[test][v] = l[0]
			}
		}
	}
	return out
}
