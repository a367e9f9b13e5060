package kubernetes

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func podContentRules() []*rule.Rule {
	return []*rule.Rule{
		podImageTag(),        // every image names the version it is
		podResources(),       // every container says what it needs and may take
		podDefaultIdentity(), // a pod that was given no identity has none
	}
}

func podImageTag() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-image-tag",
		Title:    "Images name the version they are",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "An image without a tag is :latest, and :latest is another image tomorrow: two nodes run " +
			"two versions, and a rollback brings back the same tag.",
		Fix: "Name a version, as in registry.example.com/shop:1.4.2, or better the digest, as in " +
			"registry.example.com/shop@sha256:….",
		Controls: []rule.Control{
			controls.Heading(controls.NSAHardening, "Building secure container images"),
		},
		Settings: []rule.Setting{{
			Name:        "movingTags",
			Type:        rule.StringList,
			Default:     []any{"latest"},
			Description: "Tags that do not name a version.",
		}},
		Check: rule.Expressions{rule.Each("variables.containers", "c",
			// The tag follows a colon in the last part of the path, for a colon before
			// that is the registry's port.
			`c.?image.orValue('') == '' || c.image.contains('@') || (c.image.matches(':[^/]+$') && `+
				`!settings.movingTags.exists(t, c.image.endsWith(':' + t)))`,
			`'container ' + c.name + ' runs the image ' + c.image + ','`, "which names no version")},
	}
}

func podResources() *rule.Rule {
	amounts := []string{
		"requests.cpu", "requests.memory", "requests.ephemeral-storage",
		"limits.cpu", "limits.memory", "limits.ephemeral-storage",
	}
	return &rule.Rule{
		ID:       "pod-resources",
		Title:    "Containers say what they need and how much they may take",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "The scheduler places pods by their requests: without them a node is overbooked and its " +
			"pods are evicted. Without a memory limit one leak takes the whole node down. A CPU limit is " +
			"not asked for, for it throttles a container while the CPU stands idle.",
		Fix: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory on " +
			"every container, the two memory values equal.",
		Controls: []rule.Control{
			controls.Heading(controls.NSAHardening, "Resource policies"),
		},
		Settings: []rule.Setting{{
			Name:        "amounts",
			Type:        rule.StringList,
			Default:     []any{"requests.cpu", "requests.memory", "limits.memory"},
			Allowed:     amounts,
			Description: "Amounts every container must set.",
		}},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			pod := r.Pod()
			q.EachContainer(pod, func(c rule.Container) {
				// Kubernetes refuses resources on an ephemeral container.
				if c.Role == "ephemeral container" {
					return
				}
				for _, amount := range q.Settings.Strings("amounts") {
					kind, name, _ := strings.Cut(amount, ".")
					set := c.Get("resources", kind, name)
					holds := set.Present().Or(pod.Spec.Get("resources", kind, name).Present())
					if kind == "requests" {
						// A limit without a request is the request as well.
						holds = holds.Or(c.Get("resources", "limits", name).Present())
					}
					q.Require(holds, set, "%s sets no %s", c.Title(), amount)
				}
			})
		}),
	}
}

func podDefaultIdentity() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-default-identity",
		Title:    "Pods that were given no identity carry no credentials",
		Severity: rule.Medium,
		Level:    rule.Remediate,
		On:       rule.Workloads(),
		Why: "Every pod without a service account of its own gets the namespace's default one and its " +
			"token. Nobody meant it to call the API server, and a right granted to the default account " +
			"is granted to every such pod.",
		Fix: "Give the pod a service account of its own when it calls the API server; otherwise set " +
			"automountServiceAccountToken to false. At level remediate the pack sets it where the " +
			"program says nothing.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.1.5", "Ensure that default service accounts are not actively used"),
			controls.Control(controls.CISKubernetes, "5.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISEKS, "4.1.6", "Ensure that Service Account Tokens are only mounted where necessary"),
			controls.Control(controls.CISGKE, "4.1.5", "Ensure that Service Account Tokens are only mounted where necessary"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			token := r.Pod().Spec.Get("automountServiceAccountToken")
			q.Require(usesDefaultAccount(r.Pod()).Not().Or(token.Is(false)), token,
				"the pod carries the token of the namespace's default service account")
		}),
		Remedy: func(_ *rule.Inquiry, r *rule.Resource) []rule.Edit {
			token := r.Pod().Spec.Get("automountServiceAccountToken")
			// What the program says itself is a violation to report, not to overrule.
			if !usesDefaultAccount(r.Pod()).And(token.Present().Not()).IsTrue() {
				return nil
			}
			return []rule.Edit{{At: token, To: false}}
		},
	}
}

func usesDefaultAccount(pod *rule.Pod) rule.Truth {
	// serviceAccount is the old name of serviceAccountName and still read.
	account := pod.Spec.Get("serviceAccountName").OrElse(pod.Spec.Get("serviceAccount"))
	return account.Empty().Or(account.Is("default"))
}
