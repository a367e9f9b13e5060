package eks

import (
	"encoding/json"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sqs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/charts"
	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// interruptionSeconds is how long news of a machine are kept: those of an
// interruption come two minutes before it.
const interruptionSeconds = 300

// interruptions are the events after which a machine is soon gone. Karpenter
// drains it before.
// https://karpenter.sh/v1.14/concepts/disruption/#interruption
var interruptions = []struct{ name, source, detail string }{
	{"scheduled-change", "aws.health", "AWS Health Event"},
	{"spot-interruption", "aws.ec2", "EC2 Spot Instance Interruption Warning"},
	{"rebalance", "aws.ec2", "EC2 Instance Rebalance Recommendation"},
	{"state-change", "aws.ec2", "EC2 Instance State-change Notification"},
	{"capacity-reservation", "aws.ec2", "EC2 Capacity Reservation Instance Interruption Warning"},
}

// createKarpenter installs Karpenter for the pools that grow: what it is told of
// machines, what it may do, its charts, and the pools in its own words.
func (p *Platform) createKarpenter(ctx *pulumi.Context, growing []*spec.NodePool, aws, in []pulumi.ResourceOption) error {
	name := p.name + "-karpenter"
	queue, err := p.interruptionQueue(ctx, name, aws)
	if err != nil {
		return err
	}
	// Of our own instead of Karpenter's: it needs no right to change IAM.
	profile, err := iam.NewInstanceProfile(ctx, name, &iam.InstanceProfileArgs{Role: p.nodeRole.Name, Tags: p.tags(name)}, aws...)
	if err != nil {
		return err
	}
	policy := pulumi.All(p.account, p.nodeRole.Arn, queue.Arn).ApplyT(func(v []any) (string, error) {
		return document(karpenterRights{
			place:   place{p.partition, p.region, v[0].(string), p.domain()},
			cluster: p.name, nodeRole: v[1].(string), queue: v[2].(string), spot: anySpot(growing),
		}.statements()...)
	}).(pulumi.StringOutput)
	_, ready, err := p.podIdentity(ctx, name, "Karpenter of the EKS cluster "+p.name, systemNamespace, "karpenter", policy, aws...)
	if err != nil {
		return err
	}
	crds, err := charts.New(ctx, name+"-crd", charts.KarpenterCRD, &charts.Args{
		Namespace: systemNamespace, Mirror: p.args.Charts,
	}, in...)
	if err != nil {
		return err
	}
	controller, err := charts.New(ctx, name, charts.Karpenter, &charts.Args{
		Namespace: systemNamespace, Mirror: p.args.Charts, Values: p.karpenterValues(queue),
	}, with(in, pulumi.DependsOn(append(ready, crds)))...)
	if err != nil {
		return err
	}
	// The controller is there before the pools and goes after them: it removes
	// the machines of a pool that goes.
	in = with(in, pulumi.DependsOn([]pulumi.Resource{crds, controller}))
	for _, pool := range growing {
		if err := p.createKarpenterPool(ctx, pool, profile, in); err != nil {
			return err
		}
	}
	return nil
}

// interruptionQueue makes the queue Karpenter reads, and what fills it.
func (p *Platform) interruptionQueue(ctx *pulumi.Context, name string, opts []pulumi.ResourceOption) (*sqs.Queue, error) {
	queue, err := sqs.NewQueue(ctx, name, &sqs.QueueArgs{
		MessageRetentionSeconds: pulumi.Int(interruptionSeconds), SqsManagedSseEnabled: pulumi.Bool(true), Tags: p.tags(name),
	}, opts...)
	if err != nil {
		return nil, err
	}
	arns := []any{queue.Arn}
	for _, event := range interruptions {
		pattern, err := json.Marshal(map[string][]string{"source": {event.source}, "detail-type": {event.detail}})
		if err != nil {
			return nil, err
		}
		name := short(name + "-" + event.name)
		rule, err := cloudwatch.NewEventRule(ctx, name, &cloudwatch.EventRuleArgs{
			Description:  pulumi.String(event.detail + ", for Karpenter in the EKS cluster " + p.name),
			EventPattern: pulumi.String(string(pattern)), Tags: p.tags(name),
		}, opts...)
		if err != nil {
			return nil, err
		}
		if _, err := cloudwatch.NewEventTarget(ctx, name, &cloudwatch.EventTargetArgs{Rule: rule.Name, Arn: queue.Arn}, opts...); err != nil {
			return nil, err
		}
		arns = append(arns, rule.Arn)
	}
	senders := pulumi.All(arns...).ApplyT(func(v []any) (string, error) {
		var rules []string
		for _, rule := range v[1:] {
			rules = append(rules, rule.(string))
		}
		return interruptionSenders(v[0].(string), rules)
	}).(pulumi.StringOutput)
	_, err = sqs.NewQueuePolicy(ctx, name, &sqs.QueuePolicyArgs{QueueUrl: queue.Url, Policy: senders}, opts...)
	return queue, err
}

// interruptionSenders lets these rules of EventBridge, and nobody else, put
// messages into the queue, over TLS.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sqs-permissions
func interruptionSenders(queue string, rules []string) (string, error) {
	return document(
		statement{
			Sid: "Events", Principal: map[string]string{"Service": "events.amazonaws.com"}, Action: []string{"sqs:SendMessage"},
			Resource: []string{queue}, Condition: conditions{"ArnEquals": {"aws:SourceArn": rules}},
		},
		statement{
			Sid: "PlainHTTP", Effect: "Deny", Principal: map[string]string{"AWS": "*"}, Action: []string{"sqs:*"},
			Resource: []string{queue}, Condition: conditions{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	)
}

// karpenterValues are the values of Karpenter's chart. What is hardened in it by
// default is left to it: no root, a read-only file system, no capabilities.
func (p *Platform) karpenterValues(queue *sqs.Queue) pulumi.Map {
	quantity := pulumi.Map{"cpu": pulumi.String(autoscalerCPU), "memory": pulumi.String(autoscalerMemory)}
	return pulumi.Map{
		"replicas": pulumi.Int(p.autoscalerReplicas()),
		// Only kube-system may use it, and pods there do not give way to others.
		"priorityClassName": pulumi.String("system-cluster-critical"),
		// Of the machine: it makes room for the cluster's own name server, and must
		// not wait for it.
		"dnsPolicy":        pulumi.String("Default"),
		"additionalLabels": pulumi.ToMap(p.ownersLabels()),
		"podLabels":        pulumi.ToMap(p.ownersLabels()),
		// On machines it does not itself remove.
		"affinity": pulumi.Map{
			"nodeAffinity": pulumi.Map{"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Map{
				"nodeSelectorTerms": pulumi.Array{pulumi.Map{"matchExpressions": pulumi.Array{
					pulumi.Map{"key": pulumi.String(tagNodePool), "operator": pulumi.String("DoesNotExist")},
					pulumi.Map{"key": pulumi.String(labels.KeyNodePool), "operator": pulumi.String("In"), "values": pulumi.ToStringArray([]string{p.pools[0].Name})},
				}}},
			}},
			"podAntiAffinity": pulumi.Map{"requiredDuringSchedulingIgnoredDuringExecution": pulumi.Array{
				pulumi.Map{"topologyKey": pulumi.String("kubernetes.io/hostname")},
			}},
		},
		"topologySpreadConstraints": pulumi.Array{pulumi.Map{
			"maxSkew": pulumi.Int(1), "topologyKey": pulumi.String("topology.kubernetes.io/zone"),
			// Better two in one zone than none in the other while it is ill.
			"whenUnsatisfiable": pulumi.String("ScheduleAnyway"),
		}},
		"logLevel": pulumi.String("info"), // as JSON, always
		"controller": pulumi.Map{
			"resources": pulumi.Map{"requests": quantity, "limits": pulumi.Map{"memory": pulumi.String(autoscalerMemory)}},
			// It would ask the machine's metadata, which no pod reaches.
			"env": pulumi.Array{pulumi.Map{"name": pulumi.String("AWS_REGION"), "value": pulumi.String(p.region)}},
		},
		"settings": pulumi.Map{
			"clusterName": p.eksName, "clusterEndpoint": p.cluster.Endpoint(), "eksControlPlane": pulumi.Bool(true),
			"interruptionQueue": queue.Name,
			// A zone that AWS or an operator shifts away from gets no new machines.
			"enableZonalShift": pulumi.Bool(p.args.HighlyAvailable),
			// Alpha: machines that are ill are replaced by EKS in node groups, and
			// by their expiry here.
			"featureGates": pulumi.Map{"nodeRepair": pulumi.Bool(false), "spotToSpotConsolidation": pulumi.Bool(false)},
		},
	}
}

// ownersLabels are those that tell whose an object is. The others a chart sets
// itself, and twice is not allowed.
func (p *Platform) ownersLabels() map[string]any {
	own := map[string]any{}
	for key, value := range p.autoscalerLabels("karpenter", "") {
		if strings.HasPrefix(key, "ai-now.io/") {
			own[key] = value
		}
	}
	return own
}

func anySpot(pools []*spec.NodePool) bool {
	for _, pool := range pools {
		if pool.Class == catalog.ClassSpot {
			return true
		}
	}
	return false
}
