package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rule"
)

// Owner is who answers for a resource, by the labels of a Kubernetes object or the
// tags of a cloud's resource; it is empty when they do not say.
func Owner(r *rule.Resource) record.Owner {
	switch cloud, _, _ := strings.Cut(r.Type, ":"); cloud {
	case "kubernetes":
		labels := r.Get("metadata", "labels")
		return record.Owner{Team: shown(labels.Get("ai-now.io/team")), CostCenter: shown(labels.Get("ai-now.io/cost-center"))}
	case "aws", "gcp", "digitalocean":
		tags, can := tagsOf(r)
		if !can {
			return record.Owner{}
		}
		return record.Owner{Team: tags.value("team"), CostCenter: tags.value("costCenter")}
	}
	return record.Owner{}
}

// value is the value of a tag, "" when it is not there or not to be shown.
func (t tags) value(key string) string {
	key = t.spelt(key)
	if !t.joined {
		return shown(t.at.Get(key))
	}
	for _, tag := range t.at.Items() {
		if value, is := strings.CutPrefix(shown(tag), key+":"); is {
			return value
		}
	}
	return ""
}

// shown is a text that is known and no secret, or "".
func shown(v rule.Value) string {
	if v.IsSecret() {
		return ""
	}
	text, _ := v.Text()
	return text
}
