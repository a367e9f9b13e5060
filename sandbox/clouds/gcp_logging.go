package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const gcpLogMetricType = "gcp:logging/metric:Metric"

var gcpLogMetric = &Type{
	Token: gcpLogMetricType, Noun: "log-based metric", Untagged: true,
	Does:             "refuses labels without an extractor, and distributions without a value; counts nothing",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Required:         []string{"filter"},
	Immutable:        []string{"project", "metricDescriptor.labels.key"},
	Defaults:         props.Object{"metricDescriptor.unit": "1"},
	OptionalComputed: []string{"project", "metricDescriptor"},
	Maps:             []string{"labelExtractors"},
	Sets:             []string{"metricDescriptor.labels"},
	Check: func(c *Call) []Failure {
		o := c.Props
		f := oneOf(o, "metricDescriptor.metricKind", "DELTA", "GAUGE", "CUMULATIVE")
		f = append(f, oneOf(o, "metricDescriptor.valueType", "BOOL", "INT64", "DOUBLE", "STRING", "DISTRIBUTION", "MONEY")...)
		var labels []string
		for i, l := range props.Objects(o, "metricDescriptor.labels") {
			k := props.Str(l, "key")
			labels = append(labels, k)
			if k != "" && props.Map(o, "labelExtractors")[k] == nil && !props.HasUnknown(o["labelExtractors"]) {
				f = append(f, Failure{props.Index("metricDescriptor.labels", i) + ".key", fmt.Sprintf("the label %q has no extractor: add labelExtractors.%s", k, k)})
			}
		}
		for _, k := range props.SortedKeys(props.Map(o, "labelExtractors")) {
			if !slices.Contains(labels, k) && !props.HasUnknown(o["metricDescriptor"]) {
				f = append(f, Failure{props.Join("labelExtractors", k), fmt.Sprintf("the label %q is not among metricDescriptor.labels", k)})
			}
		}
		if v := props.Str(o, "metricDescriptor.valueType"); v != "" && (v == "DISTRIBUTION") != (props.Get(o, "valueExtractor") != nil) {
			f = append(f, Failure{"valueExtractor", "valueExtractor goes with the value type DISTRIBUTION: set both or neither"})
		}
		return f
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		setDefaults(c.Props, props.Object{"metricDescriptor": props.Object{"metricKind": "DELTA", "valueType": "INT64", "unit": "1"}})
		return gcpMake(c, "%s", "name") // the provider's id is the name alone
	},
}

var gcpLogBucket = &Type{
	Token: "gcp:logging/projectBucketConfig:ProjectBucketConfig", Noun: "log bucket", Untagged: true,
	Does:             "takes over _Default, which every project has; refuses to unlock a locked one; holds no logs",
	Required:         []string{"project", "location", "bucketId"},
	Immutable:        []string{"project", "location", "bucketId"},
	Defaults:         props.Object{"retentionDays": 30},
	OptionalComputed: []string{"description"},
	Computed:         []string{"name", "lifecycleState", "cmekSettings.name", "cmekSettings.kmsKeyVersionName", "cmekSettings.serviceAccountId"},
	Sets:             []string{"indexConfigs"},
	Check: func(c *Call) []Failure {
		// cloud.google.com/logging/quotas#logs_retention_periods
		f := between(c.Props, "retentionDays", 1, 3650)
		if props.Str(c.Props, "bucketId") == "_Required" {
			f = append(f, Failure{"bucketId", "the bucket _Required cannot be changed: it keeps audit logs for 400 days"})
		}
		for i := range props.List(c.Props, "indexConfigs") {
			f = append(f, oneOf(c.Props, props.Index("indexConfigs", i)+".type", "INDEX_TYPE_STRING", "INDEX_TYPE_INTEGER")...)
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		setDefaults(c.Props, props.Object{"description": ""})
		id, err := gcpMake(c, "projects/%s/locations/%s/buckets/%s", "project", "location", "bucketId")
		if err != nil {
			return "", err
		}
		c.Props["name"], c.Props["lifecycleState"] = id, "ACTIVE"
		return id, gcpLogKey(c)
	},
	Update: func(c *Call) error {
		if props.Bool(c.Old, "locked") && !props.Bool(c.Props, "locked") {
			return c.Errorf("failedPrecondition: the bucket %s is locked, which cannot be undone", c.ID)
		}
		if before, now := props.IntOr(c.Old, "retentionDays", 0), props.IntOr(c.Props, "retentionDays", 0); props.Bool(c.Old, "locked") && before != now {
			return c.Errorf("failedPrecondition: the bucket %s is locked: its retention stays at %d days", c.ID, before)
		}
		return gcpLogKey(c)
	},
	Delete: func(c *Call) error {
		if props.Bool(c.Props, "locked") {
			return c.Errorf("failedPrecondition: the bucket %s is locked and cannot be deleted while it holds logs", c.ID)
		}
		return nil
	},
}

// gcpLogKey checks that the key is there. Its role belongs to an account whose name only the API tells.
func gcpLogKey(c *Call) error {
	ref := props.Str(c.Props, "cmekSettings.kmsKeyName")
	if ref == "" {
		return nil
	}
	if _, err := c.Find(gcpKeyType, ref, "notFound"); err != nil {
		return err
	}
	s := props.Map(c.Props, "cmekSettings")
	s["name"], s["kmsKeyVersionName"] = "projects/"+props.Str(c.Props, "project")+"/cmekSettings", ref+"/cryptoKeyVersions/1"
	s["serviceAccountId"] = "cmek-p" + gcpProjectNumber(props.Str(c.Props, "project")) + "@gcp-sa-logging" + gcpAccountDomain
	return nil
}

// gcpSinkTargets are what a sink writes to. cloud.google.com/logging/docs/export/configure_export_v2.
var gcpSinkTargets = []string{"storage.googleapis.com/", "bigquery.googleapis.com/", "pubsub.googleapis.com/", "logging.googleapis.com/"}

var gcpLogSink = &Type{
	Token: "gcp:logging/projectSink:ProjectSink", Noun: "log sink", Untagged: true,
	Does:             "has the identity that it writes with, none for a log bucket of its own project; writes nothing",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Required:         []string{"destination"},
	Immutable:        []string{"name", "project"},
	Defaults:         props.Object{"uniqueWriterIdentity": true},
	OptionalComputed: []string{"project", "bigqueryOptions"},
	Computed:         []string{"writerIdentity"},
	Check: func(c *Call) []Failure {
		d := props.Str(c.Props, "destination")
		if d != "" && !slices.ContainsFunc(gcpSinkTargets, func(p string) bool { return strings.HasPrefix(d, p) }) {
			return []Failure{{"destination", fmt.Sprintf("%q begins with none of %s", d, strings.Join(gcpSinkTargets, ", "))}}
		}
		if u, ok := c.Props["uniqueWriterIdentity"].(bool); ok && !u && props.Get(c.Props, "bigqueryOptions") != nil {
			return []Failure{{"uniqueWriterIdentity", "bigqueryOptions need uniqueWriterIdentity"}}
		}
		return nil
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/sinks/%s", "project", "name")
		gcpWriter(c)
		return id, err
	},
	Update: func(c *Call) error { gcpWriter(c); return nil },
}

func gcpWriter(c *Call) {
	project := props.Str(c.Props, "project")
	switch {
	case strings.HasPrefix(props.Str(c.Props, "destination"), "logging.googleapis.com/projects/"+project+"/"):
		c.Props["writerIdentity"] = ""
	case !props.Bool(c.Props, "uniqueWriterIdentity"):
		c.Props["writerIdentity"] = "serviceAccount:cloud-logs@system.gserviceaccount.com"
	default:
		c.Props["writerIdentity"] = "serviceAccount:" + gcpAgent(project, "logging.googleapis.com")
	}
}
