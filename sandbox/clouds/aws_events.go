package clouds

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsEventRuleType   = "aws:cloudwatch/eventRule:EventRule"
	awsEventTargetType = "aws:cloudwatch/eventTarget:EventTarget"
)

// awsDefaultBus is the event bus that every account has in every region.
const awsDefaultBus = "default"

var awsEventRule = &Type{
	Token: awsEventRuleType, Noun: "EventBridge rule",
	Does:             "refuses a name in use, and the deletion of one with targets; sees no events",
	Autoname:         &Autoname{Property: "name", MaxLength: 64},
	Immutable:        []string{"eventBusName", "name", "namePrefix"},
	Defaults:         props.Object{"eventBusName": awsDefaultBus, "forceDestroy": false},
	OptionalComputed: []string{"isEnabled", "namePrefix", "state"},
	Computed:         []string{"arn"},
	WriteOnly:        []string{"forceDestroy"},
	Check: func(c *Call) []Failure {
		f := awsConflict(c.Props, "isEnabled", "state")
		f = append(f, awsOneOf(c.Props, "state", "ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")...)
		if c.Props["eventPattern"] == nil && c.Props["scheduleExpression"] == nil {
			f = append(f, Failure{"eventPattern", "at least one of eventPattern and scheduleExpression must be given"})
		}
		pattern := map[string]any{}
		if s := props.Str(c.Props, "eventPattern"); s != "" {
			if err := json.Unmarshal([]byte(s), &pattern); err != nil {
				f = append(f, Failure{"eventPattern", fmt.Sprintf("InvalidEventPatternException: the pattern is not a JSON object: %v", err)})
			}
		}
		for key, v := range pattern { // docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
			switch v.(type) {
			case []any, map[string]any:
			default:
				f = append(f, Failure{"eventPattern", fmt.Sprintf("InvalidEventPatternException: %q must be an object or a list of what matches", key)})
			}
		}
		if s := props.Str(c.Props, "scheduleExpression"); s != "" && !strings.HasPrefix(s, "rate(") && !strings.HasPrefix(s, "cron(") {
			f = append(f, Failure{"scheduleExpression", fmt.Sprintf("%q is neither rate(…) nor cron(…)", s)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		state := "ENABLED"
		if c.Props["isEnabled"] == false {
			state = "DISABLED"
		}
		setDefaults(c.Props, props.Object{"state": state})
		setDefaults(c.Props, props.Object{"isEnabled": props.Str(c.Props, "state") != "DISABLED"})
		id, path := name, "rule/"+name
		if bus := props.Str(c.Props, "eventBusName"); bus != awsDefaultBus {
			id, path = bus+"/"+name, "rule/"+bus+"/"+name
		}
		set(c, "arn", awsARN(c.Env, "events", path))
		return id, awsFree(c, id, "ResourceAlreadyExistsException: the rule %s already exists", name)
	},
	Delete: func(c *Call) error {
		name, bus := props.Str(c.Props, "name"), props.Str(c.Props, "eventBusName")
		targets, err := awsHere(c.Env, awsEventTargetType, func(o *store.Object) bool {
			return props.Str(o.Properties, "rule") == name && props.Str(o.Properties, "eventBusName") == bus
		})
		if err != nil || len(targets) == 0 {
			return err
		}
		return c.Errorf("ValidationException: the rule %s can't be deleted since it has targets: %s", name, targets[0].ID)
	},
}

var awsEventTarget = &Type{
	Token: awsEventTargetType, Noun: "target of an EventBridge rule", Untagged: true,
	Does:             "refuses rules, queues and topics that do not exist, and more than five targets of a rule",
	Required:         []string{"rule", "arn"},
	Immutable:        []string{"eventBusName", "rule", "targetId"},
	Defaults:         props.Object{"eventBusName": awsDefaultBus, "forceDestroy": false},
	OptionalComputed: []string{"targetId"},
	WriteOnly:        []string{"forceDestroy"},
	Check: func(c *Call) []Failure {
		f := append(awsConflict(c.Props, "input", "inputPath"), awsConflict(c.Props, "input", "inputTransformer")...)
		f = append(f, awsConflict(c.Props, "inputPath", "inputTransformer")...)
		if a := props.Str(c.Props, "arn"); a != "" && !strings.HasPrefix(a, "arn:") {
			f = append(f, Failure{"arn", fmt.Sprintf("%q is no ARN", a)})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		setDefaults(c.Props, props.Object{"targetId": "terraform-" + randomDigits(26)})
		rule, bus, target := props.Str(c.Props, "rule"), props.Str(c.Props, "eventBusName"), props.Str(c.Props, "targetId")
		id := rule + "-" + target
		if bus != awsDefaultBus {
			id, rule = bus+"-"+id, bus+"/"+rule
		}
		if _, err := awsFind(c, awsEventRuleType, rule, "ResourceNotFoundException"); err != nil {
			return "", err
		}
		targets, err := awsHere(c.Env, awsEventTargetType, func(o *store.Object) bool {
			return props.Str(o.Properties, "rule") == props.Str(c.Props, "rule") && props.Str(o.Properties, "eventBusName") == bus
		})
		if err != nil {
			return "", err
		}
		if len(targets) >= 5 { // docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
			return "", c.Errorf("LimitExceededException: the rule %s has five targets already", rule)
		}
		return id, awsTargetExists(c)
	},
	Update: awsTargetExists,
}

// awsTargetExists refuses a queue or a topic that was never made; other targets are not simulated.
func awsTargetExists(c *Call) error {
	arn := props.Str(c.Props, "arn")
	for service, typ := range map[string]string{":sqs:": awsQueueType, ":sns:": awsTopicType} {
		if strings.Contains(arn, service) {
			if err := awsARNExists(c, typ, arn, "ValidationException"); err != nil {
				return err
			}
		}
	}
	return nil
}
