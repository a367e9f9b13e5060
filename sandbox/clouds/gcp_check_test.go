package clouds

import (
	"strings"
	"testing"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// mistakes checks inputs and returns what is wrong with them, a line each.
func (e *engine) mistakes(typ string, in props.Object) string {
	e.t.Helper()
	_, failures := e.check(typ, "r", nil, in)
	var lines []string
	for _, f := range failures {
		lines = append(lines, f.GetProperty()+": "+f.GetReason())
	}
	return strings.Join(lines, "\n")
}

// with returns inputs with more of them.
func with(base props.Object, more props.Object) props.Object {
	out := props.Clone(base)
	for k, v := range more {
		out[k] = v
	}
	return out
}

func armorRule(priority int, more props.Object) props.Object {
	return with(props.Object{"action": "allow", "priority": priority, "match": props.Object{"versionedExpr": "SRC_IPS_V1", "config": props.Object{"srcIpRanges": []any{"*"}}}}, more)
}

func TestGoogleFindsMistakesBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	last := armorRule(gcpDefaultPriority, nil)
	limit := props.Object{"conformAction": "allow", "exceedAction": "deny(429)", "enforceOnKey": "IP", "rateLimitThreshold": props.Object{"count": 100, "intervalSec": 60}}
	firewall := props.Object{"network": "n", "allows": []any{props.Object{"protocol": "tcp"}}, "sourceRanges": []any{"10.0.0.0/8"}}
	bucket := props.Object{"location": "EU"}
	repo := props.Object{"repositoryId": "images", "format": "DOCKER"}
	cases := []mistake{
		{"a firewall rule that is right", gcpFirewallType, firewall, ""},
		{"a firewall rule that allows and denies", gcpFirewallType, with(firewall, props.Object{"denies": []any{props.Object{"protocol": "all"}}}), "denies: simulated gcp: allows and denies cannot be set together"},
		{"a firewall rule from nowhere", gcpFirewallType, props.Object{"network": "n", "allows": []any{props.Object{"protocol": "tcp"}}}, "one of sourceRanges, sourceTags or sourceServiceAccounts must be set"},
		{"tags beside service accounts", gcpFirewallType, with(firewall, props.Object{"targetTags": []any{"a"}, "targetServiceAccounts": []any{"b"}}), "cannot be set together"},
		{"ports of icmp", gcpFirewallType, with(firewall, props.Object{"allows": []any{props.Object{"protocol": "icmp", "ports": []any{"80"}}}}), "allows[0].ports: simulated gcp: the protocol icmp has no ports"},
		{"a source of outgoing traffic", gcpFirewallType, with(firewall, props.Object{"direction": "EGRESS"}), "EGRESS has destinationRanges"},
		{"a security policy that is right", gcpSecurityPolicy.Token, props.Object{"rules": []any{last, armorRule(1, props.Object{"action": "throttle", "rateLimitOptions": limit})}}, ""},
		{"a security policy without a default rule", gcpSecurityPolicy.Token, props.Object{"rules": []any{armorRule(1, nil)}}, "there is no default rule: add one with the priority 2147483647"},
		{"two rules of one priority", gcpSecurityPolicy.Token, props.Object{"rules": []any{last, armorRule(1, nil), armorRule(1, nil)}}, "two rules have the priority 1"},
		{"a throttle without limits", gcpSecurityPolicy.Token, props.Object{"rules": []any{last, armorRule(1, props.Object{"action": "throttle"})}}, "the action throttle needs rateLimitOptions"},
		{"a ban without an end", gcpSecurityPolicy.Token, props.Object{"rules": []any{last, armorRule(1, props.Object{"action": "rate_based_ban", "rateLimitOptions": limit})}}, "banDurationSec goes with the action rate_based_ban"},
		{"a rotation of less than a day", gcpKeyType, props.Object{"keyRing": "r", "rotationPeriod": "3600s"}, "3600s is not between 86400s"},
		{"a signing key that rotates", gcpKeyType, props.Object{"keyRing": "r", "purpose": "ASYMMETRIC_SIGN", "rotationPeriod": "7776000s"}, "only a key with the purpose ENCRYPT_DECRYPT rotates by itself"},
		{"a key ring in a zone", gcpKeyRingType, props.Object{"location": "europe-west1-b"}, "is a zone"},
		{"a label with capitals", gcpBucketType, with(bucket, props.Object{"labels": props.Object{"Team": "x"}}), "the label Team=x has another form"},
		{"a soft delete of one day", gcpBucketType, with(bucket, props.Object{"softDeletePolicy": props.Object{"retentionDurationSeconds": 86400}}), "86400 is not between 604800 and 7776000"},
		{"a life cycle without a condition", gcpBucketType, with(bucket, props.Object{"lifecycleRules": []any{props.Object{"action": props.Object{"type": "Delete"}}}}), "a rule needs a condition"},
		{"a class of nothing", gcpBucketType, with(bucket, props.Object{"lifecycleRules": []any{props.Object{"action": props.Object{"type": "SetStorageClass"}, "condition": props.Object{"age": 1}}}}), "storageClass goes with the action SetStorageClass"},
		{"a zone without its dot", gcpZoneType, props.Object{"dnsName": "example.com"}, `"example.com" must end with a dot`},
		{"a private zone that is signed", gcpZoneType, props.Object{"dnsName": "a.", "visibility": "private", "dnssecConfig": props.Object{"state": "on"}}, "a private zone has no DNSSEC"},
		{"most recent versions to delete", gcpRepositoryType, with(repo, props.Object{"cleanupPolicies": []any{props.Object{"id": "a", "action": "DELETE", "mostRecentVersions": props.Object{"keepCount": 3}}}}), "mostRecentVersions goes with the action KEEP"},
		{"a secret in two ways", gcpSecretType, props.Object{"secretId": "s", "replication": props.Object{"auto": props.Object{"customerManagedEncryption": props.Object{"kmsKeyName": "k"}}, "userManaged": props.Object{"replicas": []any{props.Object{"location": "europe-west1"}}}}}, "cannot be set together"},
		{"a rotation that nobody hears of", gcpSecretType, props.Object{"secretId": "s", "replication": props.Object{"auto": props.Object{}}, "rotation": props.Object{"rotationPeriod": "2592000s"}}, "rotation needs topics"},
		{"an attestation by nobody", gcpAdmissionPolicy.Token, props.Object{"defaultAdmissionRule": props.Object{"evaluationMode": "REQUIRE_ATTESTATION", "enforcementMode": "ENFORCED_BLOCK_AND_AUDIT_LOG"}}, "attestors go with the evaluation mode REQUIRE_ATTESTATION"},
		{"a label of a metric without extractor", gcpLogMetricType, props.Object{"filter": "x", "metricDescriptor": props.Object{"metricKind": "DELTA", "valueType": "INT64", "labels": []any{props.Object{"key": "user"}}}}, `the label "user" has no extractor`},
		{"a condition on any resource", gcpAlertType, props.Object{"displayName": "a", "combiner": "OR", "conditions": []any{props.Object{"displayName": "c", "conditionThreshold": props.Object{"filter": `metric.type="x"`}}}}, "the filter must restrict resource.type"},
		{"an e-mail to nobody", gcpChannelType, props.Object{"type": "email"}, "needs the label email_address"},
		{"a sink to nowhere", gcpLogSink.Token, props.Object{"destination": "gs://x"}, "begins with none of"},
		{"a wildcard in a custom role", gcpCustomRoleType, props.Object{"roleId": "x-y", "title": "t", "permissions": []any{"storage.*"}}, "a custom role takes no wildcards"},
		{"a condition on a basic role", gcpIAMMemberType, props.Object{"project": "demo", "role": "roles/editor", "member": "user:a@example.com", "condition": props.Object{"title": "t", "expression": "true"}}, "takes no condition"},
		{"a log type that is none", gcpAuditConfig.Token, props.Object{"project": "demo", "service": "allServices", "auditLogConfigs": []any{props.Object{"logType": "ALL"}}}, "is none of DATA_READ, DATA_WRITE, ADMIN_READ"},
		{"a NAT by hand without addresses", gcpNATType, props.Object{"router": "r", "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES", "natIpAllocateOption": "MANUAL_ONLY"}, "MANUAL_ONLY needs natIps"},
		{"a plan that keeps for ever", gcpBackupPlan.Token, props.Object{"cluster": "c", "location": "l", "backupConfig": props.Object{"allNamespaces": true}, "backupSchedule": props.Object{"cronSchedule": "0 2 * * *"}}, "a schedule needs backupRetainDays"},
	}
	requireMistakes(t, newStack(t).gcp(), cases)
}
