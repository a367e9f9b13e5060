package clouds

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	gcpAlertType   = "gcp:monitoring/alertPolicy:AlertPolicy"
	gcpChannelType = "gcp:monitoring/notificationChannel:NotificationChannel"
)

// gcpConditions are the kinds of conditions, of which each condition is one.
var gcpConditions = []string{"conditionThreshold", "conditionAbsent", "conditionMatchedLog", "conditionMonitoringQueryLanguage", "conditionPrometheusQueryLanguage"}

// gcpUserMetric finds the name of a log-based metric in a filter.
var gcpUserMetric = regexp.MustCompile(`logging\.googleapis\.com/user/([^"\s]+)`)

var gcpAlert = &Type{
	Token: gcpAlertType, Noun: "alert policy", Untagged: true,
	Does:             "refuses conditions of two kinds at once, log-based metrics and notification channels that do not exist; never fires",
	Required:         []string{"combiner", "conditions", "displayName"},
	Immutable:        []string{"project"},
	Defaults:         props.Object{"enabled": true, "documentation.mimeType": "text/markdown"},
	OptionalComputed: []string{"project"},
	Computed:         []string{"name", "creationRecords"},
	Maps:             []string{"userLabels"},
	Check: func(c *Call) []Failure {
		o := c.Props
		f := append(gcpCheckLabels(o, "userLabels"), oneOf(o, "combiner", "AND", "OR", "AND_WITH_MATCHING_RESOURCE")...)
		f = append(f, oneOf(o, "severity", "CRITICAL", "ERROR", "WARNING")...)
		conditions := props.List(o, "conditions")
		if most := 6; len(conditions) > most { // cloud.google.com/monitoring/quotas
			f = append(f, Failure{"conditions", fmt.Sprintf("%d conditions: a policy takes %d", len(conditions), most)})
		}
		for i := range conditions {
			f = append(f, gcpCheckCondition(o, props.Index("conditions", i))...)
		}
		return f
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, false); err != nil {
			return "", err
		}
		id := fmt.Sprintf("projects/%s/alertPolicies/%s", props.Str(c.Props, "project"), randomDigits(19))
		c.Props["name"], c.Props["creationRecords"] = id, []any{props.Object{"mutateTime": c.Timestamp(), "mutatedBy": ""}}
		for i := range props.List(c.Props, "conditions") {
			if m := props.Map(c.Props, props.Index("conditions", i)); m != nil {
				m["name"] = fmt.Sprintf("%s/conditions/%s", id, randomDigits(19))
			}
		}
		return id, gcpAlertRefers(c)
	},
	Update: gcpAlertRefers,
}

func gcpCheckCondition(o props.Object, at string) []Failure {
	var kinds []string
	for _, k := range gcpConditions {
		kinds = append(kinds, at+"."+k)
	}
	f := exactlyOne(o, kinds...)
	if props.Get(o, at+".displayName") == nil {
		f = append(f, Failure{at + ".displayName", "a condition needs displayName"})
	}
	f = append(f, oneOf(o, at+".conditionThreshold.comparison", "COMPARISON_GT", "COMPARISON_GE", "COMPARISON_LT", "COMPARISON_LE", "COMPARISON_EQ", "COMPARISON_NE")...)
	if s := props.Str(o, at+".conditionThreshold.duration"); s != "" {
		if n, ok := gcpSeconds(s); !ok || int(n)%60 != 0 {
			f = append(f, Failure{at + ".conditionThreshold.duration", fmt.Sprintf("%q is no number of whole minutes in seconds, such as 300s", s)})
		}
	}
	// cloud.google.com/monitoring/api/v3/filters: a condition names the metric and the monitored resource.
	for _, k := range []string{".conditionThreshold", ".conditionAbsent"} {
		s := props.Str(o, at+k+".filter")
		for _, part := range []string{"metric.type", "resource.type"} {
			if s != "" && !strings.Contains(s, part) {
				f = append(f, Failure{at + k + ".filter", "the filter must restrict " + part})
			}
		}
	}
	// cloud.google.com/logging/docs/alerting/log-based-alerts
	if props.Get(o, at+".conditionMatchedLog") != nil && props.Get(o, "alertStrategy.notificationRateLimit") == nil {
		f = append(f, Failure{"alertStrategy.notificationRateLimit", "a condition on matched logs needs alertStrategy.notificationRateLimit"})
	}
	return f
}

// gcpAlertRefers refuses what a policy mentions and the project does not have.
func gcpAlertRefers(c *Call) error {
	for _, ch := range props.StrList(c.Props, "notificationChannels") {
		if _, err := c.Find(gcpChannelType, ch, "notFound"); err != nil {
			return err
		}
	}
	for _, cond := range props.Objects(c.Props, "conditions") {
		for _, k := range []string{"conditionThreshold.filter", "conditionAbsent.filter"} {
			m := gcpUserMetric.FindStringSubmatch(props.Str(cond, k))
			if m == nil {
				continue
			}
			if _, err := c.Find(gcpLogMetricType, m[1], "notFound: cannot find the metric of the filter"); err != nil {
				return err
			}
		}
	}
	return nil
}

// gcpChannelLabels are what a channel needs to reach somebody, for the kinds that say it in labels.
// Source: cloud.google.com/monitoring/alerts/using-channels-api.
var gcpChannelLabels = map[string]string{"email": "email_address", "pubsub": "topic", "slack": "channel_name", "sms": "number", "webhook_tokenauth": "url", "webhook_basicauth": "url"}

var gcpChannel = &Type{
	Token: gcpChannelType, Noun: "notification channel", Untagged: true,
	Does:             "cannot be deleted while an alert policy uses it, unless forceDelete is on; sends nothing",
	Required:         []string{"type"},
	Immutable:        []string{"project"},
	Defaults:         props.Object{"enabled": true, "forceDelete": false},
	OptionalComputed: []string{"project"},
	Computed:         []string{"name", "verificationStatus"},
	Secret:           []string{"sensitiveLabels"},
	Maps:             []string{"userLabels"},
	WriteOnly:        []string{"forceDelete"},
	Check: func(c *Call) []Failure {
		f := gcpCheckLabels(c.Props, "userLabels")
		if label := gcpChannelLabels[props.Str(c.Props, "type")]; label != "" && props.Get(c.Props, "labels."+label) == nil && !props.HasUnknown(c.Props["labels"]) {
			f = append(f, Failure{"labels." + label, fmt.Sprintf("a channel of the type %s needs the label %s", props.Str(c.Props, "type"), label)})
		}
		return append(f, atMostOne(c.Props, "sensitiveLabels.authToken", "sensitiveLabels.password", "sensitiveLabels.serviceKey")...)
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		if err := gcpPlaced(c, false); err != nil {
			return "", err
		}
		id := fmt.Sprintf("projects/%s/notificationChannels/%s", props.Str(c.Props, "project"), randomDigits(19))
		c.Props["name"], c.Props["verificationStatus"] = id, ""
		return id, nil
	},
	Delete: func(c *Call) error {
		if props.Bool(c.Props, "forceDelete") {
			return nil
		}
		users, err := c.Others(gcpAlertType, func(o *store.Object) bool {
			return slices.Contains(props.StrList(o.Properties, "notificationChannels"), c.ID)
		})
		if err != nil || len(users) == 0 {
			return err
		}
		return c.Errorf("failedPrecondition: the channel %s is used by the alert policy %s: set forceDelete, or take it out there", c.ID, users[0].ID)
	},
}
