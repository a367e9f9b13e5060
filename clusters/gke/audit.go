package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/logging"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/monitoring"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// createAudit keeps the cluster's audit logs and tells of sensitive events.
// CIS GKE 5.7.1.
func (p *Platform) createAudit(ctx *pulumi.Context) error {
	// What is written to the Kubernetes API is always logged. What is read is
	// not, unless asked for: without it nobody learns who read a Secret. Objects
	// count as administration, what they hold as data. It is the project's
	// setting; the volume is charged as other logs are.
	// https://cloud.google.com/kubernetes-engine/docs/concepts/audit-policy
	if _, err := projects.NewIAMAuditConfig(ctx, p.name, &projects.IAMAuditConfigArgs{
		Project: pulumi.String(p.project), Service: pulumi.String("container.googleapis.com"),
		AuditLogConfigs: projects.IAMAuditConfigAuditLogConfigArray{
			projects.IAMAuditConfigAuditLogConfigArgs{LogType: pulumi.String("ADMIN_READ")},
			projects.IAMAuditConfigAuditLogConfigArgs{LogType: pulumi.String("DATA_READ")},
		},
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["container"]}),
		// It stays when the cluster goes: the project's other clusters need it, and
		// to delete it for one turns it off for all.
		pulumi.RetainOnDelete(true)); err != nil {
		return err
	}
	if err := p.createLogBucket(ctx); err != nil {
		return err
	}
	channels, err := p.createChannels(ctx)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := p.watch(ctx, e, channels); err != nil {
			return err
		}
	}
	return nil
}

// createLogBucket keeps the logs for as long as the stack says, in the cluster's
// region; the bucket every project has keeps most of them for 30 days. It is not
// locked: that could never be taken back.
func (p *Platform) createLogBucket(ctx *pulumi.Context) error {
	name := p.name + "-audit"
	bucket, err := logging.NewProjectBucketConfig(ctx, name, &logging.ProjectBucketConfigArgs{
		// The name of a deleted bucket stays taken for seven days:
		// https://cloud.google.com/logging/docs/buckets#delete_bucket
		Project: pulumi.String(p.project), Location: pulumi.String(p.args.Region), BucketId: pulumi.String(name),
		RetentionDays: pulumi.Int(p.args.Audit.Retention()), Description: p.description("Audit logs of the GKE cluster " + p.name),
	}, p.in(), p.protect(), pulumi.DependsOn([]pulumi.Resource{p.services["logging"]}))
	if err != nil {
		return err
	}
	_, err = logging.NewProjectSink(ctx, name, &logging.ProjectSinkArgs{
		Name: pulumi.String(name), Project: pulumi.String(p.project),
		Destination: pulumi.Sprintf("logging.googleapis.com/%s", bucket.ID()),
		Description: p.description("Audit logs of the GKE cluster " + p.name),
		Filter:      pulumi.String(p.auditFilter()),
		// A bucket of the same project needs no rights for it.
		UniqueWriterIdentity: pulumi.Bool(true),
	}, p.in())
	return err
}

// auditFilter finds who did what in the cluster and to the cluster, and what
// its control plane said.
func (p *Platform) auditFilter() string {
	here := fmt.Sprintf(`resource.labels.cluster_name="%s" AND resource.labels.location="%s"`, p.name, p.location)
	return fmt.Sprintf(`%s AND ((resource.type=("%s" OR "%s") AND logName:"cloudaudit.googleapis.com") OR resource.type="k8s_control_plane_component")`,
		here, resourceKubernetes, resourceGKE)
}

// eventFilter finds an event of this cluster.
func (p *Platform) eventFilter(e event) string {
	return fmt.Sprintf(`resource.type="%s" AND resource.labels.cluster_name="%s" AND resource.labels.location="%s" AND logName:"cloudaudit.googleapis.com" AND %s`,
		e.resource, p.name, p.location, e.filter)
}

// createChannels makes a way to each address that is to be told.
func (p *Platform) createChannels(ctx *pulumi.Context) (pulumi.StringArray, error) {
	channels := pulumi.StringArray{}
	for _, address := range p.args.Audit.Notify {
		channel, err := monitoring.NewNotificationChannel(ctx, p.name+"-"+address, &monitoring.NotificationChannelArgs{
			Project: pulumi.String(p.project), Type: pulumi.String("email"), DisplayName: pulumi.String(p.name + ": " + address),
			Labels: pulumi.StringMap{"email_address": pulumi.String(address)}, UserLabels: p.labels(),
		}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["monitoring"]}))
		if err != nil {
			return nil, err
		}
		channels = append(channels, channel.Name)
	}
	return channels, nil
}

// Limits on messages: one in five minutes for each policy, and an incident ends
// when nothing was seen for half an hour, the shortest time there is.
// https://cloud.google.com/logging/docs/alerting/log-based-alerts
const (
	messagePeriod = "300s"
	incidentEnds  = "1800s"
)

// watch counts an event and tells of it. The policy looks at the logs and not at
// the metric: Monitoring does not know a new metric for up to ten minutes and
// refuses a policy about it, and a message about a log entry shows the entry.
// https://github.com/hashicorp/terraform-provider-google/issues/11102
func (p *Platform) watch(ctx *pulumi.Context, e event, channels pulumi.StringArray) error {
	name, filter := p.name+"-"+e.name, pulumi.String(p.eventFilter(e))
	if _, err := logging.NewMetric(ctx, name, &logging.MetricArgs{
		Name: pulumi.String(name), Project: pulumi.String(p.project), Filter: filter,
		Description: p.description(e.title),
		MetricDescriptor: logging.MetricMetricDescriptorArgs{
			MetricKind: pulumi.String("DELTA"), ValueType: pulumi.String("INT64"), Unit: pulumi.String("1"),
		},
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["logging"]})); err != nil {
		return err
	}
	_, err := monitoring.NewAlertPolicy(ctx, name, &monitoring.AlertPolicyArgs{
		Project: pulumi.String(p.project), DisplayName: pulumi.String(p.name + ": " + e.title), Severity: pulumi.String(e.severity),
		Combiner: pulumi.String("OR"),
		Conditions: monitoring.AlertPolicyConditionArray{monitoring.AlertPolicyConditionArgs{
			DisplayName:         pulumi.String(e.title),
			ConditionMatchedLog: monitoring.AlertPolicyConditionConditionMatchedLogArgs{Filter: filter},
		}},
		AlertStrategy: monitoring.AlertPolicyAlertStrategyArgs{
			NotificationRateLimit: monitoring.AlertPolicyAlertStrategyNotificationRateLimitArgs{Period: pulumi.String(messagePeriod)},
			AutoClose:             pulumi.String(incidentEnds),
		},
		Documentation: monitoring.AlertPolicyDocumentationArgs{
			Content: pulumi.String(e.what), MimeType: pulumi.String("text/markdown"),
		},
		NotificationChannels: channels, UserLabels: p.labels(),
	}, p.in(), pulumi.DependsOn([]pulumi.Resource{p.services["monitoring"]}))
	return err
}
