package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// awsStorageClasses are those an object can move to, with the days it must be old: docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html.
var awsStorageClasses = map[string]int{
	"STANDARD_IA": 30, "ONEZONE_IA": 30, "INTELLIGENT_TIERING": 0, "GLACIER": 0, "GLACIER_IR": 0, "DEEP_ARCHIVE": 0,
}

// awsLifecycleActions are what a rule can do, one of which it must.
var awsLifecycleActions = []string{
	"abortIncompleteMultipartUpload", "expiration", "noncurrentVersionExpiration", "noncurrentVersionTransitions", "transitions",
}

var awsBucketLifecycle = &Type{
	Token: "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", Noun: "life cycle of a bucket", Untagged: true,
	Does:             "deletes and moves nothing",
	Required:         []string{"bucket", "rules"},
	Immutable:        []string{"bucket", "expectedBucketOwner"},
	OptionalComputed: []string{"transitionDefaultMinimumObjectSize", "rules.prefix", "rules.filter"},
	Sets:             []string{"rules.transitions", "rules.noncurrentVersionTransitions"},
	Maps:             []string{"rules.filter.and.tags"},
	WriteOnly:        []string{"timeouts"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "transitionDefaultMinimumObjectSize", "all_storage_classes_128K", "varies_by_storage_class")
		seen := map[string]bool{}
		for i, r := range props.Objects(c.Props, "rules") {
			at := props.Index("rules", i)
			f = append(f, awsOneOf(c.Props, at+".status", "Enabled", "Disabled")...)
			id := props.Str(r, "id")
			if id != "" && seen[id] {
				f = append(f, Failure{at + ".id", fmt.Sprintf("InvalidArgument: two rules have the id %q", id)})
			}
			seen[id] = true
			f = append(f, awsCheckLifecycleRule(at, r)...)
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		setDefaults(c.Props, props.Object{"transitionDefaultMinimumObjectSize": "all_storage_classes_128K"})
		return awsOfBucket(c)
	},
}

func awsCheckLifecycleRule(at string, r props.Object) []Failure {
	var f []Failure
	acts := false
	for _, a := range awsLifecycleActions {
		acts = acts || r[a] != nil && !empty(r[a])
	}
	if !acts {
		f = append(f, Failure{at, "InvalidRequest: a rule needs at least one of " + strings.Join(awsLifecycleActions, ", ")})
	}
	expires, hasEnd := props.Int(r, "expiration.days")
	for _, key := range []string{"transitions", "noncurrentVersionTransitions"} {
		for i, t := range props.Objects(r, key) {
			path := props.Index(at+"."+key, i)
			class := props.Str(t, "storageClass")
			least, known := awsStorageClasses[class]
			if class != "" && !known {
				f = append(f, Failure{path + ".storageClass", fmt.Sprintf("%q is none of %s", class, strings.Join(props.SortedKeys(awsStorageClasses), ", "))})
			}
			property := map[string]string{"transitions": "days", "noncurrentVersionTransitions": "noncurrentDays"}[key]
			days, ok := props.Int(t, property)
			if ok && days < least {
				f = append(f, Failure{path + "." + property, fmt.Sprintf("InvalidArgument: objects must be %d days old before they move to %s, not %d", least, class, days)})
			}
			if ok && hasEnd && key == "transitions" && expires <= days {
				f = append(f, Failure{at + ".expiration.days", fmt.Sprintf("InvalidArgument: objects expire after %d days, and move to %s after %d: they must move first", expires, class, days)})
			}
		}
	}
	return f
}
