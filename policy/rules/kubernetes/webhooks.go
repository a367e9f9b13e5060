package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

const admissionGroup = "admissionregistration.k8s.io"

var webhooks = rule.Target{Kinds: []rule.Kind{
	{Group: admissionGroup, Name: "ValidatingWebhookConfiguration"}, {Group: admissionGroup, Name: "MutatingWebhookConfiguration"},
}}

// eachWebhook is a validation that every webhook of a configuration must keep.
func eachWebhook(holds, says string) rule.Validation {
	return rule.Each(`object.?webhooks.orValue([])`, "w", holds, `'the webhook ' + w.?name.orValue('')`, says)
}

func webhookRules() []*rule.Rule {
	return []*rule.Rule{
		webhookScope(),         // no webhook locks the cluster
		webhookFailurePolicy(), // none is passed by when it is down
		webhookTimeout(),       // none holds up every request
		apiServiceTLS(),        // and who answers for the API proves it
	}
}

func webhookScope() *rule.Rule {
	return &rule.Rule{
		ID:       "webhook-scope",
		Title:    "No webhook can lock the cluster",
		Severity: rule.High,
		On:       webhooks,
		Why: "A webhook that must answer for kube-system and is down stops the parts of the cluster that would " +
			"bring it back: the network, DNS, and the nodes themselves.",
		Fix: "Leave kube-system out: namespaceSelector with matchExpressions [{key: kubernetes.io/metadata.name, " +
			"operator: NotIn, values: [kube-system]}]; or set failurePolicy to Ignore.",
		Settings: []rule.Setting{{
			Name: "resources", Type: rule.StringList,
			Default: []any{
				"*", "*/*", "pods", "pods/*", "daemonsets", "deployments", "replicasets", "services", "endpoints", "endpointslices",
				"configmaps", "secrets", "serviceaccounts", "leases",
			},
			Description: "Resources in kube-system that the cluster cannot do without.",
		}},
		Check: rule.Expressions{eachWebhook(
			`w.?failurePolicy.orValue('Fail') == 'Ignore' || `+
				`!w.?rules.orValue([]).exists(r, r.?scope.orValue('*') != 'Cluster' && r.?resources.orValue([]).exists(x, x in settings.resources)) || `+
				leavesOut, "must answer for kube-system")},
	}
}

// leavesOut is a condition on w, a webhook: it is not asked about kube-system, or
// about objects only that have a label. kube-system has no label but its name:
// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-namespaceselector
const leavesOut = `(w.?namespaceSelector.?matchLabels.orValue({}).exists(k, k != 'kubernetes.io/metadata.name' || ` +
	`w.namespaceSelector.matchLabels[k] != 'kube-system') || ` +
	`w.?namespaceSelector.?matchExpressions.orValue([]).exists(e, e.?key.orValue('') == 'kubernetes.io/metadata.name' ? ` +
	`(e.?operator.orValue('') == 'NotIn' && 'kube-system' in e.?values.orValue([]) || ` +
	`e.?operator.orValue('') == 'In' && !('kube-system' in e.?values.orValue([])) || ` +
	`e.?operator.orValue('') == 'DoesNotExist') : e.?operator.orValue('') in ['In', 'Exists']) || ` +
	`size(w.?objectSelector.?matchLabels.orValue({})) > 0 || ` +
	`w.?objectSelector.?matchExpressions.orValue([]).exists(e, e.?operator.orValue('') in ['In', 'Exists']))`

func webhookFailurePolicy() *rule.Rule {
	return &rule.Rule{
		ID:       "webhook-failure-policy",
		Title:    "What a webhook would refuse does not pass while it is down",
		Severity: rule.Medium,
		Level:    rule.Advisory,
		On:       rule.Target{Kinds: []rule.Kind{{Group: admissionGroup, Name: "ValidatingWebhookConfiguration"}}},
		Why: "With failurePolicy Ignore whoever can make the webhook slow or stop it gets past it, and nobody " +
			"sees that nothing was checked.",
		Fix: "Set failurePolicy to Fail, with two replicas or more and kube-system left out; or use a " +
			"ValidatingAdmissionPolicy, which runs in the API server.",
		Check: rule.Expressions{eachWebhook(`w.?failurePolicy.orValue('Fail') == 'Fail'`, "lets everything pass while it is down")},
	}
}

func webhookTimeout() *rule.Rule {
	least, most := 1.0, 30.0
	return &rule.Rule{
		ID:       "webhook-timeout",
		Title:    "Webhooks answer soon or not at all",
		Severity: rule.Low,
		On:       webhooks,
		Why: "Every request to the API server waits for a webhook that is down as long as its timeout: at 30 " +
			"seconds deployments and the cluster's own controllers time out themselves.",
		Fix: "Set timeoutSeconds to 10 or less, its default.",
		Settings: []rule.Setting{{
			Name: "seconds", Type: rule.Integer, Default: 10.0, Min: &least, Max: &most,
			Description: "Longest timeout a webhook may have.",
		}},
		Check: rule.Expressions{eachWebhook(`w.?timeoutSeconds.orValue(10) <= settings.seconds`, "holds up requests for too long")},
	}
}

func apiServiceTLS() *rule.Rule {
	return &rule.Rule{
		ID:       "api-service-tls",
		Title:    "Who answers for a part of the API proves who he is",
		Severity: rule.High,
		On:       rule.Target{Kinds: []rule.Kind{{Group: "apiregistration.k8s.io", Name: "APIService"}}},
		Why: "The API server passes requests on with the name of the user. Without a check of the certificate, " +
			"whoever takes the Service's address reads them and answers what he likes.",
		Fix:      "Set caBundle to the CA of the server, and remove insecureSkipTLSVerify.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Encryption")},
		Check: rule.Expressions{{
			Holds:   `!object.?spec.?insecureSkipTLSVerify.orValue(false)`,
			Message: "the API server does not check who answers",
		}},
	}
}
