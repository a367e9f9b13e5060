package podsecurity

import (
	"k8s.io/pod-security-admission/policy"

	"github.com/ai-now/platform/policy/rule"
)

// remedies set, for each check of the level restricted that can be kept by
// saying more, what the program left open. What it says itself is a finding.
var remedies = map[policy.CheckID]func(pod *rule.Pod) []rule.Edit{
	"allowPrivilegeEscalation": func(pod *rule.Pod) []rule.Edit {
		return onContainers(pod, func(c rule.Container) []rule.Edit {
			if mayGainRights(c) {
				return nil
			}
			return whereMissing(c.Get("securityContext", "allowPrivilegeEscalation"), false)
		})
	},
	"capabilities_restricted": func(pod *rule.Pod) []rule.Edit {
		return onContainers(pod, func(c rule.Container) []rule.Edit {
			return whereMissing(c.Get("securityContext", "capabilities", "drop"), []any{"ALL"})
		})
	},
	"runAsNonRoot": func(pod *rule.Pod) []rule.Edit {
		return whereMissing(pod.Spec.Get("securityContext", "runAsNonRoot"), true)
	},
	"seccompProfile_restricted": func(pod *rule.Pod) []rule.Edit {
		return whereMissing(pod.Spec.Get("securityContext", "seccompProfile"), map[string]any{"type": "RuntimeDefault"})
	},
}

// mend mends what the checks find. It makes nothing of pods that break no check:
// those of Windows, which may not have these fields, among them.
func mend(q *rule.Inquiry, r *rule.Resource) []rule.Edit {
	p := find(r)
	if p.spec.IsUnknown() || p.refused != "" {
		return nil
	}
	var edits []rule.Edit
	for _, c := range standardAt(q.Settings.Text("version")).restricted {
		if remedy, ok := remedies[c.id]; ok && c.finding(p) != "" {
			edits = append(edits, remedy(r.Pod())...)
		}
	}
	return edits
}

func onContainers(pod *rule.Pod, mend func(rule.Container) []rule.Edit) []rule.Edit {
	var edits []rule.Edit
	for _, c := range pod.Containers {
		edits = append(edits, mend(c)...)
	}
	return edits
}

// whereMissing sets a value that the program says nothing of.
func whereMissing(v rule.Value, to any) []rule.Edit {
	if !v.Present().IsFalse() {
		return nil
	}
	return []rule.Edit{{At: v, To: to}}
}

// mayGainRights says whether the program gives the container what the API server
// does not take beside allowPrivilegeEscalation: false, or may do so.
// Source: ValidateSecurityContext in k8s.io/kubernetes v1.35.4, pkg/apis/core/validation.
func mayGainRights(c rule.Container) bool {
	context := c.Get("securityContext")
	admin := context.Get("capabilities", "add").Contains("CAP_SYS_ADMIN")
	return !context.Get("privileged").Is(true).Or(admin).IsFalse()
}
