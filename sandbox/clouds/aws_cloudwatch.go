package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const awsLogResourcePolicyType = "aws:cloudwatch/logResourcePolicy:LogResourcePolicy"

// awsLogGroupExists refuses a log group that is not there, given by name or ARN. A cluster that logs makes its own.
func awsLogGroupExists(c *Call, ref, code string) error {
	region, name := c.Region, ref
	if parts := strings.SplitN(ref, ":", 7); len(parts) == 7 {
		if parts[4] != awsAccount {
			return nil
		}
		region, name = parts[3], parts[6]
	}
	name = strings.TrimSuffix(name, ":*")
	group, err := c.Others(awsLogGroupType, func(o *store.Object) bool { return o.ID == name && o.Region == region })
	if err != nil || len(group) > 0 {
		return err
	}
	cluster, err := c.Others(awsEKSClusterType, func(o *store.Object) bool {
		return name == "/aws/eks/"+o.ID+"/cluster" && o.Region == region && len(props.List(o.Properties, "enabledClusterLogTypes")) > 0
	})
	if err != nil || len(cluster) > 0 {
		return err
	}
	return c.Errorf("%s: the log group %s does not exist in %s", code, name, region)
}

var awsMetricFilter = &Type{
	Token: "aws:cloudwatch/logMetricFilter:LogMetricFilter", Noun: "metric filter of a log group", Untagged: true,
	Does:      "refuses a log group that does not exist; counts nothing",
	Autoname:  &Autoname{Property: "name", MaxLength: 512},
	Required:  []string{"logGroupName", "pattern", "metricTransformation", "metricTransformation.name", "metricTransformation.namespace", "metricTransformation.value"},
	Immutable: []string{"logGroupName", "name"},
	Defaults:  props.Object{"metricTransformation.unit": "None"},
	Maps:      []string{"metricTransformation.dimensions"},
	Check: func(c *Call) []Failure {
		var f []Failure
		if n := len(props.Str(c.Props, "pattern")); n > 1024 { // docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
			f = append(f, Failure{"pattern", fmt.Sprintf("has %d characters: 1024 at most", n)})
		}
		return append(f, awsConflict(c.Props, "metricTransformation.defaultValue", "metricTransformation.dimensions")...)
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if err := awsLogGroupExists(c, props.Str(c.Props, "logGroupName"), "ResourceNotFoundException"); err != nil {
			return "", err
		}
		return name, awsFree(c, name, "a metric filter with the name %s already exists: one of them would undo the other", name)
	},
}

var awsAlarm = &Type{
	Token: "aws:cloudwatch/metricAlarm:MetricAlarm", Noun: "CloudWatch alarm",
	Does:             "refuses topics that do not exist; never rings",
	Autoname:         &Autoname{Property: "name", MaxLength: 255},
	Required:         []string{"comparisonOperator", "evaluationPeriods"},
	Immutable:        []string{"name"},
	Defaults:         props.Object{"actionsEnabled": true, "treatMissingData": "missing"},
	OptionalComputed: []string{"evaluateLowSampleCountPercentiles"},
	Computed:         []string{"arn"},
	Sets:             []string{"alarmActions", "insufficientDataActions", "okActions", "metricQueries"},
	Maps:             []string{"dimensions"},
	Check:            awsCheckAlarm,
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		set(c, "arn", awsARN(c.Env, "cloudwatch", "alarm:"+name))
		if err := awsAlarmTopics(c); err != nil {
			return "", err
		}
		return name, awsFree(c, name, "an alarm with the name %s already exists: one of them would undo the other", name)
	},
	Update: awsAlarmTopics,
}

// awsAlarmActions are the inputs that hold what an alarm does.
var awsAlarmActions = []string{"alarmActions", "insufficientDataActions", "okActions"}

// Source of the rules: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html.
func awsCheckAlarm(c *Call) []Failure {
	f := awsOneOf(c.Props, "comparisonOperator", "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
		"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
	f = append(f, awsOneOf(c.Props, "statistic", "SampleCount", "Average", "Sum", "Minimum", "Maximum")...)
	f = append(f, awsOneOf(c.Props, "treatMissingData", "missing", "ignore", "breaching", "notBreaching")...)
	f = append(f, awsExactlyOne(c.Props, "metricName", "metricQueries")...)
	f = append(f, awsExactlyOne(c.Props, "threshold", "thresholdMetricId")...)
	if c.Props["metricName"] != nil {
		f = append(f, awsExactlyOne(c.Props, "statistic", "extendedStatistic")...)
		for _, k := range []string{"namespace", "period"} {
			if c.Props[k] == nil {
				f = append(f, Failure{k, "an alarm on a metric needs it"})
			}
		}
	}
	if n, ok := props.Int(c.Props, "period"); ok && n != 10 && n != 20 && n != 30 && (n < 60 || n%60 != 0) {
		f = append(f, Failure{"period", fmt.Sprintf("%d is none of 10, 20, 30 and the multiples of 60", n)})
	}
	wanted, ok := props.Int(c.Props, "datapointsToAlarm")
	if periods, ok2 := props.Int(c.Props, "evaluationPeriods"); ok && ok2 && wanted > periods {
		f = append(f, Failure{"datapointsToAlarm", fmt.Sprintf("%d is more than the %d evaluationPeriods", wanted, periods)})
	}
	for _, k := range awsAlarmActions {
		if n := len(props.List(c.Props, k)); n > 5 {
			f = append(f, Failure{k, fmt.Sprintf("has %d actions: five at most", n)})
		}
	}
	return f
}

func awsAlarmTopics(c *Call) error {
	for _, k := range awsAlarmActions {
		for _, arn := range props.StrList(c.Props, k) {
			if strings.Contains(arn, ":sns:") {
				if err := awsARNExists(c, awsTopicType, arn, "ValidationError"); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

var awsLogResourcePolicy = &Type{
	Token: awsLogResourcePolicyType, Noun: "resource policy of CloudWatch Logs", Untagged: true,
	Does:      "refuses more than ten in a region",
	Required:  []string{"policyName", "policyDocument"},
	Immutable: []string{"policyName"},
	Check: func(c *Call) []Failure {
		f := awsCheckResourcePolicy(c.Props, "policyDocument")
		if n := len(props.Str(c.Props, "policyDocument")); n > 5120 {
			f = append(f, Failure{"policyDocument", fmt.Sprintf("has %d characters: 5120 at most", n)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "policyName")
		all, err := awsHere(c.Env, awsLogResourcePolicyType, func(*store.Object) bool { return true })
		if err != nil {
			return "", err
		}
		if len(all) >= 10 { // docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
			return "", c.Errorf("LimitExceededException: there are ten resource policies in %s already", c.Region)
		}
		return name, awsFree(c, name, "a resource policy with the name %s already exists: one of them would undo the other", name)
	},
}
