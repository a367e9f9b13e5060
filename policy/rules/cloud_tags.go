package rules

import (
	"strings"
	"unicode"

	"github.com/ai-now/platform/policy/rule"
)

// cloudResources are all resources of the clouds.
var cloudResources = rule.Target{Like: []string{"aws:*/*", "gcp:*/*", "digitalocean:*/*"}}

func resourceOwnerTags() *rule.Rule {
	return &rule.Rule{
		ID:       "resource-owner-tags",
		Title:    "Every cloud resource says whose it is",
		Severity: rule.Medium,
		On:       cloudResources,
		Why: "Without an owner nobody knows whom to call, who pays, and whether it may be deleted. Policies, " +
			"bills and alarms of the clouds go by tags.",
		Fix: "Set the keys of the setting as tags on AWS, in kebab case as labels on Google Cloud, and as " +
			"key:value tags on DigitalOcean. A type that has no tags belongs into the setting exempt.",
		Settings: []rule.Setting{
			names("keys", []string{"environment", "team", "costCenter", "dataClassification"}, "Keys every resource must have, as on AWS."),
			names("exempt", nil, "Types the rule leaves alone, beside those that are known to have no tags."),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			tags, can := tagsOf(r)
			if !can || rule.NewValue(list(q.Settings.Strings("exempt"))).Contains(r.Type).IsTrue() {
				return
			}
			all := rule.True()
			var missing []string
			for _, key := range q.Settings.Strings("keys") {
				has := tags.has(key)
				all = all.And(has)
				if has.IsFalse() {
					missing = append(missing, tags.spelt(key))
				}
			}
			q.Require(all, tags.at, "the resource has no %s", strings.Join(missing, ", "))
		}),
	}
}

func resourceEnvironment() *rule.Rule {
	return &rule.Rule{
		ID:       "resource-environment",
		Title:    "A stack makes nothing for another environment",
		Severity: rule.High,
		On:       cloudResources,
		Why: "What carries the name of another environment is watched, paid and cleaned up with that one: a test's " +
			"volume that says prod is kept for ever, a prod database that says dev is deleted with it.",
		Fix: "Let the tag environment have the value of ai-now:environment.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			tags, can := tagsOf(r)
			if !can || q.Stack.Environment == "" {
				return
			}
			const key = "environment"
			q.Require(tags.has(key).Not().Or(tags.holds(key, q.Stack.Environment)), tags.at,
				"the resource is not of the environment %s: its tags are %s", q.Stack.Environment, tags.at)
		}),
	}
}

// tags are a resource's tags in the form of its cloud.
type tags struct {
	at rule.Value
	// kebab says that keys have no capitals.
	kebab bool
	// joined says that they are a list of key:value.
	joined bool
}

// tagsOf are the tags of a resource, and whether its type can have any.
func tagsOf(r *rule.Resource) (tags, bool) {
	cloud, _, _ := strings.Cut(r.Type, ":")
	switch cloud {
	case "aws":
		return tags{at: r.Get("tags")}, !awsWithoutTags[r.Type]
	case "gcp":
		property, can := gcpLabels[r.Type]
		return tags{at: r.Get(strings.Split(property, ".")...), kebab: true}, can
	default:
		return tags{at: r.Get("tags"), kebab: true, joined: true}, digitaloceanTags[r.Type]
	}
}

// spelt is a key in the spelling of the cloud.
func (t tags) spelt(key string) string {
	if !t.kebab {
		return key
	}
	var b strings.Builder
	for _, letter := range key {
		if unicode.IsUpper(letter) {
			b.WriteByte('-')
		}
		b.WriteRune(unicode.ToLower(letter))
	}
	return b.String()
}

func (t tags) has(key string) rule.Truth {
	key = t.spelt(key)
	if !t.joined {
		return t.at.Get(key).Empty().Not()
	}
	return t.at.Any(func(tag rule.Value) rule.Truth {
		return tag.Matches(func(s string) bool { return strings.HasPrefix(s, key+":") && s != key+":" })
	})
}

func (t tags) holds(key, value string) rule.Truth {
	key = t.spelt(key)
	if !t.joined {
		return t.at.Get(key).Is(value)
	}
	return t.at.Contains(key + ":" + value)
}
